// sources.mjs: cuts listings out of the sources, by tag:
//
//     //! [join]
//     void SocketProcess::join(…) { … }
//     //! [join]
//
// A tag stands twice, round whole functions or types: brackets that open inside close inside.

import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { Fault, files, read } from "./pages.mjs";

const LANGUAGES = {
  ".cc": "cpp",
  ".h": "cpp",
  ".js": "js",
  ".mjs": "js",
  ".json": "json",
  ".html": "html",
  ".css": "css",
  ".dot": "dot",
  ".sh": "sh",
};
const TAG = /^\s*\/\/! \[([^\]]+)\]\s*$/;

export const languageOf = (path) => LANGUAGES[extname(path)] ?? "text";

/** Every tag of a source: {tag, line}, each as often as it stands there. */
export function tagsIn(text) {
  return text.split("\n").flatMap((line, index) => {
    const found = TAG.exec(line);
    return found ? [{ tag: found[1], line: index + 1 }] : [];
  });
}

/** Every tag of the tree as "path tag", with the line where it stands first. */
export function allTags(root) {
  const found = new Map();
  for (const path of files(root, [".cc", ".h", ".js", ".mjs"])) {
    if (path.startsWith("docs/site/")) continue;
    for (const { tag, line } of tagsIn(read(root, path))) {
      const key = `${path} ${tag}`;
      if (!found.has(key)) found.set(key, line);
    }
  }
  return found;
}

/**
 * The lines between a file's two tags, without what they are all indented by; no tag: all lines.
 */
export function listing(root, path, tag) {
  if (!existsSync(join(root, path))) throw new Fault(`there is no file ${path}`);
  const lines = read(root, path).replace(/\n+$/, "").split("\n");
  if (tag === undefined) return lines.filter((line) => !TAG.test(line));
  const at = lines.flatMap((line, index) => (TAG.exec(line)?.[1] === tag ? [index] : []));
  if (at.length !== 2) {
    throw new Fault(`expected the tag //! [${tag}] exactly twice in ${path}, found ${at.length}`);
  }
  const cut = trimmed(lines.slice(at[0] + 1, at[1]).filter((line) => !TAG.test(line)));
  if (cut.length === 0) throw new Fault(`nothing stands between the tags [${tag}] of ${path}`);
  const open = openBrackets(cut.join("\n"));
  if (open !== "") {
    throw new Fault(`the tag [${tag}] of ${path} cuts through a function: ${open}`);
  }
  return cut;
}

function trimmed(lines) {
  const full = lines.flatMap((line, index) => (line.trim() === "" ? [] : [index]));
  if (full.length === 0) return [];
  const cut = lines.slice(full[0], full.at(-1) + 1);
  const indents = cut.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const indent = Math.min(...indents);
  return cut.map((line) => line.slice(indent));
}

/** Says which bracket is left open or closes too much, outside comments and text; "": none. */
export function openBrackets(code) {
  const bare = code
    .replace(/R"(\w*)\([\s\S]*?\)\1"/g, '""')
    .replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "");
  const closes = { "}": "{", ")": "(", "]": "[" };
  const stack = [];
  for (const sign of bare) {
    if ("{([".includes(sign)) stack.push(sign);
    if (sign in closes && stack.pop() !== closes[sign]) return `"${sign}" closes what is outside`;
  }
  return stack.length === 0 ? "" : `"${stack.at(-1)}" is not closed inside`;
}
