// Frames sent by hand, good and broken, by a websocket or by long-poll; and clients that only listen.

import { Socket } from "/assets/phoenix.mjs";
import { hex } from "./hops.js";

const MOUNT = "/glass/bench";
function bytesOf(text) {
  if (!text.startsWith("hex:")) return text;
  const digits = text.slice(4).replace(/\s/g, "");
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** One client, which connects with its first frame, and again after its connection ended. */
export class Hand {
  #token;
  #heard;
  #socket = null;
  #poll = null;

  /** `heard` is called with each line of what came back. */
  constructor(token, heard) {
    this.#token = token;
    this.#heard = heard;
  }

  async send(text, transport) {
    if (transport === "longpoll") return this.#post(text);
    const socket = await this.#connected();
    socket.send(bytesOf(text));
  }

  #address(transport) {
    return `${MOUNT}/${transport}?vsn=2.0.0&glass_token=${this.#token}`;
  }

  #connected() {
    if (this.#socket?.readyState === WebSocket.OPEN) return this.#socket;
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${this.#address("websocket")}`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.#heard(typeof data === "string" ? data : `hex: ${hex(new Uint8Array(data))}`);
    socket.onclose = ({ code }) => this.#heard(`closed with ${code}`);
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      socket.onopen = () => resolve(socket);
      socket.onerror = () => reject(new Error("the connection was refused"));
    });
  }

  /** A session, begun by a GET without a token, and a poll that is always under way. */
  async #session() {
    if (this.#poll) return this.#poll;
    const answer = await fetch(this.#address("longpoll"));
    const { token } = await answer.json();
    this.#poll = token;
    this.#keepPolling(token);
    return token;
  }

  async #keepPolling(token) {
    while (this.#poll === token) {
      const answer = await fetch(this.#address("longpoll"), { headers: { "x-phoenix-longpoll-token": token } });
      if (answer.status !== 200) break; // 204: nothing came; 410: the session ended
      for (const frame of (await answer.json()).messages) this.#heard(frame);
    }
    if (this.#poll === token) this.#poll = null;
  }

  async #post(text) {
    const headers = { "x-phoenix-longpoll-token": await this.#session(), "content-type": "application/json" };
    const { status } = await fetch(this.#address("longpoll"), { method: "POST", headers, body: text });
    if (status !== 200) this.#heard(`answered with ${status}`);
  }
}

/** A client that is not traced: it joins the lobby, and gets what is broadcast there. */
export function listener(token, joined) {
  const socket = new Socket(MOUNT, { params: { token } });
  socket.connect();
  socket.channel("bench:lobby").join().receive("ok", joined);
  return socket;
}
