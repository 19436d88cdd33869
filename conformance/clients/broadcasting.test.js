// Two people on one topic: broadcasts and their receivers.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, connect, heard, join, tell } from "./support/client.js";
import { contractServer } from "./support/server.js";

const server = contractServer();
before(() => server.start());
after(() => server.stop());

/** Two sockets, Ann's and Ben's, each joined to `topic`. */
async function pair(t, topic) {
  const people = ["ann", "ben"].map(async (user_id) =>
    join(await connect(t, server, { params: { user_id } }), topic),
  );
  return Promise.all(people);
}

test("a broadcast reaches both, the sender included, once", async (t) => {
  const [ann, ben] = await pair(t, "conformance:both");
  const told = [heard(ann, "broadcasted"), heard(ben, "broadcasted")];
  await ask(ann, "broadcast", { n: 1 });
  await ask(ann, "broadcast", { n: 2 });
  for (const mailbox of told) {
    assert.deepEqual(await mailbox.take(2), [{ n: 1 }, { n: 2 }]);
  }
});

test("a broadcast comes before the reply of the push that caused it", async (t) => {
  const [ann] = await pair(t, "conformance:order");
  const told = heard(ann, "broadcasted");
  await ask(ann, "broadcast", { n: 1 });
  assert.deepEqual(told.rest, [{ n: 1 }]);
});

test("broadcast_from reaches everyone but the sender", async (t) => {
  const [ann, ben] = await pair(t, "conformance:from");
  const [annHears, benHears] = [heard(ann, "broadcasted"), heard(ben, "broadcasted")];
  await ask(ann, "broadcast_from", { from: "ann" });
  assert.deepEqual(await benHears.next(), { from: "ann" });
  // Ben's own comes after Ann's, so Ann would have received hers by now.
  await ask(ben, "broadcast_from", { from: "ben" });
  assert.deepEqual(await annHears.next(), { from: "ben" });
  assert.deepEqual([annHears.rest, benHears.rest], [[], []]);
});

test("an intercepted event is addressed to each member", async (t) => {
  const [ann, ben] = await pair(t, "conformance:intercept");
  const [annHears, benHears] = [heard(ann, "intercepted"), heard(ben, "intercepted")];
  tell(ann, "intercept", { n: 1 });
  assert.deepEqual(await annHears.next(), { n: 1, intercepted_for: "ann" });
  assert.deepEqual(await benHears.next(), { n: 1, intercepted_for: "ben" });
});

test("an intercepted event that the channel drops reaches no member", async (t) => {
  const [ann, ben] = await pair(t, "conformance:filter");
  const filtered = [heard(ann, "filtered"), heard(ben, "filtered")];
  const told = [heard(ann, "broadcasted"), heard(ben, "broadcasted")];
  tell(ann, "filter", { n: 1 });
  await ask(ann, "broadcast", { n: 2 });
  for (const mailbox of told) await mailbox.next();
  for (const mailbox of filtered) assert.deepEqual(mailbox.rest, []);
});

test("a broadcast stays on its topic", async (t) => {
  const socket = await connect(t, server);
  const [here, there] = [await join(socket, "conformance:a"), await join(socket, "conformance:b")];
  const [hereHears, thereHears] = [heard(here, "broadcasted"), heard(there, "broadcasted")];
  await ask(here, "broadcast", { topic: "a" });
  await ask(there, "broadcast", { topic: "b" });
  assert.deepEqual(hereHears.rest, [{ topic: "a" }]);
  assert.deepEqual(thereHears.rest, [{ topic: "b" }]);
});
