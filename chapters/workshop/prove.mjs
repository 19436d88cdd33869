// Proves that each exercise can be failed, for the reason that it states, and passed, by the real file.
//
// make has compiled the stubs (a warning is an error there) and the solutions. For each exercise:
//   - the stub fails with the test and the words of exercise.json's `fails`, and breaks its `rule`;
//   - the real file passes all tests and rules in its place;
//   - each part that the stub leaves to the reader is named in README.md, and no hint is empty;
//   - each test that README.md quotes is one of the exercise's: quoted.mjs;
//   - each numbered sentence of its contract has a fault in faults.txt: contract.mjs;
//   - these faults are caught, by the test or rule that they name: faults.mjs. ALL=1 judges every one, else a sample.

import os from "node:os";

import { object, linkServer } from "./build.mjs";
import { contractFaults } from "./contract.mjs";
import { all, hints, parts, text } from "./exercises.mjs";
import { due, sample, unnoticed } from "./faults.mjs";
import { brokenRule, judgeObject, suite } from "./judge.mjs";
import { quotedFaults, testNames } from "./quoted.mjs";

const atLeast = 3;
const SAMPLE = 16; // less than a minute of one processor
const SERVES_NOBODY = 3; // the suite's exit status for a server that nobody can join

function wording(exercise) {
  const faults = [];
  const readme = text(exercise, `${exercise.folder}/README.md`);
  const mine = parts(exercise);
  if (mine.length === 0) faults.push("expected the stub to mark a part `// Yours: NAME`, got none");
  for (const name of mine) {
    if (!readme.includes(`\`${name}`)) faults.push(`expected README.md to name \`${name}\`, which the stub leaves to write`);
  }
  const tests = exercise.unit.flatMap((file) => testNames(text(exercise, file)));
  faults.push(...quotedFaults(readme, tests), ...contractFaults(exercise, tests));
  const found = hints(exercise);
  if (found.length < atLeast) faults.push(`expected ${atLeast} hints, got ${found.length}`);
  found.forEach((hint, index) => {
    if (hint.trim().length < 40) faults.push(`expected hint ${index + 1} to say something, got "${hint.trim()}"`);
  });
  return faults;
}

async function stubFails(exercise) {
  const { fails } = exercise;
  if (!fails) return ["expected exercise.json to say how the stub `fails`, got nothing"];
  const failure = await judgeObject(exercise, exercise.stub, object(exercise.stub));
  if (!failure) return ["expected the stub to fail, it passes"];
  const faults = [];
  if (fails.test && failure.test !== fails.test) {
    faults.push(`expected the stub to fail “${fails.test}”, it failed “${failure.test ?? failure.title}”:\n${failure.said}`);
  }
  if (!`${failure.title}\n${failure.said}`.includes(fails.with)) {
    faults.push(`expected the failure to say "${fails.with}", it said:\n${failure.title}\n${failure.said}`);
  }
  return faults;
}

async function stubBreaks(exercise) {
  const { rule } = exercise.fails ?? {};
  if (!rule) return exercise.rules.length > 0 && !exercise.breaks ? ["expected `fails` to name a rule that the stub breaks, got none"] : [];
  const server = await linkServer(exercise, exercise.stub, object(exercise.stub));
  if (server.failed) return [server.said];
  const ended = await suite(exercise, server.program, ["--fail-fast", "--only", rule]);
  const broken = brokenRule(ended.said)?.rule === rule || ended.status === SERVES_NOBODY;
  return broken ? [] : [`expected the stub to break ${rule}, the suite said:\n${ended.said}`];
}

async function solutionPasses(exercise) {
  const failure = await judgeObject(exercise, exercise.solution, object(exercise.solution));
  return failure ? [`expected ${exercise.solution} to pass in its place: ${failure.title}\n${failure.said}`] : [];
}

async function prove(exercise) {
  const began = Date.now();
  const faults = [
    ...wording(exercise),
    ...(await stubFails(exercise)),
    ...(await stubBreaks(exercise)),
    ...(await solutionPasses(exercise)),
  ];
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const doubt = exercise.unnumbered ? `; no sentence is proven: ${exercise.unnumbered}` : "";
  const name = `${exercise.name.padEnd(16)} ${exercise.title}`;
  console.log(faults.length === 0 ? `✓ ${name} (${seconds} s${doubt})` : `✗ ${name}\n${faults.join("\n")}`);
  return faults.length === 0;
}

const atOnce = os.cpus().length;
/** What `work` gives for each of these, as many at once as there are processors. */
async function together(items, work) {
  const waiting = [...items];
  const results = [];
  const worker = async () => {
    for (let next; (next = waiting.shift()); ) results.push(await work(next));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

const root = process.cwd();
const { N, ALL } = process.env;
const exercises = all(root).filter((one) => !N || one.name === N);
if (exercises.length === 0) throw new Error("expected exercises in chapters/, got none");
const good = (await together(exercises, async (one) => ((await prove(one)) ? [one] : []))).flat();
console.log(`exercises: ${good.length} of ${exercises.length} can be failed, and are passed by their solution`);

const began = Date.now();
const waiting = due(good);
const drawn = ALL || N ? waiting : sample(waiting, SAMPLE, root);
const missed = (await together(drawn, unnoticed)).flat();
missed.forEach((words) => console.log(`✗ ${words}`));
console.log(`faults: ${drawn.length} judged (${((Date.now() - began) / 1000).toFixed(1)} s), ` +
  `${drawn.length - missed.length} caught; ${waiting.length - drawn.length} wait for ALL=1`);
process.exitCode = good.length === exercises.length && missed.length === 0 ? 0 : 1;
