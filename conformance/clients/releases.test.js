// Releases of ten years: each does what it can, and shares topics with the newest.

import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { ask, connect as connectNewest, heard, join, rejoins, reply, seen, tell } from "./support/client.js";
import { connect, presences, releases } from "./support/releases.js";
import { contractServer } from "./support/server.js";

const SHORT_MS = 50;
const IDLE_MS = 1_500; // the idle timeout of /short
const WINDOW_MS = 1_000; // how long /short holds a poll
const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, n) => n).buffer;

// Side by side, each on a server of its own: most of their time is waiting.
describe("releases", { concurrency: releases.length }, () => {
  for (const release of releases) describe(release.name, { concurrency: 1 }, () => speaks(release));
});

function speaks(release) {
  const server = contractServer();
  beforeEach(() => server.start()); // again, if a test failed while it was away
  after(() => server.stop());
  const socketOf = (t, options) => connect(t, server, release, options);

  test("it connects, and asks for its version", async (t) => {
    const socket = await socketOf(t, { params: { user_id: "Ada Ω" } });
    assert.equal(socket.connectionState(), "open");
    const { params } = await ask(await join(socket, "conformance:version"), "connect_info");
    assert.deepEqual(params, { user_id: "Ada Ω", vsn: release.vsn });
  });

  test("it joins, or gets the reason of the refusal", async (t) => {
    const socket = await socketOf(t);
    const welcome = { join: "reply", since: 3 };
    const joined = await reply(socket.channel("conformance:welcome", welcome).join());
    assert.deepEqual(joined, { status: "ok", response: welcome });
    for (const [topic, params, reason] of [
      ["conformance:refused", { join: "error" }, "refused"],
      ["conformance:crashing", { join: "crash" }, "join crashed"],
      ["nowhere:at-all", {}, "unmatched topic"],
    ]) {
      const channel = socket.channel(topic, params);
      const refused = await reply(channel.join());
      channel.leave(); // or it would try again and again
      assert.deepEqual(refused, { status: "error", response: { reason } });
    }
  });

  test("a push is answered: ok, error, late, never", async (t) => {
    const channel = await join(await socketOf(t), "conformance:pushes");
    const payload = { text: "é世😀\u0000", list: [1, null, { deep: [true] }], "": 2 ** 53 - 1 };
    assert.deepEqual(await ask(channel, "echo", payload), payload);
    const nack = await reply(channel.push("echo_error", { n: 1 }));
    assert.deepEqual(nack, { status: "error", response: { n: 1 } });
    const answers = [ask(channel, "async", { ms: SHORT_MS }), ask(channel, "echo", { n: 2 })];
    assert.deepEqual(await Promise.all(answers), [{ ms: SHORT_MS }, { n: 2 }], "each has its own");
    assert.equal((await reply(channel.push("noreply", {}, SHORT_MS))).status, "timeout");
    assert.deepEqual(await ask(channel, "count"), { count: 1 }, "and the channel goes on");
  });

  test("it gets the newest's messages, and the newest gets its own", async (t) => {
    const old = await join(await socketOf(t), "conformance:meeting");
    const young = await join(await connectNewest(t, server), "conformance:meeting");
    const [oldHears, youngHears] = [heard(old, "broadcasted"), heard(young, "broadcasted")];
    await ask(old, "broadcast_from", { from: "old" });
    assert.deepEqual(await youngHears.next(), { from: "old" });
    await ask(young, "broadcast_from", { from: "young" });
    assert.deepEqual(await oldHears.next(), { from: "young" });
    await ask(old, "broadcast", { to: "both" });
    assert.deepEqual(await Promise.all([oldHears.next(), youngHears.next()]), [{ to: "both" }, { to: "both" }]);
    assert.deepEqual([oldHears.rest, youngHears.rest], [[], []]);
  });

  test("the server pushes to it", async (t) => {
    const channel = await join(await socketOf(t), "conformance:pushed");
    const greetings = heard(channel, "greeting");
    tell(channel, "push", { event: "greeting", payload: { text: "grüß dich" } });
    assert.deepEqual(await greetings.next(), { text: "grüß dich" });
  });

  test("a leave is answered, then closed; the topic can be joined again", async (t) => {
    const socket = await socketOf(t);
    const channel = await join(socket, "conformance:leave");
    await ask(channel, "count");
    const frames = seen(socket, "message");
    channel.leave();
    const [answer, farewell] = await frames.take(2);
    assert.deepEqual([answer.event, answer.payload], ["phx_reply", { response: {}, status: "ok" }]);
    const joinRef = release.sendsJoinRef ? channel.joinRef() : null;
    assert.deepEqual([farewell.event, farewell.ref], ["phx_close", joinRef]);
    assert.equal(channel.state, "closed");
    assert.deepEqual(await ask(await join(socket, "conformance:leave"), "count"), { count: 1 });
  });

  // Without a join_ref it takes a phx_close for both of its channels.
  if (release.sendsJoinRef) test("a second channel takes the first one's place on its topic", async (t) => {
    const socket = await socketOf(t);
    const first = await join(socket, "conformance:twice");
    const closes = heard(first, "phx_close");
    await ask(first, "count");
    const second = await join(socket, "conformance:twice");
    await closes.next();
    const told = heard(second, "broadcasted");
    await ask(second, "broadcast", { n: 1 });
    assert.deepEqual(told.rest, [{ n: 1 }]);
    assert.deepEqual(await ask(second, "count"), { count: 1 });
  });

  test("after a crash it joins again, after a stop it does not", async (t) => {
    const socket = await socketOf(t);
    const crashing = await join(socket, "conformance:crash");
    const stopping = await join(socket, "conformance:stop");
    await ask(crashing, "count");
    const [errors, closes] = [heard(crashing, "phx_error"), heard(stopping, "phx_close")];
    const [crashingAgain, stoppingAgain] = [rejoins(crashing), rejoins(stopping)];
    tell(stopping, "stop");
    await closes.next();
    tell(crashing, "crash");
    assert.deepEqual(await errors.next(), { reason: "channel_crash" });
    await crashingAgain.next(); // it would have waited as long to join the stopped one
    assert.deepEqual(await ask(crashing, "count"), { count: 1 }, "its state is fresh");
    assert.deepEqual([stopping.state, stoppingAgain.rest], ["closed", []]);
  });

  for (const end of ["stop", "kill"]) {
    test(`after the server's ${end} and start it is back on its topics`, async (t) => {
      const socket = await socketOf(t);
      const channel = await join(socket, "conformance:restart");
      await ask(channel, "count");
      const [closes, again] = [seen(socket, "close"), rejoins(channel)];
      await server[end]();
      await closes.next();
      await server.start();
      await again.next();
      assert.deepEqual(await ask(channel, "count"), { count: 1 }, "its state is fresh");
    });
  }

  test("its heartbeats keep a connection past the idle timeout", async (t) => {
    // Each is answered before the next is due, and comes well before the timeout. If one is late on
    // a busy machine, the client or the server rightly closes. So there are three attempts.
    const heartbeatIntervalMs = IDLE_MS / 2;
    for (let attempt = 1; ; attempt += 1) {
      const socket = await socketOf(t, { mount: "/short", heartbeatIntervalMs });
      const [closes, frames] = [seen(socket, "close"), seen(socket, "message")];
      await frames.take(3); // answers to heartbeats
      socket.disconnect();
      if (closes.rest.length === 0) return;
      assert.ok(attempt < 3, "it was closed each time");
    }
  });

  test("each presence is counted once, its own too", async (t) => {
    const topic = "presence:here";
    const ann = await Member.comes(t, server, release, topic, "ann", "A");
    await agree([ann], { ann: ["A"] });
    const ben = await Member.comes(t, server, releases.at(-1), topic, "ben", "B");
    const tab = await Member.comes(t, server, release, topic, "ann", "A, second tab");
    await agree([ann, ben, tab], { ann: ["A", "A, second tab"], ben: ["B"] });
    await ask(ben.channel, "update", { name: "B2" });
    await agree([ann, ben, tab], { ann: ["A", "A, second tab"], ben: ["B2"] });
    tab.channel.leave();
    await agree([ann, ben], { ann: ["A"], ben: ["B2"] });
    await ask(ben.channel, "untrack");
    await agree([ann, ben], { ann: ["A"] });
  });

  if (release.binary) bytes(release, server);
  if (release.LongPoll) polls(release, server);
}

/** One connection on `topic`, under the key `user_id`, saying `name`. */
class Member {
  static async comes(t, server, release, topic, user_id, name) {
    const socket = await connect(t, server, release, { params: { user_id } });
    const channel = socket.channel(topic, { name });
    const member = new Member(channel, presences(release, channel));
    const state = heard(channel, "presence_state");
    await reply(channel.join());
    // Phoenix's may be older than a diff that comes before it, and releases before 1.4 ignore the
    // order.
    await state.next();
    return member;
  }

  constructor(channel, here) {
    this.channel = channel;
    this.here = here;
  }

  /** Waits until its list is this one. */
  async comesToSee(list) {
    while (!isDeepStrictEqual(this.here.names, list)) {
      await this.here.synced.next().catch(() => assert.deepEqual(this.here.names, list));
    }
  }
}

/** All of them come to see this list. */
async function agree(members, list) {
  for (const member of members) await member.comesToSee(list);
}

function bytes(release, server) {
  test("bytes are pushed, echoed, and broadcast to others", async (t) => {
    const [ann, ben] = [
      await join(await connect(t, server, release), "conformance:bytes"),
      await join(await connect(t, server, release), "conformance:bytes"),
    ];
    sameBytes(await ask(ann, "echo", ALL_BYTES));
    assert.deepEqual(await ask(ann, "ack", ALL_BYTES), {}, "answered by JSON, if the channel does so");
    const pushed = heard(ann, "pushed_binary");
    tell(ann, "push_binary", ALL_BYTES);
    sameBytes(await pushed.next());
    const told = heard(ben, "broadcasted_binary");
    await ask(ann, "broadcast_binary", ALL_BYTES);
    sameBytes(await told.next());
  });
}

function polls(release, server) {
  const polling = (t, options) =>
    connect(t, server, release, { transport: release.LongPoll, ...options });

  test("by long-poll it joins, pushes, receives and leaves", async (t) => {
    const socket = await polling(t);
    const channel = await join(socket, "conformance:polled");
    const other = await join(await connect(t, server, release), "conformance:polled");
    const [hears, otherHears] = [heard(channel, "broadcasted"), heard(other, "broadcasted")];
    assert.deepEqual(await ask(channel, "echo", { text: "é世😀" }), { text: "é世😀" });
    const nack = await reply(channel.push("echo_error", { n: 1 }));
    assert.deepEqual(nack, { status: "error", response: { n: 1 } });
    await ask(channel, "broadcast_from", { from: "polled" });
    assert.deepEqual(await otherHears.next(), { from: "polled" });
    await ask(other, "broadcast_from", { from: "connected" });
    assert.deepEqual(await hears.next(), { from: "connected" });
    const frames = seen(socket, "message");
    channel.leave();
    const events = (await frames.take(2)).map(({ event }) => event);
    assert.deepEqual(events, ["phx_reply", "phx_close"]);
  });

  test("by long-poll it survives a window, and a server's death", async (t) => {
    const channel = await join(await polling(t, { mount: "/short" }), "conformance:polled-on");
    const ms = 1.5 * WINDOW_MS; // one empty poll
    assert.deepEqual(await ask(channel, "async", { ms }), { ms });
    assert.deepEqual(await ask(channel, "count"), { count: 1 });
    const again = rejoins(channel);
    await server.kill();
    await server.start();
    await again.next();
    assert.deepEqual(await ask(channel, "count"), { count: 1 }, "its state is fresh");
  });

  if (!release.polledBinary) return;
  test("by long-poll bytes are sent as base64", async (t) => {
    const channel = await join(await polling(t), "conformance:polled-bytes");
    assert.deepEqual(await reply(channel.push("ack", ALL_BYTES)), { status: "ok", response: {} });
  });
}

function sameBytes(actual) {
  assert.ok(actual instanceof ArrayBuffer, `an ArrayBuffer, not ${JSON.stringify(actual)}`);
  assert.ok(Buffer.from(actual).equals(Buffer.from(ALL_BYTES)), "the same bytes");
}
