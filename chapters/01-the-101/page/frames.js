// What a frame on the wire is, in a few words, with the sentence of the protocol that is about it
// and the chapter that takes it apart. It knows text and nothing of the page: wire.js shows it.

const ASKED_KEPT = 200; // messages without a reply yet: far more than a chat has under way

const CHAPTERS = {
  3: "03-the-transport-pipeline",
  5: "05-joining",
  6: "06-messages-and-replies",
  7: "07-the-serializer",
  8: "08-broadcast",
  9: "09-processes",
  10: "10-unreliable-connections",
  11: "11-who-may-come-in",
  12: "12-presence",
};

const about = (kind, sentence, rule, chapter) => ({ kind, sentence, rule, chapter });

/** Everything that this page can see: its kind, a sentence of docs/protocol.md, one of its rules, a chapter. */
export const ABOUT = {
  websocket: about("connection", "2.1", "H-01", 3),
  longpoll: about("connection", "11.1", "P-01", 10),
  refused: about("error", "2.26", "H-07", 11),
  closed: about("connection", "12.1", "D-03", 10),
  disconnected: about("connection", "12.4", "D-02", 11),
  restarting: about("connection", "12.5", "D-04", 10),
  lost: about("error", "6.16", "L-13", 10),
  heartbeat: about("heartbeat", "7.1", "K-01", 10),
  alive: about("heartbeat", "7.1", "K-01", 10),
  join: about("join", "3.1", "J-01", 5),
  joined: about("join", "3.1", "J-01", 5),
  notJoined: about("error", "3.9", "J-03", 5),
  leave: about("join", "6.1", "L-01", 5),
  left: about("join", "6.1", "L-01", 5),
  ended: about("join", "6.2", "L-02", 9),
  crashed: about("error", "6.12", "L-09", 9),
  event: about("event", "4.1", "R-01", 6),
  ok: about("reply", "4.1", "R-01", 6),
  error: about("error", "4.2", "R-02", 6),
  push: about("push", "5.1", "B-01", 6),
  broadcast: about("broadcast", "5.3", "B-02", 8),
  state: about("push", "13.1", "S-01", 12),
  diff: about("broadcast", "13.2", "S-02", 12),
  binary: about("event", "9.1", "N-01", 7),
};

/** The paths at which the chat's server has the book. */
export const sentencePage = ({ sentence }) => `/book/docs-protocol.html#docs-protocol-${sentence}`;
export const chapterPage = ({ chapter }) => `/book/chapter-${CHAPTERS[chapter]}.html`;

const CLOSES = { 1001: "disconnected", 1006: "lost", 1012: "restarting" };

/** Which line of ABOUT a connection's end is. */
export const closing = (code) => CLOSES[code] ?? "closed";

/** Explains one connection's frames, in order: a reply makes sense only beside its question. */
export class Narrator {
  #asked = new Map(); // ref → which line of ABOUT asked

  /** The frame that the client sends: `{about, words}`. */
  sent(frame) {
    if (typeof frame !== "string") return { about: "binary", words: "an event with bytes" };
    const [, ref, topic, event] = JSON.parse(frame);
    const found = this.#question(topic, event);
    if (this.#asked.size >= ASKED_KEPT) this.#asked.clear();
    this.#asked.set(ref, found.about);
    return found;
  }

  #question(topic, event) {
    if (topic === "phoenix") return { about: "heartbeat", words: "a heartbeat" };
    if (event === "phx_join") return { about: "join", words: "joins" };
    if (event === "phx_leave") return { about: "leave", words: "leaves" };
    return { about: "event", words: "an event" };
  }

  /** A frame from the server. */
  came(frame) {
    if (typeof frame !== "string") return { about: "binary", words: "bytes" };
    const [joinRef, ref, , event, payload] = JSON.parse(frame);
    if (event === "phx_reply") return this.#reply(ref, payload.status);
    if (event === "phx_close") return { about: "ended", words: "the channel has ended" };
    if (event === "phx_error") return { about: "crashed", words: "the channel crashed" };
    if (event === "presence_state") return { about: "state", words: "a push: everyone here" };
    if (event === "presence_diff") return { about: "diff", words: "a broadcast: arrivals and departures" };
    if (joinRef === null) return { about: "broadcast", words: "a broadcast" };
    return { about: "push", words: "a push" };
  }

  #reply(ref, status) {
    const asked = this.#asked.get(ref);
    this.#asked.delete(ref);
    const words = `answers ref ${ref}: ${status}`;
    if (status !== "ok") return { about: asked === "join" ? "notJoined" : "error", words };
    const answers = { heartbeat: "alive", join: "joined", leave: "left" };
    return { about: answers[asked] ?? "ok", words };
  }
}
