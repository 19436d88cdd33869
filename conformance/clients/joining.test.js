// phoenix.js connects and joins: accepted and refused joins.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, connect, heard, join, reply, seen } from "./support/client.js";
import { contractServer } from "./support/server.js";

const server = contractServer();
before(() => server.start());
after(() => server.stop());

test("a socket connects", async (t) => {
  const socket = await connect(t, server);
  assert.equal(socket.connectionState(), "open");
});

test("a join is answered ok, with the channel's response", async (t) => {
  const socket = await connect(t, server);
  const params = { join: "reply", since: 3 };
  const answer = await reply(socket.channel("conformance:welcome", params).join());
  assert.deepEqual(answer, { status: "ok", response: params });
});

test("a refused join has a reason", async (t) => {
  const socket = await connect(t, server);
  const channel = socket.channel("conformance:refused", { join: "error" });
  const answer = await reply(channel.join());
  channel.leave(); // or phoenix.js would try again and again
  assert.deepEqual(answer, { status: "error", response: { reason: "refused" } });
});

test("a join that crashes says so, and the socket's other topics go on", async (t) => {
  const socket = await connect(t, server);
  const bystander = await join(socket, "conformance:bystander");
  const channel = socket.channel("conformance:crashing", { join: "crash" });
  const answer = await reply(channel.join());
  channel.leave();
  assert.deepEqual(answer, { status: "error", response: { reason: "join crashed" } });
  assert.deepEqual(await ask(bystander, "count"), { count: 1 });
});

test("a topic without a channel is unmatched", async (t) => {
  const socket = await connect(t, server);
  const channel = socket.channel("nowhere:at-all");
  const answer = await reply(channel.join());
  channel.leave();
  assert.deepEqual(answer, { status: "error", response: { reason: "unmatched topic" } });
});

test("a push from the join arrives after the join's reply", async (t) => {
  const socket = await connect(t, server);
  const order = [];
  const channel = socket.channel("conformance:early", { join: "push" });
  const pushed = heard(channel, "after_join");
  channel.on("after_join", () => order.push("push"));
  await reply(channel.join().receive("ok", () => order.push("reply")));
  assert.deepEqual(await pushed.next(), {});
  assert.deepEqual(order, ["reply", "push"]);
});

test("connect's parameters reach the channel", async (t) => {
  const socket = await connect(t, server, { params: { user_id: "Ada Ω" } });
  const channel = await join(socket, "conformance:assigns");
  assert.equal((await ask(channel, "assigns")).user_id, "Ada Ω");
});

test("an auth token reaches connect", async (t) => {
  const socket = await connect(t, server, { mount: "/auth", authToken: "a token, kept secret" });
  const channel = await join(socket, "conformance:auth");
  assert.equal((await ask(channel, "connect_info")).auth_token, "a token, kept secret");
});

test("a refused connection is tried again and never opens", async (t) => {
  const socket = await connect(t, server, { params: { user_id: "first" } });
  const errors = seen(socket, "error");
  const opens = seen(socket, "open");
  socket.params = () => ({ token: "reject" });
  await new Promise((resolve) => socket.disconnect(resolve));
  socket.connect();
  await errors.take(3);
  assert.deepEqual(opens.rest, []);
});
