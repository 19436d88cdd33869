import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { quotedFaults, testNames } from "./quoted.mjs";

const tests = testNames('PHX_TEST("a leave is answered, then comes "\n    "phx_close") {}\nPHX_TEST("one \\"two\\" three four") {}');

test("a test's name may stand in several literals", () => {
  assert.equal(tests[0], "a leave is answered, then comes phx_close");
  assert.equal(tests.length, 2);
});

test("a quoted test may be whole, or cut, and run over two lines", () => {
  assert.deepEqual(quotedFaults("See *a leave is answered,\n   then comes phx_close* and *a leave is …*.", tests), []);
});

test("a quote that is not the name of a test is reported", () => {
  const faults = quotedFaults("*a leave is answered and over* and *an answer …*", tests);
  assert.equal(faults.length, 2);
  assert.match(faults[0], /got "a leave is answered and over"/);
  assert.match(faults[1], /got "an answer …"/);
});

test("an emphasis, code and a fence are not quotes", () => {
  assert.deepEqual(quotedFaults("*not at all*, `a * b c d e * f`\n```\n*one two three four five*\n```\n", tests), []);
});

test("a range of rules is refused", () => {
  assert.match(quotedFaults("all rules, J-01 to J-19", tests)[0], /range "J-01 to J-19"/);
});

test("the line that a workshop's guests mail the evening before has as many tests as there are", () => {
  const [, file, count] = /`✗ (\S+): 0 of (\d+) pass; next:`/.exec(readFileSync("chapters/WORKSHOP.md", "utf8"));
  assert.equal(testNames(readFileSync(file, "utf8")).length, Number(count));
});
