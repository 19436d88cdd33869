// The list of faults and the tools around it. What needs a compiler is `make mutate` itself.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { BadFault, change, parse, patched, readFaults } from "./faults.mjs";
import { candidates, sample } from "./generate.mjs";
import { foldersOf } from "./caught.mjs";
import { essence, readResults, readSurvivors, verdict } from "./kept.mjs";
import { kept, line } from "./page.mjs";
import { mask } from "./source.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, "../../..");
const read = (file) => readFileSync(path.join(root, file), "utf8");
const faults = readFaults(path.join(here, "faults"), root);
const ofWorlds = readFaults(path.join(root, "conformance/simulation/faults"), root);
const survivors = readSurvivors(readFileSync(path.join(here, "survivors.txt"), "utf8"));
const results = readResults(path.join(here, "results.json"));

// --- The list -----------------------------------------------------------------------------------

test("each fault matches its source exactly once, and changes it", () => {
  const stale = [];
  for (const fault of [...faults, ...ofWorlds]) {
    try {
      for (const [file, text] of patched(fault, read)) assert.notEqual(text, read(file), fault.name);
    } catch (error) {
      if (!(error instanceof BadFault)) throw error;
      stale.push(error.message);
    }
  }
  assert.equal(stale.length, 0, stale.join("\n"));
});

test("each fault makes a different change", () => {
  const made = new Map();
  for (const fault of [...faults, ...ofWorlds]) {
    const change = [...patched(fault, read)].map(([file, text]) => file + text.replace(/\s+/g, "")).join();
    assert.ok(!made.has(change), `${fault.name} makes the change of ${made.get(change)}: drop one of the two`);
    made.set(change, fault.name);
  }
});

test("each fault is in the library, and says what is sent and what comes", () => {
  for (const { name, sees, changes } of [...faults, ...ofWorlds]) {
    assert.match(name, /^[\w-]+$/);
    assert.match(sees, /→/, `${name}: expected \`sees what is sent → what comes\``);
    for (const { file } of changes) assert.match(file, /^lib\/.*\.(cc|h)$/, name);
  }
});

test("there are enough, in all layers that a client can see", () => {
  assert.ok(faults.length >= 150, `${faults.length}`);
  const layers = new Set(faults.map(({ layer }) => layer));
  for (const layer of ["process", "pubsub", "serializer", "channel", "presence", "socket", "transport", "endpoint", "server", "json"]) {
    assert.ok(layers.has(layer), layer);
  }
});

test("survivors.txt has only listed faults without a recorded rule", () => {
  const names = new Set(faults.map(({ name }) => name));
  for (const name of survivors.keys()) {
    assert.ok(names.has(name), `survivors.txt: there is no fault ${name}`);
    assert.ok(["nothing", undefined].includes(results.get(name)?.suite), `${name} is caught by ${results.get(name)?.rule}: take it out`);
  }
});

test("each survivor is known", () => {
  for (const { name } of faults) {
    assert.ok(results.get(name)?.suite !== "nothing" || survivors.has(name), `${name} survives: survivors.txt must say why`);
  }
});

test("docs/proof.md agrees with the records", () => {
  assert.equal(read("docs/proof.md"), kept(), "please run: node conformance/proof/mutate/page.mjs > docs/proof.md");
});

// --- Reading it ---------------------------------------------------------------------------------

const entry = "== a-name\nin lib/a.cc\nsees x → y\n  and z\n- one(two);\n+ three();\n";

test("an entry is a name, a file, what a client sees, and its changes", () => {
  assert.deepEqual(parse(`# a comment\n\n${entry}`, "a"), [
    { name: "a-name", layer: "a", sees: "x → y and z", changes: [{ file: "lib/a.cc", find: " one(two);", replace: "three();" }] },
  ]);
});

test("a fault may need two or more shards to be seen", () => {
  const entry = (shards) => `== a\nin lib/x/y.cc\nsees b → c\nshards ${shards}\n- d\n+ e\n`;
  assert.equal(parse(entry(2), "x")[0].shards, "2");
  assert.throws(() => parse(entry(1), "x"), /expected from two to nine shards, got: 1/);
});

test("a fault may change several places, in several files", () => {
  const [{ changes }] = parse(`${entry}- four\n- five\n+\nin lib/b.h\n- six\n+ seven\n`, "a");
  assert.deepEqual(changes.map(({ file, find, replace }) => [file, find, replace]), [
    ["lib/a.cc", " one(two);", "three();"],
    ["lib/a.cc", " four\n five", ""],
    ["lib/b.h", " six", "seven"],
  ]);
});

test("an invalid entry is reported with its line", () => {
  assert.throws(() => parse("in lib/a.cc\n", "a"), /a\.txt:1: expected an entry's `== name` first/);
  assert.throws(() => parse(`${entry}what?\n`, "a"), /a\.txt:7: expected `in`, `sees`/);
  assert.throws(() => parse("== a\nsees x → y\n+ b\n", "a"), /a\.txt:3: expected what to find/);
  assert.throws(() => parse("== a\nin lib/a.cc\n- b\n+ c\n", "a"), /a\/a: expected a line that says what a client sees/);
  assert.throws(() => parse("== a\nin lib/a.cc\nsees x → y\n", "a"), /a\/a: expected a change/);
});

test("a text is found in any layout, and with comments in it", () => {
  const find = "if (a && b) return call(x, y);";
  const replace = "0;";
  for (const source of ["if (a && b) return call(x, y);", "if (a &&\n      b)\n    return call(x,\n    y);", "if (a && b)  // why; not\n  return call(x, y);"]) {
    assert.equal(change(`{ ${source} }`, { find, replace }), "{ 0; }");
  }
});

test("a text that is found twice, partly or not at all is stale", () => {
  assert.throws(() => change("a(); a();", { find: "a();", replace: "" }), /got 2 times/);
  assert.throws(() => change("aa();", { find: "a();", replace: "" }), /got 0 times/);
  assert.throws(() => change("return a;", { find: "returna", replace: "" }), /got 0 times/);
  assert.throws(() => patched(parse(entry, "a")[0], () => "nothing of it"), /a\/a-name is stale, in lib\/a\.cc/);
});

// --- Faults that make themselves ----------------------------------------------------------------

const source = `#include "x.h"
namespace a {
/// Says if (this) is a comment.
void f(int b, const std::string& c) {
  constexpr std::size_t most = 1'000;
  if (b < most && g("if (no)")) call(b);
  if (const auto found = look(c); found) return;
  if (auto* x = look(c)) use(x);
  first_ = b;
  second(c, [this] { third(); });
  log_.warn("a line", {{"b", b}});
  const int d = g(b);
  std::string e(c);
}
}
`;

test("comments and literals are not code", () => {
  const masked = mask(`a("x;y"); // b;\nc('\\''); /* d; */ 1'000;\n#if e;\n`);
  assert.equal(masked.replace(/ +/g, " "), `a(" "); \nc(' '); 1'000;\n \n`);
  assert.equal(mask(source).length, source.length);
});

test("conditions are inverted, bounds moved, statements removed and swapped", () => {
  const made = candidates("lib/a/f.cc", source).map(({ automatic, changes: [{ from, to, replace }] }) =>
    [automatic, source.slice(from, to).replace(/\s+/g, " ").trim(), replace.replace(/\s+/g, " ").trim()]);
  assert.deepEqual(made, [
    ["turned", `b < most && g("if (no)")`, `!(b < most && g("if (no)"))`],
    ["turned", "found", "!(found)"],
    ["moved", "<", "<="],
    ["moved", "1'000", "1001"],
    ["left-out", "first_ = b;", ";"],
    ["left-out", "second(c, [this] { third(); });", ";"],
    ["swapped", "first_ = b; second(c, [this] { third(); });", "second(c, [this] { third(); }); first_ = b;"],
  ]);
});

test("its name outlives a change elsewhere in the file", () => {
  const names = (text) => candidates("lib/a/f.cc", text).map(({ name }) => name);
  assert.deepEqual(names(source.replace("namespace a {", "namespace a {\n\nint before;\n")), names(source));
  assert.equal(new Set(names(source)).size, names(source).length);
});

test("a seed draws the same lot, another seed another", () => {
  const all = Array.from({ length: 100 }, (_, i) => i);
  assert.deepEqual(sample(all, 5, 7), sample(all, 5, 7));
  assert.notDeepEqual(sample(all, 5, 7), sample(all, 5, 8));
  assert.equal(new Set(sample(all, 1000, 7)).size, 100);
});

test("hundreds can be made from the library's own sources", () => {
  const files = readdirSync(path.join(root, "lib/socket")).filter((file) => /^(?!.*_(test|fuzz|bench)).*\.cc$/.test(file));
  const made = files.flatMap((file) => candidates(`lib/socket/${file}`, read(`lib/socket/${file}`)));
  assert.ok(made.length > 50, `${made.length}`);
  for (const fault of made) {
    for (const [file, text] of patched(fault, read)) assert.notEqual(text, read(file), fault.name);
  }
});

// --- What is kept -------------------------------------------------------------------------------

const suite = (by, rule = "R-01") => ({ suite: { by, rule } });
const known = new Map([["known", "no rule can"]]);

test("an unknown survivor is bad, a known one is not", () => {
  assert.match(verdict({ name: "new", ...suite("nothing") }, known).bad, /new survives/);
  assert.equal(verdict({ name: "known", ...suite("nothing") }, known), undefined);
  assert.match(verdict({ name: "known", ...suite("must") }, known).good, /caught now, by R-01: take it out/);
});

test("a fault that is caught less well than before is bad, and better is reported", () => {
  assert.match(verdict({ name: "a", ...suite("should", "K-03") }, known, { suite: "must", rule: "K-01" }).bad, /was caught by a MUST \(K-01\)/);
  assert.match(verdict({ name: "a", ...suite("must") }, known, { suite: "should", rule: "K-03" }).good, /by a MUST now/);
  assert.equal(verdict({ name: "a", ...suite("must") }, known, { suite: "must", rule: "K-01" }), undefined);
});

test("a fault that broke a simulated world before must break one again", () => {
  const simulation = { caught: true, invariant: "no-ghosts", seed: 3 };
  assert.deepEqual(essence({ name: "a", layer: "socket", simulation }), { name: "a", layer: "socket", simulation: "no-ghosts" });
  const before = { simulation: "no-ghosts" };
  assert.equal(verdict({ name: "a", simulation }, known, before), undefined);
  assert.match(verdict({ name: "a", simulation: { caught: false } }, known, before).bad, /a broke no-ghosts in a simulated world/);
  assert.equal(verdict({ name: "a", simulation: { caught: false } }, known, { simulation: false }), undefined);
});

test("a generated fault is never bad; a listed one that does not build is", () => {
  assert.equal(verdict({ name: "a", automatic: "turned", ...suite("nothing") }, known), undefined);
  assert.equal(verdict({ name: "a", automatic: "turned", failed: "no" }, known), undefined);
  assert.match(verdict({ name: "a", failed: "no" }, known).bad, /does not build/);
});

test("the unit tests of a fault's own folders come first, then those of the layers above, then the server's", () => {
  const layers = ["base", "json", "channel", "server"];
  const fault = (...files) => ({ changes: files.map((file) => ({ file })) });
  assert.deepEqual(foldersOf(fault("lib/json/json.cc"), layers), { own: ["lib/json"], above: ["lib/channel"], server: ["lib/server"] });
  assert.deepEqual(foldersOf(fault("lib/server/a.cc"), layers), { own: ["lib/server"], above: [], server: [] });
  assert.deepEqual(foldersOf(fault("lib/channel/a.cc", "lib/json/b.h"), layers).own, ["lib/channel", "lib/json"]);
});

test("survivors are a name and a reason", () => {
  assert.deepEqual([...readSurvivors("# why\n\na-b: no rule sends that\n")], [["a-b", "no rule sends that"]]);
  assert.throws(() => readSurvivors("a-b\n"), /survivors\.txt:1: expected `name: reason`/);
});

test("a line of the table counts the judged faults", () => {
  const one = (by, unit, replay) => essence({ name: "a", layer: "l", ...suite(by), unit: { caught: unit && "own", test: "t" }, replay: { caught: replay } });
  assert.equal(line("x", [one("must", true, false), one("should", false, false), one("nothing", false, true), one("must", true, true)]),
    "| x | 4 | 75 % | 50 % | 1 | 1 | 2 of 4 | 2 of 4 | 2 of 4 |");
  assert.equal(line("x", []), "| x | 0 | – | – | 0 | 0 | – | – | – |");
});
