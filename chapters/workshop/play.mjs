// Plays the reader's file and the house's at random, and shows the shortest sequence by which they differ.
//
// A sequence is a few steps, a step a few numbers. What they mean, the exercise's play.cc says: the first is mostly
// the operation, the others its arguments. play.cc prints what it does and what came of it, once linked with the
// reader's file and once with the house's. So nothing here knows an exercise, and a sequence gets shorter by leaving
// steps out and making numbers 0. The numbers come from a seed: the same file is always judged the same.

import { writeFileSync } from "node:fs";
import path from "node:path";

import { linkPlay, place, remembered, run } from "./build.mjs";
import { at } from "./exercises.mjs";

export const SEQUENCES = 600;
const LONGEST = 16; // steps
const NUMBERS = 12; // in a step
const RANGE = 840; // what divides it evenly: all up to 8
const SEED = 2026;
const PATIENCE_MS = 20_000; // a program takes less than a second
const ROUNDS = 60; // of making a sequence shorter

/** What a failed play is called in a faults.txt. */
export const PLAYED = "played at random";

// --- Sequences ----------------------------------------------------------------------------------

/** mulberry32: numbers from 0 to 1, always the same for a seed. */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Two of three sequences use few operations, so that the same comes again and again; and a step often has a number
 * of the step before it: what is done twice, or to the same thing in two ways, is where most faults are.
 */
function sequence(random, length) {
  const any = () => Math.floor(random() * RANGE);
  const few = Array.from({ length: 1 + Math.floor(random() * 4) }, any);
  const narrow = random() < 2 / 3;
  const steps = [];
  for (let i = 0; i < length; ++i) {
    const step = Array.from({ length: NUMBERS }, (_, at) => (i > 0 && random() < 0.3 ? steps[i - 1][at] : any()));
    if (narrow && i > 0) step[0] = few[Math.floor(random() * few.length)];
    steps.push(step);
  }
  return steps;
}

export function sequences(seed = SEED, count = SEQUENCES) {
  const random = numbers(seed);
  return Array.from({ length: count }, (_, i) => sequence(random, 2 + (i % (LONGEST - 1))));
}

const written = (all) => all.map((steps) => steps.map((step) => step.join(" ")).join(";")).join("\n") + "\n";

// --- What came of them --------------------------------------------------------------------------

/** The output as sequences of steps: {does, sentences, comes: []}. The last is marked where the program ended in it. */
export function readPlay({ said, status, signal, late }) {
  const played = [];
  for (const line of said.split("\n")) {
    const [, numbers, does] = line.match(/^>([\d ]*)\|(.*)$/) ?? [];
    if (line === "=") played.push([]);
    else if (does !== undefined) played.at(-1)?.push({ does, sentences: numbers.split(" ").filter(Boolean).map(Number), comes: [] });
    else if (line.startsWith("<")) played.at(-1)?.at(-1)?.comes.push(line.slice(1));
    else if (line.startsWith("# not written yet")) played.at(-1)?.at(-1)?.comes.push(line.slice(2));
  }
  const end = late ? "(it runs for ever)" : signal ? `(the program was ended by ${signal})`
    : status !== 0 ? "(an exception ended the program)" : undefined;
  if (end) played.at(-1)?.at(-1)?.comes.push(end);
  return played;
}

/** The first step that differs; -1 where none does, or where it was not played, as the program had ended before. */
export function firstDifference(mine, house) {
  if (!mine || !house) return -1;
  return house.findIndex((step, i) => step.comes.join("\n") !== mine[i]?.comes.join("\n") || step.does !== mine[i]?.does);
}

const played = async (exercise, program, file) => {
  const limited = `ulimit -v ${process.env.NO_MEMORY_LIMIT ? "unlimited" : 4_000_000}; exec "$0" "$1" 2>/dev/null`;
  return readPlay(await run("bash", ["-c", limited, program, file], { cwd: exercise.root, patience: PATIENCE_MS }));
};

// --- The shortest that differs --------------------------------------------------------------------

/** The sequence less one step each, then with smaller numbers. */
function* shorter(steps) {
  const without = (from, to) => [...steps.slice(0, from), ...steps.slice(to)];
  for (let size = Math.floor(steps.length / 2); size > 1; size = Math.floor(size / 2)) {
    for (let from = 0; from + size <= steps.length; from += size) yield without(from, from + size);
  }
  for (let i = 0; i < steps.length; ++i) yield without(i, i + 1);
  for (let i = 0; i < steps.length; ++i) {
    for (let at = 0; at < NUMBERS; ++at) {
      for (const less of [0, 1]) {
        if (steps[i][at] > less) yield steps.map((step, which) => (which === i ? Object.assign([...step], { [at]: less }) : step));
      }
    }
  }
}

/** Of these the one that differs after the fewest steps: {steps, mine, house}, or nothing. */
async function differing(candidates, playBoth, first) {
  return leastOf(candidates, await playBoth(candidates), first);
}

function leastOf(candidates, [mine, house], first) {
  const found = candidates
    .map((steps, i) => ({ steps, mine: mine[i], house: house[i], at: firstDifference(mine[i], house[i]) }))
    .filter((one) => one.at >= 0)
    .map((one) => ({ ...one, steps: one.steps.slice(0, one.at + 1), mine: one.mine.slice(0, one.at + 1), house: one.house.slice(0, one.at + 1) }));
  return first ? found[0] : found.sort((a, b) => a.at - b.at)[0];
}

async function shrunk(found, playBoth) {
  let least = found;
  for (let round = 0; round < ROUNDS; ++round) {
    const next = await differing([...shorter(least.steps)], playBoth, true);
    if (!next) break;
    least = next;
  }
  return least;
}

// --- In words -----------------------------------------------------------------------------------

const under = (label, lines) =>
  lines.map((line, i) => `       ${i === 0 ? label : " ".repeat(label.length)} ${line}`).join("\n");

/** What came by one file and not by the other. All of it where only the order differs. */
function onlyIn(lines, others) {
  const own = lines.filter((line) => !others.includes(line));
  const sameLines = own.length === 0 && others.every((line) => lines.includes(line));
  if (sameLines) return lines.length > 0 ? lines : ["nothing"];
  return own.length > 0 ? own : ["nothing instead"];
}

function told({ mine, house }) {
  const done = house.map(({ does }, i) => `${String(i + 1).padStart(4)}  ${does}`);
  const wanted = house.at(-1).comes;
  const came = mine.at(-1)?.comes ?? [];
  return [...done, "", under("expected:", onlyIn(wanted, came)), under("came:    ", onlyIn(came, wanted))].join("\n");
}

/** Nothing where both do the same, else the failure. `mine` is the object of `source`. */
export async function differs(exercise, source, mine) {
  const whole = source === exercise.solution;
  const house = await remembered(`play ${exercise.folder}`, () => linkPlay(exercise, exercise.solution));
  const built = whole ? house : await linkPlay(exercise, source, mine);
  if (built.failed) return built;
  const file = path.join(place(exercise, source), "sequences.txt");
  const playBoth = async (all) => {
    writeFileSync(at(exercise, file), written(all));
    return Promise.all([built.program, house.program].map((program) => played(exercise, program, file)));
  };
  const all = sequences();
  const both = await playBoth(all);
  if (whole && both[1].length < all.length) {
    const { does, comes } = both[1].at(-1)?.at(-1) ?? {};
    return { title: "Played at random, the house's own file ends early:", said: `${does}\n${comes?.at(-1)}` };
  }
  const found = leastOf(all, both);
  if (!found) return undefined;
  const hangs = found.mine.at(-1)?.comes.includes("(it runs for ever)");
  const least = hangs ? found : await shrunk(found, playBoth);
  return {
    step: "play",
    how: "all tests; played at random it differs",
    test: PLAYED,
    sentences: least.house.at(-1).sentences,
    title: "The unit tests pass. Played at random, your file and the contract part at the last of these steps:",
    said: told(least),
  };
}
