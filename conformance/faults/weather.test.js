// The network loses, delays, reorders and duplicates packets, and falls silent: TCP and phoenix.js
// recover.

import { test } from "node:test";
import { Weather, noWeather } from "./support/weather.js";
import { contractServer } from "../clients/support/server.js";

const PEOPLE = 15;
const skip = noWeather();

const FAR = ["--delay", 10, "--jitter", 20];
const BAD = ["--loss", 3, "--twice", 2, ...FAR];
const AWFUL = ["--loss", 7, "--twice", 5, "--delay", 20, "--jitter", 60];

/** A server behind that network, and clients that connect through it. */
async function apart(t, weather) {
  const options = ["--host", weather.inside.address];
  const server = contractServer({}, { options, under: weather.atTheServer });
  t.after(() => server.stop());
  await server.start();
  return { server, people: await weather.travellers(server.url) };
}

for (const [how, options] of [
  ["bad", BAD],
  ["awful", AWFUL],
]) {
  test(`through ${how} weather every message arrives once and in order`, { skip }, async (t) => {
    const weather = await Weather.begins(t, ...options);
    const { people } = await apart(t, weather);
    await people.gather(PEOPLE);
    await people.talk(4, `in ${how} weather`);
  });
}

test(
  "the network falls silent and comes back: clients notice, rejoin, and lose nothing after",
  { skip },
  async (t) => {
    const weather = await Weather.begins(t, ...FAR);
    const { people } = await apart(t, weather);
    await people.gather(PEOPLE, { mount: "/short", heartbeatIntervalMs: 1_000 });
    await people.talk(3, "before the silence");
    await weather.calms();
    await people.notice();
    await weather.blows(...FAR);
    await people.return();
    await people.talk(3, "after it");
  },
);
