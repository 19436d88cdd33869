// The table of branches that worlds have taken.

import assert from "node:assert/strict";
import test from "node:test";

import { branchesOf, markdown, never, table } from "./coverage.mjs";

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
