// Which habits the checker finds, where it looks for them, and what it lets pass.

import assert from "node:assert/strict";
import { test } from "node:test";
import { habitsIn, judge, readList, sources } from "./english.mjs";
import { habits } from "./habits.mjs";
import { passages } from "./passages.mjs";
import { inTree } from "./tree.mjs";

const texts = (path, text, kind) =>
  passages(path, text)
    .filter((passage) => passage.kind === kind)
    .map((passage) => passage.text.trim());

for (const { name, pattern, wrong, right } of habits) {
  test(`${name}: found in each wrong example, and in no right one`, () => {
    for (const words of wrong) assert.notEqual(words.match(pattern), null, words);
    for (const words of right) assert.equal(words.match(pattern), null, words);
  });
}

test("C++: a comment of several lines is one passage, and so are adjacent strings", () => {
  const text =
    'a(); // one\n// two\n// three\nf("four "\n  "five", \'"\', R"x(six)x", 1\'000); /* seven\'s */\n';
  assert.deepEqual(texts("a.cc", text, "comment"), ["one", "two three", "seven's"]);
  assert.deepEqual(texts("a.cc", text, "string"), ["four five", "six"]);
});

test("JavaScript: templates and strings are read, regular expressions are not", () => {
  const text =
    "const a = /\"'`/g; // one\nb('two', `three\nfour`, 4 / 2, \"//five\"); /** six */\n";
  assert.deepEqual(texts("a.mjs", text, "comment"), ["one", "six"]);
  assert.deepEqual(texts("a.mjs", text, "string"), ["two", "threefour", "//five"]);
});

test("a script's comments are read, and a variable's # begins none", () => {
  assert.deepEqual(texts("Makefile", "a: b ## one\n# two\n# three\n\t$(X#y)\n", "comment"), [
    "one",
    "two three",
  ]);
});

test("a page's code is not read", () => {
  const found = habitsIn("a.md", "`whoever` may\n\n```sh\nwhoever\n```\n\nA word,\nwhoever.\n");
  assert.deepEqual(
    found.map(({ number }) => number),
    [8],
  );
});

test("a habit is reported with its line, even where it goes over a line's end", () => {
  const [{ number, habit, near }] = habitsIn("a.h", "int a;\n/// It says so\n/// many things.\n");
  assert.deepEqual([number, habit.name, near], [2, "so many", "It says so many things."]);
});

test("the list allows words in a path, and names the lines that allow nothing", () => {
  const list = readList("# a comment\nlib/a | so many things | why\nlib/b | so many | why\n");
  const found = habitsIn("lib/a.h", "/// so many things\n").concat(
    habitsIn("lib/c.h", "/// so many things\n"),
  );
  const { faults, idle } = judge(found, list);
  assert.deepEqual(
    [faults.map(({ path }) => path), idle.map(({ number }) => number)],
    [["lib/c.h"], [3]],
  );
});

test("an entry without a reason is refused", () => {
  assert.throws(() => readList("lib | so many\n"), /english.txt:1: expected/);
});

test("in the book a person may be she, and a client may not be he elsewhere", () => {
  const found = (path) => habitsIn(path, "Ada closes her window.\n").length;
  assert.deepEqual([found("chapters/01-a/README.md"), found("docs/a.md")], [0, 1]);
});

test("exercises, and what the list keeps for later, are not read", () => {
  const tree = { "chapters/01-a/exercise/a.md": "", "lib/a.h": "", "docs/a.md": "" };
  inTree(tree, (root) => assert.deepEqual(sources(root, readList("later lib/\n")), ["docs/a.md"]));
});
