// How a page becomes one of the site, and which dead links are found.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { test } from "node:test";
import { filtered, siteLink } from "./filter.mjs";
import { neighbours, side } from "./frame.mjs";
import { deadInPages, deadInSite, missingInContents } from "./links.mjs";
import { files } from "./pages.mjs";
import { LAYERS, layerPage, pageId, planOf, slug } from "./plan.mjs";
import { inTree } from "./tree.mjs";

const shown = (files, page) => inTree(files, (root) => filtered(root, page));

test("a page's name on the site follows from its path", () => {
  assert.equal(pageId("README.md"), "index");
  assert.equal(pageId("chapters/README.md"), "contents");
  assert.equal(pageId("chapters/05-joining/README.md"), "chapter-05-joining");
  assert.equal(pageId("chapters/05-joining/exercise/README.md"), "exercise-05-joining");
  assert.equal(pageId("chapters/05-joining/exercise/hints/2.md"), "exercise-05-joining-hint-2");
  assert.equal(pageId("docs/protocol.md"), "docs-protocol");
});

test("each layer and part has its group in Doxygen, and its page", () => {
  const listed = /^LAYERS := ((?:.*\\\n)*.*)$/m.exec(readFileSync("lib/lib.mk", "utf8"))[1];
  assert.deepEqual([...LAYERS].sort(), listed.split(/[\s\\]+/).filter(Boolean).sort());
  const groups = readFileSync("docs/theme/groups.dox", "utf8");
  for (const layer of LAYERS) assert.match(groups, new RegExp(`defgroup layer_${layer} `));
  const headers = files(".", [".h"], "conformance/").map((path) => basename(dirname(path)));
  for (const part of new Set(headers)) assert.match(groups, new RegExp(`defgroup part_${part} `));
  assert.equal(layerPage("live_view"), "group__layer__live__view");
});

test("headings are named as GitHub names them", () => {
  assert.equal(slug('Who says "no"? `Room::join`'), "who-says-no-roomjoin");
  assert.equal(slug("3. Joining & leaving"), "3-joining--leaving");
  const page = "# 7. Title\n\n## Try\n\n## Try\n";
  const lines = shown({ "docs/p.md": page }, "docs/p.md").split("\n");
  assert.deepEqual(lines.filter(Boolean), [
    "# Title {#docs-p}",
    "## Try {#docs-p-try}",
    "## Try {#docs-p-try-1}",
  ]);
});

test("a link to a page leads to its page, one to a source is left to the site", () => {
  const files = { "docs/a.md": "", "lib/b.cc": "", "chapters/01-x/README.md": "" };
  inTree(files, (root) => {
    const link = (target) => siteLink(root, "chapters/01-x/README.md", target);
    assert.equal(link("../../docs/a.md"), "docs-a.html");
    assert.equal(link("../../docs/a.md#try"), "docs-a.html#docs-a-try");
    assert.equal(link("#try"), "chapter-01-x.html#chapter-01-x-try");
    assert.equal(link("../../lib/b.cc"), "phx:lib/b.cc");
    assert.equal(link("../../lib/"), "phx:lib");
    assert.equal(link("https://example.org/#a"), "https://example.org/#a");
  });
});

test("links are rewritten round code and over lines, but not in code", () => {
  const page = "See [`b`\nthere](b.md) and `[no](b.md)`.\n\n```text\n[no](b.md)\n```\n";
  const out = shown({ "a.md": page, "b.md": "" }, "a.md");
  assert.match(out, /See <a href="b\.html">`b`\nthere<\/a> and `\[no\]\(b\.md\)`\./);
  assert.doesNotMatch(out, /<a href="b\.html">no/);
});

test("words and code that Doxygen would take for its own commands stay what they are", () => {
  const page = "| @supabase/realtime-js | mail@example.org | `it exited: 'map')\\n at @x` | `a \\u0000` |\n";
  const out = shown({ "a.md": page }, "a.md");
  assert.match(out, /\| \\@supabase\/realtime-js \| mail@example\.org \| /);
  assert.match(out, /\| `` it exited: 'map'\)\\n at @x `` \| `a \\u0000` \|/);
});

test("pictures, listings and fences are marked for the site", () => {
  const page =
    "<!-- snippet lib/a.cc f -->\n```cpp\nf();\n```\n\n" +
    '<!-- picture p.dot -->\n![A "b"\nand c](p.svg)\n\n```console\n$ ls\n```\n';
  const out = shown({ "d/a.md": page }, "d/a.md");
  assert.match(out, /<p class="from">snippet lib\/a\.cc f<\/p>[^]*\n```cpp\nf\(\);\n```/);
  assert.match(out, /<figure data-picture="d\/p\.svg">A &quot;b&quot; and c<\/figure>/);
  assert.match(out, /<div data-fence="d\/a\.md:10"><\/div>/);
});

test("an answer is folded, and what is inside is still a page's text", () => {
  const page = "<details>\n<summary>Why?</summary>\n\nSee [b](b.md).\n\n</details>\n";
  const out = shown({ "a.md": page, "b.md": "" }, "a.md");
  assert.match(out, /\\htmlonly\[block\]<summary>Why\?<\/summary>\\endhtmlonly/);
  assert.match(out, /See <a href="b\.html">b<\/a>\./);
  assert.match(out, /\\htmlonly\[block\]<\/details>\\endhtmlonly/);
});

test("the book is read from its contents through each chapter and its exercise", () => {
  const files = {
    "README.md": "# Home\n",
    "chapters/README.md": "# The book\n",
    "chapters/02-b/README.md": "# 2. Bees\n",
    "chapters/01-a/README.md": "# 1. Ants\n",
    "chapters/01-a/exercise/README.md": "# Exercise 1\n",
  };
  inTree(files, (root) => {
    const plan = planOf(root);
    const order = ["index"];
    for (let next; (next = neighbours(plan, order.at(-1)).next);) order.push(next.id);
    const expected = ["index", "contents", "chapter-01-a", "exercise-01-a", "chapter-02-b"];
    assert.deepEqual(order, expected);
    assert.match(side(plan, "chapter-02-b"), /href="chapter-02-b.html" aria-current="page"/);
  });
});

test("a link to no file, to no heading and out of the project is dead", () => {
  const page =
    "[a](b.md) [b](b.md#there) [c](#own) [d](https://example.org/x) `[e](no.md)`\n\n" +
    "# Own\n\n[1](no.md)\n[2](b.md#no)\n[3](../../x.md)\n[4](#no)\n";
  const { dead, count } = inTree({ "a.md": page, "b.md": "## There\n" }, deadInPages);
  assert.equal(count, 7);
  assert.deepEqual(
    dead.map((one) => one.split(" ")[0]),
    ["a.md:5:", "a.md:6:", "a.md:7:", "a.md:8:"],
  );
});

test("a chapter that the contents leave out is reported", () => {
  const files = { "chapters/README.md": "[a](01-a/README.md)\n", "chapters/01-a/README.md": "" };
  assert.deepEqual(inTree(files, missingInContents), []);
  const more = { ...files, "chapters/02-b/README.md": "", "chapters/02-b/exercise/README.md": "" };
  assert.match(inTree(more, missingInContents).join(), /no link to chapters\/02-b\/README\.md$/);
});

test("in the site a link to no page and to no name is dead", () => {
  const files = {
    "a.html": '<a href="b.html#x">1</a><a class="y" href="b.html#no">2</a><img src="no.svg"/>',
    "b.html": '<p id="x"></p><a href="a.html">3</a><a href="https://example.org">4</a>',
  };
  const { dead, count } = inTree(files, deadInSite);
  assert.equal(count, 4);
  assert.deepEqual(dead, [
    "a.html: b.html#no leads to no name there",
    "a.html: no.svg leads to no page",
  ]);
});

test("what Doxygen reads of a source has as many lines as the source", () => {
  const source =
    "/// What it is.\n/// More.\n\n#include <a>\nnamespace phx {\n//! [f]\nint f();\n" +
    "//! [f]\n}  // namespace phx\n";
  const header = source.replace("/// What it is.\n", "#pragma once\n/// \\file\n/// What it is.\n");
  inTree({ "lib/base/a.cc": source, "lib/base/a.h": header }, (root) => {
    const read = (path) =>
      execFileSync("awk", ["-f", `${process.cwd()}/.ci/source.awk`, path], {
        cwd: root,
        encoding: "utf8",
      });
    const lines = (text) => text.split("\n").length;
    assert.equal(lines(read("lib/base/a.cc")), lines(source));
    assert.equal(lines(read("lib/base/a.h")), lines(header));
    assert.match(read("lib/base/a.cc"), /^\/\/\/ \\file\n\/\/\/ What it is\./);
    assert.match(read("lib/base/a.h"), /namespace phx \{ \/\*\* @opens\{layer_base\} \*\//);
    assert.doesNotMatch(read("lib/base/a.h"), /\[f\]/);
  });
});
