// The same conversations without websockets: phoenix.js polls.

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { LongPoll } from "phoenix";
import { ask, connect, heard, join, rejoins, reply, seen, tell } from "./support/client.js";
import { withoutWebSockets } from "./support/proxy.js";
import { contractServer } from "./support/server.js";

const WINDOW_MS = 1_000; // how long /short and /auth hold a poll
const BATCH = 100; // the lines of one post of phoenix.js, and the server's limit

const server = contractServer();
beforeEach(() => server.start()); // again, if a test failed while it was away
after(() => server.stop());

const poll = (t, options = {}) => connect(t, server, { transport: LongPoll, ...options });

test("a topic is joined, or the join refused", async (t) => {
  const socket = await poll(t);
  await join(socket, "conformance:polled");
  const refused = socket.channel("conformance:refused", { join: "error" });
  const response = { reason: "refused" };
  assert.deepEqual(await reply(refused.join()), { status: "error", response });
});

test("pushes are answered: ok, error, late", async (t) => {
  const channel = await join(await poll(t), "conformance:polled-pushes");
  assert.deepEqual(await ask(channel, "echo", { text: "é世😀" }), { text: "é世😀" });
  const nack = await reply(channel.push("echo_error", { n: 1 }));
  assert.deepEqual(nack, { status: "error", response: { n: 1 } });
  assert.deepEqual(await ask(channel, "async", { ms: 50 }), { ms: 50 });
});

test("many pushes at once go in several posts, and are answered in order", async (t) => {
  const channel = await join(await poll(t), "conformance:polled-many");
  const numbers = Array.from({ length: 2 * BATCH + 50 }, (_, n) => n);
  const answers = await Promise.all(numbers.map((n) => ask(channel, "echo", { n })));
  assert.deepEqual(answers, numbers.map((n) => ({ n })));
});

test("bytes are sent as base64", async (t) => {
  const bytes = Uint8Array.from({ length: 256 }, (_, n) => n).buffer;
  const channel = await join(await poll(t), "conformance:polled-bytes");
  assert.deepEqual(await reply(channel.push("ack", bytes)), { status: "ok", response: {} });
});

test("a polling client and one with a websocket get each other's messages", async (t) => {
  const [polled, connected] = [await poll(t), await connect(t, server)];
  const [ann, ben] = [
    await join(polled, "conformance:mixed"),
    await join(connected, "conformance:mixed"),
  ];
  const [annHears, benHears] = [heard(ann, "broadcasted"), heard(ben, "broadcasted")];
  await ask(ann, "broadcast_from", { from: "ann" });
  assert.deepEqual(await benHears.next(), { from: "ann" });
  await ask(ben, "broadcast_from", { from: "ben" });
  assert.deepEqual(await annHears.next(), { from: "ben" });
  await ask(ann, "broadcast", { to: "both" });
  for (const mailbox of [annHears, benHears]) {
    assert.deepEqual(await mailbox.next(), { to: "both" });
  }
  assert.deepEqual([annHears.rest, benHears.rest], [[], []]);
});

test("a leave closes the channel, and no more messages come", async (t) => {
  const [leaver, stayer] = [await poll(t), await connect(t, server)];
  const left = await join(leaver, "conformance:polled-left");
  const behind = await join(leaver, "conformance:polled-behind");
  const closes = heard(left, "phx_close");
  left.leave();
  await closes.next();
  await ask(behind, "ack"); // so the server has seen the leave
  const [frames, news] = [seen(leaver, "message"), heard(behind, "broadcasted")];
  await ask(await join(stayer, left.topic), "broadcast");
  await ask(await join(stayer, behind.topic), "broadcast"); // overtakes nothing
  await news.next();
  const late = frames.rest.filter(({ topic }) => topic === left.topic);
  assert.deepEqual(late, []);
});

test("a channel that crashes is joined again, with fresh state", async (t) => {
  const channel = await join(await poll(t), "conformance:polled-crash");
  assert.deepEqual(await ask(channel, "count"), { count: 1 });
  const [errors, again] = [heard(channel, "phx_error"), rejoins(channel)];
  tell(channel, "crash");
  await errors.next();
  await again.next();
  assert.deepEqual(await ask(channel, "count"), { count: 1 });
});

test("a session lives over several windows", async (t) => {
  const channel = await join(await poll(t, { mount: "/short" }), "conformance:polled-on");
  assert.deepEqual(await ask(channel, "count"), { count: 1 });
  const ms = 2.5 * WINDOW_MS; // two empty polls, and longer than a session lasts without a poll
  assert.deepEqual(await ask(channel, "async", { ms }), { ms });
  assert.deepEqual(await ask(channel, "count"), { count: 2 });
});

test("after a server dies and comes back, its channels are joined again", async (t) => {
  const channel = await join(await poll(t), "conformance:polled-restart");
  await ask(channel, "count");
  const again = rejoins(channel);
  await server.kill();
  await server.start();
  await again.next();
  assert.deepEqual(await ask(channel, "count"), { count: 1 });
});

test("a disconnect broadcast ends the session, and phoenix.js opens another", async (t) => {
  const socket = await poll(t, { mount: "/short", params: { user_id: "polling" } });
  const channel = await join(socket, "conformance:polled-disconnect");
  await ask(channel, "count");
  const [closes, again] = [seen(socket, "close"), rejoins(channel)];
  tell(channel, "disconnect");
  assert.equal((await closes.next()).reason, "session_gone");
  await again.next();
  assert.deepEqual(await ask(channel, "count"), { count: 1 });
});

test("the auth token goes in a header and reaches connect", async (t) => {
  const authToken = "secret-token";
  const socket = await poll(t, { mount: "/auth", authToken });
  const { auth_token } = await ask(await join(socket, "conformance:polled-auth"), "connect_info");
  assert.equal(auth_token, authToken);
});

// --- Falling back -------------------------------------------------------------------------------

/** A websocket that is never opened and never closed. */
class Swallowed {
  readyState = 0;
  send() {}
  close() {}
}

test("a websocket that never opens is replaced by long-polling", async (t) => {
  const socket = await connect(t, server, { transport: Swallowed, longPollFallbackMs: 100 });
  assert.equal(socket.transport, LongPoll);
  const channel = await join(socket, "conformance:fallen-back");
  assert.deepEqual(await ask(channel, "echo", { n: 1 }), { n: 1 });
});

test("behind a proxy that refuses websockets the page works by long-polling", async (t) => {
  const proxy = await withoutWebSockets(t, server);
  const socket = await connect(t, proxy, { longPollFallbackMs: 2_000 });
  assert.equal(proxy.refused.length, 1, "the websocket was tried first");
  assert.equal(socket.transport, LongPoll);
  const channel = await join(socket, "conformance:behind-a-proxy");
  const news = heard(channel, "broadcasted");
  await ask(await join(await connect(t, server), channel.topic), "broadcast", { n: 1 });
  assert.deepEqual(await news.next(), { n: 1 });
});
