// Which commit messages the hook lets pass, and what it says of the others.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const hook = path.join(path.dirname(fileURLToPath(import.meta.url)), "commit-msg");

function inFolder(run) {
  const folder = mkdtempSync(path.join(tmpdir(), "phx-subjects-"));
  try {
    return run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What the hook says of a message; "": it passes. */
const said = (message) =>
  inFolder((folder) => {
    const file = path.join(folder, "MESSAGE");
    writeFileSync(file, message);
    const { status, stderr } = spawnSync(hook, [file], { encoding: "utf8" });
    assert.equal(status === 0, stderr === "", "it fails if, and only if, it says why");
    return stderr;
  });

test("an area and what changes, in 72 characters, passes", () => {
  assert.equal(said("serializer: reject a lone surrogate in a topic\n\nWhy: J-12.\n"), "");
  assert.equal(said(`book: ${"x".repeat(66)}\n`), "");
  assert.equal(said(`book: ${"é".repeat(66)}\n`), "", "characters count, not bytes");
  assert.equal(said("Makefile: one rule for packages\n# a comment of git's\n"), "");
});

test("git's own messages pass", () => {
  assert.equal(said('Revert "book: a word"\n\nThis reverts commit 1.\n'), "");
  assert.equal(said("fixup! book: a word\n"), "");
});

for (const [what, message, expected] of [
  ["a long subject", `book: ${"x".repeat(67)}\n`, /has 73 characters, at most 72/],
  ["a subject without an area", "Fix the thing\n", /names no area/],
  ["an area without a change", "book:\n", /names no area/],
  ["a full stop", "book: a word.\n", /full stop/],
  ["a body that begins at once", "book: a word\nand more\n", /not empty/],
  ["an empty message", "\n", /names no area/],
]) {
  test(`${what} is refused, with the reason`, () => assert.match(said(message), expected));
}

test("without a message it checks the commits since its own, and names each bad one", () => {
  inFolder((folder) => {
    const git = (...args) =>
      execFileSync("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", ...args]);
    const commit = (subject) => git("commit", "-q", "--allow-empty", "--no-verify", "-m", subject);
    const check = () =>
      spawnSync(hook, [], { encoding: "utf8", env: { ...process.env, REPO: folder } });
    git("init", "-q");
    commit("An old one, from before.");
    assert.match(check().stdout, /not a clone with its history/);
    mkdirSync(path.join(folder, ".ci/hooks"), { recursive: true });
    cpSync(hook, path.join(folder, ".ci/hooks/commit-msg"));
    git("add", "-A");
    commit("ci: check subjects");
    commit("book: a word");
    assert.match(check().stdout, /^subjects: checked 1, /);
    commit("A bad one");
    const { status, stdout } = check();
    assert.equal(status, 1);
    assert.match(stdout, /^[0-9a-f]{10} A bad one: the subject names no area/);
    assert.doesNotMatch(stdout, /An old one/);
  });
});
