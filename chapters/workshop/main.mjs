// make exercise: where one is, and one exercise judged.
//
//     make exercise                  the board
//     make exercise N=07             builds with the reader's file and shows the first failure
//     make exercise N=07 HINT=1      then 2, 3
//     make exercise N=07 WATCH=1     again on each save; after a pass it goes on to the next exercise
//     make exercise N=07 RESET=1     the stub again; asks first
//     make exercise N=07 SOLUTION=1  the real file, after a pass or when asked twice
//     make exercise N=07 DIFF=1      after a pass: from the reader's file to the house's
//
// Ends with 0 where all is well, 1 where the exercise is not passed, 2 where it was asked wrongly.

import { copyFileSync, existsSync, watch } from "node:fs";
import path from "node:path";
import readline from "node:readline";

import { needs, run } from "./build.mjs";
import { Wrong, all, at, begin, begun, find, text } from "./exercises.mjs";
import { judge } from "./judge.mjs";
import { note, noteResult, noted, state } from "./progress.mjs";
import { board, hint, nextAfter, opened, verdict } from "./tell.mjs";

const root = process.cwd();
const { N, HINT, WATCH, RESET, SOLUTION, DIFF } = process.env;
const say = (words) => process.stdout.write(`${words}\n`);

async function once(exercise) {
  if (begin(exercise)) say(opened(exercise));
  const result = await judge(exercise, exercise.mine);
  noteResult(exercise, result);
  say(verdict(exercise, result));
  return result.passed ? 0 : 1;
}

/**
 * Judges at each save. Editors save by writing or by renaming: so the folder is watched, and the file's text compared.
 * Ends when the file has passed.
 */
function untilPassed(exercise) {
  let judged = "";
  let busy = false;
  return new Promise((resolve, reject) => {
    const look = async () => {
      if (busy) return;
      busy = true;
      for (let now; begun(exercise) && (now = text(exercise, exercise.mine)) !== judged; judged = now) {
        if (judged) say(`\n—— ${new Date().toTimeString().slice(0, 8)} ——————————————————————————————\n`);
        if ((await once(exercise)) === 0) return watcher.close(), resolve();
      }
      busy = false;
    };
    if (begin(exercise)) say(opened(exercise));
    const watcher = watch(at(exercise, exercise.folder), () => look().catch(reject));
    look().then(() => busy || say("Watching; save the file to see it judged again, Ctrl-C to end.")).catch(reject);
  });
}

async function onAndOn(exercise) {
  for (let next = exercise; next; next = nextAfter(next)) {
    if (next !== exercise) say(`—— On to ${next.name}: ${next.title} ——\n`);
    await untilPassed(next);
  }
  return 0;
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

async function diff(exercise) {
  if (state(exercise).is !== "done") {
    say(`${exercise.mine} has not passed as it is: the difference is for afterwards. See make exercise N=${exercise.name}`);
    return 1;
  }
  const names = ["--label", exercise.mine, "--label", exercise.solution];
  const { said } = await run("diff", ["-u", ...names, exercise.mine, exercise.solution], { cwd: root });
  say(said || `${exercise.mine} is ${exercise.solution}, letter for letter.`);
  return 0;
}

async function main() {
  // A watcher goes on from exercise to exercise, so it needs the objects of all.
  if (process.argv[2] === "needs") return say((WATCH ? all(root) : [find(root, N)]).flatMap(needs).join(" ")), 0;
  if (!N) return say(board(root)), 0;
  const exercise = find(root, N);
  if (HINT) return say(hint(exercise, HINT)), 0;
  if (RESET) return reset(exercise);
  if (SOLUTION) return solution(exercise);
  if (DIFF) return diff(exercise);
  return WATCH ? onAndOn(exercise) : once(exercise);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Wrong)) throw error;
  if (process.argv[2] === "needs") process.exit(2); // the same is asked again at once, and answered there
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
