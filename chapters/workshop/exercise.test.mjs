// The workshop's runner, tried on a small workshop of its own: one exercise, whose library is one file.

import { test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { contractFaults, entries, sentences, unnumbered } from "./contract.mjs";
import { all } from "./exercises.mjs";
import { due, sample } from "./faults.mjs";
import { brokenIn, brokenRule, namesIn, readTap } from "./judge.mjs";
import { firstDifference, readPlay, sequences } from "./play.mjs";

const main = fileURLToPath(new URL("main.mjs", import.meta.url));
const mine = "chapters/07-sums/exercise/sum.cc";
const good = "int sum(int a, int b) { return a + b; }\n";
const program = `#include <cstdio>
int sum(int, int);
PHX_TEST("two and two are four")
PHX_TEST("one and none are one")
int main() {
  std::puts("1..2");
  std::puts(sum(2, 2) == 4 ? "ok 1 - two and two are four" : "not ok 1 - two and two are four\\n# expected 4");
  std::puts(sum(1, 0) == 1 ? "ok 2 - one and none are one" : "not ok 2 - one and none are one\\n# expected 1");
  return sum(2, 2) == 4 && sum(1, 0) == 1 ? 0 : 1;
}
`;

/** A folder with a library of one file, an exercise on it, and a test program already compiled. */
function workshop() {
  const root = mkdtempSync(path.join(os.tmpdir(), "workshop-"));
  const write = (file, content) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  };
  write("lib/sum.cc", good);
  write("lib/sum_test.cc", program.replace("int sum(int, int);", "int sum(int, int);\n#define PHX_TEST(name)"));
  write("chapters/07-sums/exercise/sum.stub.cc", "int sum(int a, int) {\n  // Yours: sum\n  return a;\n}\n");
  write("chapters/07-sums/exercise/exercise.json",
    JSON.stringify({ title: "Sums", minutes: 5, replaces: "lib/sum.cc", unit: ["lib/sum_test.cc"] }));
  for (const hint of ["1", "2", "3"]) write(`chapters/07-sums/exercise/hints/${hint}.md`, `Think of hint ${hint}.\n`);
  const compile = (name) => execFileSync("g++", ["-c", `lib/${name}.cc`, "-o", `build/plain/lib/${name}.o`], { cwd: root });
  write("build/plain/lib/keep", "");
  compile("sum");
  compile("sum_test");
  execFileSync("ar", ["rcs", "build/plain/libphoenix-testing.a"], { cwd: root });
  return root;
}

const environment = (more) => ({
  ...process.env, CXX: "g++", CXXFLAGS: "-Wall", LDFLAGS: "", LIBS: "", BUILD: "build/plain", SERVER_OBJECTS: "",
  LIB_OBJECTS: "build/plain/lib/sum.o", N: "", HINT: "", WATCH: "", RESET: "", SOLUTION: "", DIFF: "", ...more,
});

/** What `make exercise` says in that folder, and its status. */
function ask(root, more = {}, input = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main], { cwd: root, input, encoding: "utf8", env: environment(more) });
  return { status, said: stdout + stderr };
}

const inWorkshop = (name, body) =>
  test(name, { timeout: 60_000 }, async () => {
    const root = workshop();
    try {
      await body(root, (content) => writeFileSync(path.join(root, mine), content));
    } finally {
      rmSync(root, { recursive: true });
    }
  });

inWorkshop("the first call gives the stub, and shows the first failure", (root) => {
  assert.match(ask(root).said, /· 07 .* not begun/);
  const { status, said } = ask(root, { N: "7" });
  assert.equal(status, 1);
  assert.match(said, /Yours to write: sum\./);
  assert.match(said, /0 of 2 pass; next:\n\n {2}“two and two are four”\n\n {4}expected 4/);
  assert.match(ask(root).said, /… 07 .* begun \(still the stub\)/);
});

inWorkshop("a file that passes is done, until it changes", (root, write) => {
  write(good);
  assert.equal(ask(root, { N: "07" }).status, 0);
  assert.match(ask(root).said, /1 of 1 done[^]*✓ 07 .* done/);
  appendFileSync(path.join(root, mine), "// more\n");
  assert.match(ask(root).said, /… 07 .* begun \(changed since it passed\)/);
});

inWorkshop("after a pass comes the way back to the chapter, and what is next", (root, write) => {
  ask(root, { N: "07" });
  write(good);
  const alone = ask(root, { N: "07" }).said;
  assert.match(alone, /Back to the chapter: chapters\/07-sums\/README\.md\nAll the others are done, too\./);
  cpSync(path.join(root, "chapters/07-sums"), path.join(root, "chapters/03-more"), { recursive: true });
  rmSync(path.join(root, "chapters/03-more/exercise/sum.cc"));
  assert.match(ask(root, { N: "07" }).said, /Next: make exercise N=03 {2}\(Sums, 5 min\)/);
});

inWorkshop("the board tells how far one is", (root, write) => {
  write("int sum(int a, int b) { return a == 1 ? 0 : a + b; }\n");
  ask(root, { N: "07" });
  assert.match(ask(root).said, /begun \(1 of 2 tests\)/);
});

inWorkshop("what does not compile is shown with the compiler's words", (root, write) => {
  write("int sum(int a, int b) { return a + c; }\n");
  const { status, said } = ask(root, { N: "07" });
  assert.equal(status, 1);
  assert.match(said, /does not compile yet[^]*sum\.cc:1:[^]*‘?'?c'?’? was not declared/);
});

inWorkshop("a warning is shown and fails nothing", (root, write) => {
  write(`${good}static int unused() { return 1; }\n`);
  const { status, said } = ask(root, { N: "07" });
  assert.equal(status, 0);
  assert.match(said, /compiler warns:[^]*unused/);
});

inWorkshop("a function that is left out does not come from the library", (root, write) => {
  write("int add(int a, int b) { return a + b; }\n");
  const { status, said } = ask(root, { N: "07" });
  assert.equal(status, 1);
  assert.match(said, /expected a definition of sum\(int, int\), got none/);
});

inWorkshop("a crash is reported with the test that crashed", (root, write) => {
  write("#include <cstdlib>\nint sum(int a, int b) { if (a == 1) std::abort(); return a + b; }\n");
  const { status, said } = ask(root, { N: "07" });
  assert.equal(status, 1);
  assert.match(said, /“one and none are one”[^]*was ended by SIGABRT/);
});

inWorkshop("a test that runs for ever is ended, and reported by its name", (root, write) => {
  write("int sum(int a, int b) { while (a == 1) asm(\"\"); return a + b; }\n");
  const { status, said } = ask(root, { N: "07", UNIT_PATIENCE_MS: "300" });
  assert.equal(status, 1);
  assert.match(said, /1 of 2 pass[^]*“one and none are one”[^]*It runs for ever: after 0\.3 seconds/);
});

inWorkshop("hints come one at a time, and no further than they go", (root) => {
  assert.match(ask(root, { N: "07", HINT: "1" }).said, /Hint 1 of 3\n\nThink of hint 1\.\n\nThe next: .*HINT=2/);
  assert.doesNotMatch(ask(root, { N: "07", HINT: "3" }).said, /The next/);
  assert.match(ask(root, { N: "07", HINT: "4" }).said, /expected HINT to be 1 to 3, got "4"/);
});

inWorkshop("a reset asks first, and keeps what was there", (root, write) => {
  assert.match(ask(root, { N: "07", RESET: "1" }).said, /nothing to throw away/);
  write(good);
  assert.match(ask(root, { N: "07", RESET: "1" }, "no\n").said, /1 of them not the stub's[^]*Nothing was changed/);
  assert.equal(ask(root, { N: "07", RESET: "1" }).status, 1, "no answer does not count as yes");
  assert.equal(readFileSync(path.join(root, mine), "utf8"), good);
  assert.equal(ask(root, { N: "07", RESET: "1" }, "yes\n").status, 0);
  assert.match(readFileSync(path.join(root, mine), "utf8"), /Yours: sum/);
  assert.equal(readFileSync(path.join(root, `${mine}.backup-1`), "utf8"), good);
});

inWorkshop("the solution is shown after a pass, or when asked twice", (root, write) => {
  assert.doesNotMatch(ask(root, { N: "07", SOLUTION: "1" }).said, /return a \+ b/);
  assert.match(ask(root, { N: "07", SOLUTION: "1" }).said, /return a \+ b[^]*That was lib\/sum\.cc/);
  rmSync(path.join(root, "chapters/.progress.json"));
  write(good);
  ask(root, { N: "07" });
  assert.match(ask(root, { N: "07", SOLUTION: "1" }).said, /return a \+ b/);
});

inWorkshop("an exercise that is none is answered with those that are", (root) => {
  const { status, said } = ask(root, { N: "99" });
  assert.equal(status, 2);
  assert.match(said, /expected N to be one of 07, got "99"/);
  assert.equal(existsSync(path.join(root, mine)), false);
});

inWorkshop("watching judges again at each save, and goes on to the next exercise after a pass", async (root, write) => {
  cpSync(path.join(root, "chapters/07-sums"), path.join(root, "chapters/09-more"), { recursive: true });
  write("int sum(int, int) { return 0; }\n");
  const child = spawn(process.execPath, [main], { cwd: root, env: environment({ N: "07", WATCH: "1" }) });
  let said = "";
  const until = (words) =>
    new Promise((resolve, reject) => {
      const look = () => said.includes(words) && resolve();
      child.stdout.on("data", look);
      child.on("close", () => (said.includes(words) ? resolve() : reject(new Error(`it ended, and had said:\n${said}`))));
      look();
    });
  const ended = new Promise((resolve) => child.on("close", resolve));
  child.stdout.setEncoding("utf8").on("data", (chunk) => (said += chunk));
  await until("Watching");
  assert.match(said, /0 of 2 pass/);
  write(good);
  await until("All of it passes");
  await until("On to 09: Sums");
  await until("Your file is chapters/09-more/exercise/sum.cc");
  writeFileSync(path.join(root, "chapters/09-more/exercise/sum.cc"), good);
  await until("All the others are done, too.");
  await ended;
});

test("a missing part is reported with its case, even if a process contained the failure", () => {
  const [first, second] = readTap("1..2\n# not written yet: a\nnot ok 1 - x\n# actual: y\n# not written yet: b\nok 2 - z\n# not ok - p\n");
  assert.deepEqual(first, { name: "x", passed: false, said: ["not written yet: a", "actual: y"] });
  assert.equal(second.passed, true);
});

test("the names of a file's cases are read in order, escapes and all", () => {
  assert.deepEqual(namesIn('PHX_TEST("a") {\n}\n\nPHX_TEST(\n    "b \\"c\\"") {\n'), ["a", 'b \\"c\\"']);
  assert.deepEqual(namesIn('PHX_TEST(\n    "too long for "\n    "one line") {\n'), ["too long for one line"]);
});

test("the suite's words on the first broken rule are cut out whole, less its own advice", () => {
  const { rule, said } = brokenRule("✓ H-01  good\n✗ J-01  bad\n  expected  x\n  again:    phx\n\n✗ J-02  too\n");
  assert.equal(rule, "J-01");
  assert.equal(said, "✗ J-01  bad\n  expected  x");
});

test("a report's broken rules are those that failed", () => {
  const report = { rules: [{ id: "A", verdict: "passed" }, { id: "B", verdict: "failed" }, { id: "C", verdict: "warned" }] };
  assert.deepEqual(brokenIn(JSON.stringify(report)), ["B"]);
});

test("a contract's sentences are those that have a number, each as one line", () => {
  const stub = "/// What helps: a pen.\n///\n/// [1] Adds. [2] Never\n/// throws.\n///\n///     [3] is code\n///\n/// - [3] Twice.\n///   [4] Or\n///   thrice.\nint sum();\n";
  assert.deepEqual(sentences(stub), [
    { number: 1, text: "Adds." }, { number: 2, text: "Never throws." }, { number: 3, text: "Twice." }, { number: 4, text: "Or thrice." }]);
  assert.deepEqual(unnumbered(stub), []);
});

test("a sentence without a number, beside some that have one, is told; an opening with a colon is none", () => {
  assert.deepEqual(unnumbered("/// [1] Adds. Never throws. [2] Twice.\n"), ["Never throws."]);
  assert.deepEqual(unnumbered("/// It adds. [1] Twice.\n"), ["It adds."]);
  assert.deepEqual(unnumbered("/// - A leave: [1] it is answered.\n/// Nothing of this is promised.\n\n/// Nor this.\n"), ["Nothing of this is promised."]);
});

test("an entry of faults.txt may have several changes, of several lines each", () => {
  const [one] = entries("# why\n== odd\nbreaks 3 Adds.\nfails two and two\n- a;\n- b;\n+ c;\n- d;\n+\n");
  assert.deepEqual(one, {
    name: "odd", breaks: 3, words: "Adds.", fails: "two and two",
    changes: [{ find: "a;\nb;", replace: "c;" }, { find: "d;", replace: "" }],
  });
  assert.throws(() => entries("== odd\nwhat\n"), /expected ==/);
  assert.throws(() => entries("== odd\nbreaks 3\n"), /expected a sentence's number and its first words/);
});

/** An exercise whose stub promises two things, with these faults. */
function promising(root, listing, stub = "/// [1] Adds.\n/// [2] In either order.\nint sum(int a, int) {\n  // Yours: sum\n  return a;\n}\n") {
  const folder = path.join(root, "chapters/07-sums/exercise");
  writeFileSync(path.join(folder, "sum.stub.cc"), stub);
  writeFileSync(path.join(folder, "faults.txt"), listing);
  return all(root)[0];
}
const names = ["two and two are four", "one and none are one"];
const noB = "== no b\nbreaks 1 Adds.\nfails two and two are four\n- a + b\n+ a + 0\n";
const noA = "== no a\nbreaks 2 In either\nfails one and none are one\n- a + b\n+ a == 1 ? 0 : a + b\n";

inWorkshop("a sentence that no fault breaks is told, and what else is wrong with a list of faults", (root) => {
  const faults = (...given) => contractFaults(promising(root, ...given), names);
  assert.deepEqual(faults(noB + noA), []);
  assert.deepEqual(faults(noB), ["expected faults.txt to break [2] In either order."]);
  assert.match(faults(noB + noA.replace("In either", "In any"))[0], /no a: expected \[2\] to begin with “In any”/);
  assert.match(faults(noB + noA.replace("one and none", "one and some"))[0], /no test of the exercise is named/);
  assert.match(faults(noB + noA.replace("- a + b", "- a - b"))[0], /no a: expected this to stand there once, got 0 times/);
  assert.match(faults(noB, "/// [2] Adds.\n")[0], /numbered from 1 without a gap, got 2/);
  assert.match(faults("", "/// Adds.\n")[0], /expected the stub to number the sentences/);
  assert.match(faults(noB, "/// [1] Adds.\nint sum() {\n// Yours: sum\n}\nint two() {\n// Yours: two\n}\n")[0], /a numbered sentence above two/);
});

inWorkshop("an exercise that says why its stub is not numbered is not asked for faults", (root) => {
  const exercise = promising(root, "", "/// Adds.\n");
  assert.notDeepEqual(contractFaults(exercise, names), []);
  assert.deepEqual(contractFaults({ ...exercise, unnumbered: "written before" }, names), []);
});

/** The faults that are due, and what their judge says of them. */
function judged(root) {
  const module = (name) => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
  const script = `import { due, unnoticed } from ${module("faults.mjs")}; import { all } from ${module("exercises.mjs")};
    const waiting = due(all(process.cwd())); const said = []; for (const one of waiting) said.push(...await unnoticed(one));
    console.log(JSON.stringify({ names: waiting.map(({ fault }) => fault.name), said }));`;
  return JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: root, env: environment() }));
}

inWorkshop("a fault that nobody notices, or another test first, is told; one that was caught is not judged again", (root) => {
  const after = (listing) => (promising(root, listing), judged(root));
  assert.deepEqual(after(noB + noA), { names: ["no b", "no a"], said: [] });
  assert.deepEqual(judged(root), { names: [], said: [] });
  assert.deepEqual(after(noB + noA.replace("a == 1 ? 0 : a + b", "b + a")),
    { names: ["no a"], said: ["07: no a: expected it to fail “one and none are one”, all of it passed"] });
  assert.match(after(noB + noA.replace("a == 1 ? 0 : a + b", "b")).said[0],
    /no a: expected it to fail “one and none are one”, it failed “two and two are four”/);
});

inWorkshop("a sample is the same for the same commit, and never larger than what is due", (root) => {
  const waiting = due([promising(root, noB + noA)]);
  assert.equal(sample(waiting, 5, root).length, 2);
  assert.deepEqual(sample(waiting, 1, root), sample([...waiting].reverse(), 1, root));
});

inWorkshop("a failure names the sentences of the contract that its test watches over", (root, write) => {
  promising(root, noB + noA);
  write("int sum(int a, int b) { return a == 1 ? 0 : a + b; }\n");
  const { said } = ask(root, { N: "07" });
  assert.match(said, /this test watches over:\n\n {2}\[2\] In either order\./);
  assert.doesNotMatch(said, /\[1\] Adds/);
});

inWorkshop("after a pass the difference to the house's file is shown, and before it is not", (root, write) => {
  write("int sum(int a, int b) {\n  return b + a;\n}\n");
  assert.match(ask(root, { N: "07", DIFF: "1" }).said, /has not passed as it is/);
  ask(root, { N: "07" });
  const { said } = ask(root, { N: "07", DIFF: "1" });
  assert.match(said, /--- chapters\/07-sums\/exercise\/sum\.cc\n\+\+\+ lib\/sum\.cc[^]*-  return b \+ a;[^]*\+int sum\(int a, int b\) \{ return a \+ b; \}/);
});

// --- Played at random -----------------------------------------------------------------------------

/** Sums of two numbers of a step; each after a step that only says its number. */
const playing = `#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
int sum(int, int);
int main(int, char** words) {
  std::ifstream sequences(words[1]);
  for (std::string line; std::getline(sequences, line);) {
    std::puts("=");
    std::istringstream steps(line);
    int before = 0;
    for (std::string step; std::getline(steps, step, ';');) {
      unsigned kind = 0, a = 0;
      std::istringstream(step) >> kind >> a;
      if (kind % 2 == 0) std::printf(">|%d is kept\\n", before = static_cast<int>(a % 9));
      else std::printf(">1 |sum(%d, 3)\\n<%d\\n", before, sum(before, 3));
    }
  }
}
`;

function played(root) {
  mkdirSync(path.join(root, "build/plain/chapters/07-sums/exercise"), { recursive: true });
  mkdirSync(path.join(root, "build/plain/chapters/workshop"), { recursive: true });
  writeFileSync(path.join(root, "chapters/07-sums/exercise/play.cc"), playing);
  const compile = (source, object) => execFileSync("g++", ["-c", source, "-o", `build/plain/${object}`], { cwd: root });
  compile("chapters/07-sums/exercise/play.cc", "chapters/07-sums/exercise/play.o");
  writeFileSync(path.join(root, "none.cc"), "");
  compile("none.cc", "chapters/workshop/play.o");
  return root;
}

test("a file that passes the tests is played at random, and the shortest difference is shown", () => {
  const root = played(workshop());
  ask(root, { N: "07" });
  writeFileSync(path.join(root, mine), "int sum(int a, int b) { return a > 4 && b > 2 ? 0 : a + b; }\n");
  const wrong = ask(root, { N: "07" });
  assert.equal(wrong.status, 1);
  assert.match(wrong.said, /Played at random/);
  assert.match(wrong.said, /1 {2}([5-8]) is kept\n +2 {2}sum\(\1, 3\)\n\n +expected: (8|9|10|11)\n +came: +0\n/);
  writeFileSync(path.join(root, mine), good);
  assert.match(ask(root, { N: "07" }).said, /✓ All of it passes/);
});

test("a test that watches over no sentence is followed by play, which names one", () => {
  const root = played(workshop());
  const stub = path.join(root, "chapters/07-sums/exercise/sum.stub.cc");
  writeFileSync(stub, `/// [1] Adds.\n${readFileSync(stub, "utf8")}`);
  writeFileSync(path.join(root, mine), "int sum(int a, int b) { return a == 1 ? 0 : a + b; }\n");
  const { said } = ask(root, { N: "07" });
  assert.match(said, /1 of 2 pass; next:/);
  assert.match(said, /Played at random, too[^]*1 is kept\n +2 {2}sum\(1, 3\)[^]*last step it says:\n\n {2}\[1\] Adds\./);
});

test("a file that crashes when it is played, or never ends, differs where it does", () => {
  const output = "=\n>1 |once\n<1\n=\n>1 2 |twice\n";
  const crashed = readPlay({ said: output, status: null, signal: "SIGSEGV" });
  assert.deepEqual(crashed[1], [{ does: "twice", sentences: [1, 2], comes: ["(the program was ended by SIGSEGV)"] }]);
  const house = readPlay({ said: `${output}<2\n=\n>1 |thrice\n<3\n`, status: 0 });
  assert.deepEqual([0, 1, 2].map((i) => firstDifference(crashed[i], house[i])), [-1, 0, -1]);
  assert.match(readPlay({ said: output, late: true })[1][0].comes[0], /for ever/);
});

test("the sequences are the same each time, of all lengths, and many of their numbers come again", () => {
  const all = sequences();
  assert.deepEqual(all, sequences());
  assert.notDeepEqual(all, sequences(1));
  assert.deepEqual(new Set(all.map((steps) => steps.length)).size, 15);
  const again = all.flatMap((steps) => steps.slice(1).map((step, i) => step[1] === steps[i][1]));
  const part = again.filter(Boolean).length / again.length;
  assert.ok(part > 0.25 && part < 0.35, `${part} of the numbers are those of the step before`);
});
