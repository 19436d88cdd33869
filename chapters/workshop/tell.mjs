// What the workshop says: the board, a judgement, a hint.

import path from "node:path";

import { contract, heldTo } from "./contract.mjs";
import { all, hints, parts } from "./exercises.mjs";
import { nameOf } from "./judge.mjs";
import { SEQUENCES } from "./play.mjs";
import { state } from "./progress.mjs";

const signs = { done: "✓", begun: "…", "not begun": "·" };

const row = (exercise, width) => {
  const { is, how } = state(exercise);
  const name = exercise.name.padEnd(width);
  const minutes = `${exercise.minutes} min`.padStart(7);
  return `  ${signs[is]} ${name}  ${exercise.title.padEnd(44)} ${minutes}  ${is}${how ? ` (${how})` : ""}`;
};

/** Where the reader is, in all of them. */
export function board(root) {
  const exercises = all(root);
  const width = Math.max(...exercises.map((one) => one.name.length));
  const lines = (larger) => exercises.filter((one) => one.larger === larger).map((one) => row(one, width));
  const done = exercises.filter((one) => state(one).is === "done").length;
  const next = exercises.find((one) => state(one).is === "begun") ?? exercises.find((one) => state(one).is !== "done");
  const larger = lines(true);
  return [
    `The workshop: ${done} of ${exercises.length} done. In these you replace one file of lib/ by your own:`,
    "",
    ...lines(false),
    ...(larger.length > 0 ? ["", "Larger ones, with files and tests of their own:", "", ...larger] : []),
    "",
    next ? `Next: make exercise N=${next.name}` : "All of them are done. What a house you could build now!",
  ].join("\n");
}

export const opened = (exercise) =>
  [
    exercise.breaks
      ? `Your file is ${exercise.mine}: it is whole, and good. Break it.`
      : `Your file is ${exercise.mine}: a stub that compiles, with its parts missing.`,
    `The task is ${path.join(exercise.folder, "README.md")}. Yours to ${exercise.breaks ? "change" : "write"}: ${parts(exercise).join(", ")}.`,
    "",
  ].join("\n");

/** The next exercise that is not done; nothing where all the others are. */
export function nextAfter(exercise) {
  const every = all(exercise.root);
  const here = every.findIndex((one) => one.name === exercise.name);
  return [...every.slice(here + 1), ...every.slice(0, here)].find((one) => state(one).is !== "done");
}

/** After a pass: the chapter that the reader came from, and the next exercise that is not done. */
function onward(exercise) {
  const next = nextAfter(exercise);
  return [
    `Back to the chapter: ${path.join(path.dirname(exercise.folder), "README.md")}`,
    next ? `Next: make exercise N=${next.name}  (${next.title}, ${next.minutes} min)` : "All the others are done, too.",
  ].join("\n");
}

const WIDTH = 96;

/** `[3] words`, broken into lines that stand under one another. */
function sentence({ number, text }) {
  const mark = `  [${number}] `;
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1).length + word.length >= WIDTH - mark.length) lines.push("");
    lines[lines.length - 1] += `${lines.at(-1) && " "}${word}`;
  }
  return lines.map((line, index) => (index === 0 ? mark : " ".repeat(mark.length)) + line).join("\n");
}

const ofTheLastStep = (exercise, { sentences }) => {
  const about = contract(exercise).filter(({ number }) => sentences.includes(number));
  return `The contract, in the stub's words; of the last step it says:\n\n${about.map(sentence).join("\n")}\n\n`;
};

/** The sentences of the contract that are broken, or one of them: those that this test or rule watches over. */
function promised(exercise, result) {
  if (result.sentences) return ofTheLastStep(exercise, result);
  if (result.played?.sentences) {
    return `Played at random, too, your file and the contract part, at the last of these steps:\n\n${result.played.said}\n\n` +
      ofTheLastStep(exercise, result.played);
  }
  const held = heldTo(exercise, nameOf(result));
  if (held.length === 0) return "";
  const what = result.test ? "test" : result.rule ? "rule" : "verdict";
  return `The contract, in the stub's words; this ${what} watches over:\n\n${held.map(sentence).join("\n")}\n\n`;
}

export function verdict(exercise, result) {
  const head = `${exercise.name}  ${exercise.title}  (${exercise.mine})\n`;
  const warnings = result.warnings ? `\nThe compiler warns:\n${result.warnings}` : "";
  if (result.passed) {
    const played = exercise.play ? [`${SEQUENCES} sequences played at random`] : [];
    const rules = exercise.breaks ? ["one broken rule, and its name"] : exercise.rules;
    return `${head}${warnings}\n✓ All of it passes: ${[...exercise.unit, ...played, ...rules].join(", ")}.\n\n` +
      `To see how the house does it: make exercise N=${exercise.name} SOLUTION=1; where it differs: DIFF=1\n${onward(exercise)}\n`;
  }
  const count = hints(exercise).length;
  return `${head}${warnings}\n✗ ${result.title}\n\n${result.said}\n\n${promised(exercise, result)}` +
    `Stuck? make exercise N=${exercise.name} HINT=1 (to ${count}); on each save again: WATCH=1\n`;
}

export function hint(exercise, number) {
  const found = hints(exercise);
  const wanted = Number(number);
  if (!(wanted >= 1 && wanted <= found.length)) {
    return `expected HINT to be 1 to ${found.length}, got "${number}"`;
  }
  const more = wanted < found.length ? `\nThe next: make exercise N=${exercise.name} HINT=${wanted + 1}` : "";
  return `Hint ${wanted} of ${found.length}\n\n${found[wanted - 1].trimEnd()}\n${more}`;
}
