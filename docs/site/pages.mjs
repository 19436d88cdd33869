// pages.mjs: finds the project's Markdown pages and reads their parts: fences, directives,
// pictures. Every tool of the book reads pages through here.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LEFT_OUT = new Set([".git", "build", "node_modules"]);

/** Every file below `root` whose name ends in one of `endings`, as paths from there, in order. */
export function files(root, endings, folder = "") {
  const found = [];
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder + entry.name;
    if (entry.isDirectory() && !LEFT_OUT.has(entry.name)) {
      found.push(...files(root, endings, path + "/"));
    }
    if (entry.isFile() && endings.some((ending) => path.endsWith(ending))) found.push(path);
  }
  return found;
}

export const pages = (root) => files(root, [".md"]);

export const read = (root, path) => readFileSync(join(root, path), "utf8");

/**
 * A page's lines, each with what it is: "fence" (the line that opens one), "code", "end", or
 * "prose". Lines count from 1, as an editor does.
 */
export function classify(text) {
  let mark = null;
  return text.split("\n").map((line, index) => {
    const fence = /^\s*(`{3,}|~{3,})(.*)$/.exec(line);
    const number = index + 1;
    if (mark === null) {
      if (!fence) return { number, line, kind: "prose" };
      mark = fence[1];
      return { number, line, kind: "fence", language: fence[2].trim() };
    }
    if (fence && fence[1].startsWith(mark) && fence[2].trim() === "") {
      mark = null;
      return { number, line, kind: "end" };
    }
    return { number, line, kind: "code" };
  });
}

/** A page's fences: {language, first, lines}; `first` is the number of the first line inside. */
export function fences(text) {
  const found = [];
  for (const { number, line, kind, language } of classify(text)) {
    if (kind === "fence") found.push({ language, first: number + 1, lines: [] });
    if (kind === "code") found.at(-1).lines.push(line);
  }
  return found;
}

/** Why a page can't be used: printed as file:line: sentence. */
export class Fault extends Error {}

/** Prints the faults and ends the program: with 1 if there are any. */
export function report(faults, good) {
  for (const fault of faults) console.error(fault);
  if (faults.length === 0) console.log(good);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
