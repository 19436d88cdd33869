// A client stops reading while its room is busy: it is closed at its limit, and no other client is
// affected.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomes, counted, residentBytes } from "./support/metrics.js";
import { Raw } from "./support/raw.js";
import { ask, connect, heard, join } from "../clients/support/client.js";
import { contractServer } from "../clients/support/server.js";

const OUTBOX = 2_000_000;
const TEXT = "x".repeat(10_000);
const ROUNDS = 3_000; // 30 MB: more than the kernel's buffer for a client and the outbox
const DEAF = 5;
const MEGABYTE = 1_048_576;

const server = contractServer({}, { options: ["--metrics", "--outbox-limit", `${OUTBOX}`] });
before(() => server.start());
after(() => server.stop());

const slowConsumers = () => counted(server, "phoenix_slow_consumers_total");

/** A room with one sender and one receiver: returns the messages' latencies, sorted. */
async function talk(t, topic) {
  const ears = heard(await join(await connect(t, server), topic), "broadcasted");
  const mouth = await join(await connect(t, server), topic);
  const latencies = [];
  let peak = 0;
  for (let n = 0; n < ROUNDS; ++n) {
    const since = performance.now();
    const answered = ask(mouth, "broadcast", { n, TEXT });
    assert.equal((await ears.next()).n, n, "every message comes, in order");
    latencies.push(performance.now() - since);
    await answered;
    peak = Math.max(peak, residentBytes(server.pid));
  }
  assert.deepEqual(ears.rest, [], "and none twice");
  return { p99: latencies.sort((a, b) => a - b)[Math.floor(0.99 * ROUNDS)], peak };
}

test("a client that reads nothing is closed at the outbox limit: memory stays flat, others' messages stay quick", async (t) => {
  await talk(t, "conformance:warm");
  const alone = await talk(t, "conformance:alone");

  const deaf = await Promise.all(Array.from({ length: DEAF }, () => Raw.opens(t, server)));
  for (const one of deaf) await one.joins("conformance:slow");
  for (const { socket } of deaf) socket.pause();
  const beside = await talk(t, "conformance:slow");

  assert.equal(await slowConsumers(), DEAF);
  const line = /a client reads too slowly and is closed" unsent_bytes=(\d+) peer=127\.0\.0\.1/g;
  const unsent = [...server.output.matchAll(line)].map(([, bytes]) => Number(bytes));
  assert.equal(unsent.length, DEAF, server.output);
  for (const bytes of unsent)
    assert.ok(bytes > OUTBOX && bytes < OUTBOX + 2 * TEXT.length, `${bytes}`);

  const grown = beside.peak - alone.peak;
  const most = DEAF * OUTBOX + 8 * MEGABYTE; // without a limit 100 MB would wait
  assert.ok(grown < most, `memory grew by ${Math.round(grown / MEGABYTE)} MB`);
  assert.ok(
    beside.p99 < 10 * alone.p99 + 50,
    `p99 was ${alone.p99.toFixed(1)} ms alone, ${beside.p99.toFixed(1)} ms beside the deaf`,
  );

  for (const { socket } of deaf) socket.resume(); // the kernel's buffer, and then the end
  await Promise.all(deaf.map((one) => one.ended));
  const processes = () => counted(server, "phoenix_processes");
  await becomes("the number of processes", processes, (count) => count < 20);
});

test("a client that reads slowly is not closed, and gets everything in order", async (t) => {
  const before = await slowConsumers();
  const slow = await Raw.opens(t, server);
  await slow.joins("conformance:steady");
  const mouth = await join(await connect(t, server), "conformance:steady");
  const rounds = 100;
  for (let n = 0; n < rounds; ++n) {
    slow.socket.pause();
    await ask(mouth, "broadcast", { n, TEXT });
    slow.socket.resume();
    const [, , , , payload] = await slow.messages.next();
    assert.equal(payload.n, n);
  }
  assert.equal(await slowConsumers(), before);
});
