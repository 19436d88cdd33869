// The records of the runs: results.json, a line for each fault; survivors.txt, the faults that are
// known not to be caught, with reasons; and the report on a fault that does worse, or better, than
// recorded.

import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { BadFault } from "./faults.mjs";

/** From worst to best. */
export const LEVELS = ["nothing", "should", "must"];
const rank = (by) => LEVELS.indexOf(by);

/** Results by name. */
export function readResults(path) {
  if (!existsSync(path)) return new Map();
  return new Map(JSON.parse(readFileSync(path, "utf8")).map((one) => [one.name, one]));
}

/** One line a fault, so that a change of one is a change of one line. */
export function writeResults(path, results) {
  const sorted = [...results].sort((a, b) => `${a.layer}/${a.name}`.localeCompare(`${b.layer}/${b.name}`));
  writeFileSync(path, `[\n${sorted.map((one) => JSON.stringify(one)).join(",\n")}\n]\n`);
}

/** The part worth keeping: the rule that caught it, without that day's words. */
export function essence({ name, layer, automatic, suite, unit, replay, simulation }) {
  return {
    name,
    layer,
    ...(automatic && { automatic }),
    ...(suite && { suite: suite.by, rule: suite.rule || undefined }),
    ...(unit && { unit: unit.caught }),
    ...(replay && { replay: replay.caught }),
    ...(simulation && { simulation: simulation.caught && simulation.invariant }),
    ...(simulation?.steps && { steps: simulation.steps }),
  };
}

/** `name: reason` lines: faults that nothing catches, and why. */
export function readSurvivors(text) {
  const known = new Map();
  text.split("\n").forEach((line, i) => {
    if (line.trim() === "" || line.startsWith("#")) return;
    const [, name, reason] = line.match(/^([\w.-]+): (\S.*)$/) ?? [];
    if (!name) throw new BadFault(`survivors.txt:${i + 1}: expected \`name: reason\`, got: ${line}`);
    if (known.has(name)) throw new BadFault(`survivors.txt:${i + 1}: expected ${name} once`);
    known.set(name, reason);
  });
  return known;
}

/**
 * What is wrong with one result, or worth saying of it: `{bad}` or `{good}` with a sentence, or nothing. `kept` is
 * what was kept of the same fault.
 */
export function verdict({ name, automatic, failed, suite, simulation }, survivors, kept) {
  if (failed) return automatic ? undefined : { bad: `${name} does not build` };
  if (simulation?.caught === false && kept?.simulation) {
    return { bad: `${name} broke ${kept.simulation} in a simulated world, and breaks nothing now` };
  }
  if (!suite) return undefined;
  const known = survivors.has(name);
  if (suite.by === "nothing") {
    if (known || automatic) return undefined;
    return { bad: `${name} survives: no rule notices it, and survivors.txt does not say why` };
  }
  if (known) return { good: `${name} is caught now, by ${suite.rule}: take it out of survivors.txt` };
  if (kept?.suite && rank(suite.by) < rank(kept.suite)) {
    return { bad: `${name} was caught by a MUST (${kept.rule}), and now only by the SHOULD ${suite.rule}` };
  }
  if (kept?.suite && rank(suite.by) > rank(kept.suite)) {
    return { good: `${name} is caught by a MUST now (${suite.rule})` };
  }
  return undefined;
}
