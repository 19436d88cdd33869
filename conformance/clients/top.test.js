// phx-top: one look for scripts, the screen on a terminal of its own, and what it says if it is refused.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import { TOKEN, watchedServer } from "./support/admin.js";
import { connect, join } from "./support/client.js";
import { eventually } from "./support/deadline.js";
import { freePort } from "./support/port.js";

const TOP = process.env.TOP || "build/plain/phx-top";
const watched = watchedServer();

/** Runs it; returns {status, stdout, stderr}. What is not given by an option comes from the environment. */
async function top(...words) {
  const env = { ...process.env, ADMIN_URL: watched.admin, ADMIN_TOKEN_FILE: watched.file };
  return promisify(execFile)(TOP, words, { env }).then(
    ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ status: code, stdout, stderr }),
  );
}

test("--once --json has the overview, and the rows that were asked for", async (t) => {
  await join(await connect(t, watched.server), "conformance:top");
  const { status, stdout } = await top("--once", "--json", "--text", "conformance:top", "--sort", "turns");
  assert.equal(status, 0);
  const { overview, rows } = JSON.parse(stdout);
  assert.ok(overview.totals.processes >= 4, stdout);
  assert.equal(rows.processes.length, 1);
  assert.equal(rows.processes[0].topic, "conformance:top");
  assert.equal(rows.processes[0].kind, "channel");
});

test("--once prints a table, of processes or of topics", async (t) => {
  await join(await connect(t, watched.server), "conformance:table");
  const { stdout } = await top("--once");
  const lines = stdout.split("\n");
  assert.match(lines[0], /^\d+ connections, \d+ processes, /);
  assert.match(lines[2], /^faults: none; limits reached: none$/);
  assert.match(lines[3], /^PID +KIND +MAIL /);
  assert.ok(lines.length > 8, stdout);
  const topics = (await top("--once", "--view", "topics")).stdout;
  assert.match(topics, /^ *MEMBERS +PRESENT /m);
  assert.match(topics, /^ +1 .* conformance:table$/m);
});

test("what it can't do has a sentence and a status", async (t) => {
  const cases = [
    [1, /no server at 127.0.0.1:\d+: Connection refused/, ["--url", `http://127.0.0.1:${await freePort(t)}`, "--once"]],
    [2, /expected http:\/\/host:port, got "nowhere"/, ["--url", "nowhere", "--once"]],
    [2, /expected a token in the first line of "\/nowhere"/, ["--token-file", "/nowhere", "--once"]],
    [2, /--json requires --once/, ["--json"]],
    [3, /the server refuses: expected one of these as "sort": mailbox, /, ["--once", "--sort", "colour"]],
  ];
  for (const [expected, sentence, words] of cases) {
    const { status, stderr } = await top(...words);
    assert.equal(status, expected, stderr);
    assert.match(stderr, sentence);
  }
});

test("a wrong token is refused", async () => {
  const file = `${watched.file}-wrong`;
  writeFileSync(file, `${TOKEN}!\n`);
  const { status, stderr } = await top("--token-file", file, "--once");
  assert.equal(status, 3);
  assert.match(stderr, /the server refuses: expected the token as a bearer/);
});

/** The tool on a terminal of its own, by `script`: what it drew, and keys for it. */
function onTerminal(t, ...words) {
  const command = [TOP, "--url", watched.admin, "--token-file", watched.file, "--interval", "0.2", ...words].join(" ");
  const shown = { text: "", ended: null };
  const child = spawn("script", ["-qec", `stty rows 24 cols 100; exec ${command}`, "/dev/null"], {
    env: { ...process.env, TERM: "xterm", LANG: "C.UTF-8" },
  });
  child.stdout.on("data", (bytes) => (shown.text += bytes));
  shown.ended = new Promise((resolve) => child.on("close", resolve));
  shown.press = (keys) => child.stdin.write(keys);
  shown.sees = (pattern) => eventually(`${pattern} on the screen`, () => pattern.test(shown.text));
  shown.clear = () => (shown.text = "");
  t.after(() => child.kill());
  return shown;
}

test("the screen shows processes, then topics, filters, and ends at q", async (t) => {
  await join(await connect(t, watched.server), "conformance:screen");
  const screen = onTerminal(t);
  await screen.sees(/connections, /);
  await screen.sees(/conformance:screen/);
  await screen.sees(/column \(mailbox\)/);
  screen.press(">");
  await screen.sees(/mailbox_bytes|_bytes\)/);
  screen.clear();
  screen.press("t");
  await screen.sees(/MEMBERS/);
  screen.press("q");
  assert.equal(await screen.ended, 0);
});

test("an opened process shows what it handles from then on", async (t) => {
  const channel = await join(await connect(t, watched.server), "conformance:opened");
  const screen = onTerminal(t, "--text", "conformance:opened");
  await screen.sees(/conformance:opened/);
  screen.press("\r");
  await screen.sees(/HANDLED/);
  const talking = setInterval(() => channel.push("echo", { n: 1 }), 100);
  t.after(() => clearInterval(talking));
  await screen.sees(/\d(us|ms) +\d+B .*SocketMessage/);
  screen.press("\r");
  await screen.sees(/PID +KIND/);
  screen.press("q");
  assert.equal(await screen.ended, 0);
});

test("a process is ended only once yes is typed", async (t) => {
  const channel = await join(await connect(t, watched.server), "conformance:ended");
  const crashed = new Promise((resolve) => channel.onError(resolve));
  const screen = onTerminal(t, "--text", "conformance:ended");
  await screen.sees(/conformance:ended/);
  screen.press("k");
  await screen.sees(/End process \d+\.\d+\? Type yes: /);
  screen.press("no\r");
  await screen.sees(/not ended/);
  screen.clear();
  screen.press("k");
  await screen.sees(/Type yes: |End process/);
  screen.press("yes\r");
  await screen.sees(/ends/);
  await crashed;
  screen.press("q");
  assert.equal(await screen.ended, 0);
});
