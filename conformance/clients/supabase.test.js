// Another family of clients: @supabase/realtime-js, with its own conventions on the same wire.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, beforeEach, describe, test } from "node:test";
import { WebSocket } from "ws";
import { Mailbox, PATIENCE_MS, within } from "./support/deadline.js";
import {
  broadcasts,
  client,
  dialects,
  heartbeats,
  say,
  sent,
  states,
  statuses,
  subscribed,
  unhurried,
  until,
} from "./support/realtime.js";
import { contractServer } from "./support/server.js";

const here = { broadcast: { ack: true } }; // an answer confirms the broadcast

// Side by side, each on a server of its own: most of their time is waiting.
describe("realtime-js", { concurrency: dialects.length }, () => {
  for (const dialect of dialects) describe(dialect.name, { concurrency: 1 }, () => speaks(dialect));
});

function speaks(dialect) {
  const server = contractServer();
  beforeEach(() => server.start()); // again, if a test failed while it was away
  after(() => server.stop());
  const realtime = (t, options) => client(t, server, dialect, options);

  test("a topic is subscribed to and left", async (t) => {
    const channel = realtime(t).channel("left");
    const told = statuses(channel);
    assert.equal((await told.next()).status, "SUBSCRIBED");
    assert.equal(await channel.unsubscribe(), "ok");
    await until(told, "CLOSED");
  });

  if (!dialect.early) test("a private topic is refused without an access token, with a reason", async (t) => {
    const told = statuses(realtime(t).channel("private", { config: { private: true } }));
    const { status, error } = await told.next();
    assert.equal(status, "CHANNEL_ERROR");
    assert.match(String(error), /a private topic wants an access token/);
  });

  test("with an access token it joins; when that expires, it is notified and removed", async (t) => {
    const ann = realtime(t);
    await ann.setAuth("a-token");
    const channel = ann.channel("private", { config: { private: true } });
    const news = new Mailbox("a message of the system");
    channel.on("system", {}, (payload) => news.put(payload));
    const told = await subscribed(channel);
    await unhurried(() => ann.setAuth("expired")); // it waits for a reply that never comes
    assert.equal((await news.next()).message, "the access token has expired");
    await until(told, "CLOSED");
  });

  test("a broadcast reaches the others, and the sender if it asked for that", async (t) => {
    const [ann, ben] = [realtime(t), realtime(t)];
    const [loud, quiet] = [
      ann.channel("heard", { config: { broadcast: { ack: true, self: true } } }),
      ben.channel("heard", { config: here }),
    ];
    const [annHears, benHears] = [broadcasts(loud, "shout"), broadcasts(quiet, "shout")];
    await Promise.all([subscribed(loud), subscribed(quiet)]);
    assert.equal(await say(loud, "shout", { text: "é世😀", n: 1 }), "ok");
    assert.equal(await say(quiet, "shout", { n: 2 }), "ok");
    assert.deepEqual(await annHears.take(2), [{ text: "é世😀", n: 1 }, { n: 2 }]);
    assert.deepEqual(await benHears.next(), { text: "é世😀", n: 1 });
    assert.equal(await say(loud, "shout", { n: 3 }), "ok"); // after anything that Ben might have received
    assert.deepEqual(await benHears.next(), { n: 3 }, "Ben's own broadcast does not come back");
  });

  test("without ack a broadcast is not answered, and is still sent", async (t) => {
    const [ann, ben] = [realtime(t).channel("no-ack"), realtime(t).channel("no-ack")];
    const news = broadcasts(ben, "note");
    await Promise.all([subscribed(ann), subscribed(ben)]);
    assert.equal(await say(ann, "note", { n: 1 }, { timeout: 1 }), "ok");
    assert.deepEqual(await news.next(), { n: 1 });
  });

  test("presence changes reach everyone", async (t) => {
    const as = (key) => ({ config: { presence: { key } } });
    const [ann, ben] = [
      realtime(t).channel("here", as("ann")),
      realtime(t).channel("here", as("ben")),
    ];
    const [annSees, benSees] = [states(ann), states(ben)];
    await subscribed(ann);
    assert.deepEqual(await annSees.next(), {});
    assert.equal(await sent(() => ann.track({ mood: "fine" })), "ok");
    assert.deepEqual(await annSees.next(), { ann: [{ mood: "fine" }] });

    await subscribed(ben);
    assert.deepEqual(await benSees.next(), { ann: [{ mood: "fine" }] });
    assert.equal(await sent(() => ben.track({})), "ok");
    const both = { ann: [{ mood: "fine" }], ben: [{}] };
    for (const sees of [annSees, benSees]) assert.deepEqual(await sees.next(), both);

    assert.equal(await sent(() => ann.track({ mood: "better" })), "ok");
    const better = { ...both, ann: [{ mood: "better" }] };
    for (const sees of [annSees, benSees]) assert.deepEqual(await sees.next(), better);

    assert.equal(await sent(() => ann.untrack()), "ok");
    for (const sees of [annSees, benSees]) assert.deepEqual(await sees.next(), { ben: [{}] });
    await ben.unsubscribe();
    assert.deepEqual(await annSees.next(), {}, "a client that leaves is gone");
  });

  test("a subscription to changes in a database gets the answer it expects", async (t) => {
    const channel = realtime(t).channel("rows");
    const filter = { event: "INSERT", schema: "public", table: "rooms" };
    channel.on("postgres_changes", filter, () => {});
    await subscribed(channel); // it compares our list with its own, and fails if they differ
  });

  test("heartbeats are sent and answered", async (t) => {
    const beats = new Mailbox("a heartbeat");
    const ann = realtime(t, { heartbeatIntervalMs: 250, ...heartbeats(dialect, beats) });
    await subscribed(ann.channel("beating"));
    await beats.take(2);
  });

  for (const end of ["stop", "kill"]) {
    test(`after the server's ${end} and start it is subscribed again`, async (t) => {
      const channel = realtime(t).channel(`again-${end}`, {
        config: { broadcast: { ack: true, self: true } },
      });
      const news = broadcasts(channel, "back");
      const told = await subscribed(channel);
      await server[end]();
      await until(told, "CHANNEL_ERROR");
      await server.start();
      await until(told, "SUBSCRIBED");
      assert.equal(await say(channel, "back", { n: 1 }), "ok");
      assert.deepEqual(await news.next(), { n: 1 });
    });
  }
}

describe("realtime-js, together", () => {
  const server = contractServer();
  before(() => server.start());
  after(() => server.stop());

  test("releases and versions of the wire share one topic", async (t) => {
    const all = dialects.map((dialect) =>
      client(t, server, dialect).channel("mixed", { config: here }),
    );
    const hears = all.map((channel) => broadcasts(channel, "hello"));
    await Promise.all(all.map(subscribed));
    for (const [n, channel] of all.entries()) assert.equal(await say(channel, "hello", { n }), "ok");
    for (const [n, mailbox] of hears.entries()) {
      const others = all.map((_, other) => ({ n: other })).filter(({ n: other }) => other !== n);
      assert.deepEqual(await mailbox.take(others.length), others);
    }
  });

  test("bytes are broadcast as bytes between clients of version 2", async (t) => {
    const second = dialects.filter(({ vsn }) => vsn === "2.0.0");
    const [ann, ben] = second.map((dialect) =>
      client(t, server, dialect).channel("bytes", { config: here }),
    );
    const news = broadcasts(ben, "frame");
    await Promise.all([subscribed(ann), subscribed(ben)]);
    const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
    assert.equal(await say(ann, "frame", bytes.buffer), "ok");
    assert.deepEqual(new Uint8Array(await news.next()), bytes);
  });

  test("a binary frame that is cut, or invalid JSON, ends only its own connection", async (t) => {
    const channel = client(t, server, dialects[0]).channel("bystander", { config: here });
    await subscribed(channel);
    const cut = [[3], [3, 1, 0, 0, 0, 0, 1], [3, 0, 0, 255, 0, 0, 1, 65]];
    const noJson = [3, 0, 0, 0, 0, 0, 1, ...Buffer.from("{")];
    for (const bytes of [...cut, noJson]) {
      const websocket = new WebSocket(`${server.mount("/realtime/v1")}/websocket?vsn=2.0.0`);
      websocket.on("open", () => websocket.send(Uint8Array.from(bytes)));
      const [code] = await within(PATIENCE_MS, "its end", once(websocket, "close"));
      assert.equal(code, 1011);
    }
    assert.equal(await say(channel, "still", { here: true }), "ok");
  });
});
