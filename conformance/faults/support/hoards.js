// Ways in which one client makes a server hold memory. Each is an attack: see attacks.js.

import { setTimeout as nap } from "node:timers/promises";
import { deaf, lasts, rounds, taken } from "./attacking.js";
import { Raw, frame, message } from "./raw.js";

export const hoards = {
  async "memory: a hundred topics of megabytes"(t) {
    const long = "x".repeat(t.largest - 1_000);
    const count = await rounds(t, async (t) => {
      const raw = await Raw.opens(t, t.server);
      for (let n = 0; n < 100 && !raw.hasEnded; ++n) {
        raw.write(message(`${n}`, `${n}`, `room:${n}${long}`, "phx_join", {}));
        await taken(t, raw);
      }
    });
    return `${count} connections`;
  },

  async "memory: long ids, and a hundred channels each"(t) {
    const path = `/socket/websocket?vsn=2.0.0&user_id=${"x".repeat(60_000)}`;
    const joins = Buffer.concat(
      Array.from({ length: 100 }, (_, n) => message(`${n}`, `${n}`, `conformance:${n}`, "phx_join", {})),
    );
    const count = await rounds(t, async (t) => {
      const all = await Promise.all(Array.from({ length: 10 }, () => Raw.opens(t, t.server, path)));
      for (const raw of all) raw.write(joins);
      await Promise.all(all.map((raw) => Promise.race([raw.messages.take(100), lasts(t, raw)])));
    });
    return `${count * 10} connections`;
  },

  async "memory: mail for a channel that blocks, left behind"(t) {
    const mail = { ms: 5_000, text: "x".repeat(t.largest - 1_000) };
    const count = await rounds(t, async (t) => {
      const raw = await Raw.opens(t, t.server);
      await raw.joins("conformance:full");
      raw.write(message("1", "2", "conformance:full", "slow", { ms: 3_000 }));
      for (let n = 0; n < 6; ++n) raw.write(message("1", "3", "conformance:full", "slow", mail));
      await taken(t, raw);
    });
    return `${count} times`;
  },

  async "memory: megabytes waiting, pings, and nothing read"(t) {
    const echo = message("1", "2", "conformance:deaf", "echo", { text: "x".repeat(t.largest - 1_000) });
    const count = await rounds(t, async (t) => {
      const [raw] = await deaf(t, "conformance:deaf", 1).then((all) => all.slice(0, 1));
      for (let n = 0; n < 3; ++n) raw.write(echo);
      for (let n = 0; n < 200 && !t.over() && !raw.hasEnded; ++n) {
        raw.write(frame("", { opcode: 9 }));
        await nap(10);
      }
    });
    return `${count} times`;
  },

  async "memory: half a message, then a byte at a time"(t) {
    const begun = frame("x".repeat(t.largest * 0.9), { claims: Math.floor(t.largest) });
    const count = await rounds(t, async (t) => {
      const all = await Promise.all(Array.from({ length: 10 }, () => Raw.opens(t, t.server)));
      for (const raw of all) raw.write(begun);
      for (let n = 0; n < 200 && !t.over(); ++n) {
        for (const raw of all) raw.write("x");
        await nap(10);
      }
    });
    return `${count * 10} messages`;
  },
};
