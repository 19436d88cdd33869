// The server is replaced by a new process while clients send: none is refused, and all reconnect.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { test } from "node:test";
import { Crowd } from "./support/crowd.js";
import { start } from "../clients/support/children.js";
import { ask, connect, join } from "../clients/support/client.js";
import { PATIENCE_MS, eventually, within } from "../clients/support/deadline.js";
import { freePort } from "../clients/support/port.js";
import { contractServer } from "../clients/support/server.js";

const PEOPLE = 50;
const TALK_MS = 1_000;

/** The newest process of a server that hands over: a signal, and an end by SIGTERM. */
class Successor {
  constructor(pid) {
    this.pid = pid;
  }
  get lives() {
    try {
      process.kill(this.pid, 0);
      return true;
    } catch {
      return false;
    }
  }
  async stop() {
    if (this.lives) process.kill(this.pid, "SIGTERM");
    await eventually("the successor's end", () => !this.lives);
  }
}

/** A server that is replaced once, on SIGUSR2. It and its successor end with the test `t`. */
async function replaceable(t, options = []) {
  const server = contractServer({}, { options: ["--log", "info", ...options] });
  await server.start();
  t.after(() => server.kill());
  return server;
}

async function handOver(t, server) {
  server.signal("SIGUSR2");
  const line = /the successor serves: this process drains" pid=(\d+)/;
  const [, pid] = await eventually("a successor", () => server.output.match(line));
  const successor = new Successor(Number(pid));
  t.after(() => successor.stop());
  return successor;
}

const REQUEST = "GET /nothing HTTP/1.1\r\nhost: localhost\r\n\r\n";

/** Connects, and after `pause` ms sends a request; rejects without an answer. */
async function asks(url, pause) {
  const { port, hostname } = new URL(url);
  const socket = createConnection({ port: Number(port), host: hostname });
  try {
    await once(socket, "connect");
    await new Promise((resolve) => setTimeout(resolve, pause));
    socket.write(REQUEST);
    const unanswered = once(socket, "close").then(() => Promise.reject(new Error("closed without an answer")));
    await within(PATIENCE_MS, "an answer", Promise.race([once(socket, "data"), unanswered]));
  } finally {
    socket.on("error", () => {}).destroy();
  }
}

/** Keeps connecting to the port until stopped; resolves to the count and the failures. */
function knocking(url) {
  let over = false;
  const answered = { count: 0, refused: [] };
  const knocks = async (pause) => {
    while (!over) {
      await asks(url, pause).then(
        () => ++answered.count,
        (error) => answered.refused.push(error.code ?? error.message),
      );
    }
    return answered;
  };
  const all = Promise.all([1, 3, 10].map(knocks));
  return async () => {
    over = true;
    return (await all)[0];
  };
}

test("SIGUSR2 under load: a new process serves, no client is refused, and all rejoin there", async (t) => {
  const server = await replaceable(t);
  const crowd = await Crowd.gathers(t, server, PEOPLE, "conformance:restart");
  await crowd.says(5);
  crowd.expectAllHeard("before");
  const back = crowd.comesBack();
  const talk = crowd.talksFor(TALK_MS);
  await crowd.heardSome(PEOPLE * 10);

  const stopKnocking = knocking(server.url);
  const successor = await handOver(t, server);
  const { code } = await server.ended();
  assert.equal(code, 0, "the old process ends well");
  await back;
  const { count, refused } = await stopKnocking();
  assert.deepEqual(refused, [], `of ${count} newcomers`);
  assert.ok(count > 0, "some connected during the change");
  await talk;
  crowd.expectNothingTwice();

  await crowd.says(5);
  crowd.expectAllHeard("on the new process");
  assert.ok(successor.lives);
});

/** The parent of `pid`, as systemd would see it. */
function parentOf(pid) {
  return Number(readFileSync(`/proc/${pid}/stat`, "utf8").match(/^\d+ \(.*\) \S (\d+)/)[1]);
}

test("a successor is an orphan: systemd waits for its end only if it adopts it", async (t) => {
  const server = await replaceable(t);
  await connect(t, server);
  server.signal("SIGUSR2");
  const [, pid] = await eventually("a successor", () => server.output.match(/a successor starts" pid=(\d+)/));
  t.after(() => new Successor(Number(pid)).stop());
  const program = readFileSync(`/proc/${pid}/cmdline`, "utf8");
  assert.ok(program.includes("phx-contract"), program);
  assert.notEqual(parentOf(pid), server.pid);
  await server.ended();
});

test("a successor that can't start leaves the old process serving", async (t) => {
  const folder = mkdtempSync(path(tmpdir(), "phx-restart-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  // The log's folder goes away: the same arguments no longer start a server.
  const server = await replaceable(t, ["--log-file", path(folder, "server.log")]);
  const channel = await join(await connect(t, server), "conformance:alone");
  await ask(channel, "count");
  rmSync(folder, { recursive: true });
  server.signal("SIGUSR2");
  await eventually("the successor's last output", () => /could not open/.test(server.output));
  assert.deepEqual(await ask(channel, "count"), { count: 2 });
  const newcomer = await join(await connect(t, server), "conformance:alone-2");
  assert.deepEqual(await ask(newcomer, "count"), { count: 1 });
});

test("a successor that is still starting ends with the server that is asked to stop", async (t) => {
  const folder = mkdtempSync(path(tmpdir(), "phx-restart-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [log, before] = [path(folder, "server.log"), path(folder, "server.log.1")];
  const server = await replaceable(t, ["--log-file", log]);
  await join(await connect(t, server), "conformance:alone"); // it runs, and handles its signals
  renameSync(log, before);
  execFileSync("mkfifo", [log]); // opening it blocks until there is a reader, so the successor never serves
  server.signal("SIGUSR2");
  const line = /a successor starts" pid=(\d+)/;
  const [, pid] = await eventually("a successor", () => readFileSync(before, "utf8").match(line));
  const successor = new Successor(Number(pid));
  t.after(() => successor.lives && process.kill(successor.pid, "SIGKILL"));
  server.signal("SIGTERM");
  assert.equal((await server.ended()).code, 0);
  await eventually("the end of the successor, too", () => !successor.lives);
});

test("a socket of systemd's is served, starting with the client that triggered the start", async (t) => {
  const port = await freePort();
  const program = process.env.CONTRACT_SERVER || "build/plain/phx-contract";
  const command = ["-l", `127.0.0.1:${port}`, program, "--port", `${port}`, "--log", "off"];
  const child = start("systemd-socket-activate", command, { stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  await within(PATIENCE_MS, "systemd to listen", once(child.stderr, "data"));
  const server = { mount: (mount) => `ws://127.0.0.1:${port}${mount}` };
  const channel = await join(await connect(t, server), "conformance:held");
  assert.deepEqual(await ask(channel, "echo", { n: 1 }), { n: 1 });
  channel.socket.disconnect();
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  assert.equal((await within(PATIENCE_MS, "its end", ended))[0], 0);
});
