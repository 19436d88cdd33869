// The connection ends, on purpose or by accident, and phoenix.js reconnects by itself.

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { ask, connect, join, rejoins, reply, roundTrip, seen, tell } from "./support/client.js";
import { contractServer } from "./support/server.js";

const IDLE_MS = 1_500; // the idle timeout of /short
const NEVER_MS = 60_000;

const server = contractServer();
beforeEach(() => server.start()); // again, if a test failed while it was away
after(() => server.stop());

for (const [how, end] of [["is killed", "kill"], ["is stopped", "stop"]]) {
  test(`when the server ${how} and comes back, the channel joins again`, async (t) => {
    const socket = await connect(t, server);
    const channel = await join(socket, "conformance:restart");
    await ask(channel, "count");
    const [closes, again] = [seen(socket, "close"), rejoins(channel)];

    await server[end]();
    await closes.next();
    const buffered = [1, 2, 3].map((n) => reply(channel.push("echo", { n })));
    await server.start();

    await again.next();
    const responses = (await Promise.all(buffered)).map(({ response }) => response);
    assert.deepEqual(responses, [{ n: 1 }, { n: 2 }, { n: 3 }], "the buffered pushes arrive");
    assert.deepEqual(await ask(channel, "count"), { count: 1 }, "its state is fresh");
  });
}

test("a server that is stopped closes with a code that makes clients reconnect", async (t) => {
  const socket = await connect(t, server);
  await join(socket, "conformance:drain");
  const closes = seen(socket, "close");
  await server.stop();
  assert.equal((await closes.next()).code, 1012);
});

test("a disconnect broadcast closes all sockets of its id, which reconnect", async (t) => {
  const sockets = await Promise.all(
    ["ann", "ann", "ben"].map((user_id) => connect(t, server, { params: { user_id } })),
  );
  const channels = await Promise.all(sockets.map((each) => join(each, "conformance:disconnect")));
  await Promise.all(channels.map((channel) => ask(channel, "count")));
  const [closes, again] = [sockets.map((each) => seen(each, "close")), channels.map(rejoins)];

  tell(channels[0], "disconnect");
  for (const n of [0, 1]) {
    assert.equal((await closes[n].next()).code, 1001);
    await again[n].next();
  }
  const counts = await Promise.all(channels.map((channel) => ask(channel, "count")));
  assert.deepEqual(counts, [{ count: 1 }, { count: 1 }, { count: 2 }]);
  assert.deepEqual(closes[2].rest, [], "another user's socket stays");
});

test("heartbeats keep a connection past its idle timeout", async (t) => {
  const heartbeatIntervalMs = IDLE_MS / 2; // the client also waits this long for an answer
  const socket = await connect(t, server, { mount: "/short", heartbeatIntervalMs });
  const channel = await join(socket, "conformance:idle");
  const [closes, frames] = [seen(socket, "close"), seen(socket, "message")];
  await frames.take(3); // each answers a heartbeat
  assert.deepEqual(closes.rest, []);
  assert.deepEqual(await ask(channel, "count"), { count: 1 });
});

test("without heartbeats an idle connection is closed, and opened again", async (t) => {
  const idle = { mount: "/short", heartbeatIntervalMs: NEVER_MS };
  const socket = await connect(t, server, idle);
  const channel = await join(socket, "conformance:silent");
  const since = performance.now();
  const [closes, again] = [seen(socket, "close"), rejoins(channel)];
  const { code } = await closes.next();
  const lasted = performance.now() - since;
  assert.ok([1000, 1002].includes(code), `the close code was ${code}`);
  assert.ok(lasted > 0.9 * IDLE_MS, `it was closed after ${Math.round(lasted)} ms`);
  await again.next();
  await roundTrip(socket);
});
