// What slow motion costs the other clients: an echo with and without another one held in /glass, interleaved, on
// one shard. The held one has a thousand messages waiting, and takes a step ten times a second. Prints p50 and p99 of both;
// asserts nothing. That the others take no turn more is asserted by lib/telemetry/traces_test.cc.
//
//     node conformance/load/bench/held.mjs [seconds of each part, 5] [rounds, 4]

import { eventually } from "../../clients/support/deadline.js";
import { chatServer } from "../../clients/support/server.js";
import { client, echoes, show } from "./echo.mjs";

const [seconds = 5, rounds = 4] = process.argv.slice(2).map(Number);
const WAITING = 1_000;
const STEP_MS = 100;
const LOBBY = "bench:lobby";
const WINDOW = "bench";

const server = chatServer(undefined, { options: ["--glass", "--shards", "1"] });
await server.start();
const printed = /\/glass#(\w+)/;
await eventually("the page's address", () => printed.test(server.output));
const [, token] = server.output.match(printed);
const address = (mount, parameter) => `${server.mount(`/glass/${mount}`)}/websocket?vsn=2.0.0&${parameter}=${token}`;

const untraced = await client(address("bench", "token"));
await untraced.ask(LOBBY, "phx_join");

/** Holds a client with many messages, until it is stopped; counts steps. */
async function held() {
  const traced = await client(`${address("bench", "glass_token")}.${WINDOW}`);
  await traced.ask(LOBBY, "phx_join");
  let waits = false;
  const page = await client(`${address("socket", "token")}.${WINDOW}`, (event, { waiting }) => {
    if (event === "held" && waiting.length > 0) waits = true;
  });
  await page.ask("glass", "phx_join");
  if ((await page.ask("glass", "hold")) !== "ok") throw new Error("the client was not held");
  let answered = 0;
  const asked = Array.from({ length: WAITING }, (_, n) => traced.ask(LOBBY, "echo", { n }).then(() => (answered += 1)));
  await eventually("a process that waits", () => waits);
  let steps = 0;
  const stepping = setInterval(() => page.ask("glass", "step").then(() => (steps += 1)), STEP_MS);
  return async () => {
    clearInterval(stepping);
    const then = answered;
    await page.ask("glass", "release");
    await Promise.all(asked);
    for (const each of [traced, page]) each.close();
    return `${steps} steps, ${WAITING - then} of ${WAITING} messages held till the end`;
  };
}

const took = { without: [], with: [] };
for (let round = 0; round < rounds; round += 1) {
  took.without.push(...(await echoes(untraced, LOBBY, seconds)));
  const stop = await held();
  took.with.push(...(await echoes(untraced, LOBBY, seconds)));
  show(`round ${round + 1}, one held`, took.with, `, ${await stop()}`);
}
show("nobody held", took.without);
show("another client held", took.with);
untraced.close();
await server.stop();
