// The server dies, or is asked to end, while fifty clients send: every confirmed message was
// delivered.

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { Crowd } from "./support/crowd.js";
import { Raw } from "./support/raw.js";
import { ask, connect, join, seen } from "../clients/support/client.js";
import { contractServer } from "../clients/support/server.js";

const PEOPLE = 50;
const FAREWELL_MS = 5_000; // ServerOptions::farewell
const TALK_MS = 300;

const server = contractServer();
beforeEach(() => server.start());
after(() => server.stop());

test("killed and restarted under load: all clients reconnect, and nothing is delivered twice", async (t) => {
  const crowd = await Crowd.gathers(t, server, PEOPLE, "conformance:kill");
  await crowd.says(10);
  crowd.expectAllHeard("before the kill");

  for (let kills = 0; kills < 2; ++kills) {
    const back = crowd.comesBack();
    const talk = crowd.talksFor(TALK_MS);
    await crowd.heardSome(PEOPLE * 10);
    await server.kill();
    await server.start();
    await back;
    await talk;
    crowd.expectNothingTwice();
  }

  await crowd.says(10);
  crowd.expectAllHeard("after the restarts");
  assert.ok(crowd.unanswered > 0, "the kill came in the middle: some pushes were never answered");
});

test("SIGTERM under load: each client is closed with 1012, and the server ends in time with 0", async (t) => {
  const crowd = await Crowd.gathers(t, server, PEOPLE, "conformance:term");
  const closes = crowd.sockets.map((socket) => seen(socket, "close"));
  const talk = crowd.talksFor(TALK_MS);
  await crowd.heardSome(PEOPLE * 10);

  const since = performance.now();
  const { code } = await server.ended("SIGTERM");
  const lasted = performance.now() - since;

  assert.equal(code, 0);
  assert.ok(lasted < FAREWELL_MS, `it took ${Math.round(lasted)} ms`);
  for (const close of closes) assert.equal((await close.next()).code, 1012);
  await talk;
  crowd.expectNothingTwice();
});

/** Joins a room, stops reading, and is sent more than the kernel buffers for it. */
async function deafClient(t) {
  const deaf = await Raw.opens(t, server);
  await deaf.joins("conformance:deaf");
  deaf.socket.pause();
  const channel = await join(await connect(t, server), "conformance:deaf");
  const text = "x".repeat(1_000_000);
  for (let i = 0; i < 20; ++i) await ask(channel, "broadcast", { text });
  return channel.socket;
}

for (const second of ["SIGTERM", "SIGINT"]) {
  test(`a ${second} after the first SIGTERM ends the server at once`, async (t) => {
    const closes = seen(await deafClient(t), "close"); // it would be waited for
    server.signal("SIGTERM");
    await closes.next();

    const since = performance.now();
    const { signal } = await server.ended(second);
    const lasted = performance.now() - since;
    assert.equal(signal, second);
    assert.ok(lasted < FAREWELL_MS / 2, `it took ${Math.round(lasted)} ms`);
  });
}

test("a client that reads nothing delays the end for the farewell, and no longer", async (t) => {
  await deafClient(t);
  const since = performance.now();
  const { code } = await server.ended("SIGTERM");
  const lasted = performance.now() - since;
  assert.equal(code, 0);
  assert.ok(
    lasted > 0.9 * FAREWELL_MS && lasted < 2 * FAREWELL_MS,
    `it took ${Math.round(lasted)} ms`,
  );
});
