// Proves that an exercise's tests hold a reader to every sentence of its contract.
//
// The contract is the header that exercise.json names; its sentences are those above its functions. faults.txt,
// beside it, breaks each of them in the solution, in the manner of conformance/proof/mutate:
//
//     == their cloud is not taken over
//     breaks The clouds are united.
//     fails the clouds are united
//     - state.cloud.insert(theirs.cloud.begin(), theirs.cloud.end());
//     +
//
// The test that `fails` names must be the first that fails.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { change } from "../../conformance/proof/mutate/faults.mjs";
import { at, text } from "./exercises.mjs";
import { judge } from "./judge.mjs";

/** The sentences of the comments that stand above a header's functions. */
export function sentences(header) {
  const found = [];
  let comment = [];
  for (const line of header.split("\n")) {
    const [, words] = line.match(/^\s*\/\/\/ ?(.*)$/) ?? [];
    if (words !== undefined) {
      comment.push(words);
      continue;
    }
    if (/^\S.*\(.*;$/.test(line)) found.push(...comment.join(" ").split(/(?<=\.)\s+/));
    comment = [];
  }
  return found.filter(Boolean);
}

/** The entries of a faults.txt: {name, breaks, fails, changes: [{find, replace}]}. */
export function entries(listing) {
  const found = [];
  for (const line of listing.split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, mark, rest] = line.match(/^(== |breaks |fails |[-+] ?)(.*)$/) ?? [];
    const entry = found.at(-1);
    const last = entry?.changes.at(-1);
    if (mark === "== ") found.push({ name: rest.trim(), changes: [] });
    else if (!entry || !mark) throw new Error(`faults.txt: expected ==, breaks, fails, - or +, got: ${line}`);
    else if (mark === "breaks " || mark === "fails ") entry[mark.trim()] = rest.trim();
    else if (mark.startsWith("-")) {
      if (last && last.replace === undefined) last.find += `\n${rest}`;
      else entry.changes.push({ find: rest, replace: undefined });
    } else last.replace = last.replace === undefined ? rest : `${last.replace}\n${rest}`;
  }
  return found;
}

/** What is wrong with one entry; nothing where its test notices. */
async function unnoticed(exercise, entry, number) {
  const source = path.join(process.env.BUILD ?? "build/plain", "exercise", exercise.folder, `fault-${number}.cc`);
  const broken = entry.changes.reduce((code, one) => change(code, one), text(exercise, exercise.solution));
  mkdirSync(path.dirname(at(exercise, source)), { recursive: true });
  writeFileSync(at(exercise, source), broken);
  const result = await judge(exercise, source);
  if (result.test === entry.fails) return [];
  const how = result.passed ? "all of it passed" : `it failed “${result.test ?? result.title}”:\n${result.said}`;
  return [`${entry.name}: expected it to fail “${entry.fails}”, ${how}`];
}

export async function contractFaults(exercise) {
  if (!exercise.contract) return [];
  const promised = sentences(text(exercise, path.join(exercise.folder, exercise.contract)));
  const listed = entries(text(exercise, path.join(exercise.folder, "faults.txt")));
  const faults = promised
    .filter((sentence) => !listed.some(({ breaks }) => breaks === sentence))
    .map((sentence) => `expected faults.txt to break “${sentence}”`);
  if (promised.length === 0) faults.push(`expected ${exercise.contract} to promise something above its functions`);
  for (const [index, entry] of listed.entries()) {
    if (!promised.includes(entry.breaks)) faults.push(`${entry.name}: the contract does not say “${entry.breaks}”`);
    faults.push(...(await unnoticed(exercise, entry, index)));
  }
  return faults;
}
