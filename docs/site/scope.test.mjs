// Where the names in a listing lead.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Scope } from "./scope.mjs";
import { inTree } from "./tree.mjs";

const member = (name, page, anchor) =>
  `<member kind="function"><name>${name}</name><anchorfile>${page}</anchorfile><anchor>${anchor}</anchor></member>`;
const file = (path, inside) =>
  `<compound kind="file"><name>${path.split("/").at(-1)}</name><path>${path.replace(/[^/]*$/, "")}</path>` +
  `<filename>f.html</filename>${inside}</compound>`;
const klass = (name, page, inside) =>
  `<compound kind="class"><name>${name}</name><filename>${page}</filename>${inside}</compound>`;

const TAGS = [
  file("lib/room/room.h", '<class kind="class">phx::Room</class>'),
  file("lib/room/door.h", `<class kind="class">phx::Door</class>${member("close", "door.html", "free")}`),
  file("lib/far/far.h", `<class kind="class">phx::Far</class>${member("open", "far.html", "free")}`),
  klass("phx::Room", "room.html", member("enter", "room.html", "a1")),
  klass("phx::Door", "door.html", member("open", "door.html", "a2") + member("enter", "door.html", "a4")),
  klass("phx::Far", "far.html", member("open", "far.html", "a3")),
].join("\n");
const TREE = {
  "lib/room/room.h": '#pragma once\n#include "room/door.h"\n',
  "lib/room/room.cc": '#include "room/room.h"\n',
  "lib/room/door.h": "",
  "lib/far/far.h": "",
};

const found = (words, href, dotted = false) =>
  inTree(TREE, (root) => new Scope(root, TAGS).find("lib/room/room.cc", words, href, dotted));

test("a name keeps its link where the listing's file includes what it leads to", () => {
  assert.equal(found("phx::Door", "door.html"), "door.html");
  assert.equal(found("open", "door.html#a2", true), "door.html#a2");
});

test("a namesake that is not included gives way to what is", () => {
  assert.equal(found("open", "far.html#a3"), "door.html#a2");
  assert.equal(found("Door::open", "far.html#free"), "door.html#a2");
});

test("what the file itself defines comes before what it includes", () => {
  assert.equal(found("enter", "door.html#a4"), "room.html#a1");
  assert.equal(found("enter", "door.html#a4", true), "door.html#a4", "but not after a dot");
});

test("nothing is guessed: std, and what no included file defines", () => {
  assert.equal(found("std::string", "door.html#a2"), null);
  assert.equal(found("Far", "far.html"), null);
  assert.equal(found("close", "far.html#x", true), null, "a free function stands after no dot");
});

test("a listing's links are rewritten, and counted", () => {
  const a = (href, words) => `<a class="code hl_function" href="${href}">${words}</a>`;
  const html = `${a("door.html", "Door")} ${a("far.html#a3", "open")}; x.${a("far.html", "Far")}`;
  inTree(TREE, (root) => {
    const { html: shown, ...counts } = new Scope(root, TAGS).scoped("lib/room/room.cc", html);
    assert.equal(shown, `${a("door.html", "Door")} ${a("door.html#a2", "open")}; x.Far`);
    assert.deepEqual(counts, { kept: 1, led: 1, freed: 1 });
  });
});
