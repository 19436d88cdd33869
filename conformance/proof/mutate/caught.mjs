// Decides what catches a fault: the suite, the unit tests of its layer, or the traces, run against a build with it.

import { mkdirSync, readFileSync, readdirSync, rmSync, existsSync } from "node:fs";
import path from "node:path";

import { ROOM, testsOf } from "./build.mjs";
import { run } from "./run.mjs";

const BUILD = process.env.BUILD ?? "build/plain";
const SUITE = `${BUILD}/phx-conformance`;
/** How many shards the judged server has, unless the fault says how many it needs. */
const SHARDS = process.env.SHARDS || "1";
const MEMORY_KB = 6_000_000; // so that an endless loop does not take the machine down
const HASTE = "0.4"; // most faults are noticed by a missing message; a rule that seems broken is tried again patiently
const SLOW_MS = 200; // rules that take longer are judged last
const bad = new Set(["failed", "setup_failed", "dependency_failed", "suite_failed"]);

/** One run of the suite. Returns its rules by id, or undefined without a report. */
async function suite(server, folder, args, patience, shards = SHARDS) {
  const report = path.join(folder, "report.json");
  rmSync(report, { force: true });
  const all = [...args, "--json", report, "--color", "never", "--", server, "--shards", shards];
  const ended = await run(SUITE, all, { patience, memory: MEMORY_KB });
  let rules;
  if (existsSync(report)) {
    try {
      rules = new Map(JSON.parse(readFileSync(report, "utf8")).rules.map((rule) => [rule.id, rule]));
    } catch {
      // half a report: it ended while writing
    }
  }
  return { ...ended, rules };
}

/** Judges the good server: which rules are slow, and which it breaks. */
export async function baseline() {
  mkdirSync(ROOM, { recursive: true });
  const { rules, said } = await suite(`${BUILD}/phx-contract`, ROOM, [], 900_000);
  if (!rules) throw new Error(`the suite could not judge the good server:\n${said}`);
  const broken = [...rules.values()].filter((rule) => bad.has(rule.verdict)).map((rule) => rule.id);
  if (broken.length > 0) throw new Error(`expected the good server to keep all rules, got broken: ${broken.join(", ")}`);
  const slow = [...rules.values()].filter((rule) => rule.milliseconds > SLOW_MS).map((rule) => rule.id);
  const warned = [...rules.values()].filter((rule) => rule.verdict === "warned").map((rule) => rule.id);
  return { slow, warned: new Set(warned), all: [...rules.keys()] };
}

const only = (ids) => ids.flatMap((id) => ["--only", id]);
const oneLine = (text) => (text ?? "").replace(/\s+/g, " ").trim().slice(0, 240);

/**
 * Judges by the suite, quick rules first, until a MUST is broken. `{by: "must" | "should" | "nothing", rule, why}`;
 * `first` is a rule that caught it before, `shards` how many the fault takes to show.
 */
export async function caughtBySuite(server, folder, base, first, shards) {
  const warned = new Map();
  const look = (rules) => {
    for (const rule of rules.values()) {
      if (rule.verdict === "warned" && !base.warned.has(rule.id)) warned.set(rule.id, rule);
    }
    return [...rules.values()].find((rule) => bad.has(rule.verdict));
  };
  // Judged alone and patiently: a busy machine must not count as a catch.
  const confirmed = async (rule) => {
    const { rules, late, said } = await suite(server, folder, only([rule.id]), 120_000, shards);
    if (late) return { by: "must", rule: rule.id, why: "the suite never ended" };
    if (!rules) return { by: "must", rule: rule.id, why: oneLine(said) };
    const again = look(rules);
    return again && { by: "must", rule: again.id, why: oneLine(again.reason) };
  };
  const quick = base.all.filter((id) => !base.slow.includes(id));
  for (const ids of [...(first && base.all.includes(first) ? [[first]] : []), quick, base.slow]) {
    let left = ids;
    while (left.length > 0) {
      const args = ["--fail-fast", "--timeout-scale", HASTE, ...only(left)];
      const { rules, late, status, said } = await suite(server, folder, args, 200_000, shards);
      if (late) return { by: "must", rule: "(never ended)", why: "the suite never ended" };
      if (!rules) {
        if (status === 4) return { by: "nothing", rule: "", why: `a defect of the suite: ${oneLine(said)}` };
        return { by: "must", rule: "(start)", why: oneLine(said) };
      }
      const broken = look(rules);
      const sure = broken && (await confirmed(broken));
      if (sure) return sure;
      // The rules that the run did not reach.
      left = broken ? left.filter((id) => id !== broken.id && (rules.get(id)?.verdict ?? "skipped") === "skipped") : [];
    }
  }
  for (const rule of warned.values()) {
    const { rules } = await suite(server, folder, only([rule.id]), 120_000, shards);
    const again = rules?.get(rule.id);
    if (again?.verdict === "warned") return { by: "should", rule: rule.id, why: oneLine(again.reason), shoulds: [...warned.keys()] };
  }
  return { by: "nothing", rule: "", why: "" };
}

const LAST = "lib/server"; // whole servers, which takes longest
/**
 * The folders whose unit tests may notice the fault: those that it touches, those above them, and the server; of the
 * layers from lowest to highest.
 */
export function foldersOf(fault, layers) {
  const own = new Set(fault.changes.map(({ file }) => path.dirname(file)));
  const all = layers.map((layer) => `lib/${layer}`);
  const lowest = Math.min(...[...own].map((folder) => all.indexOf(folder)));
  const above = all.slice(lowest).filter((folder) => !own.has(folder));
  const last = above.filter((folder) => folder === LAST);
  return { own: [...own], above: above.filter((folder) => folder !== LAST), server: last };
}

const tested = (folder) => testsOf(folder).length > 0;
const FAILED = /\[  FAILED  \] (.*)\n/;
const PATIENCE = { patience: 900_000, seconds: 60, memory: MEMORY_KB, until: FAILED };

/** `{caught, test, why}`: `test` is the case that failed, `caught` says whose it is: own, above, server, or false. */
export async function caughtByUnitTests(fault, builder, layers) {
  for (const [whose, all] of Object.entries(foldersOf(fault, layers))) {
    const folders = all.filter(tested);
    if (folders.length === 0) continue;
    const { program, failed } = await builder.unitTests(folders);
    if (failed) return { caught: whose, test: "", why: `does not build: ${oneLine(failed)}` };
    const first = await run(program, [], PATIENCE);
    // A busy machine must not count as a catch.
    const ended = first.status === 0 ? first : await run(program, [], PATIENCE);
    rmSync(program, { force: true });
    if (ended.status === 0) continue;
    const { said, late } = ended;
    return { caught: whose, test: FAILED.exec(said)?.[1] ?? "", why: late ? "it never ended" : oneLine(said.slice(-200)) };
  }
  return { caught: false, test: "", why: "" };
}

/** Plays all recorded conversations to the server. `{caught, trace}` */
export async function caughtByTraces(server, shards = SHARDS) {
  const traces = ["traces", ...readdirSync("traces").filter((one) => /^\d/.test(one)).map((one) => `traces/${one}`)]
    .flatMap((folder) => readdirSync(folder).filter((file) => file.endsWith(".har")).map((file) => `${folder}/${file}`));
  const args = ["replay", "--index", "traces/README.md", ...traces, "--", server, "--shards", shards];
  const { status, said, late } = await run(`${BUILD}/phx-trace`, args, { patience: 400_000, memory: MEMORY_KB, until: /^✗/m });
  if (status === 0) return { caught: false, trace: "" };
  return { caught: true, trace: late ? "(never ended)" : oneLine(/^✗.*$/m.exec(said)?.[0] ?? said.slice(-200)) };
}

/** With the seeds from 1 on, as make test plays them, one after the other: so the steps are the same each time. */
const WORLDS = [["chat", "200"], ["cluster", "90"], ["presence", "40"], ["longpoll", "100"], ["deploy", "30"]];
/** Plays simulated worlds. `{caught, invariant, world, seed, steps}`: what broke, where, and after how many steps of all. */
export async function caughtBySimulation(builder) {
  const { program, failed } = await builder.simulation();
  if (failed) return { failed };
  let steps = 0; // of the worlds before
  for (const [world, count] of WORLDS) {
    const args = ["--world", world, "--worlds", count, "--jobs", "1", "--brief"];
    const { status, said, late } = await run(program, args, { patience: 400_000, memory: MEMORY_KB });
    const number = (pattern) => Number(pattern.exec(said)?.[1] ?? 0);
    steps += number(/, (\d+) steps/);
    if (status === 0) continue;
    const invariant = late ? "(never ended)" : (/^✗ ([a-z-]+):/m.exec(said)?.[1] ?? oneLine(said.slice(-200)));
    return { caught: true, invariant, world, seed: number(/seed (\d+)/), steps };
  }
  return { caught: false };
}
