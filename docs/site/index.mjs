// index.mjs: what the site's search knows: each section of each page, each rule, each recording, each
// name of the code and each sentence that it says, with the place it leads to. theme/finding.js
// searches it in the browser.

import { basename } from "node:path";
import { unescape } from "./html.mjs";
import { classify, files, read } from "./pages.mjs";
import { pageId, sluggerOf } from "./plan.mjs";
import { CLIENT_RULES, placedRules } from "./rules.mjs";

const DEFINED =
  /^ *(?!(?:return|else|using|namespace|static_assert|throw|new|delete|case|if|for|while|co_\w+)\b)\w[\w:<>&*,[\] ]*[ &*]((?:\w+::)*\w+)\(/;

/** The function that a line of code defines, if it does: a call and a declaration end with a semicolon. */
const defined = (line) => (/;\s*(\/\/.*)?$/.test(line) ? undefined : DEFINED.exec(line)?.[1]);

const CHAPTER = /^chapters\/(\d\d)-[^/]+\//;

function groupOf(path) {
  if (path.startsWith("chapters/")) return "book";
  return path === "docs/protocol.md" ? "protocol" : "pages";
}

/** Markdown without its signs: what a reader sees of a line. */
function seen(line) {
  return line
    .replace(/<!--.*?-->/g, "")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/<\/?\w[^>]*>/g, "")
    .replace(/^\s*\|?[-:| ]+\|?$/, "")
    .replace(/\s*\|\s*/g, " ")
    .replace(/\*\*|^#+ |^> ?|`/g, "")
    .trim();
}

/** A page's sections: from its title or a heading to the next. Code and frames belong to them. */
function sectionsOf(root, path, title) {
  const id = pageId(path);
  const slugOf = sluggerOf();
  const number = CHAPTER.exec(path)?.[1];
  const page = number ? `${Number(number)}. ${title.replace(/^\d+\. /, "")}` : title;
  const group = groupOf(path);
  const sections = [{ group, title: page, where: "", to: `${id}.html`, shows: "", text: "" }];
  for (const { kind, line } of classify(read(root, path))) {
    const heading = kind === "prose" && /^(#+) +(.*?)\s*$/.exec(line);
    if (heading) {
      const slug = slugOf(heading[2]);
      if (heading[1] === "#") continue;
      const to = `${id}.html#${id}-${slug}`;
      sections.push({ group, title: seen(heading[2]), where: page, to, shows: "", text: "" });
    } else if (kind === "prose" || kind === "code") {
      const words = kind === "code" ? line.trim() : seen(line);
      if (words) sections.at(-1).text += `${words} `;
      const shown = kind === "code" && defined(line);
      if (shown) sections.at(-1).shows += `${shown} `;
    }
  }
  return sections;
}

function rules(root, target) {
  return [...placedRules(root), ...placedRules(root, CLIENT_RULES)].map(({ id, title, file, line }) => ({
    group: "rules",
    title: `${id}  ${title}`,
    where: basename(file),
    to: target(`${file}#L${line}`),
    text: "",
  }));
}

const RECORDING = /^traces\/([\d.]+\/)?[^/]+\.har$/;

function recordings(root, target) {
  const paths = files(root, [".har"], "traces/").filter((path) => RECORDING.test(path));
  return paths.map((path) => ({
    group: "traces",
    title: path.replace(/^traces\/|\.har$/g, ""),
    where: "recorded from Phoenix",
    to: target(path),
    text: JSON.parse(read(root, path)).log.comment,
  }));
}

const field = (text, name) => unescape(new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? "");

/** Classes and members as Doxygen's tag file lists them; overloads are one, constructors their class. */
function published(tags) {
  const found = new Map();
  for (const [, kind, body] of tags.matchAll(/<compound kind="(\w+)">([^]*?)<\/compound>/g)) {
    if (!["class", "struct", "namespace"].includes(kind)) continue;
    const [head] = body.split("<member ");
    const scope = field(head, "name");
    if (kind !== "namespace") found.set(scope, { where: kind, to: field(head, "filename") });
    for (const [, what, member] of body.matchAll(/<member kind="(\w+)"[^>]*>([^]*?)<\/member>/g)) {
      const own = field(member, "name");
      const name = `${scope}::${own}`;
      const to = `${field(member, "anchorfile")}#${field(member, "anchor")}`;
      const made = scope.split("::").at(-1) === own.replace("~", "");
      if (!made && !found.has(name)) found.set(name, { where: what, to });
    }
  }
  return found;
}

/** Functions that Doxygen keeps to itself: private ones, and those of one file. */
function unpublished(root, known, target) {
  const ends = new Set([...known.keys()].map((name) => name.split("::").slice(-2).join("::")));
  const found = new Map();
  for (const path of files(root, [".cc"]).filter((path) => !/_(test|fuzz|bench)\.cc$|\/exercise/.test(path))) {
    read(root, path).split("\n").forEach((line, at) => {
      const name = defined(line);
      const end = name?.split("::").slice(-2).join("::");
      if (!name || ends.has(end) || name.split("::").at(-1) === "main") return;
      found.set(`${name} ${path}`, { title: name, where: path, to: target(`${path}#L${at + 1}`) });
    });
  }
  return [...found.values()];
}

function names(root, tags, target) {
  const known = published(tags);
  return [
    ...[...known].map(([title, rest]) => ({ title, ...rest })),
    ...unpublished(root, known, target),
  ].map((one) => ({ group: "names", text: "", ...one }));
}

const LITERALS = /"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*/g;
/** Three words, or two that are all there is: "join crashed". */
const SENTENCE = /[\p{L}\d]+[,:;]? [\p{L}\d]+[,:;]? [\p{L}\d]+|^[a-z]+ [a-z]+$/u;

/** The sentences in a source's code, in an error or in the log: {text, line}. Literals side by side are one. */
export function saidIn(source) {
  const code = source.replace(/^[ \t]*(\/\/|#).*$/gm, (line) => " ".repeat(line.length));
  return [...code.matchAll(LITERALS)]
    .map(({ 0: literals, index }) => ({
      text: literals.replace(/(?<!\\)"\s*"/g, "").slice(1, -1).replace(/\\(["\\])/g, "$1").replace(/\\./g, " ").trim(),
      line: code.slice(0, index).split("\n").length,
    }))
    .filter(({ text }) => SENTENCE.test(text) && !/[{}<>]/.test(text));
}

function sentences(root, target) {
  const sources = files(root, [".cc", ".h"], "lib/").filter((path) => !/_(test|fuzz|bench)\.cc$|^lib\/testing\/|\/test\//.test(path));
  return sources.flatMap((path) =>
    saidIn(read(root, path)).map(({ text, line }) => ({
      group: "said", title: text, where: path, to: target(`${path}#L${line}`), text: "",
    })),
  );
}

/** Everything that can be found: {group, title, where, to, text}. `target` gives a file's page. */
export function indexOf(root, plan, tags, target) {
  // Hints are left out: nobody should meet one by accident.
  const pages = [...plan.all.values()].filter(({ path }) => !path.includes("/hints/"));
  return [
    ...pages.flatMap(({ path, title }) => sectionsOf(root, path, title)),
    ...rules(root, target),
    ...recordings(root, target),
    ...names(root, tags, target),
    ...sentences(root, target),
  ];
}
