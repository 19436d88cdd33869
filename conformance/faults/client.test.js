// Our own client, while its server is killed and its network cuts connections: what was pushed
// arrives once at most, in order, and what is pushed later arrives.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { setTimeout as pause } from "node:timers/promises";
import { test } from "node:test";
import { start } from "../clients/support/children.js";
import { within, PATIENCE_MS } from "../clients/support/deadline.js";
import { Phx } from "../clients/support/phx.js";
import { freePort } from "../clients/support/port.js";
import { contractServer } from "../clients/support/server.js";

const SUITE = process.env.SUITE || fileURLToPath(new URL("../../build/plain/phx-conformance", import.meta.url));
const COUNT = 600;

const answered = (phx) => [...phx.said.matchAll(/^ok echo (\d+)$/gm)].map(([, n]) => Number(n));

/** Types numbers, one after the other, and lets `trouble` happen at some; returns those that were answered. */
async function types(phx, trouble) {
  for (let n = 0; n < COUNT; ++n) {
    phx.type(`echo ${n}\n`);
    await pause(2);
    await trouble(n);
  }
  phx.type(`echo ${COUNT}\n`);
  await phx.until("the last reply", ({ said }) => said.includes(`\nok echo ${COUNT}\n`));
  const numbers = answered(phx);
  assert.ok(numbers.every((n, i) => i === 0 || n > numbers[i - 1]), `each once, in order: ${numbers}`);
  return numbers;
}

test("a server that is killed and started again, three times", async (t) => {
  const server = await contractServer().start();
  t.after(() => server.stop());
  const phx = new Phx([server.mount("/socket"), "conformance:killed"]);
  t.after(() => phx.child.kill("SIGKILL"));
  await phx.until("the join", ({ noted }) => noted.includes("joined"));
  const numbers = await types(phx, async (n) => {
    if (n % 200 !== 100) return;
    const before = phx.noted;
    await server.kill();
    await phx.until("the loss", ({ noted }) => noted !== before);
    phx.type(`echo ${n}.5\n`); // while it is away: kept, and sent later
    await server.start();
  });
  assert.equal(phx.said.match(/^ok echo \d+\.5$/gm)?.length, 3, "what was typed meanwhile");
  assert.ok(numbers.length > 0.9 * COUNT, `only what was on its way was lost: ${COUNT - numbers.length} of ${COUNT}`);
  assert.equal(phx.noted.match(/joined conformance:killed again/g)?.length, 3, phx.noted);
  assert.equal((await phx.end()).status, 0);
});

test("a network that cuts the connection at each fortieth message", async (t) => {
  const server = await contractServer().start();
  t.after(() => server.stop());
  const port = await freePort();
  const words = ["disturb", "--url", server.mount("/socket"), "--listen", `${port}`, "--cut", "--every", "40"];
  const proxy = start(SUITE, words, { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => proxy.kill("SIGKILL"));
  await within(PATIENCE_MS, "the proxy", new Promise((resolve) => proxy.stdout.once("data", resolve)));
  proxy.stdout.resume();
  const phx = new Phx([`ws://127.0.0.1:${port}/socket`, "conformance:cut"]);
  t.after(() => phx.child.kill("SIGKILL"));
  await phx.until("the join", ({ noted }) => noted.includes("joined"));
  const numbers = await types(phx, () => {});
  const cuts = phx.noted.match(/joined conformance:cut again/g)?.length ?? 0;
  assert.ok(cuts >= 5, `cut ${cuts} times`);
  assert.ok(numbers.length >= COUNT - 10 * cuts, `only what was on its way was lost: ${COUNT - numbers.length} of ${COUNT}`);
  assert.equal((await phx.end()).status, 0);
});
