// The parts of attacks: rounds, large payloads, members that read nothing, and neighbours that
// watch.

import { setTimeout as nap } from "node:timers/promises";
import { Raw, message } from "./raw.js";

/** As many bytes of dense() as a handler may read: their tree takes 32 MB. */
export const READABLE = 370_000;

/** JSON of that size with as many values as possible: the largest tree. */
export const dense = (size) => `[${"{},".repeat(size / 3 - 1)}{}]`;

/** Runs rounds until it is over; each gets a `t` whose connections end with it. */
export async function rounds(t, act) {
  let count = 0;
  for (; !t.over(); ++count) {
    const ends = [];
    try {
      await act({ ...t, after: (end) => ends.push(end) }, count);
    } finally {
      for (const end of ends) end();
    }
  }
  return count;
}

/** Until the attacker's connection ends, or the siege does. */
export const lasts = async (t, raw) => {
  while (!t.over() && !raw.socket.destroyed && !raw.hasEnded) await nap(20);
};

/** Waits until all written bytes are taken, or the connection has ended. */
export const taken = async (t, raw) => {
  while (!t.over() && raw.socket.writableLength > 0 && !raw.hasEnded) await nap(5);
};

/** A client in the attacker's room, which must stay joined and connected. */
export class Neighbour {
  static async moves(t, topic) {
    const neighbour = new Neighbour();
    neighbour.raw = await Raw.opens(t, t.server);
    await neighbour.raw.joins(topic);
    neighbour.topic = topic;
    return neighbour;
  }
  /** Everything that comes up to the answer to a new request. */
  async heard() {
    this.raw.write(message("1", "well?", this.topic, "ack", {}));
    const all = [];
    for (;;) {
      const next = await this.raw.messages.next();
      if (next === null) throw new Error(`a neighbour's connection ended, ${this.raw.code}`);
      if (next[1] === "well?") return all;
      if (next[3] === "phx_error") throw new Error("a neighbour's channel crashed");
      all.push(next);
    }
  }
}

/** Opens `count` websockets that join `topic` and then read nothing. */
export async function deaf(t, topic, count) {
  const all = [];
  for (let n = 0; n < count; n += 50) {
    const some = await Promise.all(Array.from({ length: 50 }, () => Raw.opens(t, t.server)));
    await Promise.all(some.map((raw) => raw.joins(topic)));
    for (const { socket } of some) socket.pause();
    all.push(...some);
  }
  return all;
}
