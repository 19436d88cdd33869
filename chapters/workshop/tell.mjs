// What the workshop says: the board, a judgement, a hint.

import path from "node:path";

import { all, hints, parts } from "./exercises.mjs";
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
    `The workshop: ${done} of ${exercises.length} done. Each replaces one file of lib/ by your own.`,
    "",
    ...lines(false),
    ...(larger.length > 0 ? ["", "Larger ones, with tests of their own:", "", ...larger] : []),
    "",
    next ? `Next: make exercise N=${next.name}` : "All of them are done. What a house you could build now!",
  ].join("\n");
}

export const opened = (exercise) =>
  [
    `Your file is ${exercise.mine}: a stub that compiles, with its parts missing.`,
    `The task is ${path.join(exercise.folder, "README.md")}. Yours to write: ${parts(exercise).join(", ")}.`,
    "",
  ].join("\n");

/** After a pass: the chapter that the reader came from, and the next exercise that is not done. */
function onward(exercise) {
  const every = all(exercise.root);
  const here = every.findIndex((one) => one.name === exercise.name);
  const next = [...every.slice(here + 1), ...every.slice(0, here)].find((one) => state(one).is !== "done");
  return [
    `Back to the chapter: ${path.join(path.dirname(exercise.folder), "README.md")}`,
    next ? `Next: make exercise N=${next.name}  (${next.title}, ${next.minutes} min)` : "All the others are done, too.",
  ].join("\n");
}

export function verdict(exercise, result) {
  const head = `${exercise.name}  ${exercise.title}  (${exercise.mine})\n`;
  const warnings = result.warnings ? `\nThe compiler warns:\n${result.warnings}` : "";
  if (result.passed) {
    const rules = exercise.breaks ? ["one broken rule, and its name"] : exercise.rules;
    return `${head}${warnings}\n✓ All of it passes: ${[...exercise.unit, ...rules].join(", ")}.\n\n` +
      `To see how the house does it: make exercise N=${exercise.name} SOLUTION=1\n${onward(exercise)}\n`;
  }
  const count = hints(exercise).length;
  return `${head}${warnings}\n✗ ${result.title}\n\n${result.said}\n\n` +
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
