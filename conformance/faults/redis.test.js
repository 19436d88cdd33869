// Redis pauses while a client broadcasts more than the limit of waiting messages: the node's memory
// is bounded, its clients notice nothing, and every message that the other node misses is counted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { becomes, counted, residentBytes } from "./support/metrics.js";
import { Raw, message } from "./support/raw.js";
import { witnessOf } from "./support/witness.js";
import { eventually } from "../clients/support/deadline.js";
import { Redis } from "../clients/support/redis.js";
import { contractServer } from "../clients/support/server.js";

const MEGABYTE = 1_048_576;
const TOPICS = 4; // each has a receiver: this much at once is too much for one
const CHANNEL = "phx:Elixir.Stalled.PubSub.Adapter";
const MOST_PENDING = 64 * MEGABYTE; // of all messages that wait for Redis
const MOST_GROWN = 3 * MOST_PENDING; // a growing buffer is copied, and freed memory counts for a while

/** Two nodes at a Redis of their own that drops no slow subscriber. */
async function cluster(t) {
  const redis = new Redis({ more: ["--client-output-buffer-limit", "pubsub 0 0 0"] });
  await redis.start();
  t.after(() => redis.kill());
  const where = ["--redis", await redis.url(), "--pubsub", "Stalled.PubSub", "--broadcast-period", "600s", "--down-period", "1200s"];
  const nodes = ["a", "b"].map((name) =>
    contractServer({ METRICS: "1" }, { options: [...where, "--permdown-period", "2400s", "--log-level", "warn", "--node", name] }),
  );
  for (const node of nodes) {
    await node.start();
    t.after(() => node.stop());
  }
  await redis.subscribers(CHANNEL, 2);
  for (const node of nodes) await becomes("both of a node's connections", () => counted(node, "phoenix_redis_connects_total"), (n) => n === 2);
  return [redis, ...nodes];
}

const lostOf = (node, why = "") => counted(node, "phoenix_redis_messages_lost_total", `kind="broadcast",why="${why}`);
const topic = (n) => `conformance:stalled-${n % TOPICS}`;

/** A client at `server` that has joined these topics, each under its own number. */
async function member(t, server, ...topics) {
  const raw = await Raw.opens(t, server);
  for (const n of topics) await raw.joins(topic(n), {}, `${n}`);
  return raw;
}

for (const [what, filling, said] of [
  ["70,000 broadcasts of 1 kB", "x".repeat(1_024), 70_000],
  ["20,000 broadcasts of 16 kB", "x".repeat(16_384), 20_000],
]) {
  test(`Redis pauses for ${what}: memory is bounded, and each is received or counted as lost`, async (t) => {
    const [redis, a, b] = await cluster(t);
    const all = Array.from({ length: TOPICS }, (_, n) => n);
    const sender = await member(t, a, ...all);
    const hearers = await Promise.all(all.map((n) => member(t, b, n)));
    const before = residentBytes(a.pid);
    let most = before;
    redis.pause();
    await witnessOf(a)(t, async () => {
      for (let n = 0; n < said; ) {
        const some = [];
        for (const end = n + 500; n < end; ++n) some.push(message(`${n % TOPICS}`, `${n}`, topic(n), "broadcast_from", { n, filling }));
        sender.write(Buffer.concat(some));
        await sender.messages.take(some.length); // the replies: no broadcast waits for Redis
        most = Math.max(most, residentBytes(a.pid));
      }
    });
    const lost = await lostOf(a);
    assert.ok(lost > 0 && lost === (await lostOf(a, "overflow")), `${lost} were lost`);
    assert.ok(most - before < MOST_GROWN, `memory grew by ${Math.round((most - before) / MEGABYTE)} MB`);
    const lines = a.output.split("\n").filter((line) => /to other nodes/.test(line));
    assert.ok(lines.length > 0 && lines.length <= 10, `${lines.length} lines in the log, of ${lost} losses`);

    redis.resume();
    const came = async () => hearers.reduce((sum, { messages }) => sum + messages.rest.length, 0);
    await becomes("the broadcasts received", came, (count) => count === said - lost);
    for (const { messages } of hearers) {
      const numbers = messages.rest.map((parts) => parts[4].n);
      numbers.forEach((n, at) => assert.ok(at === 0 || n > numbers[at - 1], `${n} came after ${numbers[at - 1]}`));
    }
    assert.equal(await counted(b, "phoenix_cluster_broadcasts_heard_total"), said - lost);
    assert.equal(await counted(a, "phoenix_redis_published_total", 'kind="broadcast"'), said - lost);
    await eventually("how many, in the log", () => /messages to other nodes were lost.*count=\d+/.test(a.output));
    assert.equal(await lostOf(a), lost, "and no more");
    t.diagnostic(`${lost} of ${said} lost; ${Math.round((most - before) / MEGABYTE)} MB more at most; ${lines.length} lines`);
  });
}
