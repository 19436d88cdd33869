// A peer that vanishes silently, and one that has half-closed its connection.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { muffler } from "./support/muffler.js";
import { dial, Raw, rest } from "./support/raw.js";
import { becomes, counted, websockets } from "./support/metrics.js";
import { ask, connect, heard, join, roundTrip, seen } from "../clients/support/client.js";
import { contractServer } from "../clients/support/server.js";

const IDLE_MS = 1_500; // the idle timeout of /short
const PEOPLE = 30;

const server = contractServer({}, { options: ["--metrics"] });
before(() => server.start());
after(() => server.stop());

/** Takes `presence_diff`s until this many have left. */
async function leaves(diffs, count) {
  const gone = new Set();
  while (gone.size < count)
    for (const user of Object.keys((await diffs.next()).leaves)) gone.add(user);
}

test("a client that vanishes behind an open connection is ended at the idle timeout, and leaves nothing behind", async (t) => {
  const channel = await join(
    await connect(t, server, { params: { user_id: "witness" } }),
    "presence:silence",
  );
  const diffs = heard(channel, "presence_diff");
  const silent = await muffler(t, server);
  const since = performance.now();
  await Promise.all(
    Array.from({ length: PEOPLE }, async (_, n) => {
      const options = {
        mount: "/short",
        params: { user_id: `ghost${n}` },
        reconnectAfterMs: () => 1e6,
      };
      await join(await connect(t, silent, options), "presence:silence");
    }),
  );
  silent.falls();
  await websockets(server, PEOPLE + 1);

  await leaves(diffs, PEOPLE);
  const lasted = performance.now() - since;
  assert.ok(lasted > 0.9 * IDLE_MS, `they were ended after ${Math.round(lasted)} ms`);
  await websockets(server, 1);
  const processes = () => counted(server, "phoenix_processes");
  await becomes("the number of processes", processes, (count) => count < PEOPLE); // each had two
  assert.deepEqual(await ask(channel, "update", { still: "here" }), {});
});

test("it is also ended in time while many bytes wait for it", async (t) => {
  const talker = await join(await connect(t, server), "conformance:silence");
  const silent = await muffler(t, server);
  await join(
    await connect(t, silent, { mount: "/short", reconnectAfterMs: () => 1e6 }),
    "conformance:silence",
  );
  await websockets(server, 2);
  silent.falls();
  const text = "x".repeat(100_000);
  for (let i = 0; i < 100; ++i) await ask(talker, "broadcast", { text }); // more than a kernel keeps
  await websockets(server, 1);
});

test("a client that closes its half is ended once it has its answer", async (t) => {
  const page = await dial(t, server);
  page.end("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  assert.match(await rest(page), /^HTTP\/1.1 200 [^]*phoenix_connections/);

  const observer = await connect(t, server, { params: { user_id: "observer" } });
  const diffs = heard(await join(observer, "presence:halves"), "presence_diff");
  const half = await Raw.opens(t, server, "/socket/websocket?vsn=2.0.0&user_id=half");
  await half.joins("presence:halves");
  half.socket.end();
  await half.ended;
  await leaves(diffs, 1);
});

test("a reset is an end like any other", async (t) => {
  const observer = await connect(t, server, { params: { user_id: "observer" } });
  const [diffs, closes] = [
    heard(await join(observer, "presence:reset"), "presence_diff"),
    seen(observer, "close"),
  ];
  const raw = await Raw.opens(t, server, "/socket/websocket?vsn=2.0.0&user_id=reset");
  await raw.joins("presence:reset");
  raw.socket.resetAndDestroy();
  await once(raw.socket, "close");
  await leaves(diffs, 1);
  await roundTrip(observer);
  assert.deepEqual(closes.rest, []);
});
