// Presence on several nodes: every client sees the same list, whichever node it is connected to and
// whatever happens to the others.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { Cable } from "./support/cable.js";
import { ask } from "./support/client.js";
import { Mailbox } from "./support/deadline.js";
import { Member, agree, away } from "./support/presence.js";
import { Redis } from "./support/redis.js";
import { contractServer } from "./support/server.js";

const DOWN_MS = 2_000;
const PERMDOWN_MS = 4_000;
const redis = new Redis();
before(() => redis.start());
after(() => redis.kill());

/** Nodes of a new cluster, until the test `t` ends. */
class Cluster {
  static #made = 0;
  #name = `Cluster${++Cluster.#made}.PubSub`;
  #t;
  #periods;

  /** For tests with silent nodes: a down period longer than a test. */
  constructor(t, { down = 600_000, permdown = 1_200_000 } = {}) {
    this.#t = t;
    this.#periods = ["--broadcast-period", 100, "--max-silent-periods", 2, "--down-period", down, "--permdown-period", permdown];
  }

  async node(name, { url, more = [] } = {}) {
    const where = ["--redis", url ?? (await redis.url()), "--pubsub", this.#name, "--node", name];
    const node = contractServer({}, { options: [...where, ...this.#periods, ...more].map(String) });
    await node.start();
    this.#t.after(() => node.stop());
    return node;
  }

  get channel() {
    return `phx:Elixir.${this.#name}.Adapter`;
  }

  /** All nodes are connected. */
  hears(count) {
    return redis.subscribers(this.channel, count);
  }
}

/** Ann at a, Ben at b, of one cluster. */
async function two(t, topic, periods) {
  const cluster = new Cluster(t, periods);
  const [a, b] = await Promise.all([cluster.node("a"), cluster.node("b")]);
  await cluster.hears(2);
  const ann = await Member.comes(t, a, topic, "ann", "A");
  const ben = await Member.comes(t, b, topic, "ben", "B");
  await agree([ann, ben], { ann: ["A"], ben: ["B"] });
  return { cluster, a, b, ann, ben };
}

test("clients of two nodes see one list: joins, updates, second tabs, leaves", async (t) => {
  const topic = "presence:two";
  const { b, ann, ben } = await two(t, topic);
  const changed = new Mailbox("a join");
  ben.presence.onJoin((key, before, now) => changed.put([key, before?.metas.length, now.metas.length]));
  await ask(ann.channel, "update", { name: "A2" });
  await agree([ann, ben], { ann: ["A2"], ben: ["B"] });
  assert.deepEqual(await changed.next(), ["ann", 1, 1]);
  const tab = await Member.comes(t, b, topic, "ann", "A, at b", away);
  await agree([ann, ben, tab], { ann: ["A, at b", "A2"], ben: ["B"] });
  tab.drops();
  await agree([ann, ben], { ann: ["A2"], ben: ["B"] });
  await ask(ben.channel, "untrack");
  await agree([ann, ben], { ann: ["A2"] });
});

test("a node that joins late has the whole list", async (t) => {
  const topic = "presence:late";
  const { cluster, a, ann, ben } = await two(t, topic);
  const crowd = await Promise.all(Array.from({ length: 30 }, (_, n) => Member.comes(t, a, topic, "cat", `C${n}`)));
  await ask(ann.channel, "update", { name: "A2" });
  const cat = crowd.map((_, n) => `C${n}`).sort();
  await agree([ann, ben], { ann: ["A2"], ben: ["B"], cat });
  const dan = await Member.comes(t, await cluster.node("c"), topic, "dan", "D");
  await agree([ann, ben, dan], { ann: ["A2"], ben: ["B"], cat, dan: ["D"] });
});

test("the presences of a node that is killed leave after the down period", async (t) => {
  const { a, ann, ben } = await two(t, "presence:killed", { down: DOWN_MS, permdown: 600_000 });
  const since = Date.now(); // b receives from a after this
  await ask(ann.channel, "update", { name: "A2" });
  await ben.comesToSee({ ann: ["A2"], ben: ["B"] });
  ann.socket.disconnect(); // for good; a is dead before it can send a farewell
  await a.kill();
  await ben.comesToSee({ ben: ["B"] });
  assert.ok(Date.now() - since >= DOWN_MS, "not before");
});

test("the presences of a node that stops in order leave at once", async (t) => {
  const { a, ben } = await two(t, "presence:stopped");
  await a.stop();
  await ben.comesToSee({ ben: ["B"] });
});

test("a node that starts again under its name has none of what it had before", async (t) => {
  const { a, ann, ben } = await two(t, "presence:again");
  const old = ben.refs;
  await a.kill();
  await a.start(); // phoenix.js comes back to it by itself
  await ben.comesToSeeOthersThan(old);
  await agree([ann, ben], { ann: ["A"], ben: ["B"] });
});

for (const [what, periods, beyond] of [
  ["down", { down: DOWN_MS, permdown: 600_000 }, 0],
  ["down and permdown", { down: DOWN_MS, permdown: PERMDOWN_MS }, PERMDOWN_MS],
]) {
  test(`a split that is longer than ${what}: each side has its own, and then both the same`, async (t) => {
    const topic = "presence:split";
    const cable = new Cable(new URL(await redis.url()).port);
    await cable.mend();
    t.after(() => cable.cut());
    const cluster = new Cluster(t, periods);
    const a = await cluster.node("a");
    const b = await cluster.node("b", { url: `redis://127.0.0.1:${cable.port}` });
    await cluster.hears(2);
    const [ann, dan] = [await Member.comes(t, a, topic, "ann", "A"), await Member.comes(t, a, topic, "dan", "D")];
    const [ben, eve] = [await Member.comes(t, b, topic, "ben", "B"), await Member.comes(t, b, topic, "eve", "E")];
    await agree([ann, ben, dan, eve], { ann: ["A"], ben: ["B"], dan: ["D"], eve: ["E"] });

    await cable.cut();
    const since = Date.now();
    await ann.comesToSee({ ann: ["A"], dan: ["D"] });
    await ben.comesToSee({ ben: ["B"], eve: ["E"] });
    await ask(ann.channel, "update", { name: "A2" });
    await ask(eve.channel, "untrack");
    await dan.channel.leave();
    const cat = await Member.comes(t, b, topic, "cat", "C");
    await agree([ann], { ann: ["A2"] });
    await agree([ben, cat], { ben: ["B"], cat: ["C"] });
    // This is about time itself: the end of a longer silence has no notification.
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, since + beyond + 500 - Date.now())));

    await cable.mend();
    await agree([ann, ben, cat], { ann: ["A2"], ben: ["B"], cat: ["C"] });
  });
}

test("topics are divided among the trackers of a pool, the same on all nodes", async (t) => {
  const cluster = new Cluster(t);
  const pool = { more: ["--presence-pool-size", 3] };
  const [a, b] = [await cluster.node("a", pool), await cluster.node("b", pool)];
  await cluster.hears(2);
  for (let n = 0; n < 6; ++n) {
    const ann = await Member.comes(t, a, `presence:${n}`, "ann", "A");
    const ben = await Member.comes(t, b, `presence:${n}`, "ben", "B");
    await agree([ann, ben], { ann: ["A"], ben: ["B"] });
  }
});

test("presences of another name do not affect this one", async (t) => {
  const cluster = new Cluster(t);
  const [a, b] = [await cluster.node("a"), await cluster.node("b", { more: ["--presence", "Other.Presence"] })];
  await cluster.hears(2);
  const ann = await Member.comes(t, a, "presence:other", "ann", "A");
  const ben = await Member.comes(t, b, "presence:other", "ben", "B");
  // What b gets from a comes before the broadcast after it.
  const told = new Mailbox("a change");
  ben.presence.onSync(() => told.put(ben.sees));
  await ask(ann.channel, "update", { name: "A2" });
  await ask(ben.channel, "update", { name: "B2" });
  await ben.comesToSee({ ben: ["B2"] });
  assert.ok(told.rest.every((seen) => !("ann" in seen)));
});

test("periods that contradict each other are refused, with the flag's name", async () => {
  const server = contractServer({}, { options: ["--broadcast-period", "40s", "--down-period", "30s"] });
  await assert.rejects(server.start(), /expected a down_period of at least twice the broadcast_period: set .* \(here: --down-period\)/);
});

test("messages that no tracker would send do no harm", async (t) => {
  const topic = "presence:hostile";
  const { b, a, cluster, ann, ben } = await two(t, topic);
  const kept = new URL("../../lib/cluster/corpus/envelope/", import.meta.url);
  const said = readdirSync(kept).filter((name) => name.startsWith("tracker-")).map((name) => readFileSync(new URL(name, kept)).subarray(1));
  assert.ok(said.length > 3, "there are recordings");
  let seed = 1;
  const below = (n) => (seed = (seed * 48_271) % 2_147_483_647) % n;
  for (let i = 0; i < 500; ++i) {
    const message = Buffer.from(said[i % said.length]);
    for (let changes = below(4); changes > 0; --changes) message[below(message.length)] = below(256);
    await redis.publish(cluster.channel, i % 7 === 0 ? message.subarray(0, below(message.length)) : message);
  }
  await ask(ann.channel, "update", { name: "A2" });
  await agree([ann, ben], { ann: ["A2"], ben: ["B"] });
  for (const node of [a, b]) {
    assert.match(node.output, /a message of another node was skipped/);
    assert.ok(!node.output.includes("crashed"), node.output);
  }
});
