// The dashboard's own socket, with phoenix.js as its client: only the admin port has it, and only for the token. What it
// answers, how many it takes, and that it stays while clients are drained.

import assert from "node:assert/strict";
import { test } from "node:test";
import { WebSocket } from "ws";
import { TOKEN, watchedServer } from "./support/admin.js";
import { connect, join, reply } from "./support/client.js";
import { PATIENCE_MS, eventually, within } from "./support/deadline.js";

const MOUNT = "/dashboard/live";
const MAX_PAGES = 16;
const watched = watchedServer();
const stopping = watchedServer("--drain-batch", "2", "--drain-interval", "500ms");
const adminPort = (of = watched) => ({ mount: (mount) => of.admin.replace(/^http/, "ws") + mount });

const page = (t, of) => connect(t, adminPort(of), { mount: MOUNT, authToken: TOKEN });
/** A page's channel. */
const watching = async (t, of) => join(await page(t, of), "dashboard");
const ask = (channel, path, query = "", method = "GET") => reply(channel.push("ask", { method, path, query }));

/** The status of a handshake that is refused. */
const refusal = (url, ...protocols) =>
  within(PATIENCE_MS, `an answer from ${url}`, new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols);
    socket.on("unexpected-response", (_, answer) => resolve(answer.statusCode));
    socket.on("open", () => reject(new Error("it was not refused")));
    socket.on("error", () => {});
  }));
const bearer = (token) => `base64url.bearer.phx.${Buffer.from(token).toString("base64url")}`;

test("only the admin port has the socket, and only for its token", async () => {
  const path = `${MOUNT}/websocket?vsn=2.0.0`;
  assert.equal(await refusal(adminPort().mount(path)), 403);
  assert.equal(await refusal(adminPort().mount(path), "phoenix", bearer(`${TOKEN}!`)), 403);
  assert.equal(await refusal(watched.server.mount(path), "phoenix", bearer(TOKEN)), 404);
  assert.equal(await refusal(adminPort().mount("/socket/websocket?vsn=2.0.0")), 404, "nor has the admin port the clients' socket");
});

test("each view's data come as a reply, the same as over HTTP", async (t) => {
  const channel = await watching(t);
  for (const view of ["overview", "processes", "topics", "nodes", "limits", "log"]) {
    const { status, response } = await ask(channel, view, "top=3".repeat(view === "processes" ? 1 : 0));
    assert.equal(status, "ok", view);
    const http = await fetch(`${watched.admin}/dashboard/api/${view}`, { headers: { authorization: `Bearer ${TOKEN}` } });
    assert.deepEqual(Object.keys(response), Object.keys(await http.json()), view);
  }
  const { response } = await ask(channel, "processes", "text=dashboard&sort=age");
  assert.ok(response.processes.some(({ kind, topic }) => kind === "channel" && topic === "dashboard"), "it shows itself, too");
});

test("what is not understood is an error that says what was expected, and the channel goes on", async (t) => {
  const channel = await watching(t);
  const wrong = [
    [422, /^expected one of these as "sort": /, "processes", "sort=colour"],
    [404, /^Not Found$/, "colours"],
    [404, /^no process has this pid$/, "processes/9.1"],
    [405, /^expected POST$/, "processes/0.1/end"],
    [405, /^expected GET, HEAD$/, "overview", "", "DELETE"],
  ];
  for (const [expected, sentence, ...asked] of wrong) {
    const { status, response } = await ask(channel, ...asked);
    assert.equal(status, "error");
    assert.equal(response.status, expected, asked.join(" "));
    assert.match(response.detail, sentence);
  }
  for (const payload of [{}, { path: 7 }, { path: ["overview"], method: null }]) {
    assert.equal((await reply(channel.push("ask", payload))).status, "error", JSON.stringify(payload));
  }
  const crashed = new Promise((resolve) => channel.onError(resolve));
  channel.push("shout", {}, 1_000); // its timer would keep Node from ending
  await within(PATIENCE_MS, "the end of the channel", crashed);
  await eventually("a channel again", () => channel.state === "joined");
  assert.equal((await ask(channel, "overview")).status, "ok");
});

test("a process is ended, and the log names the client that asked", async (t) => {
  const channel = await watching(t);
  const victim = await join(await connect(t, watched.server), "conformance:victim");
  const crashed = new Promise((resolve) => victim.onError(resolve));
  const { response } = await ask(channel, "processes", "text=conformance:victim");
  assert.equal((await ask(channel, `processes/${response.processes[0].pid}/end`, "", "POST")).status, "ok");
  await within(PATIENCE_MS, "the end of the victim", crashed);
  await eventually("the line that says so", () => /a process is ended from the dashboard.* pid=\S+ peer=127\.0\.0\.1/.test(watched.server.output));
});

test("what a page shows is pushed each second, each row once, until it shows something else", async (t) => {
  const channel = await watching(t);
  const came = [];
  channel.on("shown", (payload) => came.push(payload));
  const show = (...views) => reply(channel.push("show", { views }));
  const of = (path) => came.filter((payload) => payload.path === path);
  assert.equal((await show({ path: "overview", query: "" }, { path: "processes", query: "top=3" }, { path: "colours" })).status, "ok");
  await eventually("three of each", () => ["overview", "processes", "colours"].every((path) => of(path).length >= 3));
  assert.deepEqual([of("processes")[0].status, of("colours")[0].status], [200, 404]);
  assert.equal(of("processes")[0].query, "top=3");
  const numbers = of("overview").flatMap(({ response }) => response.seconds.map(({ number }) => number));
  assert.deepEqual(numbers, numbers.map((_, i) => numbers[0] + i), "second after second");
  assert.equal(of("overview")[0].response.seconds[0].number, of("overview")[0].after + 1);
  const many = Array.from({ length: 17 }, (_, n) => ({ path: "topics", query: `top=${n}` }));
  assert.equal((await show(...many)).status, "error");
  assert.equal((await show({ path: "nodes" })).status, "ok");
  await eventually("another view", () => of("nodes").length > 0);
});

test("a page is not counted among the connections of clients", async (t) => {
  const channel = await watching(t);
  const counted = async () => {
    const { response } = await ask(channel, "overview");
    const { websockets, number } = response.seconds.at(-1) ?? { number: 0 };
    return { websockets, number };
  };
  const { number } = await counted();
  await eventually("two seconds without any", async () => {
    const now = await counted();
    return now.number >= number + 2 && now.websockets === 0;
  });
  await connect(t, watched.server);
  await eventually("the client", async () => (await counted()).websockets === 1);
});

test(`at most ${MAX_PAGES} pages watch, and one that leaves makes room`, async (t) => {
  const socket = await page(t);
  const others = await Promise.all(Array.from({ length: MAX_PAGES }, () => watching(t)));
  const late = socket.channel("dashboard");
  const { status, response } = await reply(late.join());
  assert.deepEqual([status, response], ["error", { reason: "too many pages watch this server" }]);
  await reply(others[0].leave());
  await eventually("room for one more", () => late.state === "joined");
});

test("it stays while the clients of its shard are drained", async (t) => {
  const channel = await watching(t, stopping);
  const ends = [];
  const ended = (name, socket) =>
    new Promise((resolve) => socket.onClose(({ code }) => resolve(ends.push(`${name} ${code}`) && socket.disconnect())));
  const dashboard = ended("dashboard", channel.socket);
  const sockets = await Promise.all(Array.from({ length: 6 }, () => connect(t, stopping.server))); // two or more on each shard
  const clients = sockets.map((socket) => ended("client", socket));
  const stopped = stopping.server.stop(); // one client a shard, and after --drain-interval the next
  await within(PATIENCE_MS, "the end of a client", Promise.race(clients));
  assert.equal((await ask(channel, "overview")).status, "ok");
  await within(PATIENCE_MS, "the end of all", Promise.all([...clients, dashboard]));
  assert.ok(ends.indexOf("dashboard 1012") >= 2, ends.join());
  assert.equal(ends.filter((end) => end === "client 1012").length, sockets.length);
  await stopped;
});
