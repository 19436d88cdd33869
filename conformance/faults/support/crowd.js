// Many clients with phoenix.js in one room, which number their messages and count those they
// receive.

import assert from "node:assert/strict";
import { setTimeout as nap } from "node:timers/promises";
import { connect, join, rejoins, roundTrip } from "../../clients/support/client.js";
import { PATIENCE_MS, within } from "../../clients/support/deadline.js";

const ANSWER_MS = 1_000; // phoenix.js's timeout for one push, which a restart may exceed

export class Crowd {
  sockets = [];
  channels = [];
  /** Pushes that got no answer, so far. */
  unanswered = 0;
  #heard = []; // by client: how often each message came
  #acknowledged = new Set();
  #said = 0;
  #deliveries = 0;
  #overtaken = []; // by a later one of the same speaker
  #waiting = () => {};

  /** `count` clients, each with a connection, all joined to `topic`. */
  static async gathers(t, server, count, topic, options = {}) {
    const crowd = new Crowd();
    crowd.sockets = await Promise.all(
      Array.from({ length: count }, () => connect(t, server, options)),
    );
    crowd.channels = await Promise.all(crowd.sockets.map((socket) => join(socket, topic)));
    crowd.channels.forEach((channel, person) => {
      const heard = (crowd.#heard[person] = new Map());
      const last = new Map(); // each speaker's newest
      channel.on("broadcasted", ({ n, speaker }) => {
        if (last.get(speaker) > n) crowd.#overtaken.push(n);
        last.set(speaker, n);
        heard.set(n, (heard.get(n) ?? 0) + 1);
        ++crowd.#deliveries;
        crowd.#waiting();
      });
    });
    return crowd;
  }

  /** Each client sends `count` messages, one after the other, and all are answered ok. */
  async says(count) {
    this.#acknowledged.clear();
    this.#heard.forEach((heard) => heard.clear());
    await Promise.all(
      this.channels.map(async (channel) => {
        for (let i = 0; i < count; ++i) assert.equal(await this.#say(channel, PATIENCE_MS), "ok");
      }),
    );
    await Promise.all(this.sockets.map(roundTrip)); // earlier broadcasts have come
  }

  /** All send for this long, whatever the answers; resolves when the last push is settled. */
  async talksFor(ms) {
    this.#acknowledged.clear();
    this.#heard.forEach((heard) => heard.clear());
    const until = performance.now() + ms;
    await Promise.all(
      this.channels.map(async (channel) => {
        while (performance.now() < until) {
          if ((await this.#say(channel, ANSWER_MS)) !== "ok") ++this.unanswered;
          await nap(1); // fifty clients that send without a pause would leave the restart no processor
        }
      }),
    );
  }

  /** Resolves when `count` more deliveries have come. */
  heardSome(count) {
    const enough = this.#deliveries + count;
    const heard = new Promise((resolve) => {
      this.#waiting = () => this.#deliveries >= enough && resolve();
    });
    return within(PATIENCE_MS, `${count} deliveries`, heard);
  }

  /** Resolves when all have rejoined, from now on. */
  comesBack() {
    return Promise.all(this.channels.map((channel) => rejoins(channel).next()));
  }

  /** Every message that was answered ok reached every client once. */
  expectAllHeard(when) {
    this.expectNothingTwice();
    for (const n of this.#acknowledged) {
      for (const heard of this.#heard) assert.equal(heard.get(n), 1, `message ${n} ${when}`);
    }
  }

  /** Answered or not, no message came twice, or after a later one. */
  expectNothingTwice() {
    assert.deepEqual(this.#overtaken, [], "one client's messages arrive in order");
    this.#heard.forEach((heard, person) => {
      for (const [n, times] of heard) {
        const ok = this.#acknowledged.has(n) ? "was" : "was not";
        assert.equal(times, 1, `client ${person} received message ${n}, which ${ok} answered ok`);
      }
    });
  }

  #say(channel, patience) {
    const n = ++this.#said;
    const speaker = this.channels.indexOf(channel);
    return new Promise((resolve) => {
      const push = channel.push("broadcast", { n, speaker }, patience);
      for (const status of ["ok", "error", "timeout"]) push.receive(status, () => resolve(status));
    }).then((status) => {
      if (status === "ok") this.#acknowledged.add(n);
      return status;
    });
  }
}
