// Shims that die, hang or write nonsense: the suite says which, and takes none of it for the client's.

import { test } from "node:test";
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, judge } from "./suite.js";

const Ajv = createRequire(new URL("../../clients/package.json", import.meta.url))("ajv");
const schema = JSON.parse(readFileSync(new URL("../../suite/report/report.schema.json", import.meta.url)));
const good = [process.execPath, fileURLToPath(new URL("../../shims/phoenix.js", import.meta.url))];
const ws = JSON.stringify(createRequire(new URL("../../clients/package.json", import.meta.url)).resolve("ws"));
const folder = mkdtempSync(join(tmpdir(), "shims-"));
const READY = `console.log('{"on":"ready","client":"a test","version":"1.0.0"}');`;

/** Judges a shim of this JavaScript by one rule. */
const judged = (code, ...options) => judge("client", "--only", "C-04", ...options, "--", process.execPath, "-e", code);

test("a shim that does not start, or does not begin as one", async () => {
  expect(await judge("client", "--only", "C-04", "--", "/nowhere/at-all"), 3, "it wrote no line", "can't be run");
  expect(await judged("console.error('out of order'); process.exit(7)"), 3, "it exited with status 7", "out of order");
  expect(await judged("console.log('hello')"), 3, "a line that is not a JSON object: hello");
  expect(await judged(`console.log('{"on":"open"}')`), 3, 'expected {"on":"ready",…} first');
  expect(await judged(`console.log('{"on":"ready","client":"x","lacks":{"wings":"no"}}')`), 3, "expected `lacks` to give a reason for some of binary");
  expect(await judged(`console.log('{"on":"ready","client":"x","fixed":{"heartbeat_ms":"long"}}')`), 3, "expected `fixed` to give milliseconds");
  expect(await judged(`console.log('{"on":"ready","client":"x","lacks":["binary"]}')`), 3, "expected `lacks` to give a reason");
  expect(await judged(`console.log('{"on":"ready","client":"x","lacks":{"binary":""}}')`), 3, "expected `lacks` to give a reason");
  expect(await judged(`console.log('{"on":"ready","client":"x","fixed":{"timeout_ms":-5}}')`), 3, "expected `fixed` to give milliseconds");
  expect(await judge("client", "--only", "C-04"), 2, "expected the command that starts the shim after --");
});

test("a shim that hangs, dies or writes nonsense in the middle of a rule", async () => {
  const quick = ["--timeout-scale", "0.1"];
  const hangs = `${READY} setInterval(() => {}, 1e9)`;
  expect(await judged(hangs, ...quick), 3, "the client did not connect", "nothing came within 500 ms");
  const mute = `${READY} const { WebSocket } = require(${ws});
    process.stdin.once("data", (line) => new WebSocket(JSON.parse(line).url + "/websocket?vsn=2.0.0"));`;
  expect(await judge("client", "--only", "C-01", ...quick, "--", process.execPath, "-e", mute), 1, 'a report {"on":"open"}', "the shim wrote nothing since its first line: does it flush after each?");
  const dies = `${READY} process.stdin.once("data", () => { console.error("no memory"); process.exit(3); })`;
  expect(await judged(dies), 3, "expected the client's process to live, got it exited with status 3", "no memory");
  const raves = `${READY} process.stdin.once("data", () => console.log("what?"))`;
  expect(await judged(raves), 3, "a line that is not a JSON object: what?", "the shim departs from docs/client-contract.md");
  const errs = `${READY} process.stdin.once("data", () => console.log('{"on":"opened"}'))`;
  expect(await judged(errs), 3, "whose `on` is none of the contract's");
});

test("no option stands twice in a command: parsers differ in which of two they take", async () => {
  const looks = `${READY} process.stdin.once("data", (line) => {
    const twice = Object.keys(JSON.parse(line).options).filter((name) => String(line).split(\`"\${name}":\`).length > 2);
    if (twice.length > 0) { console.error(\`twice: \${twice}\`); process.exit(3); }
    setInterval(() => {}, 1e9);
  })`;
  const once = ["client", "--only", "C-38", "--timeout-scale", "0.1", "--", process.execPath, "-e", looks];
  expect(await judge(...once), 3, "nothing came within 500 ms");
});

test("what a client lacks is skipped, with its reason", async () => {
  const lacks = `console.log('{"on":"ready","client":"x","version":"1","lacks":{"binary":"it is shy"}}'); setInterval(() => {}, 1e9)`;
  expect(await judge("client", "--only", "C-34", "--", process.execPath, "-e", lacks), 5, "the client lacks it (binary): it is shy");
});

test("every report, rounds, a seed and known failures work as for a server", async () => {
  const file = (kind) => join(folder, `run.${kind}`);
  const known = join(folder, "known");
  writeFileSync(known, "C-39  no such report\n");
  const reports = ["json", "tap", "junit", "html", "har"].flatMap((kind) => [`--${kind}`, file(kind)]);
  const many = ["--repeat", "2", "--shuffle", "--only", "C-04,C-39,C-33", "--known-failing", known, "--timeout-scale", "0.5"];
  const run = await judge("client", ...many, ...reports, "--", ...good, "1-7");
  expect(run, 0, "Every rule not known as failing that was judged is kept.");
  const json = JSON.parse(readFileSync(file("json")));
  const valid = new Ajv({ strict: true, allErrors: true }).compile(schema);
  assert.ok(valid(json), JSON.stringify(valid.errors));
  assert.deepEqual(Object.fromEntries(json.rules.map(({ id, verdict }) => [id, verdict])), {
    "C-04": "passed", "C-33": "skipped", "C-39": "expected_failure",
  });
  assert.equal(json.client.version, "1.7.23");
  assert.ok(json.rules.at(-1).conversations.some(({ lines }) => lines.some(({ from }) => from === "client")));
  assert.match(readFileSync(file("tap"), "utf8"), /^not ok \d - C-39 .* # TODO known/m);
  assert.match(readFileSync(file("junit"), "utf8"), /<testsuite name="J Joins"/);
  assert.match(readFileSync(file("html"), "utf8"), /<dt>Client<\/dt><dd>phoenix.js 1.7.23<\/dd>/);
  assert.deepEqual(readdirSync(file("har")).sort(), ["C-04.har", "C-33.har", "C-39.har"]);
});
