// mentions.mjs [ROOT]: every C++ name that a page of the book or of lib/ mentions exists. Of `Scheduler::bury` some
// source has all parts as words; of `bury`, in [scheduler.cc](…), that file has it. A function that was renamed takes
// its chapter with it. Where a page shows how a unit test ended, it shows as many cases as the test has.

import { existsSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import { classify, fences, files, pages, read, report } from "./pages.mjs";

const CODE = /(?<!`)`([^`\n]+)`(?!`)/g;
const NAME = /^(?:phx::)?(~?\w+(?:::~?\w+)+)(?:\(.*\))?$/;
const PLACED = /`(\w+(?:::\w+)*)`,?\s+in\s+\[[^\]]*\]\(([^()\s#]+)(?:#\S*)?\)/g;
const FOREIGN = new Set(["std", "boost", "msgpack"]);
const SOURCES = [".h", ".cc", ".inc"];

/** The names of a page: {number, name, parts}; code in fences is checked by a compiler. */
export function namesOf(text) {
  return classify(text).flatMap(({ kind, line, number }) => {
    if (kind !== "prose") return [];
    return [...line.matchAll(CODE)].flatMap(([, code]) => {
      const name = NAME.exec(code)?.[1];
      const parts = name?.split("::") ?? [];
      return name && !FOREIGN.has(parts[0]) ? [{ number, name, parts }] : [];
    });
  });
}

/** Names with their file: {number, name, target}. Both may stand on two lines. */
export function placesOf(text) {
  const lines = classify(text).map(({ kind, line }) => (kind === "prose" ? line : ""));
  const prose = lines.join("\n");
  return [...prose.matchAll(PLACED)].map(({ 1: name, 2: target, index }) => ({
    number: prose.slice(0, index).split("\n").length,
    name,
    target,
  }));
}

/** How a unit test ends in a fence: {number, test, cases}, of those that show a count. */
export function endsOf(text) {
  return fences(text).flatMap(({ first, lines }) => {
    const test = /build\/plain\/(\S+_test)\b/.exec(lines.join("\n"))?.[1];
    const counts = lines.map((line) => /^\[ +(?:PASSED|FAILED) +\] (\d+) test\(s\)/.exec(line)?.[1]).filter(Boolean);
    return test && counts.length ? [{ number: first, test, cases: counts.reduce((sum, n) => sum + Number(n), 0) }] : [];
  });
}

/** The words of every source. */
export function wordsIn(root) {
  const sources = files(root, SOURCES).filter((path) => !path.endsWith(".stub.cc"));
  return sources.map((path) => new Set(read(root, path).match(/~?\w+/g) ?? []));
}

/** The names that no source has. */
export function unknownNames(root) {
  const sources = wordsIn(root);
  const unknown = [];
  let count = 0;
  for (const path of pages(root).filter((page) => /^(chapters|lib)\/|^README/.test(page))) {
    for (const { number, name, parts } of namesOf(read(root, path))) {
      ++count;
      if (sources.some((words) => parts.every((part) => words.has(part)))) continue;
      unknown.push(`${path}:${number}: no source has ${name}: it was renamed or removed`);
    }
    for (const { number, name, target } of placesOf(read(root, path))) {
      const file = normalize(join(dirname(path), target));
      if (!existsSync(join(root, file)) || !statSync(join(root, file)).isFile()) continue; // links.mjs reports it
      ++count;
      const words = new Set(read(root, file).match(/\w+/g) ?? []);
      if (name.split("::").every((part) => words.has(part))) continue;
      unknown.push(`${path}:${number}: ${file} does not have ${name}: it was renamed or moved`);
    }
    for (const { number, test, cases } of endsOf(read(root, path))) {
      const file = `${test}.cc`;
      if (!existsSync(join(root, file))) continue; // its chapter tells how to write it
      ++count;
      const actual = (read(root, file).match(/^PHX_TEST\(/gm) ?? []).length;
      if (actual === cases) continue;
      unknown.push(`${path}:${number}: ${file} has ${actual} tests, and the page shows ${cases}`);
    }
  }
  return { unknown, count };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { unknown, count } = unknownNames(process.argv[2] ?? ".");
  report(unknown, `mentions: ${count} names of functions and types on the pages are in the sources`);
}
