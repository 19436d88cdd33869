// Which words of a page are read, and which are reported.

import assert from "node:assert/strict";
import { test } from "node:test";
import { prose } from "./prose.mjs";
import { unknownWords } from "./spelling.mjs";
import { inTree } from "./tree.mjs";

function unknown(page, words = []) {
  return inTree({ "p.md": page }, (root) =>
    unknownWords(root, ["p.md"], words).map(({ number, word }) => `${number} ${word}`),
  );
}

test("a wrong word is reported with its line, and so is American spelling", () => {
  assert.deepEqual(unknown("Good.\n\nA mesage\nof some color.\n"), ["3 mesage", "4 color"]);
  assert.deepEqual(unknown("A message of some colour, realised at a centre."), []);
});

test("a word of the list is right, also with a capital letter and in the genitive", () => {
  assert.deepEqual(unknown("Zoop, a zoop’s zoop and a zoop's.", ["zoop"]), []);
  assert.deepEqual(unknown("Zoops.", ["zoop"]), ["1 Zoops"]);
});

test("code, links' targets, comments, tags, paths and names out of code are not words", () => {
  const page =
    "`xqz` and ``x`qz`` [text](xqz/xqz.md#xqz) <!-- xqz\nxqz --> <b class=xqz>bold</b>\n" +
    "```xqz\nxqz\n```\nlib/xqz/a.cc xqz.cc phx_xqz Phoenix.Xqz XqzAbc J-07 XQZ https://xqz.org\n" +
    "`xqz\nxqz` end\n";
  assert.deepEqual(unknown(page), []);
});

test("the words around what is left out are read", () => {
  const page = "<!-- a -->\nwronng `b` wronng [wronng](c)\n```sh\n```\n| wronng | *wronng* |\n";
  assert.equal(unknown(page).length, 5);
});

test("columns stay where they were", () => {
  assert.equal(prose("ab `cd` ef")[0].words, "ab      ef");
});
