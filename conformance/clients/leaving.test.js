// How a channel ends: the client leaves, the server stops it, or it crashes and is joined again.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, connect, heard, join, rejoins, seen, tell } from "./support/client.js";
import { contractServer } from "./support/server.js";

const server = contractServer();
before(() => server.start());
after(() => server.stop());

test("a leave is answered ok, and then the channel is closed", async (t) => {
  const socket = await connect(t, server);
  const channel = await join(socket, "conformance:leave");
  const [closes, frames] = [heard(channel, "phx_close"), seen(socket, "message")];
  channel.leave();
  await closes.next();
  assert.equal(channel.state, "closed");
  // phoenix.js has not waited for the server, which sends:
  const [answer, farewell] = await frames.take(2);
  assert.deepEqual([answer.event, answer.payload], ["phx_reply", { response: {}, status: "ok" }]);
  assert.deepEqual([farewell.event, farewell.ref], ["phx_close", channel.joinRef()]);
});

test("after a leave no more messages come", async (t) => {
  const [leaver, stayer] = [await connect(t, server), await connect(t, server)];
  const left = await join(leaver, "conformance:left");
  const behind = await join(leaver, "conformance:behind");
  await leave(left);

  const [frames, news] = [seen(leaver, "message"), heard(behind, "broadcasted")];
  await ask(await join(stayer, "conformance:left"), "broadcast");
  // Sent after the other: if it arrives, the other was not sent.
  await ask(await join(stayer, "conformance:behind"), "broadcast");
  await news.next();
  assert.deepEqual(frames.rest.filter(({ topic }) => topic === left.topic), []);
});

test("a topic that was left can be joined again, with fresh state", async (t) => {
  const socket = await connect(t, server);
  const first = await join(socket, "conformance:again");
  assert.deepEqual(await ask(first, "count"), { count: 1 });
  await leave(first);
  const second = await join(socket, "conformance:again");
  assert.deepEqual(await ask(second, "count"), { count: 1 });
});

test("a second channel immediately takes the first one's place on its topic", async (t) => {
  const socket = await connect(t, server);
  const first = await join(socket, "conformance:twice");
  await ask(first, "count");
  const second = await join(socket, "conformance:twice"); // phoenix.js leaves the first itself
  const told = heard(second, "broadcasted");
  await ask(second, "broadcast", { n: 1 });
  assert.deepEqual(told.rest, [{ n: 1 }]);
  assert.deepEqual(await ask(second, "count"), { count: 1 });
});

for (const event of ["crash", "exit", "stop_error", "bad_return", "an unknown event"]) {
  test(`after "${event}" onError is called and the channel joins again`, async (t) => {
    const channel = await join(await connect(t, server), "conformance:crash");
    assert.deepEqual(await ask(channel, "count"), { count: 1 });
    assert.deepEqual(await ask(channel, "count"), { count: 2 });
    const [errors, again] = [heard(channel, "phx_error"), rejoins(channel)];
    tell(channel, event);
    assert.deepEqual(await errors.next(), { reason: "channel_crash" });
    await again.next();
    assert.deepEqual(await ask(channel, "count"), { count: 1 }, "its state is fresh");
    assert.deepEqual(errors.rest, []);
  });
}

test("a crash does not affect other topics of the socket", async (t) => {
  const socket = await connect(t, server);
  const calm = await join(socket, "conformance:calm");
  const crashing = await join(socket, "conformance:crashing");
  await ask(calm, "count");
  const again = rejoins(crashing);
  tell(crashing, "crash");
  await again.next();
  assert.deepEqual(await ask(calm, "count"), { count: 2 });
});

for (const event of ["stop", "stop_shutdown", "stop_shutdown_tuple"]) {
  test(`a channel ended by "${event}" is closed and does not join again`, async (t) => {
    const socket = await connect(t, server);
    const stopping = await join(socket, "conformance:stopping");
    const crashing = await join(socket, "conformance:crashing");
    const [closes, errors] = [heard(stopping, "phx_close"), heard(stopping, "phx_error")];
    const [stoppingAgain, crashingAgain] = [rejoins(stopping), rejoins(crashing)];
    tell(stopping, event);
    await closes.next();
    tell(crashing, "crash");
    await crashingAgain.next(); // phoenix.js would have waited as long to join the stopped one
    assert.equal(stopping.state, "closed");
    assert.deepEqual([errors.rest, stoppingAgain.rest], [[], []]);
  });
}

test("a stop with a reply sends the reply, then closes", async (t) => {
  const channel = await join(await connect(t, server), "conformance:last-words");
  const closes = heard(channel, "phx_close");
  assert.deepEqual(await ask(channel, "stop_reply", { bye: true }), { bye: true });
  await closes.next();
});

/** Leaves, and waits until the server has closed the channel too; phoenix.js would not. */
async function leave(channel) {
  const frames = seen(channel.socket, "message");
  channel.leave();
  while ((await frames.next()).event !== "phx_close");
}
