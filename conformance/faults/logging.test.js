// Standard error is blocked: the disk is full, or the pipe is not read. The server goes on.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { test } from "node:test";
import { ask, connect, join } from "../clients/support/client.js";
import { PATIENCE_MS } from "../clients/support/deadline.js";
import { contractServer } from "../clients/support/server.js";

const LINE = "x".repeat(490); // about the size of one field of the log
const LINES = 8_000; // four megabytes: more than a pipe, a queue, and what is being written
const AT_A_TIME = 100;

/** A pipe that is not read: its two ends, closed with the test `t`. */
function stuckPipe(t) {
  const folder = mkdtempSync(path(tmpdir(), "stuck-"));
  const name = path(folder, "pipe");
  execFileSync("mkfifo", [name]);
  const reading = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openSync(name, constants.O_WRONLY);
  rmSync(folder, { recursive: true });
  t.after(() => closeSync(reading));
  return { reading, writing };
}

/** A server that logs every event to this stderr; ended with the test `t`. */
async function loggingServer(t, stderr) {
  const server = contractServer({}, { options: ["--log", "debug", "--log-lines-a-second", "0"], stderr });
  t.after(() => server.kill());
  await server.start();
  closeSync(stderr);
  return server;
}

/** Makes the server log this many lines, and checks that each event is answered. */
async function talk(channel, lines) {
  for (let said = 0; said < lines; said += AT_A_TIME) {
    const answers = Array.from({ length: AT_A_TIME }, () => ask(channel, "echo", { LINE }));
    for (const answer of await Promise.all(answers)) assert.deepEqual(answer, { LINE });
  }
}

/** Everything in a pipe now. */
function emptied(reading) {
  const part = Buffer.alloc(65_536);
  let text = "";
  for (;;) {
    try {
      text += part.toString("latin1", 0, readSync(reading, part));
    } catch (error) {
      if (error.code === "EAGAIN") return text;
      throw error;
    }
  }
}

test("a full disk costs only log lines", async (t) => {
  const server = await loggingServer(t, openSync("/dev/full", "w"));
  const channel = await join(await connect(t, server), "conformance:full");
  await talk(channel, 500);
  await server.stop();
});

test("a log pipe that is not read costs only lines, and they are counted", async (t) => {
  const { reading, writing } = stuckPipe(t);
  const server = await loggingServer(t, writing);
  const channel = await join(await connect(t, server), "conformance:stuck");
  await talk(channel, LINES);

  // The pipe is read again: the kept lines come, and lines that count the lost ones.
  let [text, kept, lost] = ["", 0, 0];
  const deadline = Date.now() + PATIENCE_MS;
  while (kept + lost < LINES) {
    assert.ok(Date.now() < deadline, `of ${LINES} lines ${kept} were kept, ${lost} lost`);
    await ask(channel, "ack"); // another line, so that something comes
    text += emptied(reading);
    kept = text.split("HANDLED event=echo").length - 1;
    lost = sum(text.matchAll(/lines were lost.* lines=(\d+)\n/g));
  }
  assert.ok(kept > 1_000 && lost > 1_000, `${kept} were kept, ${lost} lost`);
  assert.ok(kept + lost < LINES + 1_000, `${kept} were kept, ${lost} lost`);
  await server.stop();
});

const sum = (matches) => [...matches].reduce((all, [, number]) => all + Number(number), 0);

test("a server that stops while the log's pipe is not read still ends in time with 0", async (t) => {
  const { writing } = stuckPipe(t);
  const server = await loggingServer(t, writing);
  const channel = await join(await connect(t, server), "conformance:stuck");
  await talk(channel, LINES);
  const since = performance.now();
  await server.stop();
  const lasted = performance.now() - since;
  assert.ok(lasted < 10_000, `it took ${Math.round(lasted)} ms`);
});
