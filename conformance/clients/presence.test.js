// The presence list that phoenix.js's own Presence makes from the state and the diffs: whatever
// happens, everybody sees the same list.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LongPoll } from "phoenix";
import { WebSocket } from "ws";
import { ask, connect } from "./support/client.js";
import { Mailbox } from "./support/deadline.js";
import { Member, agree, away } from "./support/presence.js";
import { contractServer } from "./support/server.js";

const server = contractServer();
before(() => server.start());
after(() => server.stop());

/** One connection on `topic`, under the key `user_id`, saying `name`. */
const comes = (t, topic, user_id, name, options) => Member.comes(t, server, topic, user_id, name, options);

/** Ann, Ben and Cat, who has no websocket. */
async function three(t, topic) {
  const ann = await comes(t, topic, "ann", "A");
  const ben = await comes(t, topic, "ben", "B");
  const cat = await comes(t, topic, "cat", "C", { transport: LongPoll });
  await agree([ann, ben, cat], { ann: ["A"], ben: ["B"], cat: ["C"] });
  return [ann, ben, cat];
}

test("new members are seen by present ones, and the reverse", async (t) => {
  const members = await three(t, "presence:coming");
  const nameless = await comes(t, "presence:coming", "dan");
  await agree([...members, nameless], { ann: ["A"], ben: ["B"], cat: ["C"], dan: [null] });
});

for (const [name, transport] of Object.entries({ WebSocket, LongPoll })) {
  test(`over ${name} a new member gets its own join before the state`, async (t) => {
    const socket = await connect(t, server, { params: { user_id: "ann" }, transport });
    const events = new Mailbox("an event");
    socket.onMessage(({ event }) => events.put(event));
    socket.channel(`presence:order-${name}`).join();
    assert.deepEqual(await events.take(3), ["phx_reply", "presence_diff", "presence_state"]);
  });
}

test("an update is seen by all, at once and whole", async (t) => {
  const [ann, ben, cat] = await three(t, "presence:update");
  const told = new Mailbox("a join");
  ann.presence.onJoin((key, before, now) => told.put([key, before.metas.length, now.metas]));
  await ask(ben.channel, "update", { name: "B2", typing: true });
  await agree([ann, ben, cat], { ann: ["A"], ben: ["B2"], cat: ["C"] });
  const [key, before, [meta]] = await told.next();
  assert.deepEqual([key, before, meta.typing], ["ben", 1, true]);
  assert.ok(meta.phx_ref_prev && meta.phx_ref_prev !== meta.phx_ref);
});

test("an untracked client is gone from all lists, its own too", async (t) => {
  const [ann, ben, cat] = await three(t, "presence:untrack");
  await ask(cat.channel, "untrack");
  await agree([ann, ben, cat], { ann: ["A"], ben: ["B"] });
});

test("a second tab is a second entry under one key, until it closes", async (t) => {
  const [ann, ben, cat] = await three(t, "presence:tabs");
  const tab = await comes(t, "presence:tabs", "ann", "A, second tab", away);
  const both = { ann: ["A", "A, second tab"], ben: ["B"], cat: ["C"] };
  await agree([ann, ben, cat, tab], both);
  const left = new Mailbox("a leave");
  ben.presence.onLeave((key, rest) => left.put([key, rest.metas.length]));
  tab.drops();
  await agree([ann, ben, cat], { ann: ["A"], ben: ["B"], cat: ["C"] });
  assert.deepEqual(await left.next(), ["ann", 1], "one is left of two");
});

test("a connection that is cut is gone, and back when it is back", async (t) => {
  const topic = "presence:cut";
  const [ann, ben, cat] = await three(t, topic);
  const dan = await comes(t, topic, "dan", "D");
  await agree([ann, ben, cat, dan], { ann: ["A"], ben: ["B"], cat: ["C"], dan: ["D"] });
  const [old, left] = [dan.refs, new Mailbox("a leave")];
  ann.presence.onLeave((key) => left.put(key));
  dan.drops(); // phoenix.js comes back by itself
  assert.equal(await left.next(), "dan");
  await dan.comesToSeeOthersThan(old);
  await agree([ann, ben, cat, dan], { ann: ["A"], ben: ["B"], cat: ["C"], dan: ["D"] });
});

test("a client that leaves is gone", async (t) => {
  const [ann, ben, cat] = await three(t, "presence:leave");
  cat.channel.leave();
  await agree([ann, ben], { ann: ["A"], ben: ["B"] });
  ben.channel.leave();
  await agree([ann], { ann: ["A"] });
});

test("everything at once ends in one list", async (t) => {
  const topic = "presence:crowd";
  const [ann, ben, cat] = await three(t, topic);
  const names = Array.from({ length: 20 }, (_, n) => `D${n}`);
  const tabs = await Promise.all(names.map((name) => comes(t, topic, "dan", name, away)));
  await Promise.all(
    tabs.map(async (tab, n) => {
      if (n % 4 === 0) return ask(tab.channel, "update", { name: `${names[n]}, updated` });
      if (n % 4 === 1) return tab.channel.leave();
      if (n % 4 === 2) return tab.drops();
    }),
  );
  const dan = names.flatMap((name, n) => [[`${name}, updated`], [], [], [name]][n % 4]).sort();
  const staying = tabs.filter((_, n) => n % 4 === 0 || n % 4 === 3);
  await agree([ann, ben, cat, ...staying], { ann: ["A"], ben: ["B"], cat: ["C"], dan });
});
