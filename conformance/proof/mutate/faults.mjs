// The list of faults: small changes of the library's source that a client can see on the wire.
//
// One file per layer, faults/LAYER.txt. An entry:
//
//     == leave-without-phx_close
//     in lib/channel/handling.cc
//     sees join "1", leave "2" → the reply, and no phx_close after it
//     shards 2
//     - scheduler().send(socket_.transport(), SocketClose{self()}); return stop(
//     + return stop(
//
// `shards` says how many the server needs before a client can see it; most entries need one, and leave the line out.
// What follows `-` must stand in the file exactly once, however it is laid out: white space counts only
// between words. More `-` and `+` make further changes of the same fault. A new layout of the file
// leaves an entry valid; one that no longer matches is stale, and fails the check.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";

/** An entry, or a list of them, that can't be used: the message says where and why. */
export class BadFault extends Error {}

/** `a.b(c)` as a pattern that takes it with any white space and comments between its tokens. */
export function pattern(text) {
  const tokens = text.match(/\w+|[^\w\s]/g);
  if (!tokens) throw new BadFault("expected some text to find, got none");
  const word = (token) => /\w/.test(token);
  const between = "(?:\\s|//[^\\n]*\\n)";
  let source = word(tokens[0]) ? "(?<!\\w)" : "";
  tokens.forEach((token, i) => {
    if (i > 0) source += word(token) && word(tokens[i - 1]) ? `${between}+` : `${between}*`;
    source += word(token) ? token : `\\${token}`;
  });
  return new RegExp(source + (word(tokens.at(-1)) ? "(?!\\w)" : ""), "g");
}

/** The source with the change made. Throws BadFault unless its text stands there exactly once. */
export function change(source, { find, from, to, replace }) {
  if (find === undefined) return source.slice(0, from) + replace + source.slice(to); // the generator knows where
  const found = [...source.matchAll(pattern(find))];
  if (found.length !== 1) {
    throw new BadFault(`expected this to stand there once, got ${found.length} times:\n${find}`);
  }
  const { index } = found[0];
  return source.slice(0, index) + replace + source.slice(index + found[0][0].length);
}

/** The entries of one file's text. */
export function parse(text, layer) {
  const faults = [];
  let fault, hunk;
  const bad = (number, what) => new BadFault(`${layer}.txt:${number}: ${what}`);
  text.split("\n").forEach((line, i) => {
    if (line.startsWith("== ")) {
      fault = { name: line.slice(3).trim(), layer, sees: "", changes: [] };
      hunk = undefined;
      faults.push(fault);
      return;
    }
    if (line.trim() === "" || line.startsWith("#")) return;
    if (!fault) throw bad(i + 1, "expected an entry's `== name` first");
    const [, mark, rest] = line.match(/^(in |sees |shards |[ ]+|-|\+)(.*)$/) ?? [];
    if (mark === "in ") {
      fault.file = rest.trim();
      hunk = undefined;
    } else if (mark === "sees ") {
      fault.sees = rest.trim();
    } else if (mark === "shards ") {
      if (!/^[2-9]$/.test(rest.trim())) throw bad(i + 1, `expected from two to nine shards, got: ${rest}`);
      fault.shards = rest.trim();
    } else if (mark === "-") {
      if (!hunk || hunk.closed) fault.changes.push((hunk = { file: fault.file, find: [], replace: [] }));
      hunk.find.push(rest);
    } else if (mark === "+") {
      if (!hunk) throw bad(i + 1, "expected what to find (-) before what to put there (+)");
      hunk.closed = true;
      hunk.replace.push(rest);
    } else if (mark && !hunk && fault.sees) {
      fault.sees += ` ${rest.trim()}`;
    } else {
      throw bad(i + 1, `expected \`in\`, \`sees\`, \`shards\`, \`-\` or \`+\`, got: ${line}`);
    }
  });
  for (const one of faults) {
    if (!one.sees) throw new BadFault(`${layer}/${one.name}: expected a line that says what a client sees`);
    if (one.changes.length === 0) throw new BadFault(`${layer}/${one.name}: expected a change`);
    one.changes = one.changes.map(({ file, find, replace }) => {
      if (!file) throw new BadFault(`${layer}/${one.name}: expected \`in FILE\` before the change`);
      return { file, find: find.join("\n"), replace: replace.join("\n").trim() };
    });
    delete one.file;
  }
  return faults;
}

/** All entries of a folder; `root` is the project's. */
export function readFaults(folder, root = ".") {
  const faults = readdirSync(folder)
    .filter((file) => file.endsWith(".txt"))
    .sort()
    .flatMap((file) => parse(readFileSync(path.join(folder, file), "utf8"), path.basename(file, ".txt")));
  const names = new Set();
  for (const { name } of faults) {
    if (names.has(name)) throw new BadFault(`expected each name once, got ${name} twice`);
    names.add(name);
  }
  return placed(faults, root);
}

const sources = new Map(); // of a root: each file of its library
function sourcesOf(root) {
  if (!sources.has(root)) {
    const layers = readdirSync(path.join(root, "lib"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const files = layers.flatMap(({ name }) => readdirSync(path.join(root, "lib", name)).map((file) => `lib/${name}/${file}`));
    const code = files.filter((file) => /^(?!.*_(test|fuzz|bench)\.).*\.(cc|h)$/.test(file));
    sources.set(root, new Map(code.map((file) => [file, readFileSync(path.join(root, file), "utf8")])));
  }
  return sources.get(root);
}

/** Where the text of an entry is: in its file or, where that has gone, in the one file that has it now. */
function placeOf({ file, find }, root) {
  if (find === undefined || existsSync(path.join(root, file))) return file;
  const places = [...sourcesOf(root)].filter(([, text]) => pattern(find).test(text)).map(([place]) => place);
  return places.length === 1 ? places[0] : file;
}

/** The same faults, each file where it is now; a fault is of the layer in which its first change lies. */
export const placed = (faults, root) =>
  faults.map((fault) => {
    const changes = fault.changes.map((one) => ({ ...one, file: placeOf(one, root) }));
    return { ...fault, changes, layer: changes[0].file.split("/")[1] };
  });

/** The files of a fault as it leaves them: path → text. */
export function patched(fault, read) {
  const files = new Map();
  for (const one of fault.changes) {
    try {
      files.set(one.file, change(files.get(one.file) ?? read(one.file), one));
    } catch (error) {
      if (!(error instanceof BadFault) && error.code !== "ENOENT") throw error;
      throw new BadFault(`${fault.layer}/${fault.name} is stale, in ${one.file}: ${error.message}`);
    }
  }
  return files;
}
