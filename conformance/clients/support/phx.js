// phx as a child process.

import { start } from "./children.js";
import { PATIENCE_MS, eventually, within } from "./deadline.js";

const PHX = process.env.PHX || "build/plain/phx";

/** A running phx: `said` and `noted` are its two outputs so far. */
export class Phx {
  said = "";
  noted = "";

  constructor(words) {
    this.child = start(PHX, words);
    this.child.stdout.setEncoding("utf8").on("data", (text) => (this.said += text));
    this.child.stderr.setEncoding("utf8").on("data", (text) => (this.noted += text));
    this.child.stdin.on("error", () => {}); // it may end without reading
    this.ended = new Promise((resolve) => this.child.once("close", resolve));
  }
  type(text) {
    this.child.stdin.write(text);
    return this;
  }
  async end(text = "") {
    this.child.stdin.end(text);
    const status = await within(PATIENCE_MS, "phx to end", this.ended);
    return { status, said: this.said, noted: this.noted };
  }
  lines() {
    return this.said.trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }
  until(what, look) {
    return eventually(what, () => look(this));
  }
}
