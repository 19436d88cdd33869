// The server under test: started on a free port, and stopped by SIGTERM, as by an operator.

import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { start } from "./children.js";
import { PATIENCE_MS, within } from "./deadline.js";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
const OUTPUT_KEPT = 40_000; // characters, the newest

/**
 * The contract server of this repository, or the program that CONTRACT_SERVER names. `ways` is how
 * it is started: `options` after the port, `under` a command before it (which becomes it, as
 * prlimit does), and its `stderr` for stdio.
 */
export const contractServer = (environment = {}, ways = {}) =>
  new Server(process.env.CONTRACT_SERVER || "build/plain/phx-contract", environment, ways);

/** The chat of chapter 1, or the program that CHAT_SERVER names; `secret` verifies its logins. */
export const chatServer = (secret = "the same at each start, so that logins last".padEnd(64, "!"), ways = {}) =>
  new Server(process.env.CHAT_SERVER || "build/plain/phx-chat", { SECRET_KEY_BASE: secret }, ways);

/** The pages of chapter 17, or the program that LIVE_SERVER names. */
export const liveServer = () =>
  new Server(process.env.LIVE_SERVER || "build/plain/phx-live-view", { SECRET_KEY_BASE: "the same at each start, ".repeat(4) });

class Server {
  #program;
  #environment;
  #ways;
  #process = null;
  #output = "";

  /** After start(): `http://HOST:PORT` (`https:` where it speaks TLS), with no slash at the end. */
  url = null;

  constructor(program, environment = {}, { options = [], under = [], stderr = "pipe" } = {}) {
    this.#program = program;
    this.#environment = environment;
    this.#ways = { options, under, stderr };
  }

  /** While it runs. */
  get pid() {
    return this.#process.pid;
  }

  /** Its latest output since its start. */
  get output() {
    return this.#output;
  }

  /** The address for a Socket: `ws://HOST:PORT` and `mount`. */
  mount(mount) {
    return this.url.replace(/^http/, "ws") + mount;
  }

  /** Starts it on a free port; after a stop() or kill(), on the same port again. */
  async start() {
    if (this.#process) {
      this.#process.kill("SIGCONT"); // it runs, or a failed test paused it
      return this;
    }
    const port = this.url ? new URL(this.url).port : "0";
    this.#output = "";
    const env = { ...process.env, ...this.#environment };
    const { options, under, stderr } = this.#ways;
    const [command, ...rest] = [...under, this.#program, "--port", port, ...options];
    this.#process = start(command, rest, { cwd: REPOSITORY, env, stdio: ["ignore", "pipe", stderr] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        this.#output = (this.#output + text).slice(-OUTPUT_KEPT);
      });
    }
    try {
      this.url = await within(PATIENCE_MS, `the address of ${this.#program}`, this.#address());
    } catch (error) {
      this.#process.kill("SIGKILL");
      this.#process = null;
      throw new Error(`${error.message}; it said: ${this.#output || "nothing"}`);
    }
    return this;
  }

  /** Asks it to end, and expects it to end soon, with status 0. */
  async stop() {
    const { code, signal } = await this.#end("SIGTERM");
    if (code !== 0) {
      throw new Error(
        `${this.#program} ended by SIGTERM with ${signal ?? `status ${code}`} ` +
          `instead of status 0; it said: ${this.#output || "nothing"}`,
      );
    }
  }

  /** Sends it a signal, and does not wait. */
  signal(name) {
    this.#process.kill(name);
  }

  /** Waits until it has ended by itself or by `signal`, if there is one; returns `{code, signal}`. */
  ended(signal = null) {
    return this.#end(signal);
  }

  /** Pauses it: connections stay open, and nothing is answered. */
  async pause() {
    this.#process.kill("SIGSTOP");
    const tasks = `/proc/${this.#process.pid}/task`;
    const stands = (task) => / T /.test(readFileSync(`${tasks}/${task}/stat`, "utf8"));
    const deadline = Date.now() + PATIENCE_MS;
    while (!readdirSync(tasks).every(stands)) { // its threads stop one by one
      if (Date.now() > deadline) throw new Error(`${this.#program} did not stand still`);
      await setImmediate();
    }
  }

  /** Ends it like a power cut, without a message to any client. */
  async kill() {
    await this.#end("SIGKILL");
  }

  /** The first address it prints, wherever in the line. */
  #address() {
    return new Promise((resolve, reject) => {
      let printed = "";
      this.#process.stdout.on("data", (text) => {
        printed += text;
        const found = printed.match(/https?:\/\/[^\s/:]+:\d+(?=\D)/);
        // If localhost is ::1 first, Node 18 tries nothing else.
        if (found) resolve(found[0].replace("//localhost:", "//127.0.0.1:"));
      });
      this.#process.once("error", ({ code }) => {
        reject(new Error(`${this.#program} does not start (${code}); is it built? See README.md`));
      });
      this.#process.once("exit", (code, signal) => {
        reject(new Error(`${this.#program} ended at once with ${signal ?? `status ${code}`}`));
      });
    });
  }

  async #end(signal) {
    const running = this.#process;
    if (!running) return { code: 0, signal: null };
    this.#process = null;
    if (running.exitCode === null && running.signalCode === null) {
      const exited = once(running, "exit");
      if (signal) running.kill(signal);
      await within(PATIENCE_MS, `${this.#program} to end by ${signal ?? "itself"}`, exited).catch((error) => {
        running.kill("SIGKILL");
        throw error;
      });
    }
    return { code: running.exitCode, signal: running.signalCode };
  }
}
