// english.mjs [ROOT]: reads every comment, string and page outside the exercises for the habits of
// habits.mjs. It is a help, not the judge: docs/english.txt lists passages that are right
// nevertheless, each with its reason, and folders that are not read yet.
//
// write-good, alex and textlint's rules look for wordiness, tact and passive voice in Markdown;
// none knows these habits, or reads the comments and strings of C++.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { habits } from "./habits.mjs";
import { files, read, report } from "./pages.mjs";
import { passages } from "./passages.mjs";

const LIST = "docs/english.txt";
const ENDINGS = [".h", ".cc", ".inc", ".js", ".mjs", ".md", ".mk", ".awk", "Makefile"];
// Generated text is read at its source; the last two contain the habits as examples.
const LEFT_OUT = [
  "docs/results.md",
  "docs/site/habits.mjs",
  "docs/site/english.test.mjs",
];

const EXERCISE = /^chapters\/[^/]+\/exercise/;
/** In the book people have names, and pronouns. */
const PEOPLE = habits.find(({ pattern }) => /she/.test(pattern.source)).name;
const isOfBook = (path) => path.startsWith("chapters/");

/** The list's lines: {number, allow, words, reason} or {number, later}. */
export function readList(text) {
  return text.split("\n").flatMap((line, index) => {
    const number = index + 1;
    const [first, words, reason] = line.split(" | ");
    if (line === "" || line.startsWith("#")) return [];
    if (line.startsWith("later ")) return [{ number, later: line.slice("later ".length) }];
    if (!reason) throw new Error(`${LIST}:${number}: expected "path | words | reason"`);
    return [{ number, allow: first, words, reason }];
  });
}

/** A string without a space is a name. */
const isText = ({ kind, text }) =>
  kind !== "code" && (kind !== "string" || text.trim().includes(" "));

/** Every habit found: {path, number, habit, near}. */
export function habitsIn(path, text) {
  return passages(path, text).flatMap((passage) =>
    habits
      .filter(({ code = false }) => code || isText(passage))
      .filter(({ name }) => !(isOfBook(path) && name === PEOPLE))
      .flatMap((habit) =>
        [...passage.text.matchAll(habit.pattern)].map(({ index, 0: words }) => ({
          path,
          number: passage.line(index),
          habit,
          near: passage.text.slice(Math.max(0, index - 30), index + words.length + 30),
        })),
      ),
  );
}

/** The habits in `found` that no line of the list allows, and the lines that allow nothing. */
export function judge(found, list) {
  const allowed = list.filter(({ allow }) => allow);
  const used = new Set();
  const faults = found.filter(({ path, near }) => {
    const by = allowed.find(({ allow, words }) => path.startsWith(allow) && near.includes(words));
    if (by) used.add(by);
    return !by;
  });
  return { faults, idle: allowed.filter((line) => !used.has(line)) };
}

export function sources(root, list) {
  const out = [...LEFT_OUT, ...list.flatMap(({ later }) => later ?? [])];
  const isRead = (path) => !EXERCISE.test(path) && !out.some((start) => path.startsWith(start));
  return files(root, ENDINGS).filter(isRead);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = process.argv[2] ?? ".";
  const list = readList(readFileSync(join(root, LIST), "utf8"));
  const all = sources(root, list);
  const { faults, idle } = judge(
    all.flatMap((path) => habitsIn(path, read(root, path))),
    list,
  );
  report(
    [
      ...faults.map(
        ({ path, number, habit, near }) =>
          `${path}:${number}: ${habit.name}: "${near.trim()}". Write: ${habit.instead}. ` +
          `If it is right, add it to ${LIST}.`,
      ),
      ...idle.map(
        ({ number, words }) => `${LIST}:${number}: nothing matches "${words}": remove the line`,
      ),
    ],
    `English: ${all.length} files are free of the habits that docs/site/habits.mjs lists`,
  );
}
