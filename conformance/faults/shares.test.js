// One client takes all it can get: names, mailboxes, workers, sessions, bytes. The others notice nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { residentBytes } from "./support/metrics.js";
import { Raw, frame, message } from "./support/raw.js";
import { ask, connect, join, seen } from "../clients/support/client.js";
import { contractServer } from "../clients/support/server.js";

const MEGABYTE = 1_048_576;

const server = contractServer({ METRICS: "1" });
before(() => server.start());
after(() => server.stop());

/** Somebody else, who is served as before when `attack` is over. */
async function unaffected(t, attack) {
  const socket = await connect(t, server);
  const [channel, closes] = [await join(socket, "conformance:witness"), seen(socket, "close")];
  await attack();
  assert.deepEqual(await ask(channel, "echo", { still: "here" }), { still: "here" });
  assert.deepEqual(closes.rest, []);
}

/** How many bytes the server's memory grew by, at most, while `act` ran. */
async function growth(act) {
  const before = residentBytes(server.pid);
  let most = before;
  const looking = setInterval(() => (most = Math.max(most, residentBytes(server.pid))), 5);
  await act().finally(() => clearInterval(looking));
  return Math.max(most, residentBytes(server.pid)) - before;
}

function atMost(megabytes, grown) {
  assert.ok(grown < megabytes * MEGABYTE, `memory grew by ${Math.round(grown / MEGABYTE)} MB`);
}

test("a hundred topics of 7.9 MB: the first ends its connection, and nothing is kept of it", async (t) => {
  await unaffected(t, async () => {
    const grown = await growth(async () => {
      const raw = await Raw.opens(t, server);
      const long = "x".repeat(7_900_000);
      for (let n = 0; n < 100 && !raw.socket.destroyed && raw.code === null; ++n) {
        raw.write(message(`${n}`, `${n}`, `room:${n}${long}`, "phx_join", {}));
        await Promise.race([raw.messages.next(), raw.ended]);
      }
      await raw.ended;
      assert.equal(raw.code, 1008);
    });
    atMost(100, grown);
  });
});
