// Volume: many topics on one socket, many pushes on one topic.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, connect, heard, join, reply } from "./support/client.js";
import { contractServer } from "./support/server.js";

const TOPICS = 50;
const PUSHES = 500;

const server = contractServer();
before(() => server.start());
after(() => server.stop());

const numbers = (count) => Array.from({ length: count }, (_, n) => n);

test(`${TOPICS} topics on one socket are ${TOPICS} channels`, async (t) => {
  const socket = await connect(t, server);
  const channels = await Promise.all(
    numbers(TOPICS).map((n) => join(socket, `conformance:many:${n}`)),
  );
  const told = channels.map((channel) => heard(channel, "broadcasted"));
  await Promise.all(channels.map((channel, n) => ask(channel, "broadcast", { n })));
  for (const n of numbers(TOPICS)) assert.deepEqual(told[n].rest, [{ n }]);
  const { topic } = await ask(channels[7], "assigns");
  assert.equal(topic, "conformance:many:7");
});

test(`${PUSHES} pushes at once are answered, each by its own reply, in order`, async (t) => {
  const channel = await join(await connect(t, server), "conformance:pipeline");
  const order = [];
  const replies = numbers(PUSHES).map((n) =>
    reply(channel.push("echo", { n })).then(({ response }) => order.push(response.n)),
  );
  await Promise.all(replies);
  assert.deepEqual(order, numbers(PUSHES));
});

test(`${PUSHES} broadcasts at once reach the other member in order`, async (t) => {
  const topic = "conformance:stream";
  const ann = await join(await connect(t, server), topic);
  const ben = await join(await connect(t, server), topic);
  const told = heard(ben, "broadcasted");
  await Promise.all(numbers(PUSHES).map((n) => ask(ann, "broadcast", { n })));
  assert.deepEqual((await told.take(PUSHES)).map(({ n }) => n), numbers(PUSHES));
});
