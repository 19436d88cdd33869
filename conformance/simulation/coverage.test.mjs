// The table of branches that worlds have taken.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";

import { branchesOf, leftOut, markdown, never, setApart, table } from "./coverage.mjs";

const exported = {
  data: [{
    files: [
      { filename: "/somewhere/lib/socket/a.cc", branches: [[1, 5, 1, 9, 3, 0, 0, 0, 4], [2, 5, 2, 9, 0, 7, 0, 0, 4]] },
      { filename: "lib/socket/t.h", branches: [[1, 1, 1, 2, 0, 1, 0, 0, 4], [1, 1, 1, 2, 2, 0, 0, 0, 4]] },
      { filename: "lib/channel/empty.cc", branches: [] },
      { filename: "lib/json/json.h", branches: [[1, 1, 1, 2, 0, 0, 0, 0, 4]] },
      { filename: "/usr/include/c++/12/map", branches: [[1, 1, 1, 2, 0, 0, 0, 0, 4]] },
    ],
  }],
};

test("each condition has two branches, and a template's instances count together", () => {
  const rows = table(branchesOf(exported, ["socket", "channel"]));
  assert.deepEqual(rows, [{ layer: "socket", branches: 6, taken: 4 }]);
  assert.match(markdown(rows), /^\| `socket` \| 6 \| 4 \| 66\.7 % \|$/m);
  assert.match(markdown(rows), /^\| \*\*all\*\* \| 6 \| 4 \| 66\.7 % \|$/m);
});

test("a branch that was never taken is listed with its source", () => {
  const sources = { "lib/socket/a.cc": "if (ab) f();\nif (cd) g();\n", "lib/socket/t.h": "x ? 1 : 2\n" };
  assert.deepEqual(never(branchesOf(exported, ["socket", "channel"]), (name) => sources[name]),
    ["lib/socket/a.cc:1 false: ab) f();", "lib/socket/a.cc:2 true: cd) g();"]);
});

test("a file that no world can meet is set apart with its figures, and is gone from the table", () => {
  const files = branchesOf(exported, ["socket", "channel"]);
  const list = leftOut("# why not\nlib/socket/a.cc lib/socket/a_test.cc it has a thread\n");
  assert.deepEqual(setApart(files, list), [{ layer: "socket", branches: 4, taken: 2, file: "lib/socket/a.cc",
    test: "lib/socket/a_test.cc", why: "it has a thread" }]);
  assert.deepEqual(table(files), [{ layer: "socket", branches: 2, taken: 2 }]);
});

test("each file that is left out exists, a test names what it does, and the page says why", () => {
  const root = new URL("../../", import.meta.url);
  const page = readFileSync(new URL("docs/simulation.md", root), "utf8");
  const list = leftOut(readFileSync(new URL("left_out.txt", import.meta.url), "utf8"));
  assert.ok(list.length <= 3, "few files are left out");
  for (const { file, test: unit, why } of list) {
    assert.ok(existsSync(new URL(file, root)), file);
    assert.match(readFileSync(new URL(unit, root), "utf8"), /PHX_TEST\(/, `${unit} tests ${file}`);
    assert.ok(why.length > 10, `${file}: expected a reason`);
    assert.ok(page.includes(`\`${file}\``), `docs/simulation.md names ${file}`);
  }
});
