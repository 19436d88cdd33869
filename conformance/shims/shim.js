// What every shim in JavaScript does: lines of JSON in, lines of JSON out.

import { createInterface } from "node:readline";

export class Shim {
  #commands = new Map();
  #ready;

  /** What its first line says; see docs/client-contract.md. */
  constructor({ client, version, lacks = {}, fixed = {} }) {
    this.#ready = { on: "ready", client, version, lacks, fixed };
  }

  /** `handle` gets the whole command. */
  on(command, handle) {
    this.#commands.set(command, handle);
  }

  tell(line) {
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }

  /** Says that it is ready, and obeys until its input ends. */
  begin() {
    const lines = createInterface({ input: process.stdin });
    lines.on("line", (line) => this.#obey(JSON.parse(line)));
    lines.on("close", () => process.exit(0));
    this.tell(this.#ready);
  }

  #obey(command) {
    const handle = this.#commands.get(command.do);
    if (!handle) throw new Error(`expected one of ${[...this.#commands.keys()].join(", ")}, got ${command.do}`);
    handle(command);
  }
}

/** A list of waits as a function of the tries so far; the last one repeats. */
export const table = (waits) => waits && ((tries) => waits[Math.min(tries, waits.length) - 1]);

export const base64 = (buffer) => Buffer.from(buffer).toString("base64");
export const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64")).buffer;
