// The API on the admin port of two nodes at one Redis: an HTTP request to one reaches the clients
// of both.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connect, heard, join, seen } from "./support/client.js";
import { eventually } from "./support/deadline.js";
import { Redis } from "./support/redis.js";
import { contractServer } from "./support/server.js";

const CHANNEL = "phx:Elixir.Contract.PubSub.Adapter";
const TOKEN = "a token of more than twenty bytes";
const DOCUMENT = fileURLToPath(new URL("../../docs/openapi.json", import.meta.url));
const folder = mkdtempSync(path(tmpdir(), "api-"));
const file = path(folder, "token");
const redis = new Redis();
let a, b;

const node = (name, url, ...more) =>
  contractServer({}, {
    options: ["--redis", url, "--node", name, "--pubsub", "Contract.PubSub", "--broadcast-period", "100ms",
      "--admin-port", "0", "--admin-token-file", file, "--trace-token-file", file, "--dashboard", ...more],
  });

before(async () => {
  writeFileSync(file, `${TOKEN}\n`);
  await redis.start();
  const url = await redis.url();
  [a, b] = [node("a", url), node("b", url, "--admin-rate", "3", "--admin-body", "1000")];
  await Promise.all([a.start(), b.start()]);
  await redis.subscribers(CHANNEL, 2);
  for (const each of [a, b]) {
    await eventually("the admin port's address", () => /Its admin port is at (\S+)/.test(each.output));
    each.admin = each.output.match(/Its admin port is at (\S+)/)[1];
  }
});
after(async () => {
  await Promise.all([a?.stop(), b?.stop()]);
  await redis.kill();
  rmSync(folder, { recursive: true });
});

/** Sends a request to a node; returns [status, body, headers]. */
async function ask(server, where, { method = "GET", body, token = TOKEN, headers = {} } = {}) {
  const response = await fetch(server.admin + where, {
    method,
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    body: typeof body === "object" ? JSON.stringify(body) : body,
  });
  const text = await response.text();
  return [response.status, text && JSON.parse(text), response.headers];
}
const post = (server, where, body, more = {}) => ask(server, where, { method: "POST", body, ...more });

async function members(t, topic) {
  return {
    ann: await join(await connect(t, a, { params: { user_id: "ann" } }), topic),
    bob: await join(await connect(t, b, { params: { user_id: "bob" } }), topic),
  };
}

test("a broadcast reaches the clients of both nodes: JSON, nothing, bytes", async (t) => {
  const { ann, bob } = await members(t, "conformance:api");
  const [at_a, at_b] = [heard(ann, "news"), heard(bob, "news")];
  const payload = { text: "grüße \u0000 🎉", n: 12345678901234567890n.toString(), deep: [{ a: null }] };
  const topic = "conformance:api";
  assert.deepEqual((await post(a, "/broadcast", { topic, event: "news", payload })).slice(0, 2), [202, { status: "ok" }]);
  assert.deepEqual([await at_a.next(), await at_b.next()], [payload, payload]);
  assert.equal((await post(a, "/broadcast", { topic, event: "news" }))[0], 202);
  assert.deepEqual([await at_a.next(), await at_b.next()], [{}, {}]);
  const bytes = Buffer.from([0, 1, 254, 255]);
  assert.equal((await post(a, "/broadcast", { topic, event: "news", payload_base64: bytes.toString("base64") }))[0], 202);
  for (const each of [at_a, at_b]) assert.ok(Buffer.from(await each.next()).equals(bytes));
});

test("a user is disconnected from both nodes", async (t) => {
  const sockets = [await connect(t, a, { params: { user_id: "eve" } }), await connect(t, b, { params: { user_id: "eve" } })];
  const closed = sockets.map((socket) => seen(socket, "close"));
  assert.equal((await post(a, "/disconnect", { id: "users_socket:eve" }))[0], 202);
  for (const each of closed) assert.equal((await each.next()).code, 1001);
});

test("presences are those of both nodes, with the topic percent-encoded", async (t) => {
  const topic = "presence:a/b c";
  const list = async () => (await ask(a, `/presence/${encodeURIComponent(topic)}`))[1];
  assert.deepEqual(await list(), {});
  await members(t, topic);
  await eventually("both in a's list", async () => Object.keys(await list()).length === 2);
  const { ann, bob } = await list();
  assert.equal(ann.metas.length, 1);
  assert.ok(bob.metas[0].phx_ref);
});

test("an invalid request is refused with a sentence, and reaches no client", async (t) => {
  const topic = "conformance:wrong";
  const { ann } = await members(t, topic);
  const at_a = heard(ann, "news");
  const message = { topic, event: "news" };
  const deep = `{"topic":"${topic}","event":"news","payload":${'{"a":'.repeat(300)}1${"}".repeat(300)}}`;
  const refusals = [
    [401, /token/, "/broadcast", message, { token: "" }],
    [401, /token/, "/broadcast", message, { token: TOKEN.slice(1) }],
    [401, /token/, "/broadcast", message, { token: `${TOKEN.slice(0, -1)}x` }],
    [401, /token/, "/broadcast", message, { token: "", headers: { authorization: `Basic ${TOKEN}` } }],
    [401, /token/, "/disconnect", { id: "users_socket:ann" }, { token: "" }],
    [415, /application\/json/, "/broadcast", message, { headers: { "content-type": "text/plain" } }],
    [400, /expected JSON/, "/broadcast", "{"],
    [400, /expected JSON/, "/broadcast", ""],
    [422, /JSON object/, "/broadcast", "[]"],
    [422, /"topic"/, "/broadcast", { event: "news" }],
    [422, /"topic"/, "/broadcast", { topic: "", event: "news" }],
    [422, /"topic"/, "/broadcast", { topic: 1, event: "news" }],
    [422, /"event"/, "/broadcast", { topic }],
    [422, /"payload"/, "/broadcast", { ...message, payload: [1] }],
    [422, /"payload"/, "/broadcast", { ...message, payload: null }],
    [422, /base64/, "/broadcast", { ...message, payload_base64: "a=b" }],
    [422, /both/, "/broadcast", { ...message, payload: {}, payload_base64: "YQ==" }],
    [422, /"form"/, "/broadcast", { ...message, form: "ann" }],
    [422, /nesting/, "/broadcast", deep],
    [422, /tracker/, "/broadcast", { topic: "phx_presence:Elixir.ContractWeb.Presence_shard0", event: "news" }],
    [422, /"id"/, "/disconnect", {}],
    [413, /smaller/, "/broadcast", { ...message, payload: { s: "x".repeat(1_100_000) } }],
  ];
  for (const [status, sentence, where, body, more] of refusals) {
    const [got, { errors }, headers] = await post(a, where, body, more);
    assert.equal(got, status, `${where} ${JSON.stringify(body).slice(0, 80)}: ${errors?.detail}`);
    assert.match(errors.detail, sentence);
    if (status === 401) assert.equal(headers.get("www-authenticate"), "Bearer");
  }
  assert.equal((await ask(a, "/presence/"))[0], 422);
  assert.equal((await ask(a, "/presence/%ff"))[0], 422);
  assert.equal((await ask(a, "/presence/room", { token: "" }))[0], 401);
  for (const [where, method, allowed] of [["/broadcast", "GET", "POST"], ["/disconnect", "PUT", "POST"], ["/presence/room", "DELETE", "GET, HEAD"]]) {
    const [status, , headers] = await ask(a, where, { method });
    assert.deepEqual([status, headers.get("allow")], [405, allowed]);
  }
  assert.equal((await post(a, "/broadcast", { ...message, payload: { last: true } }))[0], 202);
  assert.deepEqual(await at_a.next(), { last: true });
});

test("a node's limits of requests a second, and of their size", async () => {
  const message = { topic: "conformance:rate", event: "news" };
  assert.equal((await post(b, "/broadcast", { ...message, payload: { s: "x".repeat(1_000) } }))[0], 413);
  const statuses = await Promise.all(Array.from({ length: 20 }, () => post(b, "/broadcast", message)));
  const refused = statuses.filter(([status]) => status === 429);
  assert.ok(refused.length > 0, "20 at once are more than 3 a second");
  assert.equal(refused[0][2].get("retry-after"), "1");
  assert.equal((await fetch(`${b.admin}/health`)).status, 200); // only its own paths are limited
});

test("the served document is the one in docs, and each of its paths answers", async () => {
  const [status, served] = await ask(a, "/openapi.json", { token: "" });
  assert.equal(status, 200);
  assert.deepEqual(served, JSON.parse(readFileSync(DOCUMENT, "utf8")));
  for (const [where, methods] of Object.entries(served.paths)) {
    for (const method of Object.keys(methods)) {
      const pid = method === "post" ? "none" : "0.1"; // a shard's first process is its supervisor
      const [got] = await ask(a, where.replace("{topic}", "room").replace("{pid}", pid), { method: method.toUpperCase(), body: method === "post" ? "{}" : undefined });
      assert.ok(got === (method === "post" ? 422 : 200), `${method} ${where} is answered ${got}`);
    }
  }
});

test("without a token's file there is no API, and a token that is too short is refused", async (t) => {
  const closed = contractServer({}, { options: ["--admin-port", "0"] });
  await closed.start();
  t.after(() => closed.stop());
  await eventually("the admin port's address", () => /Its admin port is at (\S+)/.test(closed.output));
  closed.admin = closed.output.match(/Its admin port is at (\S+)/)[1];
  const response = await fetch(`${closed.admin}/broadcast`, { method: "POST", body: "{}" });
  assert.equal(response.status, 405); // as every POST there
  assert.equal((await fetch(`${closed.admin}/presence/room`)).status, 404);
  writeFileSync(path(folder, "short"), "short\n");
  for (const [options, sentence] of [
    [["--admin-port", "0", "--admin-token-file", path(folder, "short")], /expected a token of 20 bytes or more.*--admin-token-file/],
    [["--trace-token-file", path(folder, "short")], /expected a token of at least 16 bytes for traces.*--trace-token-file/],
    [["--admin-port", "0", "--admin-token-file", "/nowhere"], /could not read "\/nowhere".*--admin-token-file/],
    [["--admin-token-file", file], /expected a port for the API.*--admin-port/],
  ]) {
    await assert.rejects(contractServer({}, { options }).start(), sentence);
  }
});
