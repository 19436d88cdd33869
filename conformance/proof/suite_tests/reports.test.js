// One run with every report: each says the same in its own form.

import { before, test } from "node:test";
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contract, judge } from "./suite.js";
import * as servers from "./servers.js";

const Ajv = createRequire(new URL("../../clients/package.json", import.meta.url))("ajv");
const schema = JSON.parse(readFileSync(new URL("../../suite/report/report.schema.json", import.meta.url)));
const valid = new Ajv({ strict: true, allErrors: true }).compile(schema);
const folder = mkdtempSync(join(tmpdir(), "reports-"));
const read = (name) => readFileSync(join(folder, name), "utf8");
const files = (name) => ["json", "tap", "junit", "html", "har"].flatMap((kind) => [`--${kind}`, join(folder, `${name}.${kind}`)]);

/** A run with every verdict that a server can cause: a core server whose join replies have too much. */
const judgeAll = async () => {
  const server = await servers.withoutContract({ ok: { status: "ok", response: {}, more: "<b>&" } });
  const known = join(folder, "known");
  writeFileSync(known, "K-04 *\n");
  try {
    const rules = "J-01,J-05,J-08,R-01,K-01,K-04,K-03,D-04";
    const few = ["--only", rules, "--skip", "D-04", "--timeout-scale", "0.1"];
    return await judge("--url", server.url, ...few, "--known-failing", known, ...files("odd"));
  } finally {
    server.close();
  }
};

before(async () => {
  assert.equal((await judgeAll()).status, 1);
  const run = await judge("--only", "J,P-02,H-24", "--repeat", "2", "--shuffle", ...files("good"), "--", contract);
  assert.equal(run.status, 0, run.said);
});

const verdicts = () =>
  Object.fromEntries(JSON.parse(read("odd.json")).rules.map((rule) => [rule.id, rule.verdict]));

test("the JSON keeps its schema, and the schema is strict", () => {
  for (const name of ["odd.json", "good.json"]) {
    assert.ok(valid(JSON.parse(read(name))), `${name}: ${JSON.stringify(valid.errors, null, 1)}`);
  }
  const report = JSON.parse(read("odd.json"));
  assert.ok(!valid({ ...report, more: 1 }), "an unknown member is refused");
  report.rules[0].verdict = "perhaps";
  assert.ok(!valid(report), "an unknown verdict is refused");
});

test("each rule has its own verdict", () => {
  assert.deepEqual(verdicts(), {
    "J-01": "failed", "J-05": "passed", "J-08": "dependency_failed", "R-01": "setup_failed",
    "K-01": "passed", "K-03": "passed", "K-04": "expected_failure", "D-04": "skipped",
  });
  const [rule] = JSON.parse(read("odd.json")).rules;
  assert.match(rule.expected, /"phx_reply"/);
  assert.match(rule.actual, /<b>&/);
  assert.ok(rule.conversations[0].lines.some((line) => line.from === "server"));
  assert.match(rule.again, /--only J-01$/);
});

test("rounds are counted, and the seed is printed", () => {
  const report = JSON.parse(read("good.json"));
  assert.equal(report.options.rounds, 2);
  assert.equal(typeof report.options.seed, "number");
  for (const rule of report.rules) assert.deepEqual(rule.rounds, { passed: 2 }, rule.id);
});

test("a rule that holds on several axes has a verdict on each", () => {
  const axes = (name) => Object.fromEntries(JSON.parse(read(name)).rules.map((rule) => [rule.id, rule.axes]));
  assert.deepEqual(axes("good.json")["J-01"], { v2: "passed", v1: "passed", longpoll: "passed" });
  assert.equal(axes("good.json")["P-02"], undefined, "a case of one axis has no list");
  assert.deepEqual(axes("odd.json")["K-01"], { v2: "passed", v1: "skipped", longpoll: "skipped" });
  assert.deepEqual(axes("odd.json")["J-01"], { v2: "failed" }, "the first that breaks ends it");
  assert.match(read("good.html"), /longpoll <b class="v-passed">/);
  assert.ok(readdirSync(join(folder, "good.har")).includes("J-01.longpoll.har"), "one file for each axis");
});

test("TAP has a line for each rule, with skips and known failures as directives", () => {
  const lines = read("odd.tap").split("\n");
  assert.deepEqual(lines.slice(0, 2), ["TAP version 13", "1..8"]);
  const of = (id) => lines.find((line) => / - \S+ /.test(line) && line.includes(` - ${id} `));
  assert.match(of("J-01"), /^not ok 1 - J-01 /);
  assert.match(of("K-01"), /^ok \d - K-01 [^#]*$/);
  assert.match(of("K-04"), /^not ok .* # TODO known: /);
  assert.match(of("D-04"), /^ok .* # SKIP left out by --skip$/);
  assert.match(of("R-01"), /^not ok .*[^#]*$/);
});

test("JUnit distinguishes failures, errors and skips", () => {
  const xml = read("odd.junit");
  assert.match(xml, /<testsuites name="[^"]*" tests="8" failures="1" errors="2" skipped="1"/);
  assert.equal(xml.match(/<testcase /g).length, 8);
  assert.match(xml, /<failure message="expected [^"]*&lt;b&gt;&amp;/);
  assert.match(xml, /<error message="[^"]*J-01 is broken/);
  assert.match(xml, /<skipped message="left out by --skip"\/>/);
  assert.ok(!/<b>/.test(xml), "a server's text is escaped");
});

test("the page is self-contained, and a server's text is escaped", () => {
  const page = read("odd.html");
  assert.ok(!/<script|<link|src=|@import|url\(|https?:/.test(page), "nothing external");
  assert.ok(page.includes("&lt;b&gt;&amp;") && !page.includes("<b>&"), "escaped");
  assert.match(page, /<details class="rule" id="J-01" open>/);
  for (const id of Object.keys(verdicts())) assert.ok(page.includes(`id="${id}"`), id);
  const opened = (tag) => page.match(new RegExp(`<${tag}[ >]`, "g")).length;
  const closed = (tag) => page.match(new RegExp(`</${tag}>`, "g")).length;
  for (const tag of ["details", "summary", "section", "div", "table", "tr", "td", "span", "p"]) {
    assert.equal(opened(tag), closed(tag), `<${tag}>`);
  }
});

test("HAR holds websocket messages as browsers write them, and long-polls as plain requests", () => {
  const log = (name) => JSON.parse(read(name)).log;
  const socket = log("good.har/J-01.har").entries.find((entry) => entry._webSocketMessages);
  assert.equal(socket._resourceType, "websocket");
  assert.equal(socket.response.status, 101);
  const [sent, received] = socket._webSocketMessages;
  assert.deepEqual([sent.type, sent.opcode, received.type], ["send", 1, "receive"]);
  assert.equal(JSON.parse(sent.data)[3], "phx_join");
  assert.ok(received.time >= sent.time && sent.time > 1e9, "seconds since the epoch");
  const polls = log("good.har/P-02.har").entries;
  assert.ok(polls.every((entry) => !entry._webSocketMessages && entry.request.url.startsWith("http://")));
  assert.ok(polls.some((entry) => entry.request.postData?.text.includes("heartbeat")));
  assert.ok(readdirSync(join(folder, "good.har")).length > 15, "a file a rule");
});

test("a report may take standard output; the one for people then goes to stderr", async () => {
  const run = await judge("--only", "K-01", "--json", "-", "--", contract);
  assert.equal(JSON.parse(run.stdout).rules.length, 1);
  assert.match(run.stderr, /1 passed/);
});

test("a report that can't be written is an error before anything is judged", async () => {
  const run = await judge("--only", "K-01", "--html", "/nonexistent/page.html", "--", contract);
  assert.equal(run.status, 2, run.said);
  assert.match(run.stderr, /--html \/nonexistent\/page.html/);
  assert.ok(!/✓/.test(run.stdout), run.stdout);
});
