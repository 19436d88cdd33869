// talk.mjs USER@PORT … 'STEP' …: clients on several nodes, and what each of them says and hears. Chapter 18.
//
//     ann joins TOPIC             and waits for the reply
//     ann says EVENT PAYLOAD      on the topic that she joined last, and waits for the reply
//     ann hears WORDS             waits for a frame that has these words in it
//     ann hears nothing           asks with a heartbeat: all that came before its reply would be shown
//     ann is cut                  waits for her connection to end, and shows its code: 1006 means no close frame at all
//     sh COMMAND                  runs something else in between
//
// A client's frames are shown when its own steps come, so that the order of the steps is that of the lines. Metas of
// presences are left out.

import { execSync } from "node:child_process";
import { WebSocket } from "ws";

const PATIENCE_MS = 30_000;

const shown = (frame) => frame.replace(/\{"metas":\[[^\]]*\]\}/g, "…");

class Client {
  #frames = [];
  #wake = () => {};
  #refs = 0;
  #closed = null; // the code, once it is closed

  constructor(name, port) {
    this.name = name;
    this.socket = new WebSocket(`ws://localhost:${port}/socket/websocket?user_id=${name}&vsn=2.0.0`);
    this.socket.on("message", (data) => (this.#frames.push(String(data)), this.#wake()));
    this.socket.on("close", (code) => ((this.#closed = code), this.#wake()));
    this.socket.on("error", ({ message }) => (this.error = message));
  }

  /** Sends, and shows what comes up to the reply. */
  async ask(topic, event, payload, joins = false) {
    if (this.socket.readyState === WebSocket.CONNECTING) await new Promise((done) => this.socket.once("open", done));
    const ref = String(++this.#refs);
    if (joins) [this.topic, this.joinRef] = [topic, ref];
    this.say([topic === "phoenix" ? null : this.joinRef, ref, topic, event, payload]);
    await this.hear((frame) => JSON.parse(frame)[1] === ref);
  }

  say(frame) {
    console.log(`${this.name} → ${JSON.stringify(frame)}`);
    this.socket.send(JSON.stringify(frame));
  }

  /** Shows what has come and comes, up to the frame that is `wanted`. */
  async hear(wanted) {
    for (;;) {
      while (this.#frames.length > 0) {
        const frame = this.#frames.shift();
        console.log(`${this.name} ← ${shown(frame)}`);
        if (wanted(frame)) return;
      }
      await this.#more();
    }
  }

  async cut() {
    while (this.#closed === null) await this.#more();
    console.log(`${this.name} × ${this.#closed}`);
  }

  #more() {
    if (this.#closed !== null) throw new Error(`${this.name}'s connection has ended${this.error ? `: ${this.error}` : ""}`);
    return new Promise((done, fail) => {
      const late = setTimeout(() => fail(new Error(`${this.name} has heard nothing for ${PATIENCE_MS} ms`)), PATIENCE_MS);
      this.#wake = () => (clearTimeout(late), done());
    });
  }
}

const clients = new Map();

async function step(words) {
  if (words.startsWith("sh ")) {
    console.log(words);
    return execSync(words.slice(3), { shell: "/bin/bash", stdio: ["ignore", "inherit", "inherit"] });
  }
  const [, name, port] = /^(\w+)@(\d+)$/.exec(words) ?? [];
  if (name) return clients.set(name, new Client(name, port));
  const [, who, what, rest = ""] = /^(\w+) (\w+) ?(.*)$/.exec(words) ?? [];
  const client = clients.get(who);
  if (!client) throw new Error(`expected USER@PORT, or a step of one of them, got "${words}"`);
  if (what === "joins") return client.ask(rest, "phx_join", {}, true);
  if (what === "says") {
    const [, event, payload] = /^(\S+) (.*)$/.exec(rest);
    return client.ask(client.topic, event, JSON.parse(payload));
  }
  if (what === "is" && rest === "cut") return client.cut();
  if (what !== "hears") throw new Error(`expected joins, says, hears or "is cut", got "${words}"`);
  if (rest === "nothing") return client.ask("phoenix", "heartbeat", {});
  return client.hear((frame) => frame.includes(rest));
}

try {
  for (const words of process.argv.slice(2)) await step(words);
} catch (error) {
  console.log(error.message);
  process.exitCode = 1;
}
for (const { socket } of clients.values()) socket.terminate();
