// What the dashboard costs the honest client: its echo with and without a page that asks for all six views, interleaved,
// beside 10,000 channels on 1,000 topics. Prints p50 and p99 of both; asserts nothing. See lib/dashboard/test/steps_test.cc
// for what a step may cost at most.
//
//     node conformance/load/bench/watched.mjs [seconds of each part, 5] [rounds, 4]

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { eventually } from "../../clients/support/deadline.js";
import { contractServer } from "../../clients/support/server.js";
import { client, echoes, show } from "./echo.mjs";

const [seconds = 5, rounds = 4] = process.argv.slice(2).map(Number);
const CLIENTS = 100;
const TOPICS_OF_EACH = 100; // of 1,000: ten clients share each
const VIEWS = ["overview", "processes?sort=age&top=500", "topics?top=500", "nodes", "limits", "log"];

const TOKEN = "a token of more than twenty bytes";
const folder = mkdtempSync(join(tmpdir(), "watched-"));
writeFileSync(join(folder, "token"), TOKEN);
const server = contractServer({}, {
  options: ["--admin-port", "0", "--admin-token-file", join(folder, "token"), "--dashboard", "--shards", "1", "--log-level", "info"],
});
await server.start();
const port = /Its admin port is at (\S+)/;
await eventually("the admin port's address", () => port.test(server.output));
const [, admin] = server.output.match(port);

const address = `${server.mount("/socket")}/websocket?vsn=2.0.0`;

async function crowd() {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => client(address)));
  for (const [n, { ask }] of clients.entries()) {
    const topics = Array.from({ length: TOPICS_OF_EACH }, (_, k) => `conformance:${(n * TOPICS_OF_EACH + k) % 1_000}`);
    const answers = await Promise.all(topics.map((topic) => ask(topic, "phx_join")));
    if (answers.some((status) => status !== "ok")) throw new Error(`client ${n} joined only some of its topics`);
  }
  return clients;
}

/** Asks for each view once a second, as a page does for one, until it is stopped; counts answers. */
function page() {
  let going = true;
  let answers = 0;
  const watch = async (view) => {
    while (going) {
      const answer = await fetch(`${admin}/dashboard/api/${view}`, { headers: { authorization: `Bearer ${TOKEN}` } });
      if (answer.status !== 200) throw new Error(`${view} was answered ${answer.status}`);
      await answer.arrayBuffer();
      answers += 1;
      await setTimeout(1000);
    }
  };
  const done = Promise.all(VIEWS.map(watch));
  return async () => {
    going = false;
    await done;
    return answers;
  };
}

const clients = await crowd();
const HONEST = "conformance:honest";
const honest = await client(address);
await honest.ask(HONEST, "phx_join");
const took = { without: [], with: [] };
for (let round = 0; round < rounds; round += 1) {
  took.without.push(...(await echoes(honest, HONEST, seconds)));
  const stop = page();
  took.with.push(...(await echoes(honest, HONEST, seconds)));
  show(`round ${round + 1}, with`, took.with, `, ${await stop()} views answered so far in this round`);
}
show("without dashboard", took.without);
show("with all views", took.with);
for (const each of [...clients, honest]) each.close();
await server.stop();
rmSync(folder, { recursive: true });
