// phoenix.js pushes events, and gets answers: ok, error, late, or none.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, connect, heard, join, reply, tell } from "./support/client.js";
import { contractServer } from "./support/server.js";

const SHORT_MS = 50;

const server = contractServer();
before(() => server.start());
after(() => server.stop());

test("a push receives ok with the response", async (t) => {
  const channel = await join(await connect(t, server), "conformance:ok");
  assert.deepEqual(await reply(channel.push("echo", { a: 1 })), {
    status: "ok",
    response: { a: 1 },
  });
});

test("a push receives error with the response", async (t) => {
  const channel = await join(await connect(t, server), "conformance:error");
  assert.deepEqual(await reply(channel.push("echo_error", { a: 1 })), {
    status: "error",
    response: { a: 1 },
  });
});

test("an ok or an error without a response has an empty one", async (t) => {
  const channel = await join(await connect(t, server), "conformance:bare");
  assert.deepEqual(await reply(channel.push("ack")), { status: "ok", response: {} });
  assert.deepEqual(await reply(channel.push("nack")), { status: "error", response: {} });
});

test("a push without an answer receives timeout, and the channel goes on", async (t) => {
  const channel = await join(await connect(t, server), "conformance:timeout");
  assert.equal((await reply(channel.push("noreply", {}, SHORT_MS))).status, "timeout");
  assert.deepEqual(await ask(channel, "count"), { count: 1 });
});

test("a deferred reply reaches its own push, and so do later ones", async (t) => {
  const channel = await join(await connect(t, server), "conformance:deferred");
  const deferred = ask(channel, "async", { ms: SHORT_MS });
  const others = [1, 2].map((n) => ask(channel, "echo", { n }));
  assert.deepEqual(await Promise.all([deferred, ...others]), [{ ms: SHORT_MS }, { n: 1 }, { n: 2 }]);
});

const PAYLOADS = {
  "text in many scripts": { text: "Füße, 日本語, עברית, 😀, e\u0301, \u2028" },
  "keys in many scripts": { "": 0, "日本": 1, "a.b": 2, 'quote"': 3 },
  "control characters": { text: '\u0000\u0001\u001f"\\/\b\f\n\r\t\u007f' },
  "numbers": { zero: 0, small: -1, big: Number.MAX_SAFE_INTEGER, half: 0.5, tiny: 1e-7 },
  "every kind of value": { list: [1, "two", null, true, [], {}], no: false, nothing: null },
  "deep nesting": nest(100),
  "much text": { text: "x".repeat(200_000) },
};

for (const [what, payload] of Object.entries(PAYLOADS)) {
  test(`a payload survives a round trip: ${what}`, async (t) => {
    const channel = await join(await connect(t, server), "conformance:payloads");
    assert.deepEqual(await ask(channel, "echo", payload), payload);
  });
}

test("the server pushes to the client", async (t) => {
  const channel = await join(await connect(t, server), "conformance:push");
  const greetings = heard(channel, "greeting");
  tell(channel, "push", { event: "greeting", payload: { text: "grüß dich" } });
  assert.deepEqual(await greetings.next(), { text: "grüß dich" });
});

function nest(levels) {
  return levels === 0 ? { bottom: true } : { deeper: nest(levels - 1) };
}
