// make exercise: where one is, and one exercise judged.
//
//     make exercise                  the board
//     make exercise N=07             builds with the reader's file and shows the first failure
//     make exercise N=07 HINT=1      then 2, 3
//     make exercise N=07 WATCH=1     again on each save
//     make exercise N=07 RESET=1     the stub again; asks first
//     make exercise N=07 SOLUTION=1  the real file, after a pass or when asked twice
//
// Ends with 0 where all is well, 1 where the exercise is not passed, 2 where it was asked wrongly.

import { copyFileSync, existsSync, watch } from "node:fs";
import path from "node:path";
import readline from "node:readline";

import { needs } from "./build.mjs";
import { Wrong, at, begin, begun, find, text } from "./exercises.mjs";
import { judge } from "./judge.mjs";
import { note, noteResult, noted, state } from "./progress.mjs";
import { board, hint, opened, verdict } from "./tell.mjs";

const root = process.cwd();
const { N, HINT, WATCH, RESET, SOLUTION } = process.env;
const say = (words) => process.stdout.write(`${words}\n`);

async function once(exercise) {
  if (begin(exercise)) say(opened(exercise));
  const result = await judge(exercise, exercise.mine);
  noteResult(exercise, result);
  say(verdict(exercise, result));
  return result.passed ? 0 : 1;
}

/** Editors save by writing or by renaming: so the folder is watched, and the file's text compared. */
async function forEver(exercise) {
  let judged = "";
  let busy = false;
  const look = async () => {
    if (busy || !begun(exercise)) return;
    busy = true;
    for (let now; (now = text(exercise, exercise.mine)) !== judged; judged = now) {
      if (judged) say(`\n—— ${new Date().toTimeString().slice(0, 8)} ——————————————————————————————\n`);
      await once(exercise);
    }
    busy = false;
  };
  begin(exercise) && say(opened(exercise));
  watch(at(exercise, exercise.folder), look);
  await look();
  say("Watching; save the file to see it judged again, Ctrl-C to end.");
  return new Promise(() => {});
}

const answer = (question) =>
  new Promise((resolve) => {
    const lines = readline.createInterface({ input: process.stdin, output: process.stdout });
    let said = "";
    lines.question(question, (line) => lines.close((said = line)));
    lines.on("close", () => resolve(said.trim()));
  });

async function reset(exercise) {
  if (!begun(exercise)) return say(`There is nothing to throw away: ${exercise.mine} is not begun.`), 0;
  const own = text(exercise, exercise.mine).split("\n");
  const stub = new Set(text(exercise, exercise.stub).split("\n"));
  const written = own.filter((line) => line.trim() && !stub.has(line)).length;
  say(`${exercise.mine} has ${own.length - 1} lines, ${written} of them not the stub's. The stub takes its place.`);
  if ((await answer("Throw it away? Type yes: ")) !== "yes") return say("\nNothing was changed."), 1;
  let backup = 1;
  while (existsSync(at(exercise, `${exercise.mine}.backup-${backup}`))) ++backup;
  copyFileSync(at(exercise, exercise.mine), at(exercise, `${exercise.mine}.backup-${backup}`));
  copyFileSync(at(exercise, exercise.stub), at(exercise, exercise.mine));
  say(`The stub is back. What you had is kept as ${exercise.mine}.backup-${backup}`);
  return 0;
}

function solution(exercise) {
  if (state(exercise).is !== "done" && !noted(exercise).asked) {
    note(exercise, { asked: true });
    say(`It has not passed yet, and there are hints: make exercise N=${exercise.name} HINT=1`);
    say("To see the solution anyway, ask once more.");
    return 1;
  }
  say(text(exercise, exercise.solution));
  say(`That was ${exercise.solution}`);
  return 0;
}

async function main() {
  if (process.argv[2] === "needs") return say(needs(find(root, N)).join(" ")), 0;
  if (!N) return say(board(root)), 0;
  const exercise = find(root, N);
  if (HINT) return say(hint(exercise, HINT)), 0;
  if (RESET) return reset(exercise);
  if (SOLUTION) return solution(exercise);
  return WATCH ? forEver(exercise) : once(exercise);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Wrong)) throw error;
  if (process.argv[2] === "needs") process.exit(2); // the same is asked again at once, and answered there
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
