// One client's large, deep, odd or many messages: their cost, and who pays it.

import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { contractServer } from "../clients/support/server.js";
import { becomes, residentBytes } from "./support/metrics.js";
import { DEFLATE, Raw, deflated, frame, message } from "./support/raw.js";

const MEGABYTE = 1_048_576;
const MEMBERS = 20;

const server = contractServer();
before(() => server.start());
after(() => server.stop());

/** JSON of that size with as many values as possible: the largest tree. */
const dense = (size) => `[${"{},".repeat(size / 3 - 1)}{}]`;

async function room(t, topic, members = MEMBERS) {
  const all = await Promise.all(Array.from({ length: members }, () => Raw.opens(t, server)));
  await Promise.all(all.map((member) => member.joins(topic)));
  return all;
}

/** Their channels answer, and before that only events in `expected` came. */
async function stillHere(members, topic, expected = []) {
  for (const member of members) {
    member.write(message("1", "still", topic, "echo", {}));
    const events = [];
    for (let event; ; events.push(event)) {
      const next = await member.messages.next();
      assert.ok(next, "the connection lives");
      event = next[3];
      if (next[1] === "still") break;
    }
    assert.deepEqual(events, expected);
  }
}

for (const [what, payload] of Object.entries({
  "an integer beyond 64 bits": '{"id":18446744073709551615}',
  "an integer of a hundred digits": `{"id":-${"1234567890".repeat(10)}}`,
  "NUL in a key": '{"a\\u0000b":1}',
  "a duplicate key": '{"a":1,"a":2}',
})) {
  test(`${what} is read by each member that intercepts it`, async (t) => {
    const topic = `conformance:${what}`;
    const [sender, ...others] = await room(t, topic);
    sender.write(frame(`["1","2","${topic}","intercept",${payload}]`));
    await stillHere([sender, ...others], topic, ["intercepted"]); // the sender first: it is sent then
  });
}

for (const [what, payload] of Object.entries({
  "nesting of 3,000": "[".repeat(3_000) + "]".repeat(3_000),
  "nesting of a million": "[".repeat(1_000_000) + "]".repeat(1_000_000),
  "more than a megabyte": `{"a":${dense(1_200_000)}}`,
  "7.8 MB": `{"a":${dense(7_800_000)}}`,
})) {
  test(`${what}, for members to read, ends only the channel that sent it`, async (t) => {
    const topic = `conformance:${what}`;
    const [sender, ...others] = await room(t, topic);
    const before = residentBytes(server.pid);
    sender.write(frame(`["1","2","${topic}","intercept",${payload}]`));
    const [, , , event] = await sender.messages.next();
    assert.equal(event, "phx_error");
    await stillHere(others, topic);
    const grown = residentBytes(server.pid) - before;
    assert.ok(grown < 40 * MEGABYTE, `memory grew by ${Math.round(grown / MEGABYTE)} MB`);
  });
}

/**
 * `attacker` sends `count` messages together. Right after the first answer another client sends
 * one: its answer must not wait for all of the attacker's.
 */
async function inTurns(t, attacker, count, bytes) {
  const [other] = await room(t, "conformance:other", 1);
  attacker.write(bytes);
  await attacker.messages.next();
  let answered = 1;
  const rest = attacker.messages.take(count - 1);
  const served = (async () => {
    other.write(message("1", "2", "conformance:other", "echo", {}));
    assert.ok(await other.reply("2"));
    return "served";
  })();
  assert.equal(await Promise.race([served, rest.then(() => "kept waiting")]), "served");
  for (const [, , , event] of await rest) answered += event === "phx_reply" ? 1 : 0;
  assert.equal(answered, count);
}

test("messages that inflate to a thousand times their size take turns with other clients'", async (t) => {
  const COUNT = 8;
  const attacker = await Raw.opens(t, server, "/deflate/websocket?vsn=2.0.0", DEFLATE);
  await attacker.joins("conformance:bomb");
  const bomb = deflated(`["1","2","conformance:bomb","ack",{"a":"${"x".repeat(7_800_000)}"}]`);
  assert.ok(bomb.length < 8_000);
  await inTurns(t, attacker, COUNT, Buffer.concat(Array(COUNT).fill(bomb)));
});

test("large messages that thirty channels of one client read take turns with other clients'", async (t) => {
  const COUNT = 30;
  const attacker = await Raw.opens(t, server);
  for (let n = 0; n < COUNT; ++n) await attacker.joins(`conformance:${n}`);
  const frames = Array.from({ length: COUNT }, (_, n) =>
    frame(`["1","2","conformance:${n}","async",{"ms":0,"a":${dense(300_000)}}]`),
  );
  await inTurns(t, attacker, COUNT, Buffer.concat(frames));
});

test("a broadcast of 7.9 MB to three hundred clients that do not read is kept once", async (t) => {
  const members = await room(t, "conformance:crowd", 300);
  for (const { socket } of members) socket.pause();
  const [sender, other] = await room(t, "conformance:crowd", 2);
  other.socket.pause();
  const before = residentBytes(server.pid);
  sender.write(message("1", "2", "conformance:crowd", "broadcast_from", { a: "x".repeat(7_900_000) }));
  await sender.reply("2");
  await stillHere([sender], "conformance:crowd");
  const grown = residentBytes(server.pid) - before;
  assert.ok(grown < 60 * MEGABYTE, `memory grew by ${Math.round(grown / MEGABYTE)} MB`);
});

test("a presence's meta has a limit: exceeding it ends the channel, and no new member is sent it", async (t) => {
  const topic = "presence:large";
  const speaker = await Raw.opens(t, server, "/socket/websocket?vsn=2.0.0&user_id=large");
  await speaker.joins(topic);
  speaker.write(message("1", "2", topic, "update", { a: "x".repeat(70_000) }));
  for (;;) {
    const [, , , event] = await speaker.messages.next();
    assert.notEqual(event, "phx_reply");
    if (event === "phx_error") break;
  }
  const newcomer = await Raw.opens(t, server, "/socket/websocket?vsn=2.0.0&user_id=new");
  await newcomer.joins(topic);
  for (;;) {
    const [, , , event, payload] = await newcomer.messages.next();
    if (event !== "presence_state") continue;
    assert.deepEqual(Object.keys(payload), ["new"]);
    break;
  }
});

test("a flood of warnings becomes a hundred lines a second, and one that counts the rest", async (t) => {
  const FLOOD = 20_000;
  const folder = mkdtempSync(path(tmpdir(), "flood-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const log = path(folder, "log");
  const stderr = openSync(log, "w");
  const logging = contractServer({}, { stderr });
  t.after(() => logging.stop());
  await logging.start();
  closeSync(stderr);
  const began = Date.now();
  const raw = await Raw.opens(t, logging);
  raw.write(
    Buffer.concat(Array.from({ length: FLOOD }, (_, n) => message("1", `${n}`, `nosuch:${n}`, "phx_join", {}))),
  );
  await raw.messages.take(FLOOD);
  const counted = () =>
    [...readFileSync(log, "utf8").matchAll(/… and (\d+) more of this kind/g)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
  const written = () => readFileSync(log, "utf8").split("topic=nosuch:").length - 1;
  await becomes("the count of lines", () => counted() + written(), (count) => count === FLOOD);
  const seconds = Math.ceil((Date.now() - began) / 1000) + 1;
  assert.ok(written() <= 100 * seconds, `${written()} lines in ${seconds} s`);
});
