// Judges one source of an exercise: it compiles, it links, its unit tests pass, played at random it does as the house's
// does, its rules are kept. The first thing that is wrong ends it, and is what the reader is shown.

import { rmSync, readFileSync, existsSync } from "node:fs";
import path from "node:path";

import { compile, linkServer, linkTest, run } from "./build.mjs";
import { heldTo } from "./contract.mjs";
import { at, text } from "./exercises.mjs";
import { differs } from "./play.mjs";

const UNIT_PATIENCE_MS = Number(process.env.UNIT_PATIENCE_MS ?? 20_000); // each of the test programs takes less than a second
const RULES_PATIENCE_MS = 180_000; // some rules wait for a window to close
const MEMORY_KB = 4_000_000; // so that a loop without an end takes no machine with it

const indented = (said, by = "    ") => said.trimEnd().replace(/^(?=.)/gm, by);

// --- Compiling and linking ----------------------------------------------------------------------

const compiling = (built) => ({
  step: "compile",
  how: "does not compile",
  title: "It does not compile yet:",
  said: built.said.split("\n").slice(0, 40).join("\n"),
});

/** The linkers' many ways to say that a function is missing, as one sentence each. */
function linking(said) {
  const found = (pattern) => [...new Set([...said.matchAll(pattern)].map(([, name]) => name))];
  const missing = found(/undefined (?:symbol: |reference to [`'])([^\n'`]+)/g);
  const twice = found(/(?:duplicate symbol: |multiple definition of [`'])([^\n'`;]+)/g);
  const lines = [
    ...missing.map((name) => `  expected a definition of ${name}, got none: keep the stub's signature as it is`),
    ...twice.map((name) => `  expected one definition of ${name}, got two: it stands elsewhere already`),
  ];
  return { step: "link", how: "does not link", title: "It compiles, but it does not link:",
    said: lines.length > 0 ? lines.join("\n") : said };
}

// --- Unit tests -------------------------------------------------------------------------------

/**
 * TAP 12 as CMocka writes it: the cases in order, each with what its failure said. A stub tells of a missing part
 * while its case runs, and so before the case's own line: a process may contain the exception.
 */
export function readTap(said) {
  const cases = [];
  let missing = new Set();
  for (const line of said.split("\n")) {
    const [, not, name] = line.match(/^(not )?ok \d+ - (.*)$/) ?? [];
    if (name !== undefined) {
      cases.push({ name, passed: !not, said: [...missing] });
      missing = new Set();
    } else if (line.startsWith("# not written yet: ")) {
      missing.add(line.slice(2));
    } else if (cases.length > 0 && !cases.at(-1).passed && !/^\d+\.\.\d+|^# not ok|^$/.test(line)) {
      cases.at(-1).said.push(line.replace(/^# /, ""));
    }
  }
  return cases;
}

/** The names of a file's cases, as they stand in it. */
export const namesIn = (source) =>
  [...source.matchAll(/^PHX_TEST\(\s*("(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*)\)/gm)].map(([, name]) =>
    name.slice(1, -1).replace(/"\s*\n\s*"/g, ""),
  );

/** `lib/testing/host.cc` is where CMocka's host stands, and tells a reader nothing. */
const where = (lines) =>
  lines
    .map((line) => line.replace(/^(\S+:\d+): error: Failure!$/, "at $1"))
    .filter((line) => !line.startsWith("at lib/testing/host.cc") && !line.startsWith("the case threw: not written yet"));

function unitFailure(file, names, cases, ended) {
  const broken = cases.findIndex((one) => !one.passed);
  const passed = broken < 0 ? cases.length : broken;
  const how = `${passed} of ${names.length} tests`;
  const count = `${file}: ${passed} of ${names.length} pass; next:`;
  if (broken >= 0) {
    const { name, said } = cases[broken];
    return { step: "unit", how, test: name, title: `${count}\n\n  “${name}”`, said: where(said).join("\n") };
  }
  const test = names[cases.length] ?? "(the end)";
  const why = ended.late
    ? `It runs for ever: after ${UNIT_PATIENCE_MS / 1000} seconds it was ended.`
    : `The program was ended by ${ended.signal ?? `status ${ended.status}`}.`;
  return { step: "unit", how, test, title: `${count}\n\n  “${test}”`, said: `${why}\n${ended.said.slice(-2000)}` };
}

async function unit(exercise, source, object, file) {
  const built = await linkTest(exercise, source, object, file);
  if (built.failed) return linking(built.said);
  const limited = `ulimit -v ${process.env.NO_MEMORY_LIMIT ? "unlimited" : MEMORY_KB}; exec stdbuf -oL "$0" --tap 2>/dev/null`;
  const ended = await run("bash", ["-c", limited, built.program], { cwd: exercise.root, patience: UNIT_PATIENCE_MS });
  const names = namesIn(text(exercise, file));
  const cases = readTap(ended.said);
  if (ended.status === 0 && cases.length === names.length && names.length > 0) return undefined;
  return unitFailure(file, names, cases, ended);
}

// --- The rules of the wire ----------------------------------------------------------------------

/** The suite's own words on the first rule that is broken, with the frames. */
export function brokenRule(said) {
  const lines = said.split("\n");
  const from = lines.findIndex((line) => line.startsWith("✗ "));
  if (from < 0) return undefined;
  const length = lines.slice(from).findIndex((line) => line === "");
  const block = lines.slice(from, length < 0 ? undefined : from + length);
  return { rule: block[0].split(/\s+/)[1], said: block.filter((line) => !/^ {2}again: /.test(line)).join("\n") };
}

export async function suite(exercise, server, args) {
  const said = await run(
    `${process.env.BUILD ?? "build/plain"}/phx-conformance`,
    [...args, "--color", "never", "--", server, "--shards", "1"],
    { cwd: exercise.root, patience: RULES_PATIENCE_MS },
  );
  return said;
}

async function rules(exercise, source, object) {
  const built = await linkServer(exercise, source, object);
  if (built.failed) return linking(built.said);
  const ended = await suite(exercise, built.program, ["--fail-fast", ...exercise.rules.flatMap((id) => ["--only", id])]);
  if (ended.status === 0) return undefined;
  const how = "all tests; not all rules";
  const broken = brokenRule(ended.said);
  if (!broken) return { step: "rules", how, title: "The unit tests pass; with your file in it no server runs:", said: ended.said };
  const title = "The unit tests pass; this rule of the wire is broken by a server with your file in it:";
  return { step: "rules", how, title, ...broken };
}

// --- A server that is broken on purpose -----------------------------------------------------------

/** The rules that a run found broken, by its JSON report. */
export function brokenIn(report) {
  return JSON.parse(report).rules.filter((rule) => rule.verdict === "failed").map((rule) => rule.id);
}

/// The verdicts on such a server, as a faults.txt names them.
const SEVERAL = "several rules broken";
export const VERDICTS = ["no rule broken", SEVERAL, "one rule broken, not named yet"];

async function breaking(exercise, source, object) {
  const built = await linkServer(exercise, source, object);
  if (built.failed) return linking(built.said);
  const file = path.join(path.dirname(built.program), "report.json");
  if (existsSync(at(exercise, file))) rmSync(at(exercise, file));
  const only = exercise.rules.flatMap((id) => ["--only", id]);
  const ended = await suite(exercise, built.program, ["--strict", "--axis", "v2", ...only, "--json", file]);
  const verdict = (how, title, said) => ({ step: "rules", how, title, said, verdict: /^\d/.test(how) ? SEVERAL : how });
  if (!existsSync(at(exercise, file))) {
    return verdict("no report", "The suite could not judge your server:", ended.said);
  }
  const broken = brokenIn(readFileSync(at(exercise, file), "utf8"));
  const named = (await run(built.program, ["--which"], { cwd: exercise.root })).said.trim();
  const shown = brokenRule(ended.said)?.said ?? "";
  if (broken.length === 0) {
    return verdict("no rule broken", "Your server keeps every rule that was judged: none is broken yet.", "");
  }
  if (broken.length > 1) {
    return verdict(`${broken.length} rules broken`, `Your server breaks ${broken.length} rules, and one was wanted: ` +
      `${broken.join(", ")}. The first:`, shown);
  }
  if (broken[0] !== named) {
    return verdict("one rule broken, not named yet", "Your server breaks one rule, as was wanted. Which? Read the " +
      `report, and say it in rule_that_fails(), which says "${named}":`, shown.replaceAll(broken[0], "????"));
  }
  return undefined;
}

// --- All of it ----------------------------------------------------------------------------------

/** What a failure is called in a faults.txt: its test, its rule, or the verdict on a server that is to be broken. */
export const nameOf = ({ test, rule, verdict }) => test ?? rule ?? verdict;

/** A test that watches over no sentence leaves the reader to guess which is broken: random play may say it. */
async function withSentences(exercise, source, object, failure) {
  const named = !failure.test || failure.said.includes("not written yet") || heldTo(exercise, failure.test).length > 0;
  if (named || !exercise.play) return failure;
  return { ...failure, played: await differs(exercise, source, object) };
}

/** Judges an object that is there already. Nothing where all is well, else the first failure. */
export async function judgeObject(exercise, source, object) {
  for (const file of exercise.unit) {
    const failure = await unit(exercise, source, object, file);
    if (failure) return withSentences(exercise, source, object, failure);
  }
  const other = exercise.play && (await differs(exercise, source, object));
  if (other) return other.failed ? linking(other.said) : other;
  if (exercise.breaks) return breaking(exercise, source, object);
  return exercise.rules.length > 0 ? rules(exercise, source, object) : undefined;
}

/** Compiles the source and judges it. A fault comes with a `header` that makes it compile quickly. */
export async function judge(exercise, source, { header } = {}) {
  const built = await compile(exercise, source, header);
  if (built.failed) return { passed: false, ...compiling(built) };
  const failure = await judgeObject(exercise, source, built.object);
  if (failure) return { passed: false, warnings: built.said, ...failure, said: indented(failure.said ?? "") };
  return { passed: true, how: "", warnings: built.said };
}
