// Bytes instead of JSON: an ArrayBuffer in both directions.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, connect, heard, join, reply, tell } from "./support/client.js";
import { contractServer } from "./support/server.js";

const server = contractServer();
before(() => server.start());
after(() => server.stop());

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, n) => n).buffer;
const PAYLOADS = {
  "all bytes": ALL_BYTES,
  "no bytes": new ArrayBuffer(0),
  "a megabyte": Uint8Array.from({ length: 1_000_000 }, (_, n) => n % 251).buffer,
};

for (const [what, data] of Object.entries(PAYLOADS)) {
  test(`${what} sent as a binary push come back in a binary reply`, async (t) => {
    const channel = await join(await connect(t, server), "conformance:echo");
    sameBytes(await ask(channel, "echo", data), data);
  });
}

test("a binary push may be answered by JSON", async (t) => {
  const channel = await join(await connect(t, server), "conformance:ack");
  assert.deepEqual(await reply(channel.push("ack", ALL_BYTES)), { status: "ok", response: {} });
});

test("the server pushes bytes", async (t) => {
  const channel = await join(await connect(t, server), "conformance:push");
  const pushed = heard(channel, "pushed_binary");
  tell(channel, "push_binary", ALL_BYTES);
  sameBytes(await pushed.next(), ALL_BYTES);
});

test("bytes are broadcast to everyone on the topic", async (t) => {
  const topic = "conformance:broadcast";
  const ann = await join(await connect(t, server), topic);
  const ben = await join(await connect(t, server), topic);
  const told = [heard(ann, "broadcasted_binary"), heard(ben, "broadcasted_binary")];
  await ask(ann, "broadcast_binary", ALL_BYTES);
  for (const mailbox of told) sameBytes(await mailbox.next(), ALL_BYTES);
});

test("bytes and JSON may alternate on one channel", async (t) => {
  const channel = await join(await connect(t, server), "conformance:mixed");
  for (const n of [1, 2, 3]) {
    sameBytes(await ask(channel, "echo", ALL_BYTES), ALL_BYTES);
    assert.deepEqual(await ask(channel, "echo", { n }), { n });
  }
});

function sameBytes(actual, expected) {
  assert.ok(actual instanceof ArrayBuffer, `an ArrayBuffer, not ${JSON.stringify(actual)}`);
  assert.ok(Buffer.from(actual).equals(Buffer.from(expected)), "the same bytes");
}
