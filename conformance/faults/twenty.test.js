// Twenty nodes on one machine, at one Redis: a broadcast reaches all, they have one list, and a
// killed node leaves it everywhere. The test prints the costs: docs/scale.md has the figures.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as nap } from "node:timers/promises";
import { residentBytes } from "./support/metrics.js";
import { ask, connect, heard, join } from "../clients/support/client.js";
import { Member, agree } from "../clients/support/presence.js";
import { Redis } from "../clients/support/redis.js";
import { contractServer } from "../clients/support/server.js";

const NODES = 20;
const PERIOD_MS = 300;
const DOWN_MS = 4_000;
const LOOK_MS = 3_000;
const MOST_MEGABYTES = 40; // of one node with two clients
const MEGABYTE = 1_048_576;

/** The nodes, which end with the test `t`. */
async function twenty(t) {
  const redis = new Redis();
  await redis.start();
  t.after(() => redis.kill());
  const periods = ["--broadcast-period", PERIOD_MS, "--max-silent-periods", 4, "--down-period", DOWN_MS, "--permdown-period", 600_000];
  const url = await redis.url();
  const nodes = await Promise.all(
    Array.from({ length: NODES }, async (_, n) => {
      const options = ["--redis", url, "--pubsub", "Twenty.PubSub", "--node", `node-${n}`, ...periods].map(String);
      const node = contractServer({}, { options });
      t.after(() => node.kill());
      return node.start();
    }),
  );
  await redis.subscribers("phx:Elixir.Twenty.PubSub.Adapter", NODES);
  return { redis, nodes };
}

/** A number in Redis's INFO. */
async function told(redis, name) {
  const [, number] = (await redis.command("INFO", "stats")).match(new RegExp(`${name}:(\\d+)`));
  return Number(number);
}

/** The cost of one silent second: bytes that Redis sends to each node. */
async function idleTraffic(redis) {
  const before = await told(redis, "total_net_output_bytes");
  await nap(LOOK_MS); // the traffic of one second is measured
  return ((await told(redis, "total_net_output_bytes")) - before) / (LOOK_MS / 1_000) / NODES;
}

test("twenty nodes form one cluster: a broadcast reaches each, all lists are equal, and a killed node leaves nineteen", async (t) => {
  const { redis, nodes } = await twenty(t);
  const alone = nodes.map(({ pid }) => residentBytes(pid));

  const sockets = await Promise.all(nodes.map((node) => connect(t, node)));
  const channels = await Promise.all(sockets.map((socket) => join(socket, "conformance:twenty")));
  const mailboxes = channels.map((channel) => heard(channel, "broadcasted"));
  for (const n of [0, 7, 19]) {
    await ask(channels[n], "broadcast", { from: n });
    for (const mailbox of mailboxes) assert.deepEqual(await mailbox.next(), { from: n });
  }

  const members = await Promise.all(nodes.map((node, n) => Member.comes(t, node, "presence:twenty", `user-${n}`, `N${n}`)));
  const list = Object.fromEntries(nodes.map((_, n) => [`user-${n}`, [`N${n}`]]));
  await agree(members, list);

  const traffic = await idleTraffic(redis);
  const megabytes = nodes.map(({ pid }) => residentBytes(pid) / MEGABYTE);
  const mean = (numbers) => numbers.reduce((sum, number) => sum + number) / numbers.length;
  t.diagnostic(`a node alone ${(mean(alone) / MEGABYTE).toFixed(1)} MB, with two clients ${mean(megabytes).toFixed(1)} MB`);
  t.diagnostic(`silent, with a period of ${PERIOD_MS} ms, each is sent ${Math.round(traffic)} bytes a second`);
  assert.ok(Math.max(...megabytes) < MOST_MEGABYTES, `${megabytes}`);

  const [victim, ...others] = members;
  victim.socket.disconnect(); // for good; its node is dead before it can send a farewell
  sockets[0].disconnect();
  const since = Date.now();
  await nodes[0].kill();
  delete list["user-0"];
  await agree(others, list);
  assert.ok(Date.now() - since >= DOWN_MS - PERIOD_MS * 5, "not before the down period");
  t.diagnostic(`the killed node left all lists after ${Date.now() - since} ms, with a down period of ${DOWN_MS} ms`);

  await ask(channels[1], "broadcast", { from: "the others" });
  for (const mailbox of mailboxes.slice(1)) assert.deepEqual(await mailbox.next(), { from: "the others" });
});
