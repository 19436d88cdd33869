// Every chapter has the same shape: a question, a prediction, the walk, Phoenix, what goes wrong, folded answers, one
// line to change; and no listing is longer than a screen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { commandsOf } from "./commands.mjs";
import { fences, pages, read } from "./pages.mjs";

const root = new URL("../..", import.meta.url).pathname;
const MAX_LISTING = 30;
const PARTS = [
  ["a question in its first paragraphs", (text) => /\?/.test(text.split(/^## /m)[0])],
  ["a prediction", (text) => /\*\*[^*]*\b(predict|guess|believe|try to be)\b/i.test(text)],
  ["one thing to change and watch", (text) => /^## Change it and watch/m.test(text)],
  ["what it is in Phoenix", (text) => /^## In Phoenix$/m.test(text)],
  ["what goes wrong", (text) => /^## What goes wrong$/m.test(text)],
  ["folded answers", (text) => /^## What you can now answer$[^]*?<details>/m.test(text)],
];
const chapters = pages(root).filter((path) => /^chapters\/\d\d-[^/]+\/README\.md$/.test(path));

for (const path of chapters) {
  const text = read(root, path);
  for (const [part, has] of PARTS) {
    test(`${path} has ${part}`, () => assert.ok(has(text)));
  }
  test(`no listing of ${path} is longer than ${MAX_LISTING} lines`, () => {
    const long = fences(text).filter(
      ({ language, lines }) => /^(cpp|js)$/.test(language) && lines.length > MAX_LISTING,
    );
    assert.deepEqual(long.map(({ first, lines }) => `line ${first}: ${lines.length}`), []);
  });
}

/** The programs of a build that a command names: `build/plain/phx-{trace,contract}` are two. */
function programsIn(command) {
  return [...command.matchAll(/build\/plain\/([\w/-]*)(?:\{([\w,-]+)\})?/g)].flatMap(([, name, names]) =>
    names ? names.split(",").map((one) => name + one) : [name],
  );
}

/** Those that a page's commands run before any of them has built them. */
function notBuilt(text) {
  const built = new Set();
  return commandsOf(text).flatMap(({ command, line }) => {
    const programs = programsIn(command);
    if (/\bmake\b/.test(command)) programs.forEach((one) => built.add(one));
    if (/\bmake (conformance|serve)\b/.test(command)) ["phx-contract", "phx-conformance"].forEach((one) => built.add(one));
    return programs.filter((one) => !built.has(one)).map((one) => `line ${line}: ${one}`);
  });
}

for (const path of chapters) {
  test(`${path} builds each program before it runs it`, () => assert.deepEqual(notBuilt(read(root, path)), []));
}

test("a program that nobody has built is found", () => {
  const page = "```console\n$ make build/plain/phx-{trace,bench} >/dev/null\n$ build/plain/phx-trace show a.har\n$ build/plain/phx-soak\n```\n";
  assert.deepEqual(notBuilt(page), ["line 4: phx-soak"]);
});

test("every chapter is read", () => assert.ok(chapters.length > 0));

test("each word of the glossary is linked by a chapter that uses it", () => {
  const linked = chapters.map((path) => read(root, path)).join("");
  const words = [...read(root, "chapters/GLOSSARY.md").matchAll(/^## (.+)$/gm)].map(([, word]) => word.toLowerCase().replaceAll(" ", "-"));
  assert.ok(words.length > 40);
  assert.deepEqual(words.filter((word) => !linked.includes(`GLOSSARY.md#${word})`)), []);
});
