// One client takes all it can: names, mailboxes, workers, sessions, bytes. The others notice
// nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { becomes, counted, residentBytes } from "./support/metrics.js";
import { Raw, dial, frame, message, told } from "./support/raw.js";
import { witnessOf } from "./support/witness.js";
import { contractServer } from "../clients/support/server.js";

const MEGABYTE = 1_048_576;

const server = contractServer({ METRICS: "1" });
before(() => server.start());
after(() => server.stop());

const unaffected = witnessOf(server);

/** The largest growth of the server's memory, in bytes, while `act` ran. */
async function growth(act) {
  const before = residentBytes(server.pid);
  let most = before;
  const looking = setInterval(() => (most = Math.max(most, residentBytes(server.pid))), 5);
  await act().finally(() => clearInterval(looking));
  return Math.max(most, residentBytes(server.pid)) - before;
}

function atMost(megabytes, grown) {
  assert.ok(grown < megabytes * MEGABYTE, `memory grew by ${Math.round(grown / MEGABYTE)} MB`);
}

test("a hundred topics of 7.9 MB: the first ends its connection, and nothing is kept of it", async (t) => {
  await unaffected(t, async () => {
    const grown = await growth(async () => {
      const raw = await Raw.opens(t, server);
      const long = "x".repeat(7_900_000);
      for (let n = 0; n < 100 && !raw.socket.destroyed && raw.code === null; ++n) {
        raw.write(message(`${n}`, `${n}`, `room:${n}${long}`, "phx_join", {}));
        await Promise.race([raw.messages.next(), raw.ended]);
      }
      await raw.ended;
      assert.equal(raw.code, 1008);
    });
    atMost(100, grown);
  });
});

test("eleven thousand broadcasts while a member waits for a join that blocks: it gets them all after the reply", async (t) => {
  await unaffected(t, async () => {
    const said = 11_000;
    const [member, sender] = await Promise.all([Raw.opens(t, server), Raw.opens(t, server)]);
    await member.joins("conformance:busy");
    await sender.joins("conformance:busy");
    member.write(message("2", "2", "conformance:other", "phx_join", { join: "slow", ms: 2_000 }));
    for (let n = 0; n < said; n += 1_000) {
      const some = Array.from({ length: 1_000 }, (_, i) =>
        message("1", `${n + i}`, "conformance:busy", "broadcast_from", { n: n + i }),
      );
      sender.write(Buffer.concat(some));
    }
    const [reply, ...heard] = await member.messages.take(said + 1);
    assert.deepEqual(reply.slice(0, 4), ["2", "2", "conformance:other", "phx_reply"]);
    heard.forEach(([, , , event, { n }], at) => assert.deepEqual([event, n], ["broadcasted", at]));
  });
});

test("a client whose twelve channels block leaves workers for the others", async (t) => {
  await unaffected(t, async () => {
    const [greedy, polite] = await Promise.all([Raw.opens(t, server), Raw.opens(t, server)]);
    for (let n = 0; n < 12; ++n) await greedy.joins(`conformance:${n}`, {}, `${n}`);
    for (let n = 0; n < 12; ++n) {
      greedy.write(message(`${n}`, `slow ${n}`, `conformance:${n}`, "slow", { ms: 8_000 }));
    }
    greedy.write(message(null, "sent", "phoenix", "heartbeat", {}));
    await greedy.reply("sent");
    const began = performance.now();
    await polite.joins("conformance:polite", { join: "slow", ms: 1 });
    const took = performance.now() - began;
    assert.ok(took < 4_000, `a join that blocks for 1 ms took ${Math.round(took)} ms`);
  });
});

test("mail that waits for a blocking channel is freed when its client goes", async (t) => {
  await unaffected(t, async () => {
    const before = residentBytes(server.pid);
    const raw = await Raw.opens(t, server);
    await raw.joins("conformance:full");
    const mail = { ms: 5_000, text: "x".repeat(7_000_000) };
    raw.write(message("1", "2", "conformance:full", "slow", { ms: 8_000 }));
    for (let n = 0; n < 6; ++n) raw.write(message("1", "3", "conformance:full", "slow", mail));
    raw.write(message(null, "4", "phoenix", "heartbeat", {}));
    await raw.reply("4");
    assert.ok(residentBytes(server.pid) - before > 30 * MEGABYTE, "it waits");
    raw.socket.destroy();
    await becomes(
      "memory, before the handlers have returned,",
      () => residentBytes(server.pid) - before,
      (grown) => grown < 20 * MEGABYTE,
    );
  });
});

test("seventeen thousand pipelined requests for a session on one connection: another client still gets one", async (t) => {
  await unaffected(t, async () => {
    const request = "GET /socket/longpoll?vsn=2.0.0 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const greedy = await dial(t, server);
    let answers = 0;
    greedy.on("data", (bytes) => (answers += bytes.toString("latin1").split("HTTP/1.1 ").length - 1));
    greedy.write(request.repeat(17_000));
    await becomes("the answers", async () => answers, (count) => count >= 17_000);
    const begins = await fetch(`${server.url}/socket/longpoll?vsn=2.0.0`);
    assert.equal(begins.status, 200);
    const { token } = await begins.json();
    const join = await fetch(`${server.url}/socket/longpoll?vsn=2.0.0&token=${token}`, {
      method: "POST",
      body: '["1","1","conformance:polled","phx_join",{}]',
    });
    assert.deepEqual(await join.json(), { status: 200 });
    const sessions = await counted(server, "phoenix_longpoll_sessions");
    assert.ok(sessions < 100, `${sessions} sessions are left`);
  });
});

test("a client with megabytes waiting that reads nothing but sends pings is dropped in time", async (t) => {
  const hasty = contractServer({}, { options: ["--write-patience", "1s"] });
  await hasty.start();
  t.after(() => hasty.stop());
  const before = residentBytes(hasty.pid);
  const raw = await Raw.opens(t, hasty);
  await raw.joins("conformance:deaf");
  raw.socket.pause();
  raw.write(message("1", "2", "conformance:deaf", "echo", { text: "x".repeat(7_900_000) }));
  const pings = setInterval(() => raw.write(frame("", { opcode: 9 })), 50);
  t.after(() => clearInterval(pings));
  await becomes("the log", async () => hasty.output, (text) => text.includes("limit=write_time"));
  await becomes("memory", () => residentBytes(hasty.pid) - before, (grown) => grown < 8 * MEGABYTE);
});

test("a message of 8 MB whose last bytes come one by one ends in time", async (t) => {
  const hasty = contractServer({}, { options: ["--message-patience", "1s"] });
  await hasty.start();
  t.after(() => hasty.stop());
  const raw = await Raw.opens(t, hasty);
  raw.write(frame("x".repeat(7_000_000), { claims: 7_900_000 }));
  const drips = setInterval(() => raw.write("x"), 50);
  t.after(() => clearInterval(drips));
  await raw.ended;
  assert.equal(raw.code, 1008);
});

test("a process at its memory limit refuses new clients, disconnects the largest holder, and goes on", async (t) => {
  const budget = 150 * MEGABYTE;
  const small = contractServer({}, { options: ["--memory", `${budget}`, "--outbox-limit", "100000000", "--client-memory", "200000000"] });
  await small.start();
  let most = 0;
  const looking = setInterval(() => (most = Math.max(most, residentBytes(small.pid))), 5);
  t.after(() => {
    clearInterval(looking);
    return small.stop();
  });
  const polite = await Raw.opens(t, small);
  await polite.joins("conformance:polite");
  const deaf = await Promise.all([1, 2, 3, 4].map(() => Raw.opens(t, small)));
  for (const [n, raw] of deaf.entries()) {
    await raw.joins(`conformance:${n}`);
    raw.socket.pause();
  }
  const echo = message("1", "2", "conformance:0", "echo", { text: "x".repeat(7_900_000) });
  for (let round = 0; round < 9; ++round) {
    for (const [n, raw] of deaf.entries()) {
      if (raw.socket.destroyed) continue;
      const topic = `conformance:${n}`;
      raw.write(n === 0 ? echo : message("1", "2", topic, "echo", { text: "x".repeat(7_900_000) }));
    }
    polite.write(message("1", `${round}`, "conformance:polite", "echo", { round }));
    assert.deepEqual((await polite.reply(`${round}`)).response, { round });
  }
  await becomes("the log", async () => small.output, (text) => text.includes("limit=memory"));
  await becomes("memory", () => residentBytes(small.pid), (now) => now < budget);
  const asks = "GET /socket/longpoll?vsn=2.0.0 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  await becomes("a newcomer's answer", () => told(t, small, asks), (answer) => answer.startsWith("HTTP/1.1 200"));
  t.diagnostic(`at most ${Math.round(most / MEGABYTE)} MB`);
  assert.ok(most < budget + 150 * MEGABYTE, `at most ${Math.round(most / MEGABYTE)} MB`);
});
