// What the page knows of traces: pure functions and one table, without a page, so that Node tests them too.
//
//   hop = {number, trace, hop, after, at, waited, file, line, function, callee?, pid?, thread, form, text|base64, size}
//
// `at` and `waited` are in nanoseconds. A hop's `after` is the hop that led to it: a trace is a tree.

/** The rooms of the house, from the door to the code that somebody wrote; then what lies beside that way. */
export const ROOMS = [
  ["server", ["server", "net"]],
  ["http / websocket", ["http", "websocket"]],
  ["transport", ["endpoint", "transport"]],
  ["socket", ["socket"]],
  ["serializer", ["serializer"]],
  ["channel", ["channel", "presence", "live_view"]],
  ["your code", []],
  ["pubsub", ["pubsub", "redis", "cluster"]],
  ["process", ["process"]],
];
const YOURS = ROOMS.findIndex(([name]) => name === "your code");
const TRACES_KEPT = 100;

/** The index of the room in which a hop is. */
export function roomOf({ file, callee }) {
  if (callee) return YOURS;
  const layer = file.split("/")[1];
  const room = ROOMS.findIndex(([, layers]) => layers.includes(layer));
  return room < 0 ? ROOMS.length - 1 : room;
}

export const micros = (nanoseconds) => Math.round(nanoseconds / 100) / 10;

/** What stands at a hop, as text; bytes in hexadecimal. */
export function shown({ text, base64, size, hidden }) {
  const bytes = base64 === undefined ? null : Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const seen = bytes ? hex(bytes) : text;
  const there = bytes ? bytes.length : new TextEncoder().encode(text).length;
  if (hidden) return `${seen}\n(a hidden value stood here: ${size} bytes came)`;
  return there < size ? `${seen}\n(and ${size - there} bytes more)` : seen;
}

export function hex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** Topic and event of the first hop that has them. */
function about(hops) {
  for (const { form, text } of hops) {
    if (!["message", "push", "broadcast", "join"].includes(form) || !text?.startsWith("{")) continue;
    try {
      const { topic, event } = JSON.parse(text);
      if (typeof topic === "string" && typeof event === "string") return { topic, event };
    } catch {
      // cut short
    }
  }
  return { topic: "", event: "" };
}

export class Trace {
  hops = [];
  constructor(id) {
    this.id = id;
  }
  get began() {
    return this.hops[0].at;
  }
  get took() {
    return this.hops.at(-1).at - this.began;
  }
  /** The time in which the frame waited in some mailbox: waits that overlap count once. */
  get queued() {
    const waits = this.hops.filter(({ waited }) => waited > 0).map(({ at, waited }) => [at - waited, at]);
    let until = 0;
    let sum = 0;
    for (const [from, to] of waits.sort(([a], [b]) => a - b)) {
      sum += Math.max(0, to - Math.max(from, until));
      until = Math.max(until, to);
    }
    return Math.min(sum, this.took);
  }
  get about() {
    return about(this.hops);
  }
  get title() {
    const { topic, event } = this.about;
    if (event) return `${event} on ${topic}`;
    const request = this.hops.find(({ form }) => form === "request" || form === "failure");
    if (request) return request.text;
    const crash = this.hops.find(({ form }) => form === "crash");
    return crash ? `refused: ${crash.text}` : shown(this.hops.find(({ form }) => form === "frame") ?? this.hops[0]).slice(0, 60);
  }
  get failed() {
    return this.hops.some(({ form }) => ["crash", "failure", "refusal"].includes(form));
  }
  /** The words that a filter looks in. */
  get words() {
    const pids = this.hops.flatMap(({ pid }) => (pid ? [`pid ${pid}`] : []));
    return [this.title, ...new Set(pids)].join(" ").toLowerCase();
  }
}

const named = ({ callee, function: own }) => callee ?? own;

/** Which function answered, where the frame waited longest, what crashed and which processes heard of it: [{words, index}]. */
export function inShort({ hops }) {
  const by = new Map(hops.map((hop, index) => [hop.hop, { hop, index }]));
  const before = ({ after }) => by.get(after)?.hop;
  const found = [];
  const tell = (words, hop) => found.push({ words, index: by.get(hop.hop).index });

  const reply = hops.find(({ form }) => form === "reply");
  if (reply) {
    let cause = before(reply);
    while (cause && !cause.callee) cause = before(cause);
    tell(`Answered by ${named(reply)}${cause ? `, with what ${cause.callee} returned` : ""}`, reply);
  }
  const refused = hops.find(({ form }) => form === "refusal" || form === "failure");
  if (refused) tell(`Refused by ${named(refused)}`, refused);
  for (const crash of hops.filter(({ form }) => form === "crash")) {
    const culprit = before(crash);
    tell(`Crashed in ${culprit ? named(culprit) : named(crash)}, pid ${crash.pid}: ${crash.text}`, culprit ?? crash);
    for (const heard of hops.filter(({ after, pid }) => after === crash.hop && pid !== crash.pid)) {
      // A process's first hop only says that it has mail.
      const does = hops.find(({ after, pid, waited }) => after === heard.hop && pid === heard.pid && waited === 0) ?? heard;
      tell(heard.pid ? `Heard of the crash: pid ${heard.pid}, in ${named(does)}` : `Heard of the crash: ${named(heard)}`, does);
    }
    const written = hops.find(({ form, hop }) => form === "bytes written" && hop > crash.hop);
    if (written) tell(`Heard of the crash: the client, by ${named(written)}`, written);
  }
  const slowest = hops.reduce((most, hop) => (hop.waited > (most?.waited ?? 0) ? hop : most), null);
  if (slowest) {
    const where = slowest.pid ? `in the mailbox of pid ${slowest.pid}` : "outside of any process";
    tell(`Waited longest before ${named(slowest)}: ${micros(slowest.waited)} µs ${where}`, slowest);
  }
  return found;
}

/** The latest traces, by id. */
export class Traces {
  #byId = new Map();

  add(hop) {
    let trace = this.#byId.get(hop.trace);
    if (!trace) this.#byId.set(hop.trace, (trace = new Trace(hop.trace)));
    trace.hops.push(hop);
    while (this.#byId.size > TRACES_KEPT) this.#byId.delete(this.#byId.keys().next().value);
    return trace;
  }
  get(id) {
    return this.#byId.get(id);
  }
  clear() {
    this.#byId.clear();
  }
  /** The newest first. */
  matching(filter = "") {
    const word = filter.trim().toLowerCase();
    return [...this.#byId.values()].filter(({ words }) => words.includes(word)).reverse();
  }
}
