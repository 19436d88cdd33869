// The workshop's runner, tried on a small workshop of its own: one exercise, whose library is one file.

import { test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { entries, sentences } from "./contract.mjs";
import { brokenIn, brokenRule, namesIn, readTap } from "./judge.mjs";

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
  LIB_OBJECTS: "build/plain/lib/sum.o", N: "", HINT: "", WATCH: "", RESET: "", SOLUTION: "", ...more,
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

inWorkshop("watching judges again at each save", async (root, write) => {
  write("int sum(int, int) { return 0; }\n");
  const child = spawn(process.execPath, [main], { cwd: root, env: environment({ N: "07", WATCH: "1" }) });
  let said = "";
  const until = (words) =>
    new Promise((resolve, reject) => {
      const look = () => said.includes(words) && resolve();
      child.stdout.on("data", look);
      child.on("exit", () => reject(new Error(`it ended, and had said:\n${said}`)));
      look();
    });
  child.stdout.setEncoding("utf8").on("data", (chunk) => (said += chunk));
  await until("Watching");
  assert.match(said, /0 of 2 pass/);
  write(good);
  await until("All of it passes");
  child.removeAllListeners("exit");
  child.kill();
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

test("a contract's sentences are those above its functions", () => {
  const header = "/// What it is.\nstruct A {};\n\n/// Adds. Never\n/// throws.\n///\n/// Twice.\nint sum(int a, int b);\nint other();\n";
  assert.deepEqual(sentences(header), ["Adds.", "Never throws.", "Twice."]);
});

test("an entry of faults.txt may have several changes, of several lines each", () => {
  const [one] = entries("# why\n== odd\nbreaks Adds.\nfails two and two\n- a;\n- b;\n+ c;\n- d;\n+\n");
  assert.deepEqual(one, {
    name: "odd", breaks: "Adds.", fails: "two and two",
    changes: [{ find: "a;\nb;", replace: "c;" }, { find: "d;", replace: "" }],
  });
  assert.throws(() => entries("== odd\nwhat\n"), /expected ==/);
});

inWorkshop("a contract whose sentence nothing breaks, or whose fault nobody notices, is told", async (root) => {
  const folder = path.join(root, "chapters/07-sums/exercise");
  writeFileSync(path.join(folder, "exercise.json"), JSON.stringify({
    title: "Sums", minutes: 5, replaces: "lib/sum.cc", unit: ["lib/sum_test.cc"], contract: "sum.h" }));
  writeFileSync(path.join(folder, "sum.h"), "/// Adds. In either order.\nint sum(int a, int b);\n");
  const faultsOf = (listing) => {
    writeFileSync(path.join(folder, "faults.txt"), listing);
    const script = `import { contractFaults } from ${JSON.stringify(fileURLToPath(new URL("contract.mjs", import.meta.url)))};
      import { all } from ${JSON.stringify(fileURLToPath(new URL("exercises.mjs", import.meta.url)))};
      console.log(JSON.stringify(await contractFaults(all(process.cwd())[0])));`;
    return JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: root, env: environment() }));
  };
  const seen = "== no b\nbreaks Adds.\nfails two and two are four\n- a + b\n+ a + 0\n";
  assert.deepEqual(faultsOf(seen), ["expected faults.txt to break “In either order.”"]);
  const unseen = "== turned\nbreaks In either order.\nfails one and none are one\n- a + b\n+ b + a\n";
  assert.deepEqual(faultsOf(seen + unseen), ["turned: expected it to fail “one and none are one”, all of it passed"]);
  const elsewhere = "== no a\nbreaks In either order.\nfails one and none are one\n- a + b\n+ b\n";
  assert.match(faultsOf(seen + elsewhere)[0], /no a: expected it to fail “one and none are one”, it failed “two and two are four”/);
});
