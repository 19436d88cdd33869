// phx-publish, beside two nodes at one Redis: its events reach the clients of both, and harmful
// ones are refused.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { connect, heard, join, seen } from "./support/client.js";
import { PATIENCE_MS, within } from "./support/deadline.js";
import { freePort } from "./support/port.js";
import { Redis } from "./support/redis.js";
import { contractServer } from "./support/server.js";

const PUBLISH = process.env.PUBLISH || "build/plain/phx-publish";
const CHANNEL = "phx:Elixir.Contract.PubSub.Adapter";
const redis = new Redis({ password: "secret" });
let url, a, b;

before(async () => {
  await redis.start();
  url = await redis.url(":secret@");
  [a, b] = ["a", "b"].map((name) =>
    contractServer({}, { options: ["--redis", url, "--node", name, "--pubsub", "Contract.PubSub"] }),
  );
  await Promise.all([a.start(), b.start()]);
  await redis.subscribers(CHANNEL, 2);
});
after(async () => {
  await Promise.all([a?.stop(), b?.stop()]);
  await redis.kill();
});

/** Runs it; returns its status and its output on both streams. */
async function run(words, { input = "", env = {} } = {}) {
  const child = spawn(PUBLISH, words, { env: { ...process.env, REDIS: url, PUBSUB: "Contract.PubSub", ...env } });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
  child.stdin.on("error", () => {}).end(input); // it may end without reading
  const ended = new Promise((resolve) => child.once("close", (status) => resolve(status)));
  return { status: await within(PATIENCE_MS, "phx-publish", ended), said };
}

async function members(t, topic) {
  return {
    ann: await join(await connect(t, a, { params: { user_id: "ann" } }), topic),
    bob: await join(await connect(t, b, { params: { user_id: "bob" } }), topic),
  };
}

test("an event reaches the clients of all nodes, with a payload typed, read, or none", async (t) => {
  const { ann, bob } = await members(t, "conformance:typed");
  const [at_a, at_b] = [heard(ann, "news"), heard(bob, "news")];
  const payload = { text: "grüße \u0000 🎉", n: 1.5, deep: [{ a: null }] };
  const typed = JSON.stringify(payload, null, 2);
  const ways = [
    [["conformance:typed", "news", typed], {}, payload],
    [["--file", "-", "conformance:typed", "news"], { input: typed }, payload],
    [["conformance:typed", "news"], {}, {}],
  ];
  for (const [words, more, expected] of ways) {
    assert.deepEqual(await run(words, more), { status: 0, said: "published to 2 nodes\n" });
    assert.deepEqual([await at_a.next(), await at_b.next()], [expected, expected]);
  }
  assert.deepEqual(await run(["-q", "conformance:typed", "news"]), { status: 0, said: "" });
});

test("a file's bytes reach them unchanged", async (t) => {
  const { bob } = await members(t, "conformance:file");
  const folder = mkdtempSync(path(tmpdir(), "publish-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
  writeFileSync(path(folder, "bytes"), bytes);
  const at_b = heard(bob, "file");
  assert.equal((await run(["--file", path(folder, "bytes"), "--binary", "conformance:file", "file"])).status, 0);
  assert.ok(Buffer.from(await at_b.next()).equals(bytes));
});

test("a user is disconnected from all nodes", async (t) => {
  const sockets = [await connect(t, a, { params: { user_id: "eve" } }), await connect(t, b, { params: { user_id: "eve" } })];
  const closed = sockets.map((socket) => seen(socket, "close"));
  assert.equal((await run(["users_socket:eve", "disconnect"])).status, 0);
  for (const each of closed) assert.equal((await each.next()).code, 1001);
});

test("an event that nodes can't be sent is refused with a sentence, and nothing is sent", async (t) => {
  const { ann, bob } = await members(t, "conformance:refused");
  const [at_a, at_b] = [heard(ann, "news"), heard(bob, "news")];
  const deep = `${'{"a":'.repeat(201)}1${"}".repeat(201)}`;
  const refused = [
    [["conformance:refused", "news", "[1]"], /expected a JSON object as the payload/],
    [["conformance:refused", "news", "null"], /expected a JSON object as the payload/],
    [["conformance:refused", "news", "{'a': 1}"], /expected JSON as the payload/],
    [["conformance:refused", "news", '{"a": 1'], /expected JSON as the payload/],
    [["conformance:refused", "news", '{"a": "\\ud800"}'], /expected JSON as the payload/],
    [["conformance:refused", "news", deep], /nesting/],
    [["--file", "-", "conformance:refused", "news"], /expected JSON as the payload/, Buffer.from('{"a": "\xff"}', "latin1")],
    [["--file", "-", "conformance:refused", "news"], /expected a smaller message/, JSON.stringify({ s: "x".repeat(17e6) })],
    [["phx_presence:Elixir.ContractWeb.Presence_shard0", "news"], /expected a topic that is not a tracker's/],
    [["", "news"], /expected a topic/],
    [["--file", "/nowhere", "conformance:refused", "news"], /could not read "\/nowhere"/],
    [["--redis", "rediss://127.0.0.1", "conformance:refused", "news"], /has no TLS/],
    [["--redis", "127.0.0.1", "conformance:refused", "news"], /expected redis:\/\/host:port/],
    [["--binary", "conformance:refused", "news"], /--file/],
    [["conformance:refused"], /EVENT/],
  ];
  for (const [words, sentence, input] of refused) {
    const { status, said } = await run(words, { input });
    assert.equal(status, 2, `${words.join(" ").slice(0, 80)}: ${said}`);
    assert.match(said, sentence);
  }
  assert.equal((await run(["conformance:refused", "news", '{"last": true}'])).status, 0);
  assert.deepEqual([await at_a.next(), await at_b.next()], [{ last: true }, { last: true }]);
});

test("without a node, or without Redis, it says so", async (t) => {
  const message = ["conformance:nobody", "news"];
  const other = await run(["--pubsub", "Other.PubSub", ...message]);
  assert.equal(other.status, 1);
  assert.match(other.said, /no node listens at this Redis under the name Other\.PubSub/);

  const nobody = `redis://127.0.0.1:${await freePort()}`;
  const login = url.replace(":secret@", ":wrong@");
  for (const [at, sentence] of [[nobody, /Connection refused/], [login, /Redis refused the password/], [url.replace(":secret@", ""), /NOAUTH/]]) {
    const { status, said } = await run(["--redis", at, ...message]);
    assert.equal(status, 3, said);
    assert.match(said, sentence);
  }
  // One of several addresses is enough.
  const second = `${nobody.replace("redis://", "redis://:secret@")},${url.split("@")[1]}`;
  assert.equal((await run(["--redis", second, ...message])).status, 0);

  redis.pause();
  t.after(() => redis.resume());
  const late = await run(["--timeout", "0.2", ...message]);
  assert.equal(late.status, 3);
  assert.match(late.said, /Redis did not answer within 200 ms|no connection within the time/);
});
