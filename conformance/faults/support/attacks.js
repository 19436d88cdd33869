// One hostile client's attacks by name. siege.js runs them beside honest clients.
//
// An attack goes on until `t.over()`. It returns what it did, in words. It throws if a client in
// the same room was harmed. `t.largest` is the limit of a message there, in bytes.

import tls from "node:tls";
import { setTimeout as nap } from "node:timers/promises";
import { Neighbour, READABLE, deaf, dense, lasts, rounds, taken } from "./attacking.js";
import { collidingTopics } from "./collisions.js";
import { hoards } from "./hoards.js";
import { keyUpdate, nextSecret } from "./key_update.js";
import { DEFLATE, Raw, deflated, dial, frame, message } from "./raw.js";

const BYTES_A_MS = 1_250;
const SOCKET = "/socket/websocket?vsn=2.0.0";

let colliding = null; // topics, once they have been found

export const attacks = {
  async "1: payloads that members cannot read"(t) {
    const topic = "conformance:attacked";
    const neighbour = await Neighbour.moves(t, topic);
    const payloads = [
      '{"id":18446744073709551615}',
      '{"a\\u0000b":1}',
      "[".repeat(3_000) + "]".repeat(3_000),
      `{"a":${dense(t.largest - 1_000)}}`,
    ];
    const count = await rounds(t, async (t) => {
      const raw = await Raw.opens(t, t.server);
      for (const payload of payloads) {
        await raw.joins(topic);
        raw.write(frame(`["1","2","${topic}","intercept",${payload}]`));
        raw.write(message(null, "done", "phoenix", "heartbeat", {}));
        await raw.reply("done");
      }
      await neighbour.heard();
    });
    return `${count * payloads.length} payloads`;
  },

  async "2: eleven thousand broadcasts in a moment"(t) {
    const topic = "conformance:attacked";
    const member = await Neighbour.moves(t, topic);
    const said = Array.from({ length: 11_000 }, (_, n) => message("1", `${n}`, topic, "broadcast_from", { n }));
    const bytes = Buffer.concat(said);
    const count = await rounds(t, async (t) => {
      const raw = await Raw.opens(t, t.server);
      await raw.joins(topic);
      const ref = `${Math.random()}`;
      member.raw.write(message(ref, ref, `conformance:${ref}`, "phx_join", { join: "slow", ms: 500 }));
      raw.write(bytes);
      await member.raw.reply(ref);
      for (const [at, [, , , , { n }]] of (await member.heard()).entries()) {
        if (n !== at % said.length) throw new Error(`a member received ${n} where ${at} was next`);
      }
    });
    return `${count} times`;
  },

  async "3: large JSON that handlers read"(t) {
    const count = await rounds(t, async (t) => {
      const raw = await Raw.opens(t, t.server);
      for (let n = 0; n < 8; ++n) await raw.joins(`conformance:${n}`);
      for (let n = 0; n < 8; ++n) {
        const size = [READABLE, 990_000, t.largest - 1_000][n % 3];
        raw.write(frame(`["1","2","conformance:${n}","async",{"ms":0,"a":${dense(size)}}]`));
      }
      raw.write(message(null, "done", "phoenix", "heartbeat", {}));
      await Promise.race([raw.reply("done"), lasts(t, raw)]);
    });
    return `${count * 8} payloads`;
  },

  async "3: a hundred channels read up to their limit"(t) {
    const count = await rounds(t, async (t) => {
      const raw = await Raw.opens(t, t.server);
      for (let n = 0; n < 100; ++n) await raw.joins(`conformance:${n}`);
      const payload = dense(READABLE);
      for (let n = 0; n < 100; ++n) raw.write(frame(`["1","2","conformance:${n}","async",{"ms":0,"a":${payload}}]`));
      await taken(t, raw);
      raw.write(message(null, "done", "phoenix", "heartbeat", {}));
      await Promise.race([raw.reply("done"), lasts(t, raw)]);
    });
    return `${count} times`;
  },

  async "3: messages that inflate to a thousand times their size"(t) {
    const text = `["1","2","conformance:bomb","ack",{"a":"${"x".repeat(t.largest - 1_000)}"}]`;
    const eight = Buffer.concat(Array(8).fill(deflated(text)));
    const count = await rounds(t, async (t) => {
      const raw = await Raw.opens(t, t.server, "/deflate/websocket?vsn=2.0.0", DEFLATE);
      await raw.joins("conformance:bomb");
      raw.write(eight);
      raw.write(message(null, "done", "phoenix", "heartbeat", {}));
      await Promise.race([raw.reply("done"), lasts(t, raw)]);
    });
    return `${count * 8} bombs`;
  },

  async "4: large broadcasts to three hundred that read nothing"(t) {
    const topic = "conformance:crowd";
    const payload = message("1", "2", topic, "broadcast_from", { a: "x".repeat(t.largest - 1_000) });
    const count = await rounds(t, async (t) => {
      await deaf(t, topic, 300);
      const sender = await Raw.opens(t, t.server);
      await sender.joins(topic);
      for (let n = 0; n < 6 && !t.over(); ++n) sender.write(payload);
      await taken(t, sender);
      await nap(500);
    });
    return `${count} times`;
  },

  async "5: joins of topics that collide in std::hash"(t) {
    const topics = (colliding ??= collidingTopics(1_000));
    t.begin(); // it took seconds to find them
    let joins = 0;
    await rounds(t, async (t) => {
      const all = await Promise.all(Array.from({ length: 20 }, () => Raw.opens(t, t.server)));
      for (const [at, raw] of all.entries()) {
        const mine = Array.from({ length: 100 }, (_, n) => topics[(at * 100 + n) % topics.length]);
        raw.write(Buffer.concat(mine.map((topic, n) => message(`${n}`, `${n}`, topic, "phx_join", {}))));
        joins += mine.length;
      }
      await Promise.all(all.map((raw) => Promise.race([raw.messages.take(100), lasts(t, raw)])));
    });
    return `${joins} joins`;
  },

  async "6: joins of topics that have no channel"(t) {
    let joins = 0;
    await rounds(t, async (t, round) => {
      const raw = await Raw.opens(t, t.server);
      while (!t.over() && !raw.hasEnded && joins < (round + 1) * 100_000) {
        raw.write(Buffer.concat(Array.from({ length: 2_000 }, (_, n) => message(`${n}`, `${n}`, `nosuch:${n}`, "phx_join", {}))));
        joins += 2_000;
        await taken(t, raw);
      }
    });
    return `${joins} joins`;
  },

  async "7: seventeen thousand pipelined long-poll sessions"(t) {
    const request = "GET /socket/longpoll?vsn=2.0.0 HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(17_000);
    const count = await rounds(t, async (t) => {
      const socket = await dial(t, t.server);
      let answers = 0;
      socket.on("data", (bytes) => (answers += bytes.toString("latin1").split("HTTP/1.1 ").length - 1));
      socket.write(request);
      while (!t.over() && !socket.destroyed && answers < 17_000) await nap(20);
    });
    return `${count} times`;
  },

  async "8: TLS key updates"(t) {
    let sent = 0;
    await rounds(t, async (t) => {
      const socket = await dial(t, { ...t.server, url: t.server.tls });
      let secret = null;
      const client = tls.connect({
        socket,
        rejectUnauthorized: false,
        minVersion: "TLSv1.3",
        ciphers: "TLS_AES_128_GCM_SHA256",
      });
      client.on("error", () => {});
      client.on("keylog", (line) => {
        const [label, , hex] = line.toString().trim().split(" ");
        if (label === "CLIENT_TRAFFIC_SECRET_0") secret = Buffer.from(hex, "hex");
      });
      await new Promise((resolve) => client.once("secureConnect", resolve));
      while (!t.over() && !socket.destroyed && !socket.readableEnded) {
        const records = [];
        for (let n = 0; n < 2_000; ++n) {
          records.push(keyUpdate(secret));
          secret = nextSecret(secret);
        }
        socket.write(Buffer.concat(records));
        sent += records.length;
        while (!t.over() && socket.writableLength > 0 && !socket.destroyed) await nap(1);
      }
    });
    return `${sent} updates`;
  },

  async "9: handlers that block, on five connections"(t) {
    await rounds(t, async (t) => {
      const all = await Promise.all(Array.from({ length: 5 }, () => Raw.opens(t, t.server)));
      for (const raw of all) {
        for (let n = 0; n < 12; ++n) {
          await raw.joins(`conformance:${n}`, {}, `${n}`);
          raw.write(message(`${n}`, `slow ${n}`, `conformance:${n}`, "slow", { ms: 3_000 }));
        }
      }
      await lasts(t, all[0]);
    });
    return "sixty handlers";
  },

  async "10: a presence's metas of megabytes"(t) {
    const topic = "presence:attacked";
    const count = await rounds(t, async (t, round) => {
      const raw = await Raw.opens(t, t.server, `${SOCKET}&user_id=${round % 50}`);
      await raw.joins(topic, { name: "x".repeat(60_000) });
      raw.write(message("1", "2", topic, "update", { a: "x".repeat(60_000) }));
      raw.write(message("1", "3", topic, "update", { a: "x".repeat(t.largest - 1_000) }));
      raw.write(message(null, "done", "phoenix", "heartbeat", {}));
      await Promise.race([raw.reply("done"), lasts(t, raw)]);
    });
    return `${count} metas`;
  },

  async "11: large broadcasts to a member on 10 Mbit/s"(t) {
    const COUNT = 6;
    const topic = "conformance:slow";
    const member = await Raw.opens(t, t.server);
    await member.joins(topic);
    member.socket.on("data", (bytes) => {
      member.socket.pause();
      setTimeout(() => member.socket.resume(), bytes.length / BYTES_A_MS);
    });
    const sender = await Raw.opens(t, t.server);
    await sender.joins(topic);
    const said = message("1", "2", topic, "broadcast_from", { a: "x".repeat(t.largest - 1_000) });
    for (let n = 0; n < COUNT; ++n) sender.write(said);
    let heard = 0;
    for (let next; heard < COUNT && (next = await member.messages.next()) !== null;) heard += next[3] === "broadcasted" ? 1 : 0;
    if (heard < COUNT) throw new Error(`a slow member received ${heard} of ${COUNT}, and was disconnected`);
    return `it received ${heard} of ${COUNT}`;
  },

  ...hoards,
};
