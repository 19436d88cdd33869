// The process has no descriptors left: connected clients notice nothing, new ones wait, and are
// accepted later.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { dial, message, Raw, upgrade } from "./support/raw.js";
import { ask, connect, join } from "../clients/support/client.js";
import { Mailbox } from "../clients/support/deadline.js";
import { contractServer } from "../clients/support/server.js";

const DESCRIPTORS = 100; // a loop takes 64 low ones for a moment while it is made
const PAUSE_MS = 100; // from one attempt to accept to the next
const SAID = /no descriptors are left/g;

const server = contractServer({}, { under: ["prlimit", `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`] });
before(() => server.start());
after(() => server.stop());

/** The server serves its connected clients for so long that it has tried to accept several times more. */
async function saidOnce(channel) {
  const until = performance.now() + 3 * PAUSE_MS;
  for (let i = 0; !server.output.match(SAID) || performance.now() < until; ++i) {
    assert.deepEqual(await ask(channel, "echo", { i }), { i });
  }
  assert.equal(server.output.match(SAID).length, 1, `it is logged once: ${server.output}`);
}

test("without descriptors new connections wait, old ones go on, and free ones are used at once", async (t) => {
  const socket = await connect(t, server);
  const channel = await join(socket, "conformance:descriptors");

  // The kernel takes more connections than the server can: all connect, not all are answered.
  const answered = new Mailbox("an answer to a new connection");
  const crowd = [];
  for (let i = 0; i < DESCRIPTORS * 2; ++i) {
    const one = await dial(t, server);
    one.once("data", (bytes) => answered.put({ one, bytes }));
    one.write(upgrade());
    crowd.push(one);
  }
  await saidOnce(channel);
  const inside = await answered.take(answered.rest.length);
  assert.ok(inside.length > 10 && inside.length < DESCRIPTORS, `${inside.length} were accepted`);
  for (const { bytes } of inside) assert.match(bytes.toString("latin1"), /^HTTP\/1.1 101/);

  // A client that leaves makes room for one that waits.
  for (const { one } of inside) one.destroy();
  const next = await answered.take(inside.length);
  for (const { bytes } of next) assert.match(bytes.toString("latin1"), /^HTTP\/1.1 101/);
  await saidOnce(channel);
  for (const one of crowd) one.destroy();

  const later = await Raw.opens(t, server);
  later.write(message(null, "7", "phoenix", "heartbeat", {}));
  assert.deepEqual(await later.reply("7"), { status: "ok", response: {} });
  assert.deepEqual(await ask(channel, "count"), { count: 1 }, "the first one never left");
});
