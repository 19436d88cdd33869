// Proves that each exercise can be failed, for the reason that it states, and passed, by the real file.
//
// make has compiled the stubs (a warning is an error there) and the solutions. For each exercise:
//   - the stub fails with the test and the words of exercise.json's `fails`, and breaks its `rule`;
//   - the real file passes all tests and rules in its place;
//   - each part that the stub leaves to the reader is named in README.md, and no hint is empty;
//   - each test that README.md quotes is one of the exercise's: quoted.mjs;
//   - where exercise.json names a `contract`, each of its sentences, broken, fails its test: contract.mjs.

import os from "node:os";

import { object, linkServer } from "./build.mjs";
import { contractFaults } from "./contract.mjs";
import { all, hints, parts, text } from "./exercises.mjs";
import { brokenRule, judgeObject, suite } from "./judge.mjs";
import { quotedFaults, testNames } from "./quoted.mjs";

const atLeast = 3;
const SERVES_NOBODY = 3; // the suite's exit status for a server that nobody can join

function wording(exercise) {
  const faults = [];
  const readme = text(exercise, `${exercise.folder}/README.md`);
  const mine = parts(exercise);
  if (mine.length === 0) faults.push("expected the stub to mark a part `// Yours: NAME`, got none");
  for (const name of mine) {
    if (!readme.includes(`\`${name}`)) faults.push(`expected README.md to name \`${name}\`, which the stub leaves to write`);
  }
  faults.push(...quotedFaults(readme, exercise.unit.flatMap((file) => testNames(text(exercise, file)))));
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
    ...(await contractFaults(exercise)),
  ];
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const name = `${exercise.name.padEnd(16)} ${exercise.title}`;
  console.log(faults.length === 0 ? `✓ ${name} (${seconds} s)` : `✗ ${name}\n${faults.join("\n")}`);
  return faults.length === 0;
}

const waiting = all(process.cwd()).filter((one) => !process.env.N || one.name === process.env.N);
if (waiting.length === 0) throw new Error("expected exercises in chapters/, got none");
const verdicts = [];
const worker = async () => {
  for (let next; (next = waiting.shift()); ) verdicts.push(await prove(next));
};
await Promise.all(Array.from({ length: Math.max(1, Math.min(os.cpus().length, 4)) }, worker));
const good = verdicts.filter(Boolean).length;
console.log(`exercises: ${good} of ${verdicts.length} can be failed, and are passed by their solution`);
process.exitCode = good === verdicts.length ? 0 : 1;
