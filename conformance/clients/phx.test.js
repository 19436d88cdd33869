// phx, the client for a terminal: what it prints, what it pushes, and its exit status, beside the
// contract's server.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { after, before, test } from "node:test";
import { connect, join, reply } from "./support/client.js";
import { PATIENCE_MS, eventually, within } from "./support/deadline.js";
import { Phx } from "./support/phx.js";
import { freePort } from "./support/port.js";
import { contractServer } from "./support/server.js";

const residentKb = (pid) => {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0; // it has ended
  }
};
const server = contractServer();
before(() => server.start());
after(() => server.stop());

const talk = (topic, ...words) => new Phx([server.mount("/socket"), topic, ...words]);
/** Runs it with this input. */
const run = (input, topic, ...words) => talk(topic, ...words).end(input);

test("what is typed is pushed, replies are printed, and the end of the input is the end", async () => {
  const { status, said, noted } = await run('echo {"n":1}\n\n  ack  \necho_error [null]\nnoreply\necho "é"', "conformance:a");
  assert.equal(said, 'ok echo {"n":1}\nok ack {}\nerror echo_error [null]\nok echo "é"\n');
  assert.equal(noted, "phx: joined conformance:a\n");
  assert.equal(status, 1, "a push was refused");
  assert.equal((await run("ack\n", "conformance:a")).status, 0);
});

test("a line that is not an event and JSON is reported, and the others are pushed", async () => {
  const { status, said, noted } = await run("echo {bad\nack\n", "conformance:a");
  assert.equal(said, "ok ack {}\n");
  assert.match(noted, /^phx: expected JSON after the event: /m);
  assert.equal(status, 1);
});

test("--json prints an object a line", async () => {
  const phx = talk("conformance:json", "--json", "--join-params", '{"join":"reply","n":1}');
  await phx.end('broadcast {"x":1}\n');
  assert.deepEqual(phx.lines(), [
    { on: "open", reason: "connected" },
    { on: "joined", topic: "conformance:json", response: { join: "reply", n: 1 } },
    { on: "message", event: "broadcasted", payload: { x: 1 } },
    { on: "reply", event: "broadcast", status: "ok", response: {} },
  ]);
});

test("--once prints the payload of one event and exits; with --timeout it may fail", async (t) => {
  const phx = talk("conformance:once", "--once", "broadcasted", "--timeout", "20");
  const other = await join(await connect(t, server), "conformance:once");
  const beat = setInterval(() => other.push("broadcast", { text: "now" }), 50);
  t.after(() => clearInterval(beat));
  assert.deepEqual(await phx.end(), { status: 0, said: '{"text":"now"}\n', noted: "" });
  const late = await run("", "conformance:quiet", "--once", "never", "--timeout", "0.3");
  assert.equal(late.status, 1);
  assert.equal(late.noted, "phx: never did not come in time\n");
});

test("--presence prints who is present, at each change", async (t) => {
  const phx = talk("presence:phx", "--presence", "--params", '{"user_id":"ann"}', "--json");
  const here = (key) => phx.lines().some(({ on, list }) => on === "presence" && list[key]?.length === 1);
  await eventually("ann", () => here("ann"));
  await join(await connect(t, server, { params: { user_id: "bob" } }), "presence:phx");
  await eventually("bob", () => here("bob"));
  await phx.end();
  assert.ok(!phx.lines().some(({ event }) => event?.startsWith("presence_")), "the list in place of its events");
  const plain = talk("presence:plain", "--presence", "--params", '{"user_id":"ann"}');
  await plain.until("a line for people", ({ said }) => said.includes("here ann\n"));
  await plain.end();
});

test("a refused join, a socket that is not there, and a command line that is wrong", async () => {
  const refused = await run("", "conformance:a", "--join-params", '{"join":"error"}');
  assert.deepEqual(refused, { status: 3, said: "", noted: 'phx: the join of conformance:a was refused: {"reason":"refused"}\n' });
  const nothing = await new Phx([server.mount("/nothing"), "a", "--timeout", "0.3"]).end();
  assert.equal(nothing.status, 3);
  assert.match(nothing.noted, /^phx: expected 101 Switching Protocols, got 404 Not Found; trying again$/m);
  const closed = await new Phx([`ws://127.0.0.1:${await freePort()}/socket`, "a", "--timeout", "0.3"]).end();
  assert.equal(closed.status, 3);
  assert.equal(closed.noted.match(/Connection refused; trying again/g).length, 1, "once, not at each try");
  for (const words of [[], ["ws://a/b"], ["nothing", "a"], ["ws://a/b", "a", "--params", "1"], ["ws://a/b", "a", "--vsn", "3"]]) {
    const { status, said, noted } = await new Phx(words).end();
    assert.equal(status, 2, words.join(" "));
    assert.equal(said, "");
    assert.ok(noted.length > 10);
  }
});

test("a server that restarts: it says so, comes back, and pushes what was typed meanwhile", async () => {
  const mortal = contractServer();
  await mortal.start();
  const phx = new Phx([mortal.mount("/socket"), "conformance:a"]);
  await phx.until("the join", ({ noted }) => noted.includes("joined"));
  await mortal.stop();
  await phx.until("the loss", ({ noted }) => /reconnecting|trying again/.test(noted));
  phx.type('echo {"n":"meanwhile"}\n');
  await mortal.start();
  await phx.until("the reply", ({ said }) => said === 'ok echo {"n":"meanwhile"}\n');
  assert.match(phx.noted, /^phx: connected again$/m);
  assert.match(phx.noted, /^phx: joined conformance:a again$/m);
  assert.equal((await phx.end()).status, 0);
  await mortal.stop();
});

test("a topic that the server closes ends it, with status 1", async () => {
  const phx = talk("conformance:a").type("stop\n");
  assert.equal(await within(PATIENCE_MS, "phx to end", phx.ended), 1);
  assert.match(phx.noted, /^phx: the server closed conformance:a$/m);
});

test("V1, bytes, long-polling, parameters, a token from a file, headers", async (t) => {
  assert.equal((await run('echo {"n":1}\n', "conformance:a", "--vsn", "1.0.0")).said, 'ok echo {"n":1}\n');
  assert.equal((await run("echo AAEC\n", "conformance:a", "--binary")).said, "ok echo <3 bytes> AAEC\n");
  assert.equal((await run('echo {"n":1}\n', "conformance:a", "--longpoll")).said, 'ok echo {"n":1}\n');
  const told = talk("conformance:a", "--json", "--params", '{"user_id":"ann"}', "--header", "x-custom: a");
  await told.end("connect_info\n");
  const { response } = told.lines().find(({ on }) => on === "reply");
  assert.equal(response.params.user_id, "ann");
  assert.deepEqual(response.x_headers, [["x-custom", "a"]]);
  const folder = mkdtempSync(path(tmpdir(), "phx-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(path(folder, "token"), "secret\n");
  const words = [server.mount("/auth"), "conformance:a", "--json", "--token-file", path(folder, "token")];
  for (const more of [[], ["--longpoll"]]) {
    const phx = new Phx([...words, ...more]);
    await phx.end("connect_info\n");
    assert.equal(phx.lines().find(({ on }) => on === "reply").response.auth_token, "secret", more.join());
  }
});

test("a server can't command the terminal; colours come when asked for", async () => {
  const typed = 'push {"event":"\\u001b[2J\\u009b","payload":{"a":"\\u009b\\u007f"}}\n';
  assert.equal((await run(typed, "conformance:a")).said, '\\u001b[2J\\u009b {"a":"\\u009b\\u007f"}\n');
  const coloured = await run("ack\n", "conformance:a", "--color", "always");
  assert.equal(coloured.said, "\u001b[32mok\u001b[0m ack {}\n");
});

test("110,000 lines from a pipe, faster than a server that comes late: each once, in order, in bounded memory", async () => {
  const late = contractServer();
  late.url = `http://127.0.0.1:${await freePort()}`; // where it will start
  const phx = new Phx([late.mount("/socket"), "conformance:pipe"]);
  const count = 110_000; // the client keeps 100,000
  const filling = "x".repeat(80);
  let peak = 0;
  const look = setInterval(() => (peak = Math.max(peak, residentKb(phx.child.pid))), 20);
  const piped = pipeline(
    Readable.from((function* () {
      for (let n = 0; n < count; n += 1_000)
        yield Array.from({ length: 1_000 }, (_, i) => `echo [${n + i},"${filling}"]\n`).join("");
    })()),
    phx.child.stdin,
  );
  let [taken, rests] = [0, 0];
  await phx.until("it to read no more, or all", () => {
    const now = Number(/^rchar: (\d+)/m.exec(readFileSync(`/proc/${phx.child.pid}/io`))[1]);
    rests = now > 1_000_000 && now === taken ? rests + 1 : 0;
    taken = now;
    return rests > 20;
  });
  await late.start();
  await piped;
  const status = await within(2 * PATIENCE_MS, "phx to end", phx.ended);
  clearInterval(look);
  await late.stop();
  assert.equal(status, 0, phx.noted.slice(0, 500));
  const numbers = [...phx.said.matchAll(/^ok echo \[(\d+),/gm)].map(([, n]) => Number(n));
  assert.equal(numbers.length, count);
  assert.ok(numbers.every((n, i) => n === i), "in order");
  assert.ok(peak > 1_000 && peak < 60_000, `${peak} kB at most`);
});

test("a line that is too long is not pushed, and neither is its rest", async () => {
  const { status, said, noted } = await run(`echo ${" ".repeat(17_000_000)}ack\nack\n`, "conformance:a");
  assert.equal(said, "ok ack {}\n");
  assert.match(noted, /^phx: a line over 16000000 bytes is not pushed$/m);
  assert.equal(status, 1);
});

test("--follow stays after the end of the input", async (t) => {
  const phx = talk("conformance:follow", "--follow");
  phx.child.stdin.end("ack\n");
  await phx.until("the reply", ({ said }) => said === "ok ack {}\n");
  const other = await join(await connect(t, server), "conformance:follow");
  await reply(other.push("broadcast", { n: 1 }));
  await phx.until("what came later", ({ said }) => said.endsWith('broadcasted {"n":1}\n'));
  phx.child.kill("SIGTERM");
  await within(PATIENCE_MS, "its end", phx.ended);
});
