// Each rule of clients fails on a client that breaks it, for the reason that the mutant gives, and
// each rule has such a mutant.

import { after, describe, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { judge, judgeWithin } from "../suite_tests/suite.js";
import { mutants } from "./mutants.js";

const AT_ONCE = 8; // most of a case is waiting
const PATIENCE_MS = 240_000; // a client that leaks is slow, too
const broken = fileURLToPath(new URL("broken.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "client-mutants-"));
after(() => rmSync(folder, { recursive: true }));

/** The rules of this run, by id. */
async function judged(name, ids, command) {
  const file = join(folder, `${name.replace(/\W/g, "-")}.json`);
  const run = await judgeWithin(PATIENCE_MS, "client", "--only", ids.join(","), "--json", file, "--", ...command);
  assert.ok(run.status <= 1, run.said);
  return new Map(JSON.parse(readFileSync(file)).rules.map((rule) => [rule.id, rule]));
}

describe("mutants of a client", { concurrency: AT_ONCE }, () => {
  const longestFirst = [...mutants].sort((a, b) => ("C-38" in b.rules) - ("C-38" in a.rules));
  for (const { name, rules, keeps = [] } of longestFirst) {
    test(name, async () => {
      const found = await judged(name, [...Object.keys(rules), ...keeps], [process.execPath, broken, name]);
      for (const [id, reason] of Object.entries(rules)) {
        const { verdict, reason: given } = found.get(id);
        assert.ok(["failed", "warned"].includes(verdict), `${id} is ${verdict}: ${given ?? ""}`);
        const told = reason instanceof RegExp ? reason.test(given) : given.includes(reason);
        assert.ok(told, `${id} fails, but not for ${reason}: ${given}`);
      }
      for (const id of keeps) assert.equal(found.get(id).verdict, "passed", `${id}: ${found.get(id).reason}`);
    });
  }
});

test("each rule of clients has a mutant", async () => {
  const { stdout } = await judge("client", "--list");
  const ids = stdout.match(/^C-\d\d/gm);
  const proven = new Set(mutants.flatMap(({ rules }) => Object.keys(rules)));
  assert.equal(ids.length, 39);
  assert.deepEqual(ids.filter((id) => !proven.has(id)), []);
  assert.equal(new Set(mutants.map(({ name }) => name)).size, mutants.length, "names are unique");
});

test("each rule stands in docs/client-rules.md, with its level and its words", async () => {
  const { stdout } = await judge("client", "--list");
  const page = readFileSync(new URL("../../../docs/client-rules.md", import.meta.url), "utf8").replaceAll("`", "");
  for (const [, id, level, sentence] of stdout.matchAll(/^(C-\d\d)  (\w+) +(?:\S+ )+? +(\S.*)$/gm)) {
    const row = page.match(new RegExp(`^\\| ${id} \\| (\\w+) \\| (.*?) \\| `, "m"));
    assert.ok(row, `${id} is not on the page`);
    assert.equal(row[1], level, id);
    assert.ok(sentence.endsWith(row[2]), `${id}: the page says "${row[2]}", the suite "${sentence}"`);
  }
});
