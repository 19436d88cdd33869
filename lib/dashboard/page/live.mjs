// Speaks the Channels protocol for one topic, in its version 2: [join_ref, ref, topic, event, payload].
// A page of an application takes phoenix.js; this one must come out of the server alone.

const HEARTBEAT = 30_000;
const PATIENCE = 5_000;

/** A socket joined to `topic`. It opens with the first ask(), and again with the first after its end. */
export class LiveTopic {
  #path;
  #topic;
  #opening = null; // the promise of an open socket, joined
  #waiting = new Map(); // ref: {resolve, reject, timer}
  #ref = 0;
  #pushed;

  /** How often it was opened: the server then forgets what it was asked to push. */
  openings = 0;

  /** `pushed(event, payload)` is called with each push of the topic. */
  constructor(path, topic, pushed) {
    this.#path = path;
    this.#topic = topic;
    this.#pushed = pushed;
  }

  /** The reply's response. Rejects with a Refusal, with NotConnected, or with another Error if no reply came. */
  async ask(event, payload, token) {
    this.#opening ??= this.#open(token);
    const socket = await this.#opening;
    return this.#push(socket, event, payload);
  }

  async #open(token) {
    const url = new URL(`${this.#path}/websocket?vsn=2.0.0`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const encoded = btoa(token).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const socket = new WebSocket(url, ["phoenix", `base64url.bearer.phx.${encoded}`]);
    const beat = setInterval(() => this.#send(socket, "phoenix", "heartbeat", {}).catch(() => socket.close()), HEARTBEAT);
    socket.onmessage = ({ data }) => this.#receive(socket, JSON.parse(data));
    const ended = new Promise((_, fail) => {
      socket.onclose = () => {
        clearInterval(beat);
        this.#opening = null;
        for (const { reject } of this.#waiting.values()) reject(new Error("the connection ended"));
        fail(new NotConnected("no connection"));
      };
    });
    ended.catch(() => {}); // each ask() that waits has its own error
    const opened = new Promise((resolve) => (socket.onopen = resolve));
    await Promise.race([opened, ended]);
    await this.#push(socket, "phx_join", {}).catch((error) => {
      socket.close();
      throw error;
    });
    this.openings += 1;
    return socket;
  }

  #push = (socket, event, payload) => this.#send(socket, this.#topic, event, payload);

  #send(socket, topic, event, payload) {
    const ref = String(++this.#ref);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("no reply came in time")), PATIENCE);
      this.#waiting.set(ref, { resolve, reject, timer });
      socket.send(JSON.stringify([topic === this.#topic ? "1" : null, ref, topic, event, payload]));
    }).finally(() => {
      clearTimeout(this.#waiting.get(ref).timer);
      this.#waiting.delete(ref);
    });
  }

  #receive(socket, [, ref, topic, event, payload]) {
    if (event === "phx_reply") {
      const waiting = this.#waiting.get(ref);
      if (payload.status === "ok") waiting?.resolve(payload.response);
      else waiting?.reject(new Refusal(payload.response));
    } else if (topic === this.#topic && (event === "phx_error" || event === "phx_close")) {
      socket.close();
    } else if (topic === this.#topic) {
      this.#pushed(event, payload);
    }
  }
}

/** It was refused, or there is no server. */
export class NotConnected extends Error {}

/** The reply was an error. */
export class Refusal extends Error {
  constructor(response) {
    super(response.detail ?? response.reason ?? "refused");
    this.response = response;
  }
}
