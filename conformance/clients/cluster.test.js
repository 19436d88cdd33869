// Two nodes at one Redis, as two processes: a broadcast at one reaches the other's clients.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, connect, heard, join, seen, tell } from "./support/client.js";
import { eventually } from "./support/deadline.js";
import { Redis } from "./support/redis.js";
import { contractServer } from "./support/server.js";

const CHANNEL = "phx:Elixir.Contract.PubSub.Adapter";
const redis = new Redis();
let a, b;

const node = (name, url, ...more) =>
  contractServer({}, { options: ["--redis", url, "--node", name, "--pubsub", "Contract.PubSub", ...more] });

before(async () => {
  await redis.start();
  a = node("a", await redis.url());
  b = node("b", await redis.url());
  await Promise.all([a.start(), b.start()]);
  await redis.subscribers(CHANNEL, 2);
});
after(async () => {
  await Promise.all([a?.stop(), b?.stop()]);
  await redis.kill();
});

const both = async (t, topic) => {
  const ann = await join(await connect(t, a, { params: { user_id: "ann" } }), topic);
  const bob = await join(await connect(t, b, { params: { user_id: "bob" } }), topic);
  return { ann, bob };
};

const PAYLOADS = {
  "an empty object": {},
  "a text": { body: "grüße ✓ 🎉 \u0000\u001f\"\\/" },
  "numbers": { big: 9007199254740991, half: 1.5, less: -0.001, huge: 1e300, all: [0, 255, 256, -1, 2147483648] },
  "what is nested": { a: { b: [1, 2, { c: [] }], d: {} }, n: null, t: true, f: false },
  "many keys": Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`key ${n}`, n])),
  "a long text": { s: "x".repeat(300_000) },
};
for (const [what, payload] of Object.entries(PAYLOADS)) {
  test(`${what} goes both ways`, async (t) => {
    const { ann, bob } = await both(t, "conformance:both");
    const [at_a, at_b] = [heard(ann, "broadcasted"), heard(bob, "broadcasted")];
    await ask(ann, "broadcast", payload);
    assert.deepEqual([await at_a.next(), await at_b.next()], [payload, payload]);
    await ask(bob, "broadcast", payload);
    assert.deepEqual([await at_a.next(), await at_b.next()], [payload, payload]);
  });
}

test("bytes go to the other node", async (t) => {
  const { ann, bob } = await both(t, "conformance:bytes");
  const at_b = heard(bob, "broadcasted_binary");
  const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
  await ask(ann, "broadcast_binary", bytes.buffer);
  assert.ok(Buffer.from(await at_b.next()).equals(Buffer.from(bytes)));
});

/** How phoenix.js writes and reads messages of version 1: objects, of any payload. */
const VERSION_1 = {
  vsn: "1.0.0",
  encode: (message, done) => done(JSON.stringify(message)),
  decode: (text, done) => done(JSON.parse(text)),
};

test("what a Phoenix node could not read reaches this node's clients of version 1, and stays here", async (t) => {
  const topic = "conformance:version-1";
  const ann = await join(await connect(t, a, VERSION_1), topic);
  const [al, bob] = [await join(await connect(t, a, VERSION_1), topic), await join(await connect(t, b), topic)];
  const [at_a, at_b] = [heard(al, "broadcasted"), heard(bob, "broadcasted")];
  for (const payload of [5, [1], "text", { last: true }]) await ask(ann, "broadcast", payload);
  assert.deepEqual(await at_a.take(4), [5, [1], "text", { last: true }]);
  assert.deepEqual(await at_b.next(), { last: true });
});

test("a broadcast_from does not reach its sender through any node", async (t) => {
  const { ann, bob } = await both(t, "conformance:from");
  const [at_a, at_b] = [heard(ann, "broadcasted"), heard(bob, "broadcasted")];
  await ask(ann, "broadcast_from", { n: 1 });
  assert.deepEqual(await at_b.next(), { n: 1 });
  await ask(bob, "broadcast", { n: 2 });
  assert.deepEqual(await at_a.next(), { n: 2 });
});

test("an intercepted event goes through each node's channels", async (t) => {
  const { ann, bob } = await both(t, "conformance:intercept");
  const at_b = heard(bob, "intercepted");
  tell(ann, "intercept", { q: 1 });
  assert.deepEqual(await at_b.next(), { q: 1, intercepted_for: "bob" });
});

test("a user is disconnected on every node", async (t) => {
  const here = await connect(t, a, { params: { user_id: "cat" } });
  const there = await connect(t, b, { params: { user_id: "cat" } });
  const channel = await join(here, "conformance:leave");
  const closed = seen(there, "close");
  tell(channel, "disconnect", {});
  assert.equal((await closed.next()).code, 1001);
});

test("broadcasts of one client arrive in order, each once", async (t) => {
  const { ann, bob } = await both(t, "conformance:order");
  const at_b = heard(bob, "broadcasted");
  for (let n = 0; n < 1_000; ++n) tell(ann, "broadcast", { n });
  const got = await at_b.take(1_000);
  assert.deepEqual(got.map(({ n }) => n), Array.from({ length: 1_000 }, (_, n) => n));
  assert.deepEqual(at_b.rest, []);
});

// Recorded messages between two nodes of Phoenix 1.8.12.
const FROM_PHOENIX = "g2gGYQNkAAZleGNlcHRtAAAAAWFtAAAADWNvbmZvcm1hbmNlOjF0AAAABGQACl9fc3RydWN0X19kAB9FbGl4aXIuUGhvZW5peC5Tb2NrZXQuQnJvYWRjYXN0ZAAFZXZlbnRtAAAAC2Jyb2FkY2FzdGVkZAAHcGF5bG9hZHQAAAABbQAAAARib2R5bQAAAAJoaWQABXRvcGljbQAAAA1jb25mb3JtYW5jZToxZAAdRWxpeGlyLlBob2VuaXguQ2hhbm5lbC5TZXJ2ZXI=";
const DEADLY = [
  "g2gGYQNkAAZleGNlcHRtAAAAAWFtAAAABnJvb206MXQAAAAEZAAKX19zdHJ1Y3RfX2QAH0VsaXhpci5QaG9lbml4LlNvY2tldC5Ccm9hZGNhc3RkAAVldmVudG0AAAACZXZkAAdwYXlsb2FkdAAAAAFkAAV0dXBsZWgCYQFhAmQABXRvcGljbQAAAAZyb29tOjFkAB1FbGl4aXIuUGhvZW5peC5DaGFubmVsLlNlcnZlcg==", // a tuple in the payload
  "g2gGYQNkAAZleGNlcHRtAAAAAWFtAAAABnJvb206MXQAAAAEZAAKX19zdHJ1Y3RfX2QAH0VsaXhpci5QaG9lbml4LlNvY2tldC5Ccm9hZGNhc3RkAAVldmVudG0AAAACZXZkAAdwYXlsb2FkdAAAAAFkAAVieXRlc20AAAAC//5kAAV0b3BpY20AAAAGcm9vbToxZAAdRWxpeGlyLlBob2VuaXguQ2hhbm5lbC5TZXJ2ZXI=", // invalid UTF-8
  "g2gGYQNkAAZleGNlcHRtAAAAAWFtAAAABnJvb206MXQAAAAEZAAKX19zdHJ1Y3RfX2QAH0VsaXhpci5QaG9lbml4LlNvY2tldC5Ccm9hZGNhc3RkAAVldmVudG0AAAACZXZkAAdwYXlsb2FkZAADbmlsZAAFdG9waWNtAAAABnJvb206MWQAHUVsaXhpci5QaG9lbml4LkNoYW5uZWwuU2VydmVy", // no payload
];

test("a Phoenix node's message arrives, and messages that would crash a Phoenix node do no harm", async (t) => {
  const { bob } = await both(t, "conformance:1");
  const at_b = heard(bob, "broadcasted");
  const deadly = DEADLY.map((text) => Buffer.from(text, "base64"));
  for (const message of [...deadly, Buffer.from("nonsense"), Buffer.from("")]) await redis.publish(CHANNEL, message);
  // From a node named "a", like ours: only b gets it.
  assert.equal(await redis.publish(CHANNEL, Buffer.from(FROM_PHOENIX, "base64")), 2);
  assert.deepEqual(await at_b.next(), { body: "hi" });
  await eventually("a line in b's log", () => /a message of another node was skipped/.test(b.output));
});

test("nothing is lost while Redis is paused, and all broadcasts while it is away are", async (t) => {
  const { ann, bob } = await both(t, "conformance:away");
  const at_b = heard(bob, "broadcasted");
  redis.pause();
  for (let n = 0; n < 10; ++n) await ask(ann, "broadcast", { n });
  redis.resume();
  assert.deepEqual((await at_b.take(10)).map(({ n }) => n), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

  await redis.kill();
  await eventually("the nodes' notice", () => /no connection to Redis/.test(a.output));
  const at_a = heard(ann, "broadcasted");
  await ask(ann, "broadcast", { lost: true });
  assert.deepEqual(await at_a.next(), { lost: true });
  await redis.start();
  await redis.subscribers(CHANNEL, 2);
  // A node's two connections come back independently.
  await eventually("a broadcast from a", async () => {
    await ask(ann, "broadcast", { back: true });
    return at_b.rest.length > 0;
  });
  assert.deepEqual(await at_b.next(), { back: true });
});

test("a node starts and serves without Redis, and joins the others once it is up", async (t) => {
  const late = new Redis({ password: "s@e:cret" });
  t.after(() => late.kill());
  const url = await late.url(":s%40e%3Acret@");
  const [c, d] = [node("c", url), node("d", url, "--redis-keep-messages", "5", "--redis-keep-for", "20s")];
  await Promise.all([c.start(), d.start()]);
  t.after(() => Promise.all([c.stop(), d.stop()]));
  const cat = await join(await connect(t, c), "conformance:late");
  const dan = await join(await connect(t, d), "conformance:late");
  const [at_c, at_d] = [heard(cat, "broadcasted"), heard(dan, "broadcasted")];
  for (let n = 0; n < 7; ++n) await ask(dan, "broadcast", { n }); // d keeps the last five, without trackers' messages
  await ask(cat, "broadcast", { n: "lost" });
  assert.deepEqual(await at_c.next(), { n: "lost" });
  await d.pause(); // so that c is connected from the start
  await late.start();
  await late.subscribers(CHANNEL, 1);
  d.signal("SIGCONT");
  assert.deepEqual((await at_c.take(5)).map(({ n }) => n), [2, 3, 4, 5, 6]);
  assert.deepEqual((await at_d.take(7)).map(({ n }) => n), [0, 1, 2, 3, 4, 5, 6]);
});
