// Nodes with a Redis channel for each topic: a node gets only its members' topics.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { ask, connect, heard, join, reply, roundTrip, seen, tell } from "./support/client.js";
import { PATIENCE_MS, eventually, within } from "./support/deadline.js";
import { Member, agree } from "./support/presence.js";
import { Redis } from "./support/redis.js";
import { contractServer } from "./support/server.js";

const CHANNEL = "phx:Elixir.Contract.PubSub.Adapter";
const PUBLISH = process.env.PUBLISH || "build/plain/phx-publish";
const of = (topic) => `${CHANNEL}:topic:${topic}`;
const redis = new Redis();
let a, b, c;

before(async () => {
  await redis.start();
  const where = ["--redis", await redis.url(), "--redis-channel-per", "topic", "--pubsub", "Contract.PubSub"];
  const more = ["--max-channels", "1000", "--max-connections", "1000", "--broadcast-period", "100ms"];
  [a, b, c] = ["a", "b", "c"].map((name) => contractServer({}, { options: [...where, "--node", name, ...more] }));
  await Promise.all([a, b, c].map((node) => node.start()));
  await redis.subscribers(CHANNEL, 3);
});
after(async () => {
  await Promise.all([a, b, c].map((node) => node?.stop()));
  await redis.kill();
});

/** The number of subscribed channels of topics that match the pattern. */
async function channels(pattern) {
  const answer = await redis.command("EVAL", "return #redis.call('PUBSUB', 'CHANNELS', ARGV[1])", "0", of(pattern));
  return Number(answer.slice(1));
}
const member = async (t, node, topic, user_id) => join(await connect(t, node, { params: { user_id } }), topic);

test("a node gets a topic from its first member's join until a moment after its last has left", async (t) => {
  const topic = "conformance:few";
  await redis.subscribers(of(topic), 0);
  const ann = await member(t, a, topic, "ann");
  await redis.subscribers(of(topic), 1);
  const [bob, ben] = [await member(t, b, topic, "bob"), await member(t, b, topic, "ben")];
  await redis.subscribers(of(topic), 2);
  const [at_a, at_b] = [heard(ann, "broadcasted"), heard(bob, "broadcasted")];
  await ask(ann, "broadcast", { n: 1 });
  assert.deepEqual([await at_a.next(), await at_b.next()], [{ n: 1 }, { n: 1 }]);
  await ask(bob, "broadcast_from", { n: 2 });
  assert.deepEqual(await at_a.next(), { n: 2 });
  await reply(bob.leave());
  await ask(ann, "broadcast", { n: 3 });
  assert.deepEqual(await at_a.next(), { n: 3 });
  await reply(ben.leave());
  await redis.subscribers(of(topic), 1);
  assert.deepEqual(at_b.rest, []);
});

test("a broadcast after a join's reply reaches the new member", async (t) => {
  const [ann, bob] = [await connect(t, a), await connect(t, b)];
  for (let n = 0; n < 100; ++n) {
    const topic = `conformance:at-once-${n}`;
    const at_a = await join(ann, topic);
    const at_b = bob.channel(topic);
    const got = heard(at_b, "broadcasted");
    await reply(at_b.join()).then(() => tell(at_a, "broadcast", { n }));
    assert.deepEqual(await got.next(), { n });
  }
});

test("a join waits while Redis is paused, and is answered once it goes on", async (t) => {
  const topic = "conformance:patient";
  const [ann, bob] = [await connect(t, a), await connect(t, a)];
  const known = await join(bob, "conformance:known");
  redis.pause();
  try {
    let joined = false;
    const joining = join(ann, topic).then((channel) => ((joined = true), channel));
    await join(await connect(t, a), "conformance:known"); // its channel is subscribed to already
    for (let n = 0; n < 20; ++n) await roundTrip(bob);
    assert.equal(joined, false);
    redis.resume();
    await joining;
  } finally {
    redis.resume();
  }
  assert.deepEqual(await ask(known, "echo", { n: 1 }), { n: 1 });
});

test("broadcasts of one client arrive in order, each once, on both other nodes", async (t) => {
  const topic = "conformance:order";
  const ann = await member(t, a, topic, "ann");
  const there = [await member(t, b, topic, "bob"), await member(t, c, topic, "cat")].map((one) => heard(one, "broadcasted"));
  for (let n = 0; n < 500; ++n) tell(ann, "broadcast", { n });
  for (const mailbox of there) {
    assert.deepEqual((await mailbox.take(500)).map(({ n }) => n), Array.from({ length: 500 }, (_, n) => n));
    assert.deepEqual(mailbox.rest, []);
  }
});

test("a user is disconnected on all nodes, without a channel of its own", async (t) => {
  const sockets = await Promise.all([a, b, c].map((node) => connect(t, node, { params: { user_id: "dan" } })));
  const channel = await join(sockets[0], "conformance:leave");
  assert.equal(await channels("users_socket:*"), 0);
  const closed = sockets.slice(1).map((socket) => seen(socket, "close"));
  tell(channel, "disconnect", {});
  for (const mailbox of closed) assert.equal((await mailbox.next()).code, 1001);
});

test("presences are one list, whose changes every node gets", async (t) => {
  const topic = "presence:topics";
  const ann = await Member.comes(t, a, topic, "ann", "A");
  const bob = await Member.comes(t, b, topic, "bob", "B");
  await agree([ann, bob], { ann: ["A"], bob: ["B"] });
  const cat = await Member.comes(t, c, topic, "cat", "C");
  await agree([ann, bob, cat], { ann: ["A"], bob: ["B"], cat: ["C"] });
  await ask(bob.channel, "untrack");
  await agree([ann, bob, cat], { ann: ["A"], cat: ["C"] });
});

test("a program publishes to the nodes with a member, or to all", async (t) => {
  const topic = "conformance:published";
  const publish = async (...words) => {
    const child = spawn(PUBLISH, words, { env: { ...process.env, REDIS: await redis.url(), PUBSUB: "Contract.PubSub" } });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
    const [status] = await within(PATIENCE_MS, "phx-publish", once(child, "close"));
    return [status, said.trim()];
  };
  const per_topic = ["--redis-channel-per", "topic", topic, "news"];
  assert.deepEqual(await publish(...per_topic), [1, `phx-publish: no node listens at this Redis to the topic ${topic}`]);
  const at_b = heard(await member(t, b, topic, "bob"), "news");
  assert.deepEqual(await publish(...per_topic, '{"n": 1}'), [0, "published to 1 node"]);
  assert.deepEqual(await publish(topic, "news", '{"n": 2}'), [0, "published to 3 nodes"]);
  assert.deepEqual([await at_b.next(), await at_b.next()], [{ n: 1 }, { n: 2 }]);
});

test("ten thousand topics are subscribed, survive a cut and a restart of Redis, and are left", async (t) => {
  const COUNT = 10_000;
  const pattern = "conformance:churn-*";
  const ann = await member(t, a, "conformance:churn-9999", "ann");
  let answered = 0, told = 0;
  const crowd = Array.from({ length: 50 }, () => new WebSocket(b.mount("/socket/websocket?vsn=2.0.0")));
  t.after(() => crowd.forEach((one) => one.terminate()));
  await within(PATIENCE_MS, "the connections", Promise.all(crowd.map((one) => once(one, "open"))));
  for (const one of crowd) {
    one.on("message", (text) => {
      const [, , , event, { status } = {}] = JSON.parse(text);
      if (event === "phx_reply" && status === "ok") ++answered;
      if (event === "broadcasted") ++told;
    });
  }
  const all = (event) => {
    for (let n = 0; n < COUNT; ++n) {
      crowd[n % crowd.length].send(JSON.stringify([`${n}`, `${n}`, `conformance:churn-${n}`, event, {}]));
    }
  };
  const arrives = (what) =>
    eventually(what, async () => {
      const before = told;
      await ask(ann, "broadcast", {});
      return eventually("a broadcast", () => told > before, 200).catch(() => false);
    });

  all("phx_join");
  await eventually("all joins", () => answered === COUNT);
  assert.equal(await channels(pattern), COUNT);
  await redis.command("CLIENT", "KILL", "TYPE", "pubsub");
  await redis.subscribers(CHANNEL, 3);
  await arrives("a broadcast after the cut");
  await eventually("all channels", async () => (await channels(pattern)) === COUNT);
  await redis.kill();
  await redis.start();
  await redis.subscribers(CHANNEL, 3);
  await eventually("all channels", async () => (await channels(pattern)) === COUNT);
  await arrives("a broadcast after the restart");
  all("phx_leave");
  await eventually("all leaves", () => answered === 2 * COUNT);
  await eventually("the channels' end", async () => (await channels(pattern)) === 1);
});
