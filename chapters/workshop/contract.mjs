// Proves that an exercise's tests and rules hold a reader to every sentence of its contract.
//
// The contract is the numbered sentences of the comments in the stub and in the exercise's own header:
//
//     /// [3] The first route whose pattern takes the topic. [4] A null pointer where none does.
//
// faults.txt, beside them, breaks each of them in the solution, in the manner of conformance/proof/mutate:
//
//     == the last route wins
//     breaks 3 The first route whose pattern takes the topic.
//     fails the first route that matches wins
//     - std::find_if(routes.begin(), routes.end(),
//     + std::find_if(routes.rbegin(), routes.rend(),
//
// `fails` names a unit test, or a rule of the suite by its id. It must be what a reader with this fault is shown: the
// first that fails. So the runner can name the sentences that a failure is about.

import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

import { change } from "../../conformance/proof/mutate/faults.mjs";
import { at, text } from "./exercises.mjs";
import { VERDICTS } from "./judge.mjs";
import { PLAYED } from "./play.mjs";

// --- The sentences ------------------------------------------------------------------------------

/** The paragraphs and list items of a source's `///` comments, each as one line; no code. */
function paragraphs(source) {
  const found = [];
  let open = false;
  for (const line of source.split("\n")) {
    const [, words] = line.match(/^\s*\/\/\/(?!<) ?(.*)$/) ?? [];
    const code = words?.startsWith("    ");
    if (words === undefined || words.trim() === "" || code) {
      open = false;
    } else if (open && !words.startsWith("- ")) {
      found[found.length - 1] += ` ${words.trim()}`;
    } else {
      found.push(words.trim());
      open = true;
    }
  }
  return found;
}

/** `[3] Adds. [4] Never throws.` as {number, text}, in order. */
const numbered = (paragraph) =>
  [...paragraph.matchAll(/\[(\d+)\] (.*?)(?= \[\d+\] |$)/g)].map(([, number, words]) => ({ number: Number(number), text: words.trim() }));

export const sentences = (source) => paragraphs(source).flatMap(numbered);

/** Sentences of a paragraph that numbers some, but not these. An opening that ends in a colon is none. */
export function unnumbered(source) {
  const found = [];
  for (const paragraph of paragraphs(source)) {
    const parts = paragraph.replace(/^- /, "").split(/(?=\[\d+\] )/);
    if (parts.length === 1 && !/^\[\d+\] /.test(parts[0])) continue;
    const [opening] = parts;
    if (!/^\[\d+\] /.test(opening) && !/[:,]\s*$/.test(opening)) found.push(opening.trim());
    for (const one of parts) {
      const [, second] = one.match(/^\[\d+\] .*?\.\s+(?=[A-Z`])(.*)$/) ?? [];
      if (second) found.push(second.trim());
    }
  }
  return found;
}

const sources = (exercise) => {
  const headers = readdirSync(at(exercise, exercise.folder)).filter((name) => name.endsWith(".h"));
  return [...headers.map((name) => path.join(exercise.folder, name)), exercise.stub];
};

/** All that the exercise promises, in the order of its numbers. */
export const contract = (exercise) => sources(exercise).flatMap((file) => sentences(text(exercise, file)));

/** The parts that a stub leaves to write without saying what of: it has no numbered sentence, nor has a header. */
function unsaid(exercise) {
  if (sources(exercise).length > 1) return [];
  const chunks = text(exercise, exercise.stub).split(/\/\/ Yours: ([^\n]+)/);
  return chunks.flatMap((chunk, index) => (index % 2 === 0 && index + 1 < chunks.length && !/\[\d+\] /.test(chunk) ? [chunks[index + 1]] : []));
}

// --- The faults ---------------------------------------------------------------------------------

/** The entries of a faults.txt: {name, breaks, words, fails, changes: [{find, replace}]}. */
export function entries(listing) {
  const found = [];
  for (const line of listing.split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, mark, rest] = line.match(/^(== |breaks |fails |[-+] ?)(.*)$/) ?? [];
    const entry = found.at(-1);
    const last = entry?.changes.at(-1);
    if (mark === "== ") found.push({ name: rest.trim(), changes: [] });
    else if (!entry || !mark) throw new Error(`faults.txt: expected ==, breaks, fails, - or +, got: ${line}`);
    else if (mark === "breaks ") {
      const [, number, words] = rest.trim().match(/^(\d+) ?(.*)$/) ?? [];
      if (!words) throw new Error(`faults.txt: expected a sentence's number and its first words, got: ${line}`);
      Object.assign(entry, { breaks: Number(number), words });
    } else if (mark === "fails ") entry.fails = rest.trim();
    else if (mark.startsWith("-")) {
      if (last && last.replace === undefined) last.find += `\n${rest}`;
      else entry.changes.push({ find: rest, replace: undefined });
    } else if (!last) throw new Error(`faults.txt: expected - before +, got: ${line}`);
    else last.replace = last.replace === undefined ? rest : `${last.replace}\n${rest}`;
  }
  return found;
}

/** The faults of an exercise; an empty list where it has none. */
export function faultsOf(exercise) {
  const file = path.join(exercise.folder, "faults.txt");
  return existsSync(at(exercise, file)) ? entries(text(exercise, file)) : [];
}

/** The solution with the fault in it. */
export const broken = (exercise, fault) =>
  fault.changes.reduce((code, { find, replace = "" }) => change(code, { find, replace }), text(exercise, exercise.solution));

/** The sentences that a test, a rule or a verdict of this name holds a reader to, by the faults that it catches. */
export function heldTo(exercise, failure) {
  const caught = faultsOf(exercise).filter(({ fails }) => fails === failure);
  const numbers = new Set(caught.map(({ breaks }) => breaks));
  return contract(exercise).filter(({ number }) => numbers.has(number));
}

// --- What can be said without building anything -----------------------------------------------------

function numberingFaults(exercise, promised) {
  const faults = sources(exercise)
    .flatMap((file) => unnumbered(text(exercise, file)))
    .map((words) => `expected a number before “${words}”, which the contract says`);
  faults.push(...unsaid(exercise).map((part) => `expected a numbered sentence above ${part}, got none`));
  const numbers = promised.map(({ number }) => number);
  if (numbers.some((number, index) => number !== index + 1)) {
    faults.push(`expected the contract's sentences to be numbered from 1 without a gap, got ${numbers.join(" ")}`);
  }
  if (promised.length === 0) faults.push("expected the stub to number the sentences of its contract: [1] …; got none");
  return faults;
}

/** What is wrong with the contract and the list of its faults: nothing is built to know it. */
export function contractFaults(exercise, tests) {
  if (exercise.unnumbered) return []; // why, its exercise.json says; prove.mjs prints it
  const promised = contract(exercise);
  const listed = faultsOf(exercise);
  const faults = numberingFaults(exercise, promised);
  for (const { number, text: words } of promised) {
    if (!listed.some(({ breaks }) => breaks === number)) faults.push(`expected faults.txt to break [${number}] ${words}`);
  }
  for (const { name, breaks, words, fails } of listed) {
    const sentence = promised.find(({ number }) => number === breaks)?.text;
    if (!sentence?.startsWith(words)) faults.push(`${name}: expected [${breaks}] to begin with “${words}”, it says “${sentence}”`);
    const known = tests.includes(fails) || /^[A-Z]-\d\d$/.test(fails) || (exercise.breaks && VERDICTS.includes(fails)) ||
      (exercise.play && fails === PLAYED);
    if (!known) faults.push(`${name}: no test of the exercise is named “${fails}”`);
  }
  if (exercise.play) {
    const spoken = [...text(exercise, exercise.play).matchAll(/does\(\{([\d, \s]*)\}/g)].flatMap(([, some]) => some.match(/\d+/g) ?? []);
    const unknown = [...new Set(spoken.map(Number))].filter((number) => !promised.some((one) => one.number === number));
    if (unknown.length > 0) faults.push(`expected ${exercise.play} to name sentences of the contract, got ${unknown.join(", ")}`);
  }
  for (const fault of listed) {
    try {
      broken(exercise, fault);
    } catch (error) {
      faults.push(`${fault.name}: ${error.message}`);
    }
  }
  return faults;
}
