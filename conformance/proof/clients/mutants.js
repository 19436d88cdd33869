// Clients that are broken on purpose: phoenix.js, made worse in one way. Each breaks the rules that
// it names, for the reason that it gives, and keeps those in `keeps`, which are about something
// else; mutants.test.js holds the suite to that.
//
// `break` gets the parts of a good client: its classes, its options, and the hooks between it and
// the wire:
//
//     url(url)             the address that it connects to
//     up(message)          a message to the server; the messages that go out in its place
//     down(message)        a message from the server; those that the client gets in its place
//     tell(report)         a report to the suite; the reports that are written in its place
//     options(given)       the options of its Socket, to be changed
//     socket(socket)       its Socket, once it is made

const JOIN_REF = 0, REF = 1, TOPIC = 2, EVENT = 3, PAYLOAD = 4;

export const mutants = [
  {
    name: "asks for another path", rules: { "C-01": "expected a request for /socket/websocket, got /socket/ws" },
    break: (at) => (at.url = (url) => url.replace("/websocket?", "/ws?")),
  },
  {
    name: "asks for version 1 and speaks version 2", rules: { "C-01": "expected messages of the version that it asked for: vsn=1.0.0" },
    break: (at) => (at.url = (url) => url.replace("vsn=2.0.0", "vsn=1.0.0")),
  },
  {
    name: "does not encode its parameters", rules: { "C-02": 'expected the parameter "token" to be' },
    break: (at) => (at.url = (url) => url.replaceAll("%2B", "+")),
  },
  {
    name: "answers a ping with other bytes", rules: { "C-03": "expected a pong with hello" },
    break: (at) => {
      at.settings = { autoPong: false };
      at.made = (socket) => socket.on("ping", () => socket.pong("pong"));
    },
  },
  {
    name: "does not mask its frames", rules: { "C-03": "expected masked frames, got a frame without a mask" },
    break: (at) => (at.sent = { mask: false }),
  },
  {
    name: "joins without a join_ref", rules: { "C-04": "expected the ref as join_ref" },
    break: (at) => (at.up = (message) => [message[EVENT] === "phx_join" ? [null, ...message.slice(1)] : message]),
  },
  {
    name: "joins without its payload", rules: { "C-04": 'expected the payload {"as"' },
    break: (at) => (at.up = (message) => [message[EVENT] === "phx_join" ? [...message.slice(0, PAYLOAD), {}] : message]),
  },
  {
    name: "forgets the join_ref", rules: { "C-05": "expected the join_ref of the join", "C-25": "expected the join_ref of the join" },
    break: (at) => (at.up = (message) => [message[EVENT] === "phx_join" ? message : [null, ...message.slice(1)]]),
  },
  {
    name: "uses one ref for all pushes", rules: { "C-06": "expected a ref that no other message waits under" },
    break: (at) => (at.up = (message) => [message[EVENT] === "say" ? [message[JOIN_REF], "1000", ...message.slice(2)] : message]),
  },
  {
    name: "takes replies in the order of its pushes", rules: { "C-07": '"to":"second"' },
    break: (at) => {
      const waiting = [];
      at.up = (message) => {
        waiting.push(message[REF]);
        return [message];
      };
      at.down = (message) => [message[EVENT] === "phx_reply" ? [message[JOIN_REF], waiting.shift(), ...message.slice(2)] : message];
    },
  },
  {
    name: "calls an error ok", rules: { "C-08": 'expected a report {"on":"reply","id":"2","status":"error"' },
    break: (at) => (at.tell = (report) => [report.on === "reply" ? { ...report, status: "ok" } : report]),
  },
  {
    name: "takes only objects as responses", rules: { "C-08": '"response":["x",2]' },
    break: (at) => {
      const plain = (response) => (response && typeof response === "object" && !Array.isArray(response) ? response : {});
      at.tell = (report) => [report.on === "reply" ? { ...report, response: plain(report.response) } : report];
    },
  },
  {
    name: "tells of a timeout twice", rules: { "C-09": "expected one timeout" },
    break: (at) => (at.tell = (report) => (report.on === "timeout" ? [report, report] : [report])),
  },
  {
    name: "takes a late reply", rules: { "C-09": "expected no reply after the timeout" },
    break: (at) => {
      const ids = [];
      at.tell = (report) => {
        if (report.on === "timeout") ids.push(report.id);
        return [report];
      };
      at.down = (message) => {
        if (message[EVENT] === "phx_reply" && ids.length > 0) at.write({ on: "reply", id: ids.shift(), status: "ok", response: {} });
        return [message];
      };
    },
  },
  {
    name: "loses a reply that comes at once", rules: { "C-10": 'expected a report {"on":"reply","id":"0"' },
    break: (at) => {
      const sent = new Map();
      at.up = (message) => {
        sent.set(message[REF], message[EVENT]);
        return [message];
      };
      at.down = (message) => (message[EVENT] === "phx_reply" && sent.get(message[REF]) === "say" ? [] : [message]);
    },
  },
  {
    name: "pushes before its join is answered", rules: { "C-11": "expected no push before the join's ok" },
    break: (at) => (at.Channel.prototype.canPush = function () { return this.socket.isConnected(); }),
  },
  {
    name: "sends what it kept in any order", rules: { "C-11": "expected each push once, in order: p1, p2, p3" },
    break: (at) => {
      const { push } = at.Channel.prototype;
      at.Channel.prototype.push = function (...given) {
        const made = push.apply(this, given);
        this.pushBuffer.reverse();
        return made;
      };
    },
  },
  {
    name: "drops what is pushed while it is away", rules: { "C-12": "expected what was pushed, or its timeout" },
    break: (at) => {
      const { push } = at.Channel.prototype;
      const nothing = { receive: () => nothing };
      at.Channel.prototype.push = function (...given) { return this.canPush() ? push.apply(this, given) : nothing; };
    },
  },
  {
    name: "sends what it kept twice", rules: { "C-12": "expected each push once, in order: p1, p2, p3" },
    break: (at) => (at.up = (message) => (/^p\d$/.test(message[EVENT]) ? [message, message] : [message])),
  },
  {
    name: "sends a push again after the connection was lost", rules: { "C-13": "expected no push that was sent before" },
    break: (at) => {
      let pay;
      at.up = (message) => {
        const again = pay && message[EVENT] === "next" ? [[message[JOIN_REF], ...pay.slice(1)]] : [];
        if (message[EVENT] === "pay") pay = message;
        return [...again, message];
      };
    },
  },
  {
    name: "says nothing of a push that was lost", rules: { "C-13": 'expected a report {"on":"timeout","id":"1"} or one of an error' },
    break: (at) => (at.tell = (report) => (report.on === "timeout" ? [] : [report])),
  },
  {
    name: "sends no heartbeat", rules: { "C-14": "expected two heartbeats" },
    break: (at) => (at.Socket.prototype.sendHeartbeat = () => {}),
  },
  {
    name: "sends heartbeats with a join_ref", rules: { "C-14": 'expected [null,"…","phoenix","heartbeat",{}]' },
    break: (at) => (at.up = (message) => [message[TOPIC] === "phoenix" ? ["1", ...message.slice(1)] : message]),
  },
  {
    name: "keeps a connection without heartbeats", rules: { "C-15": "expected the client to give up this connection" },
    break: (at) => {
      at.Socket.prototype.heartbeatTimeout = function () {
        this.pendingHeartbeatRef = null;
        this.resetHeartbeat();
      };
    },
  },
  {
    name: "does not come back after 1011", rules: { "C-16": "expected the client to connect" },
    break: (at) => {
      const { onConnClose } = at.Socket.prototype;
      at.Socket.prototype.onConnClose = function (event) {
        onConnClose.call(this, event);
        if (event.code === 1011) this.reconnectTimer.reset();
      };
    },
  },
  {
    name: "never comes back", keeps: ["C-13", "C-18", "C-24"],
    rules: { "C-16": "expected the client to connect", "C-17": "expected a try against the closed port" },
    break: (at) => (at.options = (given) => ({ ...given, reconnectAfterMs: () => 1e9 })),
  },
  {
    name: "comes back, and joins nothing", rules: { "C-19": "expected phx_join on room:1" }, keeps: ["C-13", "C-16", "C-24"],
    break: (at) => {
      const joined = new Set();
      at.up = (message) => {
        if (message[EVENT] !== "phx_join") return [message];
        const again = joined.has(message[TOPIC]);
        joined.add(message[TOPIC]);
        return again ? [] : [message];
      };
    },
  },
  {
    name: "connects again without a pause", rules: { "C-17": "expected at most 20 tries in the first second", "C-31": "expected at most 20 tries in a second" },
    break: (at) => (at.options = (given) => ({ ...given, reconnectAfterMs: () => 0 })),
  },
  {
    name: "comes back after its user's disconnect", rules: { "C-18": "expected no new connection after the user's disconnect" },
    break: (at) => {
      const { disconnect } = at.Socket.prototype;
      at.Socket.prototype.disconnect = function (...given) {
        disconnect.apply(this, given);
        setTimeout(() => this.connect(), 100);
      };
    },
  },
  {
    name: "joins again with the old join_ref", rules: { "C-19": "expected another join_ref than the first join's" },
    break: (at) => {
      const first = new Map(); // by topic; and what the client believes
      const real = new Map();
      at.up = (message) => {
        if (message[EVENT] === "phx_join") {
          real.set(message[TOPIC], message[JOIN_REF]);
          if (!first.has(message[TOPIC])) first.set(message[TOPIC], message[JOIN_REF]);
        }
        return [message[TOPIC] === "phoenix" ? message : [first.get(message[TOPIC]), ...message.slice(1)]];
      };
      at.down = (message) => [message[JOIN_REF] ? [real.get(message[TOPIC]), ...message.slice(1)] : message];
    },
  },
  {
    name: "joins again what its user left", rules: { "C-19": "expected no join of the topic that was left" },
    break: (at) => {
      let left;
      at.up = (message) => {
        if (message[EVENT] === "phx_leave") left = message[TOPIC];
        else if (left && message[EVENT] === "phx_join") return [["900", "900", left, "phx_join", {}], message];
        return [message];
      };
    },
  },
  {
    name: "asks for its parameters once", rules: { "C-20": "expected parameters that were asked for again" },
    break: (at) => (at.options = (given) => {
      const once = typeof given.params === "function" ? given.params() : given.params;
      return { ...given, params: once };
    }),
  },
  {
    name: "takes messages of an earlier join", rules: { "C-21": /expected no (close|error|push)/ },
    break: (at) => (at.Channel.prototype.isMember = function (topic) { return this.topic === topic; }),
  },
  {
    name: "takes topics by their beginning", rules: { "C-22": "expected each broadcast on its own channel" },
    break: (at) => {
      const { isMember } = at.Channel.prototype;
      at.Channel.prototype.isMember = function (topic, event, payload, joinRef) {
        return joinRef ? isMember.call(this, topic, event, payload, joinRef) : this.topic.startsWith(topic);
      };
    },
  },
  {
    name: "ignores phx_error", rules: { "C-23": 'expected a report {"on":"error","channel":"a"}' }, keeps: ["C-21", "C-32"],
    break: (at) => (at.down = (message) => (message[EVENT] === "phx_error" ? [] : [message])),
  },
  {
    name: "joins again at once", rules: { "C-23": "expected a pause before the new join", "C-26": "expected a pause before the new join" },
    break: (at) => (at.options = (given) => ({ ...given, rejoinAfterMs: () => 0 })),
  },
  {
    name: "joins again after phx_close", rules: { "C-24": "expected no new join of a closed channel" },
    break: (at) => (at.down = (message) => {
      if (message[EVENT] !== "phx_close") return [message];
      at.write({ on: "closed", channel: "a" });
      return [[...message.slice(0, EVENT), "phx_error", {}]];
    }),
  },
  {
    name: "delivers what comes after its leave", rules: { "C-25": "expected nothing of a topic that was left" },
    break: (at) => {
      let left;
      at.up = (message) => {
        if (message[EVENT] === "phx_leave") left = message[TOPIC];
        return [message];
      };
      at.down = (message) => {
        const late = message[TOPIC] === left && message[EVENT] === "said";
        if (late) at.write({ on: "message", channel: "a", event: "said", payload: message[PAYLOAD] });
        return [message];
      };
    },
  },
  {
    name: "leaves without a word", rules: { "C-25": "expected phx_leave on room:1" },
    break: (at) => (at.up = (message) => (message[EVENT] === "phx_leave" ? [] : [message])),
  },
  {
    name: "gives up a refused join", rules: { "C-26": "expected phx_join on room:1" },
    break: (at) => (at.tell = (report) => {
      if (report.on === "refused") setTimeout(() => at.channels.get(report.channel).rejoinTimer.reset());
      return [report];
    }),
  },
  {
    name: "tells no reason of a refused join", rules: { "C-26": '"reason":"not yet"' },
    break: (at) => (at.tell = (report) => [report.on === "refused" ? { ...report, response: {} } : report]),
  },
  {
    name: "sends no phx_leave after a join's timeout", rules: { "C-27": "expected phx_leave on room:1" },
    break: (at) => (at.up = (message) => (message[EVENT] === "phx_leave" ? [] : [message])),
  },
  {
    name: "keeps a topic's first channel", rules: { "C-28": "expected first of all phx_leave, got phx_join" },
    break: (at) => (at.Socket.prototype.leaveOpenTopic = () => {}),
  },
  {
    name: "ends at a topic that it does not know", rules: { "C-29": "expected the client's process to live" },
    break: (at) => (at.down = (message) => (message[TOPIC].startsWith("nowhere") ? process.exit(1) : [message])),
  },
  {
    name: "ends at a frame that it can't decode", rules: { "C-30": "expected the client's process to live" },
    break: (at) => (at.garbage = () => process.exit(1)),
  },
  {
    name: "is deaf after a frame that it can't decode", rules: { "C-30": "expected the next message, or a new connection" },
    break: (at) => {
      let deaf = false;
      at.garbage = () => (deaf = true);
      at.down = (message) => (deaf ? [] : [message]);
    },
  },
  {
    name: "says nothing of a 403", rules: { "C-31": 'expected a report {"on":"error"} or {"on":"closed"} of the refusal' },
    break: (at) => (at.tell = (report) => (report.on === "ready" ? [report] : [])),
  },
  {
    name: "gives up after a 403", rules: { "C-31": "expected another try after a 403" },
    break: (at) => (at.socket = (socket) => socket.onError(() => setTimeout(() => socket.disconnect()))),
  },
  {
    name: "reports its list only as it changes", rules: {}, keeps: ["C-32"],
    break: (at) => {
      let last;
      at.tell = (report) => {
        if (report.on !== "presence") return [report];
        const same = JSON.stringify(report) === last;
        last = JSON.stringify(report);
        return same ? [] : [report];
      };
    },
  },
  {
    name: "counts a meta twice", rules: { "C-32": "expected the list ada: 1; bob: 2 after a join that the state had" },
    break: (at) => {
      const { syncDiff } = at.Presence;
      at.Presence.syncDiff = function (state, diff, ...rest) {
        const before = JSON.parse(JSON.stringify(state));
        const after = syncDiff.call(this, state, diff, ...rest);
        for (const [key, { metas }] of Object.entries(diff.joins)) {
          const again = metas.filter(({ phx_ref: ref }) => before[key]?.metas.some((meta) => meta.phx_ref === ref));
          after[key].metas.push(...again);
        }
        return after;
      };
    },
  },
  {
    name: "a leave takes all of a key's metas", rules: { "C-32": "expected the list ada: 3; bob: 2 after the first meta left" },
    break: (at) => {
      const { syncDiff } = at.Presence;
      at.Presence.syncDiff = function (state, diff, ...rest) {
        const after = syncDiff.call(this, state, diff, ...rest);
        for (const key of Object.keys(diff.leaves)) if (!diff.joins[key]) delete after[key];
        return after;
      };
    },
  },
  {
    name: "takes a diff before its state", rules: { "C-32": "after a diff that came before its state" },
    break: (at) => (at.Presence.prototype.inPendingSyncState = () => false),
  },
  {
    name: "sends its token in the query", rules: { "C-33": "expected no token in the query" },
    break: (at) => (at.options = ({ authToken, ...given }) => ({ ...given, params: { token: authToken } })),
  },
  {
    name: "sends bytes as text", rules: { "C-34": "expected the bytes that were pushed" },
    break: (at) => (at.push = (payload) => (payload instanceof ArrayBuffer ? { bytes: Buffer.from(payload).toString("base64") } : payload)),
  },
  {
    name: "posts its batches as JSON", rules: { "C-35": "expected batches as application/x-ndjson" },
    break: (at) => {
      const { setRequestHeader } = at.XMLHttpRequest.prototype;
      at.XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
        setRequestHeader.call(this, name, value.replace("application/x-ndjson", "application/json"));
      };
    },
  },
  {
    name: "leaves out what is null", rules: { "C-36": '"null":null' },
    break: (at) => (at.tell = (report) => {
      const text = JSON.stringify(report, (key, value) => (value === null ? undefined : value));
      return [JSON.parse(text)];
    }),
  },
  {
    name: "loses the last digits of a large number", rules: { "C-36": "9007199254740992" },
    break: (at) => (at.tell = (report) => {
      const text = JSON.stringify(report, (key, value) => (typeof value === "number" ? Math.fround(value * 1.1) : value));
      return [JSON.parse(text)];
    }),
  },
  {
    name: "delivers in any order", rules: { "C-37": 'expected the message {"n":' },
    break: (at) => (at.tell = (report) => {
      if (report.payload?.n % 10 !== 3) return [report];
      setTimeout(() => at.write(report), 20);
      return [];
    }),
  },
  {
    name: "keeps every reply for ever", rules: { "C-38": "expected memory that does not grow over 10,000 pushes" },
    break: (at) => {
      const kept = [];
      at.down = (message) => {
        kept.push(Buffer.alloc(4_000, kept.length % 256));
        return [message];
      };
    },
  },
  {
    name: "keeps every connection for ever", rules: { "C-38": "expected memory that does not grow over 1,000 reconnects" },
    break: (at) => {
      const kept = [];
      at.made = () => kept.push(Buffer.alloc(100_000, kept.length % 256));
    },
  },
  {
    name: "keeps names in a plain object", rules: { "C-39": '"channel":"__proto__"' },
    break: (at) => {
      const known = {};
      at.down = (message) => (known[message[EVENT]] === undefined ? [message] : []);
    },
  },
];
