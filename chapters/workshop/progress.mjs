// What the workshop remembers of its reader: which version of a file passed, and how far it was last.
//
// It lies in chapters/.progress.json, which git ignores. A file that has changed since it passed has not
// passed any more.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { at, begun, text } from "./exercises.mjs";

const file = (root) => path.join(root, "chapters/.progress.json");
const load = (root) => (existsSync(file(root)) ? JSON.parse(readFileSync(file(root), "utf8")) : {});

const fingerprint = (exercise) => createHash("sha256").update(text(exercise, exercise.mine)).digest("hex");

export function note(exercise, what) {
  const progress = load(exercise.root);
  progress[exercise.name] = { ...progress[exercise.name], ...what };
  writeFileSync(file(exercise.root), `${JSON.stringify(progress, null, 2)}\n`);
}

export const noteResult = (exercise, result) =>
  note(exercise, {
    passed: result.passed ? fingerprint(exercise) : undefined,
    seen: fingerprint(exercise),
    how: result.how,
  });

export const noted = (exercise) => load(exercise.root)[exercise.name] ?? {};

/** `done`, `begun` or `not begun`; and, where it is begun, how far. */
export function state(exercise) {
  if (!begun(exercise)) return { is: "not begun", how: "" };
  const { passed, seen, how } = noted(exercise);
  const now = fingerprint(exercise);
  if (passed === now) return { is: "done", how: "" };
  if (passed) return { is: "begun", how: "changed since it passed" };
  if (text(exercise, exercise.mine) === text(exercise, exercise.stub)) return { is: "begun", how: "still the stub" };
  return { is: "begun", how: how ? `${how}${seen === now ? "" : ", and changed since"}` : "not run yet" };
}
