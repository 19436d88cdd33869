// `phx-conformance disturb`: each disturbance happens at the message that was chosen, and to no other.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";
import { start } from "../../clients/support/children.js";
import { Mailbox, PATIENCE_MS, within } from "../../clients/support/deadline.js";
import { freePort } from "../../clients/support/port.js";
import { expect, goodServer, judge, program } from "./suite.js";

const { WebSocket } = createRequire(new URL("../../clients/package.json", import.meta.url))("ws");
const TOPIC = "conformance:disturbed";
let server;
before(async () => (server = await goodServer()));
after(() => server.stop());

/** A client behind a proxy with these options, joined; it has heard the first message, the join's reply. */
async function disturbed(t, ...options) {
  const port = await freePort();
  const url = `ws://127.0.0.1:${server.port}/socket`;
  const proxy = start(program, ["disturb", "--url", url, "--listen", `${port}`, ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const said = new Mailbox("a line of the proxy");
  proxy.stdout.on("data", (data) => said.put(`${data}`));
  await said.next(); // it listens
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket/websocket?vsn=2.0.0`);
  t.after(() => [socket.terminate(), proxy.kill("SIGKILL")]);
  const heard = new Mailbox("a message");
  socket.on("message", (data) => heard.put(JSON.parse(data)));
  const closed = once(socket, "close");
  await within(PATIENCE_MS, "the websocket", once(socket, "open"));
  const push = (ref, event, payload = {}) => socket.send(JSON.stringify(["1", ref, TOPIC, event, payload]));
  push("1", "phx_join");
  await heard.next();
  return { proxy, socket, heard, said, closed, push };
}

const refs = (messages) => messages.map(([, ref]) => ref);

test("it drops the message that was chosen", async (t) => {
  const { heard, said, push } = await disturbed(t, "--drop", "--frame", "2");
  for (const ref of ["2", "3"]) push(ref, "echo");
  assert.deepEqual(refs([await heard.next()]), ["3"]);
  assert.match(await said.next(), /^connection 1, message 2 of the server: dropped /);
});

test("it sends a message twice", async (t) => {
  const { heard, push } = await disturbed(t, "--duplicate", "--frame", "2");
  for (const ref of ["2", "3"]) push(ref, "echo");
  assert.deepEqual(refs(await heard.take(3)), ["2", "2", "3"]);
});

test("it delays a message, and what follows keeps its place", async (t) => {
  const DELAY_MS = 300;
  const { heard, push } = await disturbed(t, "--delay", `${DELAY_MS}`, "--frame", "2");
  const began = Date.now();
  for (const ref of ["2", "3"]) push(ref, "echo");
  assert.deepEqual(refs(await heard.take(2)), ["2", "3"]);
  assert.ok(Date.now() - began >= DELAY_MS - 1);
});

test("it cuts the connection, and the next one too", async (t) => {
  const { closed, push } = await disturbed(t, "--cut", "--from", "client", "--event", "echo");
  push("2", "echo");
  await within(PATIENCE_MS, "the connection's end", closed);
});

test("it stops: nothing passes any more, and the connection stays open", async (t) => {
  const { socket, heard, said, push } = await disturbed(t, "--stop", "--frame", "2");
  push("2", "echo");
  assert.match(await said.next(), /stopped at/);
  push("3", "echo");
  const other = await disturbed(t, "--drop", "--frame", "9"); // a round trip of another client
  other.push("2", "echo");
  await other.heard.next();
  assert.deepEqual(heard.rest, []);
  assert.equal(socket.readyState, WebSocket.OPEN);
});

test("it counts by event, takes every third, and ends by a signal", async (t) => {
  const { proxy, heard, push } = await disturbed(t, "--drop", "--event", "phx_reply", "--every", "3");
  for (const ref of ["2", "3", "4"]) push(ref, "echo");
  assert.deepEqual(refs(await heard.take(2)), ["2", "4"]);
  proxy.kill("SIGTERM");
  const [status] = await within(PATIENCE_MS, "the proxy's exit", once(proxy, "exit"));
  assert.equal(status, 0);
});

test("a mistake on its command line says what is right", async () => {
  expect(await judge("disturb"), 2, "expected one of --drop, --duplicate, --delay, --cut and --stop");
  expect(await judge("disturb", "--drop", "--cut"), 2, "expected one of");
  expect(await judge("disturb", "--drop", "--url", "http://x"), 2, "expected ws://HOST:PORT/PATH");
  expect(await judge("disturb", "--help"), 0, "--listen");
});
