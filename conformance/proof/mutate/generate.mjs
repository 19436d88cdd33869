// Generates faults from the source: a condition inverted, a bound moved by one, a statement
// removed, two neighbours swapped.
//
// They are not reviewed, so some change nothing that a client sees: they widen the net, and the
// suite answers for the list in faults/. Statements that only affect a log are left alone.

import { createHash } from "node:crypto";

import { mask } from "./source.mjs";

const INVISIBLE = /\blog\b|log_|\.(warn|info|debug|error)\(|telemetry|\bcheck\(|prefetch|\breserve\(|limit_reached|\btell\(/;
const KEYWORD = /^(return|throw|if|for|while|switch|case|default|else|do|using|const|constexpr|static|auto|namespace|template|class|struct|enum|friend|public|private|protected|typedef|goto|break|continue|co_\w+|explicit|virtual|extern|thread_local)\b/;
const DECLARES = /^[\w:]+(<[^()]*>)?(\s*[&*]+\s*|\s+)[&*]?\w+\s*[({=;[]/;
const CALL = /^[*(]*[\w:]+[\w:.\->[\]()*]*\(.*\)$/s;
const ASSIGNS = /^[*]?[\w.\->[\]()]+\s*[-+|&]?=[^=]/;
const COUNTS = /^(\+\+|--)[\w.\->]+$/;

/** The end of what opens at `at`, or -1. */
function closing(masked, at) {
  let depth = 0;
  for (let i = at; i < masked.length; ++i) {
    if ("([{".includes(masked[i])) ++depth;
    else if (")]}".includes(masked[i]) && --depth === 0) return i;
  }
  return -1;
}

function* conditions(source, masked) {
  for (const match of masked.matchAll(/\bif \(/g)) {
    const open = match.index + match[0].length - 1;
    const close = closing(masked, open);
    if (close < 0) continue;
    const inside = masked.slice(open + 1, close);
    const from = open + 1 + (inside.lastIndexOf(";") + 1);
    const condition = masked.slice(from, close);
    if (/[^=!<>]=[^=]/.test(condition)) continue; // declares what it asks about
    const text = source.slice(from, close);
    yield { kind: "turned", from, to: close, text: `${from > open + 1 ? " " : ""}!(${text.trim()})` };
  }
}

const MOVED = { " < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > " };
function* bounds(source, masked) {
  for (const match of masked.matchAll(/ (<|<=|>|>=) /g)) {
    if (/template|operator/.test(masked.slice(masked.lastIndexOf("\n", match.index) + 1, match.index))) continue;
    yield { kind: "moved", from: match.index, to: match.index + match[0].length, text: MOVED[match[0]] };
  }
  for (const match of masked.matchAll(/\bconstexpr (?:std::size_t|int|unsigned|std::uint64_t) \w+ ?(?:= |\{)(\d[\d']*)/g)) {
    const to = match.index + match[0].length;
    const number = Number(match[1].replaceAll("'", "")) + 1;
    yield { kind: "moved", from: to - match[1].length, to, text: String(number) };
  }
}

/** Statements that can be left out: calls, assignments, counts. In their order, as [from, to). */
function statements(masked) {
  const found = [];
  let from = 0;
  let depth = 0;
  for (let i = 0; i < masked.length; ++i) {
    const c = masked[i];
    if (c === "(" || c === "[") ++depth;
    if (c === ")" || c === "]") --depth;
    if (c === "{" && depth > 0) {
      const end = closing(masked, i); // a lambda, or braces of an argument
      if (end < 0) break;
      i = end;
      continue;
    }
    if (depth > 0 || !"{};".includes(c)) continue;
    if (c === ";") {
      const begin = from + masked.slice(from, i).search(/\S|$/);
      const text = masked.slice(begin, i);
      const plain = !KEYWORD.test(text) && !DECLARES.test(text) && (CALL.test(text) || ASSIGNS.test(text) || COUNTS.test(text));
      if (plain && !text.includes("\n\n")) found.push([begin, i + 1]);
    }
    from = i + 1;
  }
  return found;
}

function* omissions(source, masked) {
  const all = statements(masked);
  for (const [from, to] of all) yield { kind: "left-out", from, to, text: ";" };
  for (let i = 1; i < all.length; ++i) {
    const [first, second] = [all[i - 1], all[i]];
    if (!/^\s*$/.test(masked.slice(first[1], second[0]))) continue;
    const text = `${source.slice(...second)}${source.slice(first[1], second[0])}${source.slice(...first)}`;
    yield { kind: "swapped", from: first[0], to: second[1], text };
  }
}

/** All faults that can be generated from one file. */
export function candidates(file, source) {
  const masked = mask(source);
  const seen = new Map();
  const faults = [];
  for (const make of [conditions, bounds, omissions]) {
    for (const { kind, from, to, text } of make(source, masked)) {
      const line = source.slice(source.lastIndexOf("\n", from) + 1, (source.indexOf("\n", to) + 1 || source.length + 1) - 1);
      if (INVISIBLE.test(source.slice(from, to)) || INVISIBLE.test(line)) continue;
      // Named by its change and not by its place, so the name survives other changes of the file.
      const what = `${file} ${kind} ${source.slice(from, to)} ${line.trim()}`.replace(/\s+/g, " ");
      const times = seen.get(what) ?? 0;
      seen.set(what, times + 1);
      const hash = createHash("sha256").update(`${what} ${times}`).digest("hex").slice(0, 6);
      const [, layer, base] = file.split("/");
      faults.push({
        name: `${base}-${kind}-${hash}`,
        layer,
        automatic: kind,
        sees: `(made by itself) ${kind}: ${source.slice(from, to).replace(/\s+/g, " ")}`,
        changes: [{ file, from, to, replace: text }],
      });
    }
  }
  return faults;
}

/** Numbers of [0, 1), the same for the same seed everywhere (mulberry32). */
export function random(seed) {
  let state = Number(seed) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** `count` of them, at random. */
export function sample(all, count, seed) {
  const left = [...all];
  const next = random(seed);
  const drawn = [];
  while (drawn.length < count && left.length > 0) drawn.push(...left.splice(Math.floor(next() * left.length), 1));
  return drawn;
}
