// places.mjs: keeps the line numbers of a page true. A page names a function or a type, and where
// it is defined:
//
//     `Listener::accept_one` [net/listener.cc:147](net/listener.cc#L147)
//
// The number is that of the first line at the file's margin that has the name nearest before it.
// (A type's member that is defined inside it is not at the margin: name the type.)

import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { Fault, read } from "./pages.mjs";

const PLACE = /`([^`]+)`([^`]*?)\[([^\]`]*):(\d+)\]\(([^()\s#]+)#L(\d+)\)/g;

/** The line where `name` is defined in a source's text; 0: nowhere. */
export function lineOf(text, name) {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const defined = new RegExp(String.raw`^(?![\s/#}*])[^=]*?(?<![\w:])${escaped}(?!\w)(?![^(]*;)`);
  return text.split("\n").findIndex((line) => defined.test(line)) + 1;
}

/** The line of a page with the numbers as the sources have them now, and how many there are. */
export function placed(root, page, line) {
  let count = 0;
  const now = line.replace(PLACE, (_, name, between, shown, _number, target) => {
    const path = normalize(join(dirname(page), target));
    if (!existsSync(join(root, path))) throw new Fault(`there is no file ${path}`);
    const at = lineOf(read(root, path), name);
    if (at === 0) throw new Fault(`${path} does not define ${name} at its margin`);
    ++count;
    return `\`${name}\`${between}[${shown}:${at}](${target}#L${at})`;
  });
  return { line: now, count };
}
