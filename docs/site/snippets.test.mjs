// What make snippets fills, and which broken pages and sources its check catches.

import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fillPages } from "./snippets.mjs";
import { openBrackets } from "./sources.mjs";
import { inTree } from "./tree.mjs";

const SOURCE = `namespace a {
//! [twice]
int twice(int n) {
  return 2 * n;  // "}" in a comment
}
//! [twice]
}
`;
const PAGE = "See [a.cc](../lib/a.cc).\n\n<!-- snippet lib/a.cc twice -->\n```cpp\n```\n";
const FILLED = PAGE.replace(
  "```cpp\n",
  '```cpp\nint twice(int n) {\n  return 2 * n;  // "}" in a comment\n}\n',
);

const faultsOf = (files) => inTree(files, (root) => fillPages(root, true).faults.join("\n"));
const filled = (files, path) =>
  inTree(files, (root) => {
    assert.deepEqual(fillPages(root, false).faults, []);
    assert.deepEqual(fillPages(root, true).faults, [], "what was filled passes the check");
    return readFileSync(join(root, path), "utf8");
  });

test("a fence is filled with what stands between the tags, and then passes the check", () => {
  assert.equal(filled({ "lib/a.cc": SOURCE, "docs/p.md": PAGE }, "docs/p.md"), FILLED);
});

test("a listing of a class's member loses the indent that all its lines have", () => {
  const source = "class A {\n  //! [f]\n  void f() {\n    g();\n  }\n  //! [f]\n};\n";
  const page = "<!-- snippet a.h f -->\n```cpp\n```\n";
  assert.match(filled({ "a.h": source, "p.md": page }, "p.md"), /\nvoid f\(\) \{\n  g\(\);\n\}\n/);
});

test("a page that differs from the source by one sign is caught, with both lines", () => {
  const page = FILLED.replace("2 * n;", "3 * n;");
  const faults = faultsOf({ "lib/a.cc": SOURCE, "docs/p.md": page });
  assert.match(faults, /^docs\/p\.md:6: differs from the source: run make snippets/);
  assert.match(faults, /the source: {2} {2}return 2 \* n;.*\n {2}the page: {4} {2}return 3 \* n;/);
});

test("a line too few or too many is caught", () => {
  const less = FILLED.replace("}\n```", "```");
  const more = FILLED.replace("}\n```", "}\n\n```");
  assert.match(faultsOf({ "lib/a.cc": SOURCE, "p.md": less }), /the page: {4}the fence's end/);
  assert.match(faultsOf({ "lib/a.cc": SOURCE, "p.md": more }), /the source: {2}the fence's end/);
});

for (const [what, files, expected] of [
  ["a file that is not there", { "p.md": PAGE }, /there is no file lib\/a\.cc/],
  ["a tag that is not there", { "lib/a.cc": "", "p.md": PAGE }, /exactly twice.*found 0/],
  ["a tag that stands once", { "lib/a.cc": "//! [twice]\n", "p.md": PAGE }, /twice.*found 1/],
  [
    "a tag that stands three times",
    { "lib/a.cc": SOURCE + "//! [twice]\n", "p.md": PAGE },
    /found 3/,
  ],
  [
    "a tag that cuts through a function",
    { "lib/a.cc": SOURCE.replace("}\n//! [twice]\n}", "//! [twice]\n}\n}"), "p.md": PAGE },
    /cuts through a function: "\{" is not closed/,
  ],
  [
    "a tag that no page uses",
    { "lib/a.cc": SOURCE, "p.md": "Nothing.\n" },
    /^lib\/a\.cc:2: no page/,
  ],
  ["an unknown directive", { "p.md": "<!-- snipet a b -->\n" }, /^p\.md:1: .* is not a directive/],
  ["a directive with too little", { "p.md": "<!-- snippet -->\n" }, /expected <!-- snippet FILE/],
  [
    "a directive without a fence",
    { "lib/a.cc": SOURCE, "p.md": "<!-- snippet lib/a.cc twice -->\nProse.\n" },
    /expected a fence/,
  ],
  [
    "a picture without an image",
    { "p.md": "<!-- picture a.dot -->\nProse.\n" },
    /expected !\[what/,
  ],
  [
    "a picture without a source",
    { "p.md": "<!-- picture a.dot -->\n![a](a.svg)\n" },
    /there is no file a\.dot/,
  ],
  ["a dot file that no page draws", { "c/a.dot": "digraph {}" }, /^c\/a\.dot:1: no page draws it/],
  [
    "a dot file that is none",
    { "a.dot": "digraph {", "p.md": "<!-- picture a.dot -->\n![a](a.svg)\n" },
    /dot could not draw a\.dot/,
  ],
]) {
  test(`${what} is caught`, () => assert.match(faultsOf(files), expected));
}

const RULES = {
  "conformance/suite/rules/broadcast.cc":
    'RULE("B-01", must, contract, "one comes \\"first\\"", "A source") {\n}\n' +
    'RULE(\n    "B-02", must, contract, "two is "\n    "long",\n    "A source") {\n}\n',
  "conformance/suite/rules/join.cc": 'RULE("J-01", should, core, "a join", "A source") {\n}\n',
};
const consolePage = (...lines) => `<!-- rules -->\n\`\`\`console\n${lines.join("\n")}\n\`\`\`\n`;

test("a console gets the titles and the counts of the rules that its commands name", () => {
  const page = (two, some, all, section) =>
    consolePage(
      "$ make conformance ONLY=B-*",
      `✓ B-02  ${two}`,
      "…",
      `${some} passed, 0 failed, 0 skipped`,
      "$ phx-conformance --only B-01,B-*,J-01 --url ws://localhost",
      `${all} passed, 0 failed, 0 skipped`,
      "$ phx-conformance --list | uniq -c",
      `${section} B-`,
    );
  const now = page("what it was", 7, 1, "    100");
  assert.equal(filled({ ...RULES, "p.md": now }, "p.md"), page("two is long", 2, 3, "      2"));
  assert.match(faultsOf({ ...RULES, "p.md": now }), /^p\.md:4: differs from the source/);
});

for (const [what, lines, expected] of [
  ["a rule that is gone", ["✓ B-09  a title"], /there is no rule B-09/],
  ["a command that names no rule", ["$ make ONLY=X-*", "1 passed, 0 failed, 0 skipped"], /no rule X-\*/],
  ["an unknown count", ["$ make test", "1 passed, 0 failed, 0 skipped"], /expected ONLY=/],
]) {
  test(`in a console ${what} is caught`, () => {
    assert.match(faultsOf({ ...RULES, "p.md": consolePage(...lines) }), expected);
  });
}

test("a comment inside a fence is not a directive", () => {
  assert.equal(faultsOf({ "p.md": "```html\n<!-- whatever -->\n```\n" }), "");
});

test("what the load client measured is left to make bench-pages", () => {
  const page = "<!-- figures echo -->\n| a | b |\n<!-- /figures -->\n";
  assert.equal(faultsOf({ "p.md": page }), "");
});

test("a number in the text is beside a mark, which fails when the source changes", () => {
  const page = "<!-- holds lib/a.cc return 2 * n; -->\nIt returns twice as much.\n";
  const files = (source) => ({ "lib/a.cc": source, "p.md": page });
  assert.equal(faultsOf(files("int f(int n) {\n  return 2 * n;\n}\n")), "");
  assert.match(faultsOf(files("int f(int n) { return 3 * n; }\n")), /p\.md:1: lib\/a\.cc no longer has "return 2 \* n;"/);
});

test("frames come from phx-trace, and its refusal is reported", () => {
  const tool =
    "#!/bin/bash\n[ $3 = --steps ] && [ $4 = 1-2 ] || { echo 'no such step' >&2; exit 1; }\n" +
    'echo "$1 $2 of $5"\n';
  const page = (steps) => `<!-- frames traces/t.har ${steps} -->\n\`\`\`text\n\`\`\`\n`;
  const files = (steps) => ({
    "traces/t.har": "{}",
    "build/plain/phx-trace": tool,
    "p.md": page(steps),
  });
  inTree(files("1-2"), (root) => {
    chmodSync(join(root, "build/plain/phx-trace"), 0o755);
    assert.match(
      fillPages(root, true).faults.join("\n"),
      /the source: {2}show --plain of traces\/t\.har/,
    );
    assert.deepEqual(fillPages(root, false).faults, []);
    assert.deepEqual(fillPages(root, true).faults, []);
  });
  inTree(files("7"), (root) => {
    chmodSync(join(root, "build/plain/phx-trace"), 0o755);
    assert.match(fillPages(root, true).faults.join("\n"), /no such step/);
  });
});

test("a frame that the page's width would cut is whole where the page asks for it", () => {
  const data = `["1",null,"room:a","presence_state",{${"x".repeat(90)},"end":1}]`;
  const shown = `5 a ← ${data.slice(0, 93)}…`;
  const tool = `#!/bin/bash\ncat <<'E'\n${shown}\n      a push\nE\n`;
  const entry = { _connection: "a", _webSocketMessages: [{ time: 1, data }] };
  const files = {
    "t.har": JSON.stringify({ log: { entries: [entry] } }),
    "build/plain/phx-trace": tool,
    "p.md": "<!-- frames t.har 5 whole -->\n```text\n```\n",
  };
  inTree(files, (root) => {
    chmodSync(join(root, "build/plain/phx-trace"), 0o755);
    assert.deepEqual(fillPages(root, false).faults, []);
    const lines = readFileSync(join(root, "p.md"), "utf8").split("\n");
    assert.equal(lines[2], '5 a ← ["1",null,"room:a","presence_state",');
    assert.equal(lines.slice(2, -3).map((line) => line.slice(8)).join(""), data.slice(2));
    assert.equal(lines.at(-3), "      a push");
  });
});

test("a picture is drawn once, readable in the dark, and is caught when its source changes", () => {
  const page = "<!-- picture a.dot -->\n![A talks\nto B](a.svg)\n";
  inTree({ "c/a.dot": 'digraph { a -> b [label="hello"] }', "c/p.md": page }, (root) => {
    assert.match(fillPages(root, true).faults.join("\n"), /^c\/p\.md:1: c\/a\.svg is not what/);
    assert.deepEqual(fillPages(root, false).written, ["c/a.svg"]);
    assert.deepEqual(fillPages(root, true).faults, []);
    const svg = readFileSync(join(root, "c/a.svg"), "utf8");
    assert.match(svg, /prefers-color-scheme: dark/);
    assert.doesNotMatch(svg, /(fill|stroke)="black"/);
    writeFileSync(join(root, "c/a.svg"), svg.replace(">hello<", ">goodbye<"));
    assert.match(fillPages(root, true).faults.join("\n"), /c\/a\.svg is not what/);
    writeFileSync(join(root, "c/a.svg"), svg);
    writeFileSync(join(root, "c/a.dot"), 'digraph { a -> b [label="hello" weight=2] }');
    assert.match(fillPages(root, true).faults.join("\n"), /c\/a\.svg is not what/);
  });
});

test("brackets in texts and comments don't count", () => {
  assert.equal(openBrackets(`f("{", '(', R"([)"); // }\n/* ) */`), "");
  assert.notEqual(openBrackets("f() {"), "");
  assert.notEqual(openBrackets("} else {"), "");
});

// --- Line numbers -------------------------------------------------------------------------------

const CLASS = `class Door : public Wall {
  void open();
};

void Door::open() {
  Door::shut();
}
`;
const STEP = "| It opens. | `Door::open` | [lib/door.cc:1](lib/door.cc#L1) |\n";

test("a line number beside a name is where that name is defined", () => {
  const files = { "lib/door.cc": CLASS, "p.md": `${STEP}A \`Door\`: [door:9](lib/door.cc#L9).\n` };
  assert.equal(
    filled(files, "p.md"),
    "| It opens. | `Door::open` | [lib/door.cc:5](lib/door.cc#L5) |\n" +
      "A `Door`: [door:1](lib/door.cc#L1).\n",
  );
});

test("a wrong line number is caught, with the right one", () => {
  const faults = faultsOf({ "lib/door.cc": CLASS, "p.md": STEP });
  assert.match(faults, /^p\.md:1: differs from the source/);
  assert.match(faults, /the source: {2}.*door\.cc#L5/);
});

for (const [what, files, expected] of [
  ["without a file", {}, /^p\.md:1: there is no file lib\/door\.cc/],
  [
    "of a name that is only called",
    { "lib/door.cc": "void f() {\n  Door::open();\n}\n" },
    /does not define/,
  ],
  ["of a name that is only declared", { "lib/door.cc": "void Door::open;\n" }, /does not define/],
]) {
  test(`a line number ${what} is caught`, () => {
    assert.match(faultsOf({ ...files, "p.md": STEP }), expected);
  });
}
