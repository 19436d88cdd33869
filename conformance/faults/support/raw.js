// A websocket at the level of bytes: for clients that stop reading, stop writing, or misbehave.

import { once } from "node:events";
import net from "node:net";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { Mailbox, PATIENCE_MS, within } from "../../clients/support/deadline.js";

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;

/** The head of a websocket's request. */
export const upgrade = (path = "/socket/websocket?vsn=2.0.0", more = "") =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`;

/** A client's frame, masked by zeros. `bits` are those of its first byte beside the opcode. */
export function frame(payload, { opcode = TEXT, bits = 0x80, claims = null } = {}) {
  const bytes = Buffer.from(payload);
  const size = claims ?? bytes.length;
  const head =
    size < 126
      ? [0x80 | size]
      : size < 65_536
        ? [0xfe, size >> 8, size & 255]
        : [0xff, ...eight(size)];
  return Buffer.concat([Buffer.from([bits | opcode, ...head, 0, 0, 0, 0]), bytes]);
}

/** The same with a text compressed for permessage-deflate: see DEFLATE. */
export const deflated = (text) =>
  frame(deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4), { bits: 0xc0 });

/** A header that asks for permessage-deflate. */
export const DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

const inflated = (bytes) =>
  inflateRawSync(Buffer.concat([bytes, Buffer.from([0, 0, 255, 255])]), {
    finishFlush: constants.Z_SYNC_FLUSH,
  });

export const binary = (payload) => frame(payload, { opcode: BINARY });

/** One of a text message's frames: `[join_ref, ref, topic, event, payload]`. */
export const message = (...parts) => frame(JSON.stringify(parts));

function eight(size) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(size));
  return bytes;
}

/** A TCP connection to `server` that ends with the test `t`; its errors count as an end. */
export async function dial(t, server) {
  const { hostname, port } = new URL(server.url);
  const { from: localAddress } = server; // its own address, if that matters
  const socket = net.connect({ host: hostname, port: Number(port), allowHalfOpen: true, localAddress });
  socket.on("error", () => {});
  t.after(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** Resolves when the server has ended the connection, in any way. */
export const ended = (socket) =>
  within(
    PATIENCE_MS,
    "the end of a connection",
    new Promise((resolve) => {
      for (const end of ["end", "close"]) socket.on(end, resolve);
    }),
  );

/** Everything that comes on `socket` until it ends, one character for each byte. */
export async function rest(socket) {
  const parts = [];
  socket.on("data", (bytes) => parts.push(bytes));
  await ended(socket);
  socket.end();
  return Buffer.concat(parts).toString("latin1");
}

/** The server's answer to these bytes, after which nothing is sent. */
export async function told(t, server, bytes) {
  const socket = await dial(t, server);
  const answer = rest(socket);
  socket.end(bytes);
  return answer;
}

/** An open websocket. It reads, unless `socket` is paused; it answers no ping and no close. */
export class Raw {
  #bytes = Buffer.alloc(0);
  #upgraded = null;

  /** Messages from the server, each as an array; null is the end. */
  messages = new Mailbox("a message to a raw websocket");
  /** The code of the server's close frame, when it has come. */
  code = null;
  /** The server has ended the connection. */
  hasEnded = false;

  static async opens(t, server, path, more) {
    const raw = new Raw(await dial(t, server));
    const opened = new Promise((resolve) => (raw.#upgraded = resolve));
    raw.socket.write(upgrade(path, more));
    const head = await Promise.race([opened, raw.ended.then(() => "nothing")]);
    if (!/^HTTP\/1.1 101/.test(head)) throw new Error(`expected an upgrade, got ${head}`);
    return raw;
  }

  constructor(socket) {
    this.socket = socket;
    /** Resolves when the server has ended the connection, in any way. */
    this.ended = new Promise((resolve) => {
      for (const end of ["end", "close"]) socket.on(end, resolve);
    });
    this.ended.then(() => {
      this.hasEnded = true;
      this.messages.put(null);
    });
    socket.on("data", (bytes) => this.#take(bytes));
  }

  write(bytes) {
    this.socket.write(bytes);
  }

  /** Joins, and waits for the answer, skipping anything else; returns its payload. */
  async joins(topic, params = {}, ref = "1") {
    this.write(message(ref, ref, topic, "phx_join", params));
    return this.reply(ref);
  }

  /** The reply to `ref`, skipping anything else; null if the end came first. */
  async reply(ref) {
    for (;;) {
      const message = await this.messages.next();
      if (message === null) return null;
      const [, itsRef, , event, payload] = message;
      if (event === "phx_reply" && itsRef === ref) return payload;
    }
  }

  #take(bytes) {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    if (this.#upgraded) {
      const end = this.#bytes.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.#upgraded(this.#bytes.subarray(0, end).toString("latin1"));
      this.#upgraded = null;
      this.#bytes = this.#bytes.subarray(end + 4);
    }
    while (this.#takeFrame()) {}
  }

  #takeFrame() {
    const bytes = this.#bytes;
    if (bytes.length < 2) return false;
    const short = bytes[1] & 127;
    const start = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < start) return false;
    const size =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(2)
          : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < start + size) return false;
    const payload = bytes.subarray(start, start + size);
    this.#bytes = bytes.subarray(start + size);
    const opcode = bytes[0] & 15;
    const compressed = (bytes[0] & 0x40) !== 0;
    if (opcode === TEXT) this.messages.put(JSON.parse(compressed ? inflated(payload) : payload));
    if (opcode === CLOSE) this.code = size < 2 ? 0 : payload.readUInt16BE(0);
    return true;
  }
}
