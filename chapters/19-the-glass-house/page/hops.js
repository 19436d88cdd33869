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
