// A real Redis for nodes, and a client of it.

import { once } from "node:events";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { start } from "./children.js";
import { PATIENCE_MS, within } from "./deadline.js";
import { freePort } from "./port.js";

export class Redis {
  #process = null;
  #port = null;
  #password;
  #more;

  /** With a password, clients must know it. `more` is the rest of its command line: `--replicaof …`. */
  constructor({ password = "", more = [] } = {}) {
    this.#password = password;
    this.#more = more;
  }

  /** One that already runs, at this port of this machine. */
  static at(port) {
    const redis = new Redis();
    redis.#port = port;
    return redis;
  }

  /** The address for nodes, known before start(). */
  async url(login = "") {
    this.#port ??= await freePort();
    return `redis://${login}127.0.0.1:${this.#port}`;
  }

  /** Starts it, with nothing on disk; after kill(), on the same port. */
  async start() {
    await this.url();
    const listen = ["--bind", "127.0.0.1", "--port", this.#port, "--save", "", "--appendonly", "no"];
    const secret = this.#password ? ["--requirepass", this.#password] : [];
    this.#process = start("redis-server", [...listen, ...secret, ...this.#more], { cwd: tmpdir() });
    const ready = new Promise((resolve, reject) => {
      let said = "";
      this.#process.stdout.setEncoding("utf8").on("data", (text) => {
        said += text;
        if (said.includes("Ready to accept connections")) resolve();
      });
      this.#process.once("error", ({ code }) => reject(new Error(`redis-server does not start (${code})`)));
      this.#process.once("exit", () => reject(new Error(`redis-server ended: ${said}`)));
    });
    await within(PATIENCE_MS, "redis-server", ready);
  }

  /** Pauses it, and lets it go on. */
  pause() {
    this.#process.kill("SIGSTOP");
  }
  resume() {
    this.#process.kill("SIGCONT");
  }

  async kill() {
    if (!this.#process) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    this.#process = null;
    await within(PATIENCE_MS, "redis-server's end", ended);
  }

  /** The answer to one command, as Redis wrote it: `:2\r\n`. */
  async command(...words) {
    const socket = connect(this.#port, "127.0.0.1");
    // As a Sentinel has a replica do with all its clients when it becomes the master.
    const closed = once(socket, "close").then(() => {
      throw new Error("Redis closed the connection before it had answered");
    });
    closed.catch(() => {}); // also once nobody waits for an answer any more
    const say = async (...parts) => {
      socket.write(`*${parts.length}\r\n`);
      for (const part of parts.map((word) => Buffer.from(word))) {
        socket.write(`$${part.length}\r\n`);
        socket.write(part);
        socket.write("\r\n");
      }
      const [answer] = await within(PATIENCE_MS, `an answer to ${parts[0]}`, Promise.race([once(socket, "data"), closed]));
      return answer.toString();
    };
    try {
      if (this.#password) await say("AUTH", this.#password);
      return await say(...words);
    } finally {
      socket.destroy();
    }
  }

  /** Publishes; returns the number of the channel's subscribers. */
  async publish(channel, message) {
    return Number((await this.command("PUBLISH", channel, message)).slice(1));
  }

  /** Waits until `count` nodes have subscribed to the channel. */
  async subscribers(channel, count) {
    const wanted = new RegExp(`:${count}\\r\\n$`);
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const answer = await this.command("PUBSUB", "NUMSUB", channel).catch((error) => error.message);
      if (wanted.test(answer)) return;
      if (Date.now() > deadline) throw new Error(`expected ${count} subscribers, got ${JSON.stringify(answer)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
