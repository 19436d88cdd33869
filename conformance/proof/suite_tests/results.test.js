// The page of results agrees with the committed runs.

import { test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";
import { covers, explained, remarks } from "../../results/explained.js";

const Ajv = createRequire(new URL("../../clients/package.json", import.meta.url))("ajv");
const at = (path) => new URL(`../../../${path}`, import.meta.url);

const runs = readdirSync(at("conformance/results"))
  .filter((name) => name.endsWith(".json"))
  .map((file) => ({ file, ...JSON.parse(readFileSync(at(`conformance/results/${file}`))) }));
const departures = runs.flatMap(({ file, rules }) =>
  rules
    .filter(({ verdict }) => ["failed", "suite_failed", "expected_failure", "warned"].includes(verdict))
    .map(({ id }) => ({ file, rule: id })),
);

test("docs/results.md is as `make results` would write it", () => {
  const made = execFileSync(process.execPath, [at("conformance/results/page.js").pathname], { encoding: "utf8" });
  assert.equal(readFileSync(at("docs/results.md"), "utf8"), made, "please run: make results");
});

test("each committed run follows the report's schema", () => {
  const valid = new Ajv().compile(JSON.parse(readFileSync(at("conformance/suite/report/report.schema.json"))));
  assert.ok(runs.length > 0, "there is at least one run");
  for (const { file, ...run } of runs) assert.ok(valid(run), `${file}: ${JSON.stringify(valid.errors)}`);
});

test("each departure is explained once, with its origin and reason", () => {
  for (const { file, rule } of departures) {
    const found = explained.filter((each) => each.rule === rule && covers(each, file));
    assert.equal(found.length, 1, `${file}: ${rule} is explained ${found.length} times in conformance/results/explained.js`);
  }
  for (const { rule, whose, why } of explained) {
    assert.ok(["suite", "framework", "adapter", "client"].includes(whose), `${rule}: ${whose}`);
    assert.ok(why.length > 0, rule);
  }
});

test("each explanation belongs to a departure, and each remark to a run", () => {
  for (const each of explained) {
    const needed = departures.some(({ file, rule }) => rule === each.rule && covers(each, file));
    assert.ok(needed, `${each.rule} of ${each.runs} in conformance/results/explained.js`);
  }
  for (const each of remarks) assert.ok(runs.some(({ file }) => covers(each, file)), each.runs);
});

test("a pattern covers the files that it names, and no others", () => {
  assert.ok(covers({ runs: "phoenix-1.*-cowboy" }, "phoenix-1.8.12-cowboy.json"));
  assert.ok(!covers({ runs: "phoenix-1.*-cowboy" }, "phoenix-1.8.12-cowboy-2.18.0.json"));
  assert.ok(!covers({ runs: "phoenix-1.*" }, "phoenix-channels-cpp.json"));
});
