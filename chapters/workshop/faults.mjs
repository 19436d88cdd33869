// Runs the faults of faults.txt: each is compiled in place of the solution and judged as a reader's file is.
//
// A fault that was caught leaves a stamp, whose name holds all that could change the verdict: the broken source, the
// tests, the rules and the compiler's words. So a second run judges only what has changed. `make test` judges a sample,
// `make exercises ALL=1` the rest. The sample is drawn by the commit: first an exercise that the last commit touched,
// else the one whose hash with the commit's is least, and of that exercise as many faults as a sample has; then the
// next. So each commit draws another sample, the same commit the same, and the headers of one exercise or two are
// precompiled, which costs as much as several faults.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { object, place, precompile } from "./build.mjs";
import { broken, faultsOf } from "./contract.mjs";
import { at, text } from "./exercises.mjs";
import { judge, nameOf } from "./judge.mjs";

const hash = (...parts) => createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
const folder = (exercise) => path.join(process.env.BUILD ?? "build/plain", "exercise", exercise.folder, "faults");

/** All of an exercise that could change a verdict, but the fault itself. */
function surroundings(exercise) {
  const built = exercise.unit.map((file) => object(file)).filter((file) => existsSync(at(exercise, file)));
  const read = [...exercise.unit, ...(exercise.play ? [exercise.play] : [])];
  return hash(exercise.rules.join(), process.env.CXXFLAGS ?? "", ...read.map((file) => text(exercise, file)), ...built.map((file) => hash(readFileSync(at(exercise, file)))));
}

/** Every fault of these exercises that has no stamp yet: {exercise, fault, stamp}. */
export function due(exercises) {
  return exercises.flatMap((exercise) => {
    const around = surroundings(exercise);
    return faultsOf(exercise)
      .map((fault) => ({ exercise, fault, stamp: path.join(folder(exercise), `${hash(around, broken(exercise, fault), fault.fails)}.caught`) }))
      .filter(({ stamp }) => !existsSync(at(exercise, stamp)));
  });
}

const git = (root, ...args) => {
  try {
    return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return ""; // an unpacked archive has no history: its sample is always the same
  }
};

/** At most `size` of them, by the commit. */
export function sample(waiting, size, root) {
  if (waiting.length <= size) return waiting;
  const commit = git(root, "rev-parse", "HEAD");
  const touched = new Set(git(root, "diff", "--name-only", "HEAD~1").split("\n"));
  const isTouched = ({ exercise }) =>
    [exercise.stub, exercise.solution, path.join(exercise.folder, "faults.txt"), ...exercise.unit].some((file) => touched.has(file));
  const key = (one) =>
    `${isTouched(one) ? 0 : 1}${hash(commit, one.exercise.name)}${hash(commit, one.exercise.name, one.fault.name)}`;
  return [...waiting].sort((a, b) => (key(a) < key(b) ? -1 : 1)).slice(0, size);
}

/** Judges one. Says what is wrong with it: nothing where its test or rule is the first that fails. */
export async function unnoticed({ exercise, fault, stamp }) {
  const source = stamp.replace(/\.caught$/, ".cc");
  mkdirSync(at(exercise, path.dirname(source)), { recursive: true });
  writeFileSync(at(exercise, source), broken(exercise, fault));
  const header = await precompile(exercise);
  const result = await judge(exercise, source, { header });
  rmSync(at(exercise, place(exercise, source)), { recursive: true });
  if (nameOf(result) === fault.fails) {
    writeFileSync(at(exercise, stamp), `${fault.name}\n`);
    return [];
  }
  const how = result.passed ? "all of it passed" : `it failed “${nameOf(result) ?? result.title}”:\n${result.said}`;
  return [`${exercise.name}: ${fault.name}: expected it to fail “${fault.fails}”, ${how}`];
}
