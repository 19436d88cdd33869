// The soak itself: a good server passes, and each broken one is detected.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "../../clients/support/children.js";
import { within } from "../../clients/support/deadline.js";
import { freePort } from "../../clients/support/port.js";
import { contract } from "../../proof/suite_tests/suite.js";

const program = (name, variable) =>
  process.env[variable] || new URL(`../../../build/plain/${name}`, import.meta.url).pathname;
const soakProgram = program("phx-soak", "SOAK");
const mutants = program("phx-mutants", "MUTANTS");
const PATIENCE_MS = 120_000;

const folder = mkdtempSync(join(tmpdir(), "soak-"));
after(() => rmSync(folder, { recursive: true }));

/** Runs it; the server's own output is not kept. */
const soak = (...args) =>
  new Promise((resolve, reject) => {
    execFile(soakProgram, args, { timeout: PATIENCE_MS, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") return reject(error);
      resolve({ status: error ? error.code : 0, said: stdout + stderr });
    });
  });

const good = (shards) => ["--", contract, "--shards", `${shards}`, "--log", "off"];
const light = ["--websockets", "30", "--polls", "3", "--feeds", "2", "--actions", "300"];

test("twenty seconds of everything on two shards: no faults, and the report lists the actions", async () => {
  const run = await soak("--seconds", "20", "--out", folder, ...good(2));
  assert.equal(run.status, 0, run.said);
  assert.match(run.said, /nothing wrong/, "progress is shown");
  assert.match(run.said, /All was well/);
  const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
  assert.equal(report.all_well, true);
  assert.ok(report.samples.length >= 15, `a sample each second, not ${report.samples.length}`);
  const page = readFileSync(join(folder, "report.html"), "utf8");
  assert.ok(page.includes("<svg") && page.includes("messages, both ways"), "the plot is on the page");
  // No faults prove little if little was done.
  const deeds = ["messages", "connections", "channels", "events", "bad clients"];
  const done = deeds.map((deed) => report.facts[deed]).join("\n");
  for (const [, number, what] of done.matchAll(/([\d,]+) ([a-z][a-z ]+)/g)) {
    assert.notEqual(number, "0", `there were no ${what}:\n${done}`);
  }
});

// The mutant in front of the good server, and the fault that must be reported.
const broken = [
  ["unmatched-events-unanswered", /missing: .*ref \d+ on nowhere:at-all was never answered/],
  ["broadcast-twice", /doubled: .*broadcast \d+ came again/],
  ["polled-backwards", /(had not come|out of order: |no channel should end here)/],
  ["reply-with-the-wrong-ref", /(unexpected|doubled|out of order): /],
  ["close-before-the-leave-reply", /unexpected: .*no channel should end here: phx_close/],
  ["crash-untold", /missing: .*should end, but no phx_error came/],
];

for (const [mutant, sentence] of broken) {
  test(`a broken server is detected: ${mutant}`, async () => {
    const port = await freePort();
    const args = ["--serve", mutant, "--port", `${port}`, ...good(1)];
    const server = start(mutants, args, { stdio: "ignore" });
    try {
      const run = await soak(...light, "--seconds", "6", "--patience", "4", ...(await at(port)));
      assert.equal(run.status, 1, run.said);
      assert.match(run.said, sentence);
      assert.match(run.said, /Something was wrong/);
    } finally {
      server.kill("SIGTERM");
    }
  });
}

const nodes = (count, ...more) => ["--nodes", `${count}`, ...more, "--", contract, "--log", "off", "--redis", "{redis}"];

test("two nodes whose Redis pauses, ends and is killed: the nodes count everything that clients miss", async () => {
  const run = await soak(...light, "--seconds", "20", ...nodes(2, "--outages", "3"), "--metrics");
  assert.equal(run.status, 0, run.said);
  assert.match(run.said, /Redis +stood still 1 times, ended 1, was killed 1/);
  const books = [...run.said.matchAll(/node \d +its clients broadcast ([\d,]+): .* and its clients missed ([\d,]+)/g)];
  assert.equal(books.length, 2, run.said);
  for (const [, said, missed] of books) {
    assert.notEqual(said, "0", run.said);
    assert.notEqual(missed, "0", `Redis was away, and nothing was missed:\n${run.said}`);
  }
});

test("two nodes with a channel for each topic, while Redis ends and is killed: the same holds", async () => {
  const byTopic = nodes(2, "--outages", "2", "--redis-channel-per", "topic");
  const run = await soak(...light, "--seconds", "12", ...byTopic, "--metrics");
  assert.equal(run.status, 0, run.said);
  assert.match(run.said, /Redis +stood still 0 times, ended 1, was killed 1/);
  const missed = [...run.said.matchAll(/and its clients missed ([\d,]+)/g)].map((found) => found[1]);
  assert.equal(missed.length, 2, run.said);
  assert.ok(!missed.includes("0"), `Redis was away, and nothing was missed:\n${run.said}`);
});

test("nodes that ignore the channel for each topic are detected", async () => {
  const deaf = ["--", "sh", "-c", 'exec env -u REDIS_CHANNEL_PER "$0" --log off --metrics --redis {redis}', contract];
  const mode = ["--nodes", "2", "--redis-channel-per", "topic"];
  const run = await soak(...light, "--seconds", "4", "--patience", "4", ...mode, ...deaf);
  assert.equal(run.status, 1, run.said);
  assert.match(run.said, /a node has 0 Redis channels of topics/);
});

test("nodes without a common Redis are detected", async () => {
  const apart = ["--", "sh", "-c", 'exec "$0" --log off --metrics --redis {redis} --pubsub Apart$PORT', contract];
  const run = await soak(...light, "--seconds", "6", "--patience", "4", "--nodes", "2", ...apart);
  assert.equal(run.status, 1, run.said);
  assert.match(run.said, /missing: .*was confirmed to its sender but never came/);
});

test("through the same proxy, with nothing broken, nothing is wrong", async () => {
  const port = await freePort();
  const server = start(mutants, ["--serve", "none", "--port", `${port}`, ...good(1)], { stdio: "ignore" });
  try {
    const run = await soak(...light, "--seconds", "5", ...(await at(port)));
    assert.equal(run.status, 0, run.said);
  } finally {
    server.kill("SIGTERM");
  }
});

// Clients notice a server's end first, and their faults may end the run; its parent may never
// notice; and if its process is unknown, only its port can be checked.
const many = ["--websockets", "300", "--polls", "3", "--feeds", "2", "--actions", "2000"];
for (const [how, { signal, unburied, unknown }] of [
  ["dies", { signal: "SIGKILL" }],
  ["dies, and is not waited for,", { signal: "SIGKILL", unburied: true }],
  ["is asked to end", { signal: "SIGTERM" }],
  ["dies unseen", { signal: "SIGKILL", unknown: true }],
]) {
  test(`a server that ${how} in the middle is reported`, async () => {
    const port = await freePort();
    const server = unburied ? await unburiedServer(port) : childServer(port);
    try {
      const there = [...(await at(port)), ...(unknown ? [] : ["--pid", `${server.pid}`])];
      const running = soak(...many, "--seconds", "20", ...there);
      setTimeout(() => process.kill(server.pid, signal), 2_000);
      const run = await running;
      assert.equal(run.status, 1, run.said);
      assert.match(run.said, /THE SERVER +ended during the run/);
    } finally {
      server.forget();
    }
  });
}

const serverWords = (port) => ["--port", `${port}`, "--log", "off"];

function childServer(port) {
  const child = start(contract, serverWords(port), { stdio: "ignore" });
  return { pid: child.pid, forget: () => child.kill("SIGKILL") };
}

/** A server whose parent sleeps: once it has ended, it is a zombie. */
async function unburiedServer(port) {
  const script = '"$@" >/dev/null 2>&1 & echo $!; exec sleep 600';
  const parent = start("sh", ["-c", script, "sh", contract, ...serverWords(port)]);
  const [pid] = await within(PATIENCE_MS, "its pid", once(parent.stdout, "data"));
  const forget = () => {
    process.kill(Number(pid), "SIGKILL");
    parent.kill("SIGKILL");
  };
  return { pid: Number(pid), forget };
}

test("an unreachable server and wrong usage have their own exit statuses", async () => {
  const nobody = await soak("--url", `ws://127.0.0.1:${await freePort()}/socket`);
  assert.equal(nobody.status, 3, nobody.said);
  assert.match(nobody.said, /no server answers/);
  assert.equal((await soak("--minutes", "0")).status, 2);
  assert.equal((await soak("--nodes", "2", ...good(1))).status, 2);
  assert.equal((await soak(...nodes(1))).status, 2);
  assert.equal((await soak("--url", "http://here")).status, 2);
});

/** Waits until the server accepts; returns the soak's arguments for it. */
async function at(port) {
  const url = `ws://127.0.0.1:${port}/socket`;
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      return ["--url", url];
    } catch (error) {
      assert.ok(Date.now() < deadline, `nobody accepts at ${url}: ${error}`);
    }
  }
}
