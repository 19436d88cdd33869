// Each shim against a good server: every command is obeyed, and every report has the contract's form.

import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { start } from "../clients/support/children.js";
import { Mailbox, PATIENCE_MS, within } from "../clients/support/deadline.js";
import { contractServer } from "../clients/support/server.js";

const path = (file) => fileURLToPath(new URL(file, import.meta.url));
const shims = [
  { command: ["phoenix.js"], binary: true, presence: true },
  { command: ["phoenix.js", "1-7"], binary: true, presence: true },
  { command: ["phoenix.js", "1-4"], binary: false, presence: true },
  { command: [process.env.PHX_SHIM || "build/plain/phx-shim"], binary: true, presence: true },
  { command: ["supabase.js"], binary: false, presence: true },
  { command: ["phoenix-channels.js"], binary: false, presence: true },
];

/** A shim's process: do() writes a command, hears() waits for a report that has these members. */
class Driven {
  #child;
  #reports = new Mailbox("a report of the shim");

  constructor([file, ...words]) {
    const command = file.endsWith(".js") ? [process.execPath, path(file), ...words] : [file, ...words];
    this.#child = start(command[0], command.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#reports.put(JSON.parse(line)));
    this.exited = new Promise((resolve) => this.#child.once("exit", resolve));
  }

  do(command, members = {}) {
    this.#child.stdin.write(`${JSON.stringify({ do: command, ...members })}\n`);
  }

  /** The next report with these members; others are passed over. */
  async hears(members) {
    for (;;) {
      const report = await this.#reports.next();
      if (Object.entries(members).every(([name, value]) => report[name] === value)) return report;
    }
  }

  /** Its input ends, and then it must. */
  async ends() {
    this.#child.stdin.end();
    return within(PATIENCE_MS, "the shim's exit", this.exited);
  }
}

describe("shims", { concurrency: 1 }, () => {
  const server = contractServer();
  before(() => server.start());
  after(() => server.stop());
  for (const shim of shims) describe(shim.command.join(" "), () => obeys(shim, server));
});

function obeys({ command, binary, presence }, server) {
  const connected = async (options = {}) => {
    const driven = new Driven(command);
    const ready = await driven.hears({ on: "ready" });
    driven.do("connect", { url: server.mount("/socket"), params: { user_id: "Ada & Ω" }, options });
    await driven.hears({ on: "open" });
    return { driven, ready };
  };
  const joined = async (topic, members = {}, options = {}) => {
    const { driven } = await connected(options);
    driven.do("join", { channel: "a", topic, payload: {}, ...members });
    await driven.hears({ on: "joined", channel: "a" });
    return driven;
  };

  test("it says what it is, and ends with its input", async () => {
    const { driven, ready } = await connected();
    assert.match(ready.client, /./);
    assert.match(ready.version, /^\d+\.\d+\.\d+$/);
    assert.equal("binary" in ready.lacks, !binary);
    assert.equal(await driven.ends(), 0);
  });

  test("a push is answered ok, error, or not in time", async () => {
    const driven = await joined("conformance:shim", {}, { timeout_ms: 300 });
    driven.do("push", { channel: "a", id: "1", event: "echo", payload: { n: 1 } });
    driven.do("push", { channel: "a", id: "2", event: "echo_error", payload: { n: 2 } });
    driven.do("push", { channel: "a", id: "3", event: "noreply", payload: {} });
    assert.deepEqual(await driven.hears({ on: "reply" }), { on: "reply", id: "1", status: "ok", response: { n: 1 } });
    assert.deepEqual(await driven.hears({ on: "reply" }), { on: "reply", id: "2", status: "error", response: { n: 2 } });
    await driven.hears({ on: "timeout", id: "3" });
    await driven.ends();
  });

  test("messages, a refused join, a leave, a disconnect", async () => {
    const driven = await joined("conformance:shim", { events: ["broadcasted"] });
    driven.do("push", { channel: "a", id: "1", event: "broadcast", payload: { text: "é" } });
    assert.deepEqual(await driven.hears({ on: "message" }), {
      on: "message", channel: "a", event: "broadcasted", payload: { text: "é" },
    });
    driven.do("join", { channel: "b", topic: "conformance:refused", payload: { join: "error" } });
    assert.deepEqual((await driven.hears({ on: "refused", channel: "b" })).response, { reason: "refused" });
    driven.do("leave", { channel: "a" });
    await driven.hears({ on: "left", channel: "a" });
    driven.do("disconnect");
    await driven.ends();
  });

  test("a channel that crashes or stops is told apart", async () => {
    const driven = await joined("conformance:crash", {}, { rejoin_ms: [50] });
    driven.do("push", { channel: "a", id: "1", event: "crash", payload: {} });
    await driven.hears({ on: "error", channel: "a" });
    await driven.hears({ on: "joined", channel: "a" });
    driven.do("push", { channel: "a", id: "2", event: "stop", payload: {} });
    await driven.hears({ on: "closed", channel: "a" });
    await driven.ends();
  });

  if (binary) test("bytes go both ways", async () => {
    const driven = await joined("conformance:bytes", { events: ["broadcasted_binary"] });
    driven.do("push", { channel: "a", id: "1", event: "echo", binary: "AAH//g==" });
    assert.equal((await driven.hears({ on: "reply", id: "1" })).binary, "AAH//g==");
    driven.do("push", { channel: "a", id: "2", event: "broadcast_binary", binary: "AAH//g==" });
    assert.equal((await driven.hears({ on: "message" })).binary, "AAH//g==");
    await driven.ends();
  });

  if (presence) test("its list of presences", async () => {
    const driven = await joined("presence:shim", { presence: true });
    const { list } = await driven.hears({ on: "presence", channel: "a" });
    const metas = Object.values(list).flat();
    assert.equal(metas.length, 1);
    assert.match(metas[0].phx_ref, /./);
    await driven.ends();
  });
}
