// Many kinds of attacks in a few seconds: invalid data, floods, slow readers, dripped requests,
// oversized heads, kills at random moments. Beside them people use phoenix.js, and none may notice.
//
//     node conformance/faults/chaos.js [SECONDS] [SEED]

import assert from "node:assert/strict";
import { setTimeout as nap } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { binary, dial, frame, message, Raw, upgrade } from "./support/raw.js";
import { ask, connect, heard, join, seen } from "../clients/support/client.js";
import { contractServer } from "../clients/support/server.js";

const POLITE = 10;
const ATTACKERS = 20;

/** Numbers from 0 to 1, the same for the same seed (mulberry32); the network decides which attacker draws which number. */
function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let n = Math.imul(state ^ (state >>> 15), state | 1);
    n ^= n + Math.imul(n ^ (n >>> 7), n | 61);
    return ((n ^ (n >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One attack; `t.over()` says that it is time to stop. */
const attacks = {
  async rubbish(t, server) {
    const socket = await dial(t, server);
    socket.end(t.bytes(t.below(20_000)));
  },
  async rubbishInside(t, server) {
    const raw = await Raw.opens(t, server);
    raw.write(t.bytes(t.below(20_000)));
    await Promise.race([raw.ended, nap(t.below(100))]);
    raw.socket.destroy();
  },
  async rubbishFrames(t, server) {
    const raw = await Raw.opens(t, server);
    await raw.joins("conformance:rubbish");
    for (let i = 0; i < 20; ++i)
      raw.write(t.below(2) ? frame(t.bytes(t.below(500))) : binary(t.bytes(t.below(500))));
    await Promise.race([raw.ended, nap(50)]);
    raw.socket.destroy();
  },
  async flood(t, server) {
    const raw = await Raw.opens(t, server);
    await raw.joins("conformance:flood");
    const echo = message("1", null, "conformance:flood", "echo", {
      text: "x".repeat(t.below(1_000)),
    });
    raw.write(Buffer.concat(Array.from({ length: 2_000 }, () => echo)));
    await Promise.race([raw.ended, nap(t.below(300))]);
    raw.socket.resetAndDestroy();
  },
  async slowReader(t, server) {
    const raw = await Raw.opens(t, server);
    await raw.joins("conformance:polite"); // is sent everything that the polite clients send, and reads none of it
    raw.socket.pause();
    await Promise.race([raw.ended, nap(t.below(2_000))]);
    raw.socket.destroy();
  },
  async drippedHead(t, server) {
    const socket = await dial(t, server);
    for (const byte of upgrade().slice(0, t.below(150))) {
      if (t.over() || socket.destroyed) break;
      socket.write(byte);
      await nap(5);
    }
    socket.destroy();
  },
  async drippedFrame(t, server) {
    const raw = await Raw.opens(t, server);
    for (const byte of frame("x".repeat(1_000), { claims: 8_000_000 })) {
      if (t.over() || raw.socket.destroyed) break;
      raw.write(Buffer.from([byte]));
      await nap(1);
    }
    raw.socket.destroy();
  },
  async oversizedHead(t, server) {
    const socket = await dial(t, server);
    socket.end(`GET /${"x".repeat(200_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await Promise.race([new Promise((ended) => socket.on("close", ended)), nap(100)]);
    socket.destroy();
  },
  async manyJoins(t, server) {
    const raw = await Raw.opens(t, server);
    const joins = Array.from({ length: 10_000 }, (_, n) =>
      message(`${n}`, `${n}`, `room:${n}`, "phx_join", {}),
    );
    raw.write(Buffer.concat(joins));
    await Promise.race([raw.ended, nap(t.below(500))]);
    raw.socket.destroy();
  },
  async deepNesting(t, server) {
    const raw = await Raw.opens(t, server);
    raw.write(frame("[".repeat(t.below(1_000_000))));
    await Promise.race([raw.ended, nap(100)]);
    raw.socket.destroy();
  },
  async crashes(t, server) {
    const raw = await Raw.opens(t, server);
    for (let n = 0; n < 20; ++n) {
      await raw.joins("conformance:crash", {}, `${n}`);
      raw.write(message(`${n}`, null, "conformance:crash", "crash", {}));
    }
    raw.socket.destroy();
  },
  async killedMidway(t, server) {
    const socket = await dial(t, server);
    const bytes = Buffer.concat([
      Buffer.from(upgrade()),
      message("1", "1", "conformance:polite", "phx_join", {}),
      message("1", "2", "conformance:polite", "echo", { text: "x".repeat(10_000) }),
    ]);
    socket.write(bytes.subarray(0, t.below(bytes.length)));
    await nap(t.below(20));
    t.below(2) ? socket.destroy() : socket.resetAndDestroy();
  },
};

/** A polite client, until it is over: each answer must be its own, and each message must come. */
async function polite(t, server, me) {
  const socket = await connect(t, server);
  const closes = seen(socket, "close");
  const [room, own] = [
    await join(socket, "conformance:polite"),
    await join(socket, `conformance:polite${me}`),
  ];
  const news = heard(room, "broadcasted");
  const last = new Map(); // the last message of each of the others
  let said = 0;
  for (; !t.over(); ++said) {
    assert.deepEqual(await ask(own, "echo", { me, said }), { me, said });
    assert.deepEqual(
      await ask(own, "count"),
      { count: said + 1 },
      "its channel is the one it joined",
    );
    await ask(room, "broadcast", { me, said, text: "x".repeat(5_000) });
    for (let who = null; who !== me;) {
      const heard = await news.next();
      who = heard.me;
      if (last.has(who)) assert.equal(heard.said, last.get(who) + 1, "each message once, in order");
      last.set(who, heard.said);
    }
    assert.deepEqual(closes.rest, [], "its connection stays");
  }
  return said;
}

/** Runs the chaos for this long. Throws if a polite client noticed; returns the counts of attacks. */
export async function chaos(t, server, seconds, seed) {
  const random = dice(seed);
  const until = performance.now() + seconds * 1_000;
  const world = {
    after: (end) => t.after(end),
    over: () => performance.now() > until,
    below: (bound) => Math.floor(random() * bound),
    bytes: (size) => Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256))),
  };
  const done = Object.fromEntries(Object.keys(attacks).map((name) => [name, 0]));
  const attacker = async () => {
    while (!world.over()) {
      const name = Object.keys(attacks)[world.below(Object.keys(attacks).length)];
      const ends = []; // its connections end when it is done, not when everything is
      await attacks[name]({ ...world, after: (end) => ends.push(end) }, server);
      for (const end of ends) end();
      ++done[name];
    }
  };
  const everybody = Array.from({ length: POLITE }, (_, me) => polite(world, server, me));
  const attackers = Array.from({ length: ATTACKERS }, attacker);
  const told = await Promise.all(everybody);
  await Promise.all(attackers);
  return { done, said: told.reduce((sum, said) => sum + said, 0) };
}

/** By itself: `make chaos SECONDS=30 SEED=7`. */
async function main(seconds = 30, seed = Date.now() % 1_000_000) {
  const ends = [];
  const t = { after: (end) => ends.push(end) };
  const server = contractServer({}, { options: ["--log", "off", "--outbox-limit", "1000000"] });
  await server.start();
  console.log(`Chaos for ${seconds} s, seed ${seed}`);
  try {
    const { done, said } = await chaos(t, server, seconds, seed);
    for (const [name, times] of Object.entries(done))
      console.log(`  ${name.padEnd(14)} ${times} times`);
    console.log(`${POLITE} polite clients sent ${said} messages in each direction, and noticed nothing.`);
  } finally {
    for (const end of ends) end();
    await server.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(...process.argv.slice(2).map(Number));
}
