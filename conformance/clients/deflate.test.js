// Compressed messages: phoenix.js over a WebSocket that offers permessage-deflate, as browsers do.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { WebSocket } from "ws";
import { ask, connect, heard, join } from "./support/client.js";
import { PATIENCE_MS, within } from "./support/deadline.js";
import { contractServer } from "./support/server.js";

const MAX_FRAME_SIZE = 8_000_000; // the server's

const server = contractServer();
before(() => server.start());
after(() => server.stop());

/** A WebSocket that compresses every message, or (offer: false) none. */
const transport = (offer = true) =>
  class extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, { perMessageDeflate: offer && { threshold: 0 } });
    }
  };

const compressing = (t, options) =>
  connect(t, server, { mount: "/deflate", transport: transport(), ...options });

/** A plain WebSocket, for messages that phoenix.js never sends. */
async function bare(t) {
  const socket = new (transport())(`${server.mount("/deflate")}/websocket?vsn=2.0.0`);
  t.after(() => socket.terminate());
  await within(PATIENCE_MS, "an open websocket", once(socket, "open"));
  return socket;
}

const heartbeat = (ref) => JSON.stringify([null, ref, "phoenix", "heartbeat", {}]);

async function nextRef(socket) {
  const [data] = await within(PATIENCE_MS, "a message", once(socket, "message"));
  return JSON.parse(data)[1];
}

test("compression is used only if it is switched on and offered", async (t) => {
  const extensions = async (options) => (await connect(t, server, options)).conn.extensions;
  assert.equal(
    await extensions({ mount: "/deflate", transport: transport() }),
    "permessage-deflate",
  );
  assert.equal(await extensions({ mount: "/deflate", transport: transport(false) }), "");
  assert.equal(await extensions({ mount: "/socket", transport: transport() }), "");
});

test("a long text is short on the wire, in both directions", async (t) => {
  const socket = await compressing(t);
  const channel = await join(socket, "conformance:long");
  const text = "the same again, ".repeat(100_000);
  const { bytesRead, bytesWritten } = socket.conn._socket;
  assert.deepEqual(await ask(channel, "echo", { text }), { text });
  assert.ok(socket.conn._socket.bytesWritten - bytesWritten < text.length / 50, "up");
  assert.ok(socket.conn._socket.bytesRead - bytesRead < text.length / 50, "down");
});

test("incompressible data survives a round trip too", async (t) => {
  const channel = await join(await compressing(t), "conformance:noise");
  const bytes = Uint8Array.from(randomBytes(1_000_000)).buffer;
  assert.deepEqual(await ask(channel, "echo", bytes), bytes);
  const text = randomBytes(500_000).toString("base64");
  assert.deepEqual(await ask(channel, "echo", { text }), { text });
});

test("500 messages at once are answered in order", async (t) => {
  const channel = await join(await compressing(t), "conformance:many");
  const numbers = Array.from({ length: 500 }, (_, n) => n);
  const replies = await Promise.all(numbers.map((n) => ask(channel, "echo", { n })));
  assert.deepEqual(replies.map(({ n }) => n), numbers);
});

test("a broadcast reaches members with and without compression", async (t) => {
  const topic = "conformance:mixed";
  const members = await Promise.all([
    compressing(t),
    compressing(t),
    connect(t, server),
  ]);
  const channels = await Promise.all(members.map((socket) => join(socket, topic)));
  const told = channels.map((channel) => heard(channel, "broadcasted"));
  const payloads = Array.from({ length: 50 }, (_, n) => ({ n }));
  for (const payload of payloads) await ask(channels[0], "broadcast", payload);
  for (const mailbox of told) assert.deepEqual(await mailbox.take(50), payloads);
});

test("fragments are joined, with pings and plain messages in between", async (t) => {
  const socket = await bare(t);
  for (const ref of ["one", "two", "three"]) {
    const text = heartbeat(ref);
    socket.send(text.slice(0, 7), { fin: false });
    socket.ping("between");
    socket.send(text.slice(7, 20), { fin: false });
    socket.send("", { fin: false });
    socket.send(text.slice(20));
    assert.equal(await nextRef(socket), ref);
    socket.send(heartbeat(`${ref}, plain`), { compress: false });
    assert.equal(await nextRef(socket), `${ref}, plain`);
  }
});

test("a bomb is refused with 1009, and the next one is served", async (t) => {
  const socket = await bare(t);
  socket.send("0".repeat(3 * MAX_FRAME_SIZE));
  const [code] = await within(PATIENCE_MS, "a close", once(socket, "close"));
  assert.equal(code, 1009);
  await ask(await join(await compressing(t), "conformance:after"), "echo");
});

test("a message that is not validly compressed is refused with 1002", async (t) => {
  const socket = await bare(t);
  const half = deflateRawSync(heartbeat("half")).subarray(0, 10);
  // Bypasses ws's own compressor: a final text frame with RSV1 and a mask of zeros.
  socket._socket.write(Buffer.concat([Buffer.from([0xc1, 0x80 | half.length, 0, 0, 0, 0]), half]));
  const [code] = await within(PATIENCE_MS, "a close", once(socket, "close"));
  assert.equal(code, 1002);
});
