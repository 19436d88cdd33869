// What make check-book runs, and which pages it refuses.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { checkPage, commandsOf } from "./commands.mjs";
import { statOf } from "./console.mjs";
import { mismatch } from "./matching.mjs";

const fits = (shown, came) => mismatch(shown.split("|"), came.split("|")) === null;

test("… stands for any text in a line, and alone for any number of lines", () => {
  assert.ok(fits("a|b", "a|b"));
  assert.ok(fits("a … c", "a b c"));
  assert.ok(fits("a|…|d", "a|b|c|d"));
  assert.ok(fits("a|…|d", "a|d"));
  assert.ok(fits("…|b|…|b", "x|b|b|y|b"));
  assert.ok(fits("… in … s", "took 3 in 4.5 s"));
  assert.ok(!fits("a … c", "a b d"));
  assert.ok(!fits("… in … s", "took 3 of 4.5 s"));
  assert.ok(!fits("ab…ba", "aba"));
  assert.ok(!fits("a|…|d", "a|b|c"));
  assert.ok(!fits("a|b", "a"));
  assert.ok(!fits("a", "a|b"));
});

test("a fence's commands are read with their outputs, and a long one goes on after a backslash", () => {
  const page =
    "```console\n$ one \\\n> two\nout\n\n$ three\n```\n```sh\n$ not\n```\n```console fails\n$ no\n```\n";
  assert.deepEqual(commandsOf(page), [
    { command: "one \\\ntwo", line: 2, shown: ["out"], fails: false },
    { command: "three", line: 6, shown: [], fails: false },
    { command: "no", line: 12, shown: [], fails: true },
  ]);
});

/** Checks one page of these fences in an empty folder; `after` sees the folder. */
async function check(page, { patience = 10_000, after = () => {} } = {}) {
  const root = mkdtempSync(join(tmpdir(), "phx-commands-"));
  try {
    writeFileSync(join(root, "p.md"), page);
    const { faults } = await checkPage(root, "p.md", patience, patience);
    await after(root);
    return faults.join("\n");
  } finally {
    rmSync(root, { recursive: true });
  }
}
const ended = (pid) => (statOf(pid)?.state ?? "Z") === "Z"; // or not yet waited for
const fence = (text, language = "console") => "```" + language + "\n" + text + "\n```\n";

test("the page's output passes; commands share one bash, errors are output too", async () => {
  const page =
    fence("$ name=Ada; cd /\n$ echo $name, $PWD\nAda, /\n$ echo no >&2\nno") +
    "Prose.\n" +
    fence("$ echo 1; echo 2\n…\n2\n$ cat\n$ true");
  assert.equal(await check(page), "");
});

test("another output is a fault, with page, line and both outputs", async () => {
  const fault = await check("Prose.\n" + fence("$ echo one; echo two\none\nthree"));
  assert.match(fault, /^p\.md:3: \$ echo one; echo two\n/);
  assert.match(fault, /\n {6}one\n {4}- three\n {4}\+ two$/);
});

for (const [what, page, expected] of [
  ["output that the page does not show", fence("$ echo more"), /- \(nothing more\)\n {4}\+ more/],
  ["output that does not come", fence("$ true\nsomething"), /- something\n {4}\+ \(nothing more\)/],
  ["a command that fails", fence("$ echo x; false\nx"), /it ended with 1/],
  ["a command that does not fail", fence("$ true", "console fails"), /expected that it fails/],
  ["a command that is not there", fence("$ no-such-command\n…"), /it ended with 127/],
  ["a bash that is left", fence("$ exit 3\n$ true"), /did not end/],
  ["output without a command", fence("hello\n$ true"), /expected a command after `\$ `/],
  ["a wrong start of what runs on", fence("$ echo a &\nb"), /did not come within/],
]) {
  test(`${what} is a fault`, async () =>
    assert.match(await check(page, { patience: 500 }), expected));
}

test("a failure that is meant passes", async () => {
  assert.equal(
    await check(fence("$ echo no; exit_code() { return 2; }; exit_code\nno", "console fails")),
    "",
  );
});

test("a command that does not end is a fault, and is ended", async () => {
  const page = fence("$ echo $$ > pid; sleep 1000");
  const after = (root) => {
    const pid = Number(readFileSync(join(root, "pid"), "utf8"));
    assert.ok(ended(pid));
  };
  assert.match(await check(page, { patience: 300, after }), /did not end within 300 ms/);
});

test("a background command is waited for, shown, and ended with the page", async () => {
  const serve =
    "node -e \"require('http').createServer((_, r) => r.end('hi')).listen(4000, () => " +
    "console.log('open at 4000'))\"";
  const page = fence(`$ ${serve} &\nopen at 4000\n$ curl -s localhost:4000; echo $! > pid\nhi`);
  const after = (root) => {
    const pid = Number(readFileSync(join(root, "pid"), "utf8"));
    assert.ok(ended(pid));
  };
  assert.equal(await check(page, { after }), "");
});

test("each port that a page names is a free one of its own, and comes back under its name", async () => {
  const page = fence(
    "$ echo 4000 redis://127.0.0.1:6379 --port 4001, not 14000 nor 0.4001\n" +
      "4000 redis://127.0.0.1:6379 --port 4001, not 14000 nor 0.4001\n" +
      "$ test 4000 != 4001 -a 4001 != 6379 -a 40''00 != 4000 && echo free\nfree",
  );
  assert.equal(await check(page), "");
});
