// The page of results is what the committed runs say.

import { test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";

const Ajv = createRequire(new URL("../clients/package.json", import.meta.url))("ajv");
const at = (path) => new URL(`../../${path}`, import.meta.url);

test("docs/results.md is what `make results` would write", () => {
  const made = execFileSync(process.execPath, [at("conformance/results/page.js").pathname], { encoding: "utf8" });
  assert.equal(readFileSync(at("docs/results.md"), "utf8"), made, "please run: make results");
});

test("each committed run keeps the report's schema", () => {
  const valid = new Ajv().compile(JSON.parse(readFileSync(at("conformance/report.schema.json"))));
  const runs = readdirSync(at("conformance/results")).filter((name) => name.endsWith(".json"));
  assert.ok(runs.length > 0, "there is at least one run");
  for (const name of runs) {
    assert.ok(valid(JSON.parse(readFileSync(at(`conformance/results/${name}`)))), `${name}: ${JSON.stringify(valid.errors)}`);
  }
});
