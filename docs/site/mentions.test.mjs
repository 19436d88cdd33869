// Which mentioned names are looked for, and which are missed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { namesOf, unknownNames } from "./mentions.mjs";
import { inTree } from "./tree.mjs";

const SOURCE = "class Scheduler {\n  void bury();\n};\nvoid Scheduler::bury() {}\n";
const unknown = (page) =>
  inTree({ "lib/a.cc": SOURCE, "chapters/01-a/README.md": page }, (root) => unknownNames(root).unknown.join("\n"));

test("a name that a source has is known, with a call's brackets and without", () => {
  assert.equal(unknown("See `Scheduler::bury` and `phx::Scheduler::bury()`.\n"), "");
});

test("a name that no source has is reported with its line", () => {
  assert.match(unknown("One.\n\n`Scheduler::inter`\n"), /^chapters\/01-a\/README\.md:3: no source has Scheduler::inter/);
});

test("a name with its file is looked for in that file, over two lines too", () => {
  const page = "`bury` in [a](../../lib/a.cc), `told`,\nin [a](../../lib/a.cc)\n";
  assert.equal(unknown(page), "chapters/01-a/README.md:1: lib/a.cc does not have told: it was renamed or moved");
});

test("the standard library, fences and other code are not names", () => {
  assert.deepEqual(namesOf("`std::string`, `a::b c`, `x`\n\n```cpp\nA::b();\n```\n"), []);
});

test("the end of a unit test shows as many cases as its source has", () => {
  const shown = (passed) => inTree({
    "lib/a_test.cc": 'PHX_TEST("one") {\n}\nPHX_TEST("two") {\n}\n',
    "chapters/01-a/README.md": "```text\n$ make build/plain/lib/a_test && build/plain/lib/a_test\n" +
      `[  PASSED  ] ${passed} test(s).\n[  FAILED  ] 1 test(s), listed below:\n\`\`\`\n`,
  }, (root) => unknownNames(root).unknown.join("\n"));
  assert.equal(shown(1), "");
  assert.equal(shown(4), "chapters/01-a/README.md:2: lib/a_test.cc has 2 tests, and the page shows 5");
});
