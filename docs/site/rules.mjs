// rules.mjs: what a page's console shows of the suite's rules, filled in from the rules themselves:
//
//     <!-- rules -->
//     ```console
//     $ make conformance ONLY=B-*
//     ✓ B-06  an intercepted event is pushed by each member's own channel, with its join_ref
//     21 passed, 0 failed, 0 skipped
//
// The title after a rule's name, the count of a command's rules, and `  21 B-`, the count of a section's.

import { join } from "node:path";
import { Fault, files, read } from "./pages.mjs";

const FOLDER = "conformance/suite/rules/";
export const CLIENT_RULES = "conformance/suite/client_rules/";
const RULE = /\b(?:CLIENT_)?RULE\(\s*"([A-Z]-\d+)",\s*\w+,\s*[\w']+,\s*((?:"(?:\\.|[^"\\])*"\s*)+),/g;
const textOf = (literals) =>
  [...literals.matchAll(/"((?:\\.|[^"\\])*)"/g)].map(([, one]) => JSON.parse(`"${one}"`)).join("");

/** The suite's rules for servers, or those of another folder, and where each stands: {id, title, file, line}. */
export function placedRules(root, folder = FOLDER) {
  return files(join(root, folder), [".cc"]).flatMap((name) => {
    const file = folder + name;
    const text = read(root, file);
    return [...text.matchAll(RULE)].map(({ 1: id, 2: title, index }) => {
      return { id, title: textOf(title), file, line: text.slice(0, index).split("\n").length };
    });
  });
}

/** The suite's rules: name → title. */
export const rulesOf = (root) => new Map(placedRules(root).map(({ id, title }) => [id, title]));

function chosenBy(command, rules) {
  const only = /(?:\bONLY=|--only )(\S+)/.exec(command ?? "");
  if (!only) throw new Fault("expected ONLY=… or --only … in the command above the count of rules");
  const patterns = only[1].replace(/^'|'$/g, "").split(",");
  const chosen = (pattern) => {
    const exact = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
    const found = [...rules.keys()].filter((id) => exact.test(id));
    if (found.length === 0) throw new Fault(`there is no rule ${pattern}`);
    return found;
  };
  return new Set(patterns.flatMap(chosen)).size;
}

/** A console's lines with the titles and counts that `rules` give. */
export function filledConsole(lines, rules) {
  let command;
  return lines.map((line) => {
    if (line.startsWith("$ ")) command = line;
    const title = /^(\S )([A-Z]-\d+)(  )\S/.exec(line);
    if (title) {
      const [, mark, id, gap] = title;
      if (!rules.has(id)) throw new Fault(`there is no rule ${id}`);
      return mark + id + gap + rules.get(id);
    }
    if (/^\d+ passed, 0 failed, 0 skipped$/.test(line)) {
      return `${chosenBy(command, rules)} passed, 0 failed, 0 skipped`;
    }
    const section = /^ +\d+ ([A-Z]-)$/.exec(line);
    if (section) {
      const count = [...rules.keys()].filter((id) => id.startsWith(section[1])).length;
      return `${String(count).padStart(7)} ${section[1]}`;
    }
    return line;
  });
}
