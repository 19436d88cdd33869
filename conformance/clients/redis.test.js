// How nodes connect to Redis: as a user with few rights, by several addresses, by Sentinels.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { test } from "node:test";
import { start } from "./support/children.js";
import { ask, connect, heard, join } from "./support/client.js";
import { PATIENCE_MS, eventually, within } from "./support/deadline.js";
import { freePort } from "./support/port.js";
import { Redis } from "./support/redis.js";
import { contractServer } from "./support/server.js";

const CHANNEL = "phx:Elixir.Contract.PubSub.Adapter";

async function redisOf(t, options) {
  const redis = new Redis(options);
  t.after(() => redis.kill());
  await redis.start();
  return redis;
}
const port = async (redis) => new URL(await redis.url()).port;

/** A node that is started, until the test ends. */
async function node(t, name, url, ...more) {
  const server = contractServer({}, { options: ["--redis", url, "--node", name, ...more] });
  await server.start();
  t.after(() => server.stop());
  return server;
}

/** Ann at a and Bob at b: `meet()` returns once Ann's broadcast reaches Bob. */
async function members(t, a, b) {
  const ann = await join(await connect(t, a), "conformance:redis");
  const bob = await join(await connect(t, b), "conformance:redis");
  const at_b = heard(bob, "broadcasted");
  let n = 0;
  return {
    ann,
    meet: () =>
      eventually("a broadcast at the other node", async () => {
        await ask(ann, "broadcast", { n: ++n });
        return at_b.rest.some((got) => got.n === n || got.n === n - 1);
      }),
  };
}

test("a user of Redis needs two rights, to subscribe and to publish, on one channel", async (t) => {
  const rights = ["on", ">s:e@c/ret", "resetchannels", `&${CHANNEL}`, "-@all", "+subscribe", "+publish"];
  const redis = await redisOf(t, { more: ["--user", "phx", ...rights] });
  const url = `redis://phx:s%3Ae%40c%2Fret@127.0.0.1:${await port(redis)}`;
  const [a, b] = [await node(t, "a", url), await node(t, "b", url)];
  await redis.subscribers(CHANNEL, 2);
  await (await members(t, a, b)).meet();
});

test("with a channel for each topic it needs a third, to unsubscribe, on the channels of all topics", async (t) => {
  const rights = ["on", ">secret", "resetchannels", `&${CHANNEL}*`, "-@all", "+subscribe", "+unsubscribe", "+publish"];
  const redis = await redisOf(t, { more: ["--user", "phx", ...rights] });
  const url = `redis://phx:secret@127.0.0.1:${await port(redis)}`;
  const per_topic = ["--redis-channel-per", "topic"];
  const [a, b] = [await node(t, "a", url, ...per_topic), await node(t, "b", url, ...per_topic)];
  await redis.subscribers(CHANNEL, 2);
  const topic = `${CHANNEL}:topic:conformance:redis`;
  const { meet, ann } = await members(t, a, b);
  await redis.subscribers(topic, 2);
  await meet();
  await ann.leave();
  await redis.subscribers(topic, 1);
  assert.ok(!/NOPERM/.test(a.output), a.output);
});

test("a channel that the user may not use is logged", async (t) => {
  const rights = ["on", ">secret", "resetchannels", "&phx:other", "-@all", "+subscribe", "+publish", "+ping"];
  const redis = await redisOf(t, { more: ["--user", "phx", ...rights] });
  const a = await node(t, "a", `redis://phx:secret@127.0.0.1:${await port(redis)}`);
  await eventually("a line in the log", () => /no connection to Redis.*NOPERM/.test(a.output));
  // It is tried again and again, each time a little later, and not logged again.
  const refusals = async () => Number((await redis.command("ACL", "LOG", "1")).match(/count\r\n:(\d+)/)[1]);
  await eventually("the fourth attempt", async () => (await refusals()) >= 4);
  const told = (words) => a.output.split("\n").filter((line) => line.includes("role=subscriber") && words.test(line));
  assert.deepEqual([told(/no connection/).length, told(/connected/).length], [1, 0], a.output);
});

test("a wrong password is logged, and the node serves its own clients", async (t) => {
  const redis = await redisOf(t, { password: "right" });
  const a = await node(t, "a", `redis://:wrong@127.0.0.1:${await port(redis)}`);
  await eventually("a line in the log", () => /no connection to Redis.*(WRONGPASS|invalid)/i.test(a.output));
  const channel = await join(await connect(t, a), "conformance:1");
  assert.deepEqual(await ask(channel, "echo", { n: 1 }), { n: 1 });
  assert.ok(!a.output.includes("wrong@"), "the log does not show the password");
});

test("if one of several addresses does not answer, the next is tried", async (t) => {
  const [one, two] = [new Redis(), new Redis()];
  t.after(() => Promise.all([one.kill(), two.kill()]));
  const url = `redis://127.0.0.1:${await port(one)},127.0.0.1:${await port(two)}`;
  await two.start();
  const [a, b] = [await node(t, "a", url), await node(t, "b", url)];
  const { meet } = await members(t, a, b);
  await two.subscribers(CHANNEL, 2);
  await meet();
  await two.kill();
  await one.start();
  await one.subscribers(CHANNEL, 2);
  await meet();
});

test("a command that Redis hangs up on fails at once", async (t) => {
  const rude = createServer((socket) => socket.once("data", () => socket.end()));
  t.after(() => rude.close());
  await once(rude.listen(0, "127.0.0.1"), "listening");
  await assert.rejects(command(rude.address().port, "PING"), /closed the connection before it had answered/);
});

test("Sentinels know the master, and the new one after it has died", async (t) => {
  const master = await redisOf(t, {});
  const replica = await redisOf(t, { more: ["--replicaof", "127.0.0.1", await port(master)] });
  const sentinel = await sentinelOf(t, await port(master));
  await eventually("the Sentinel's knowledge of the replica", async () =>
    (await command(sentinel, "SENTINEL", "replicas", "main")).includes(await port(replica)),
  );
  const url = `redis+sentinel://127.0.0.1:${await freePort()},127.0.0.1:${sentinel}/main`;
  const [a, b] = [await node(t, "a", url), await node(t, "b", url)];
  const { meet } = await members(t, a, b);
  await master.subscribers(CHANNEL, 2);
  await meet();
  await master.kill();
  await replica.subscribers(CHANNEL, 2);
  await meet();
});

/** Starts one that watches the master at this port under the name main; returns its own port. */
async function sentinelOf(t, master) {
  const own = await freePort();
  const folder = mkdtempSync(path(tmpdir(), "sentinel-")); // it keeps its state in its file
  const file = path(folder, "sentinel.conf");
  const lines = [
    `port ${own}`,
    "bind 127.0.0.1",
    `sentinel monitor main 127.0.0.1 ${master} 1`,
    "sentinel down-after-milliseconds main 500",
    "sentinel failover-timeout main 2000",
  ];
  writeFileSync(file, lines.join("\n") + "\n");
  const process = start("redis-server", [file, "--sentinel"], { cwd: folder, stdio: "ignore" });
  t.after(async () => {
    const ended = once(process, "exit");
    process.kill("SIGKILL");
    await within(PATIENCE_MS, "the Sentinel's end", ended);
    rmSync(folder, { recursive: true });
  });
  await eventually("the Sentinel", () => command(own, "PING").catch(() => false));
  return own;
}

const command = (at, ...words) => Redis.at(at).command(...words);
