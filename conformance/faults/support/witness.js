// Another client, which must not notice the attack.

import assert from "node:assert/strict";
import { ask, connect, join, seen } from "../../clients/support/client.js";

/** Runs an attack, and checks that another client is served as before. */
export const witnessOf = (server) => async (t, attack) => {
  const socket = await connect(t, server);
  const [channel, closes] = [await join(socket, "conformance:witness"), seen(socket, "close")];
  await attack();
  assert.deepEqual(await ask(channel, "echo", { still: "here" }), { still: "here" });
  assert.deepEqual(closes.rest, []);
};
