// make mutate: puts one fault after the other into the library, and reports what notices it.
//
//     make mutate                       the list in faults/, by the suite
//     make mutate ONLY=socket,ref-*     of a layer, or by name; * stands for anything
//     make mutate SAMPLE=20 SEED=7      twenty of them at random; without a seed, others each time
//     make mutate EACH=8 SEED=7         eight of each layer at random
//     make mutate AUTO=50 SEED=7        fifty that are generated from the source, instead
//     make mutate BY=suite,unit,replay  also by the unit tests, of the fault's layer and those above, and by the traces
//     make mutate BY=simulation         by simulated worlds: docs/simulation.md
//     make mutate BY=simulation SEEN=1  those that broke a world before, and must break one again
//     make mutate SHARDS=2              each server with two shards, where a fault does not say how many it takes
//     make mutate JOBS=3 KEEP=1         three at once; their builds stay in build/…/mutate/NAME
//     make mutate RECORD=1              records the results in results.json, and writes docs/proof.md
//
// Ends with 0 if only the faults of survivors.txt survive, with 1 if others do, with 2 on wrong
// usage.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { Builder, ROOM } from "./build.mjs";
import { BadFault, patched, readFaults } from "./faults.mjs";
import { candidates, sample } from "./generate.mjs";
import { baseline, caughtBySimulation, caughtBySuite, caughtByTraces, caughtByUnitTests } from "./caught.mjs";
import { essence, readResults, readSurvivors, verdict, writeResults } from "./kept.mjs";
import { kept as keptPage } from "./page.mjs";
import { endAll } from "./run.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const COLUMNS = ["suite", "unit", "replay", "simulation"];
const { ONLY, SAMPLE, EACH, AUTO, BY, JOBS, KEEP, RECORD, SEEN } = process.env;
const SEED = Number(process.env.SEED || Math.floor(Math.random() * 1e6));
const LAYERS = (process.env.LAYERS ?? "").split(/\s+/).filter(Boolean);
const RESULTS = path.join(here, "results.json");
const OF_WORLDS = "conformance/simulation/faults";
const LAST = `${ROOM}/last.json`; // of this machine: with the words in which it was caught
const say = (words) => process.stdout.write(`${words}\n`);
const read = (file) => readFileSync(file, "utf8");

// --- Which faults -------------------------------------------------------------------------------

function wanted({ name, layer }) {
  if (!ONLY) return true;
  const escaped = (pattern) => pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  const patterns = ONLY.split(/[\s,]+/).filter(Boolean).map((one) => new RegExp(`^${escaped(one)}$`));
  return patterns.some((one) => one.test(name) || one.test(layer) || one.test(`${layer}/${name}`));
}

function madeByThemselves() {
  const sources = (process.env.LIB_OBJECTS ?? "").split(/\s+/).map((one) => one.replace(/^.*?(lib\/.*)\.o$/, "$1.cc"));
  return sources.filter((file) => !file.startsWith("lib/metrics")).flatMap((file) => candidates(file, read(file)));
}

/** What no client of one server can see is for worlds alone. */
function listed() {
  const everybodys = readFaults(path.join(here, "faults"));
  if (BY !== "simulation") return everybodys;
  const kept = readResults(RESULTS);
  return [...everybodys, ...readFaults(OF_WORLDS)].filter(({ name }) => !SEEN || kept.get(name)?.simulation);
}

function selected() {
  const all = (AUTO ? madeByThemselves() : listed()).filter(wanted);
  if (all.length === 0) throw new BadFault(`expected ONLY to name a layer or a fault, got ${ONLY}`);
  if (EACH) {
    const layers = [...new Set(all.map(({ layer }) => layer))];
    const drawn = layers.flatMap((layer) => sample(all.filter((one) => one.layer === layer), Number(EACH), SEED));
    say(`${EACH} of each layer, ${drawn.length} of ${all.length}, drawn by SEED=${SEED}`);
    return drawn;
  }
  const count = Number(AUTO || SAMPLE || 0);
  if (count === 0) return all;
  say(`${count} of ${all.length}, drawn by SEED=${SEED}`);
  return sample(all, count, SEED);
}

// --- One of them --------------------------------------------------------------------------------

async function tryOne(fault, base, first, columns) {
  const { name, layer, automatic, shards } = fault;
  const result = { name, layer, automatic };
  const builder = new Builder(name, patched(fault, read));
  try {
    if (columns.includes("suite") || columns.includes("replay")) {
      const { program, failed } = await builder.server();
      if (failed) return { ...result, failed };
      if (columns.includes("suite")) result.suite = await caughtBySuite(program, builder.folder, base, first, shards);
      if (columns.includes("replay")) result.replay = await caughtByTraces(program, shards);
    }
    if (columns.includes("simulation")) {
      result.simulation = await caughtBySimulation(builder);
      if (result.simulation.failed) return { name, layer, automatic, failed: result.simulation.failed };
    }
    if (columns.includes("unit")) result.unit = await caughtByUnitTests(fault, builder, LAYERS);
    return result;
  } finally {
    if (!KEEP) builder.clear();
  }
}

function line({ name, layer, failed, suite, unit, replay, simulation }) {
  const title = `${layer}/${name}`.padEnd(58);
  if (failed) return `  ${title} does not build`;
  const mark = suite ? { must: "✓", should: "~", nothing: "✗" }[suite.by] : " ";
  const parts = [];
  if (suite) parts.push(suite.by === "nothing" ? "survives" : `${suite.by.toUpperCase()} ${suite.rule}`);
  if (unit) parts.push(unit.caught ? `unit tests (${unit.caught}): ${unit.test || unit.why}` : "no unit test");
  if (replay) parts.push(replay.caught ? "a trace" : "no trace");
  if (simulation) {
    const { caught, invariant, world, seed, steps } = simulation;
    parts.push(caught ? `simulation: ${invariant}, ${world} ${seed}, after ${steps} steps` : "no world");
  }
  return `${mark} ${title} ${parts.join(", ")}`;
}

const minutes = (ms) => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

// --- All of them --------------------------------------------------------------------------------

function summary(results) {
  const judged = results.filter((one) => one.suite);
  const count = (level) => judged.filter((one) => one.suite.by === level).length;
  const percent = (part) => `${Math.round((100 * part) / judged.length)} %`;
  const parts = [];
  if (judged.length > 0) {
    const [must, should] = [count("must"), count("should")];
    parts.push(`the suite catches ${must + should} of ${judged.length} (${percent(must + should)}), ${must} by a MUST (${percent(must)})`);
  }
  const unit = results.filter((one) => one.unit);
  if (unit.length > 0) parts.push(`the unit tests ${unit.filter((one) => one.unit.caught).length} of ${unit.length}`);
  const replay = results.filter((one) => one.replay);
  if (replay.length > 0) parts.push(`the traces ${replay.filter((one) => one.replay.caught).length} of ${replay.length}`);
  const simulated = results.filter((one) => one.simulation);
  if (simulated.length > 0) parts.push(`the simulation ${simulated.filter((one) => one.simulation.caught).length} of ${simulated.length}`);
  return parts.join("; ");
}

function record(results) {
  const folders = [path.join(here, "faults"), OF_WORLDS];
  const names = new Set(folders.flatMap((folder) => readFaults(folder)).map((fault) => fault.name));
  const kept = readResults(RESULTS);
  const newAutomatic = results.some((one) => one.automatic);
  for (const [name, one] of kept) {
    if (one.automatic ? newAutomatic : !names.has(name)) kept.delete(name);
  }
  for (const one of results.filter((result) => !result.failed)) {
    kept.set(one.name, { ...kept.get(one.name), ...essence(one) });
  }
  writeResults(RESULTS, kept.values());
  writeFileSync("docs/proof.md", keptPage());
}

async function main() {
  const columns = BY ? BY.split(/[\s,]+/) : ["suite"];
  const odd = columns.find((one) => !COLUMNS.includes(one));
  if (odd) throw new BadFault(`expected BY to be some of ${COLUMNS.join(", ")}, got ${odd}`);
  const faults = selected();
  for (const fault of faults) patched(fault, read);
  mkdirSync(ROOM, { recursive: true });
  const survivors = readSurvivors(read(path.join(here, "survivors.txt")));
  const kept = readResults(RESULTS);
  const last = readResults(LAST);
  const base = columns.includes("suite") ? await baseline() : undefined;
  const results = [];
  const began = Date.now();
  // A header's fault rebuilds half of the library: last, so that there are results soon.
  const header = ({ changes }) => changes.some(({ file }) => file.endsWith(".h"));
  const queue = [...faults.filter((one) => !header(one)), ...faults.filter(header)][Symbol.iterator]();
  const worker = async () => {
    for (const fault of queue) {
      const at = Date.now();
      const first = last.get(fault.name)?.suite?.rule ?? kept.get(fault.name)?.rule;
      const result = await tryOne(fault, base, first, columns);
      results.push(result);
      last.set(fault.name, { ...last.get(fault.name), ...result });
      writeResults(LAST, last.values());
      const left = ((Date.now() - began) / results.length) * (faults.length - results.length);
      const progress = `${String(results.length).padStart(String(faults.length).length)}/${faults.length}`;
      say(`[${progress}, ${minutes(left)} to go] ${line(result)} (${((Date.now() - at) / 1000).toFixed(1)} s)`);
      if (result.failed && !result.automatic) say(result.failed);
    }
  };
  const atOnce = Number(JOBS) || os.cpus().length;
  await Promise.all(Array.from({ length: Math.min(atOnce, faults.length) }, worker));

  const verdicts = results.map((one) => verdict(one, survivors, kept.get(one.name))).filter(Boolean);
  if (RECORD) record(results);
  say("");
  for (const { good } of verdicts.filter((one) => one.good)) say(`  ${good}`);
  for (const { bad } of verdicts.filter((one) => one.bad)) say(`✗ ${bad}`);
  say(`${results.length} faults in ${minutes(Date.now() - began)}: ${summary(results)}`);
  return verdicts.some((one) => one.bad) ? 1 : 0;
}

process.on("SIGINT", () => {
  endAll();
  process.exit(130);
});
try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof BadFault)) throw error;
  process.stderr.write(`mutate: ${error.message}\n`);
  process.exitCode = 2;
}
