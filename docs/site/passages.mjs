// passages.mjs: what in a file is English: its comments, its string literals, a page's prose.
// A passage is a whole comment or string, however many lines it takes, because a sentence does not
// end where a line does. A comment goes on in the next line at the same column.

import { prose } from "./prose.mjs";

/** Passages of a file: {kind, text, line(offset)}; "code" is what is left of a program's text. */
export function passages(path, text) {
  if (path.endsWith(".md")) return pageOf(text);
  if (/\.(h|cc|inc|js|mjs)$/.test(path)) return programOf(text, /js$/.test(path));
  return hashCommentsOf(text);
}

/** A page's paragraphs, items and table rows. */
function pageOf(text) {
  const found = [];
  for (const { number, words } of prose(text)) {
    const starts = /^\s*([-*|#>]|\d+\.)|^\s*$/.test(words);
    if (starts || found.length === 0) found.push(new Passage("prose"));
    found.at(-1).add(words, number);
  }
  return found;
}

/** Comments of a Makefile, a shell or awk script, or a list of faults. */
function hashCommentsOf(text) {
  const found = [];
  let open = false;
  text.split("\n").forEach((line, index) => {
    const [, before, words] = /^(.*?)(?:^|(?<=\s))##? (.*)$/.exec(line) ?? [];
    if (words === undefined) return void (open = false);
    if (!(open && before.trim() === "")) found.push(new Passage("comment"));
    found.at(-1).add(words, index + 1);
    open = before.trim() === "";
  });
  return found;
}

// In the order in which they are tried at each place of a program.
const RAW = String.raw`(?<raw>\bR"(?<mark>[^(\s]*)\([\s\S]*?\)\k<mark>")`;
const BLOCK = String.raw`(?<block>\/\*[\s\S]*?\*\/)`;
const LINE = String.raw`(?<line>\/\/[^\n]*)`;
const STRING = String.raw`(?<string>"(?:[^"\\\n]|\\[\s\S])*")`;
const QUOTED = String.raw`(?<quoted>'(?:[^'\\\n]|\\.)*')`;
const TEMPLATE = "(?<template>`(?:[^`\\\\]|\\\\[\\s\\S])*`)";
const REGEX = String.raw`(?<=[(,=:[!&|?{};]\s*|\breturn\s+|^\s*)(?<regex>\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/)`;
const CHARACTER = String.raw`(?<![\da-fA-F])(?<character>'(?:[^'\\\n]|\\[^'\n]*|\\')')`; // not 1'000
const CPP = new RegExp([BLOCK, LINE, RAW, STRING, CHARACTER].join("|"), "gm");
const JS = new RegExp([BLOCK, LINE, STRING, QUOTED, TEMPLATE, REGEX].join("|"), "gm");

function programOf(text, isScript) {
  const found = [];
  let code = text;
  let end = 0; // of the passage before
  let number = 1;
  let counted = 0;
  for (const match of text.matchAll(isScript ? JS : CPP)) {
    const [whole] = match;
    const between = text.slice(end, match.index);
    number += newlines(text.slice(counted, match.index));
    counted = match.index;
    code = code.slice(0, match.index) + blank(whole) + code.slice(match.index + whole.length);
    const [kind, words] = wordsOf(match.groups);
    if (kind === null) continue;
    const last = found.at(-1);
    const column = columnOf(text, match.index);
    const goesOn =
      last?.kind === kind &&
      (kind === "comment"
        ? /^\n[ \t]*$/.test(between) && column === last.column
        : /^\s*(\+\s*)?$/.test(between));
    if (!goesOn) found.push(new Passage(kind, column));
    words.split("\n").forEach((line, index) => found.at(-1).add(line, number + index, kind));
    end = match.index + whole.length;
  }
  const rest = new Passage("code");
  code.split("\n").forEach((line, index) => rest.add(line, index + 1));
  return [...found, rest];
}

const columnOf = (text, at) => at - text.lastIndexOf("\n", at - 1);
const newlines = (text) => text.split("\n").length - 1;
const blank = (text) => text.replace(/[^\n]/g, " ");

/** A token's kind, and its words without the marks around them. */
function wordsOf({ block, line, raw, mark, string, quoted, template, regex, character }) {
  if (line !== undefined) return ["comment", line.replace(/^\/\/+[<!]? ?/, "")];
  if (block !== undefined) {
    return ["comment", block.slice(2, -2).replace(/^[ \t]*\*+ ?/gm, "")];
  }
  if (raw !== undefined) return ["string", raw.slice(3 + mark.length, -2 - mark.length)];
  if ((regex ?? character) !== undefined) return [null, ""];
  return ["string", (string ?? quoted ?? template).slice(1, -1)];
}

class Passage {
  #starts = []; // [offset, line number]
  text = "";

  constructor(kind, column = 0) {
    this.kind = kind;
    this.column = column;
  }

  /** A line more. Two string literals side by side are one string; other lines need a blank. */
  add(words, number, kind = "comment") {
    if (this.text !== "" && kind !== "string") this.text += " ";
    this.#starts.push([this.text.length, number]);
    this.text += words;
  }

  line(offset) {
    return this.#starts.findLast(([start]) => start <= offset)[1];
  }
}
