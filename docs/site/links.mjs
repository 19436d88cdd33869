// links.mjs --pages | --site HTML: every link inside the project leads somewhere: to a file and,
// after a #, to a heading or anchor in it. Addresses elsewhere are not asked. --pages reads the
// Markdown as GitHub shows it, --site the pages made from it.
//
// remark-validate-links was tried: it takes the line in `server.cc#L38` for a missing heading, and
// looks neither at the site nor for chapters missing in the contents.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import { unescape } from "./html.mjs";
import { classify, files, pages, read, report } from "./pages.mjs";
import { sluggerOf } from "./plan.mjs";

const ELSEWHERE = /^([a-z][a-z0-9+.-]*:|\/\/)/i;

function anchorsOf(text) {
  const slugOf = sluggerOf();
  const names = new Set();
  for (const { kind, line } of classify(text)) {
    const heading = kind === "prose" && /^#+ +(.*?)\s*#*$/.exec(line);
    if (heading) names.add(slugOf(heading[1]));
    for (const [, name] of line.matchAll(/<a (?:id|name)="([^"]+)"/g)) names.add(name);
  }
  return names;
}

/** The links of a page: {number, target}; code has none. */
export function linksOf(text) {
  return classify(text).flatMap(({ kind, line, number }) => {
    if (kind !== "prose") return [];
    const bare = line.replace(/(`+)(?!`)[^]*?[^`]\1(?!`)/g, (code) => "x".repeat(code.length));
    const inline = [...bare.matchAll(/\]\(([^()\s]+)(?: "[^"]*")?\)/g)].map(([, target]) => target);
    const defined = /^\s*\[[^\]]+\]:\s+(\S+)/.exec(bare);
    return [...inline, ...(defined ? [defined[1]] : [])].map((target) => ({ number, target }));
  });
}

export function deadInPages(root) {
  const anchors = new Map();
  const dead = [];
  let count = 0;
  for (const path of pages(root)) {
    for (const { number, target } of linksOf(read(root, path))) {
      if (ELSEWHERE.test(target)) continue;
      ++count;
      const [name, anchor] = decodeURI(target).split("#");
      const file = name === "" ? path : normalize(join(dirname(path), name));
      if (file.startsWith("..") || !existsSync(join(root, file))) {
        dead.push(
          `${path}:${number}: the link ${target} leads to ${file}, and there is no such file`,
        );
      } else if (anchor && file.endsWith(".md")) {
        if (!anchors.has(file)) anchors.set(file, anchorsOf(read(root, file)));
        if (!anchors.get(file).has(anchor)) {
          dead.push(`${path}:${number}: the link ${target} leads to no heading of ${file}`);
        }
      }
    }
  }
  return { dead, count };
}

/** Chapters that the book's contents don't lead to. */
export function missingInContents(root) {
  const contents = "chapters/README.md";
  const links = linksOf(read(root, contents));
  const linked = links.map(({ target }) => `chapters/${target.split("#")[0]}`);
  return pages(root)
    .filter((path) => /^chapters\/\d\d-[^/]+\/README\.md$/.test(path) && !linked.includes(path))
    .map((path) => `${contents}:1: the contents have no link to ${path}`);
}

const ATTRIBUTE = /<[a-z][^>]*?\s(?:xlink:)?(href|src)="([^"]*)"/gi;
const NAME = /\s(?:id|name)="([^"]*)"/g;

export function deadInSite(html) {
  const texts = new Map();
  const textOf = (path) => {
    if (!texts.has(path)) texts.set(path, readFileSync(join(html, path), "utf8"));
    return texts.get(path);
  };
  const names = new Map();
  const namesOf = (path) => {
    if (!names.has(path))
      names.set(path, new Set([...textOf(path).matchAll(NAME)].map(([, name]) => name)));
    return names.get(path);
  };
  const dead = new Map();
  let count = 0;
  for (const path of files(html, [".html"])) {
    for (const [, , target] of textOf(path).matchAll(ATTRIBUTE)) {
      if (target === "" || ELSEWHERE.test(target)) continue;
      ++count;
      const why = deadTarget(html, path, target, namesOf);
      if (why) dead.set(`${target} ${why}`, [...(dead.get(`${target} ${why}`) ?? []), path]);
    }
  }
  const told = [...dead].map(
    ([what, where]) =>
      `${where[0]}${where.length > 1 ? ` and ${where.length - 1} more` : ""}: ${what}`,
  );
  return { dead: told, count };
}

function deadTarget(html, path, target, namesOf) {
  const [name, anchor] = unescape(target).split("#");
  const file = name === "" ? path : normalize(join(dirname(path), decodeURI(name)));
  if (!existsSync(join(html, file)) || statSync(join(html, file)).isDirectory())
    return "leads to no page";
  if (!anchor || !file.endsWith(".html")) return null;
  return namesOf(file).has(anchor) || namesOf(file).has(decodeURIComponent(anchor))
    ? null
    : "leads to no name there";
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [what, html] = process.argv.slice(2);
  const { dead, count } = what === "--site" ? deadInSite(html) : deadInPages(".");
  if (what === "--pages") dead.push(...missingInContents("."));
  report(
    dead,
    `links: ${count} in the ${what === "--site" ? "site" : "pages"}, and each leads somewhere`,
  );
}
