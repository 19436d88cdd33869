// site.mjs HTML TAGFILE: gives Doxygen's pages their frame, and fills in the parts that filter.mjs
// marked: listings, pictures, links to files. Fails if a link leads nowhere.

import { copyFileSync, existsSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { kicker, onThisPage, previousAndNext, side } from "./frame.mjs";
import { siteLink } from "./filter.mjs";
import { escape, unescape } from "./html.mjs";
import { indexOf } from "./index.mjs";
import { report } from "./pages.mjs";
import { planOf } from "./plan.mjs";
import { MET, asClassPage, classPage, isAbout, isEmpty, storyOf, withExamples } from "./reference.mjs";
import { figure, shownFence } from "./show.mjs";
import { Scope } from "./scope.mjs";
import { tagsIn } from "./sources.mjs";
import { Targets } from "./targets.mjs";

const root = resolve(".");
const [html, tagfile] = process.argv.slice(2);
const plan = planOf(root);
const targets = new Targets(root, html, tagfile);
const ids = new Set([...plan.all.values()].map(({ id }) => id));
const faults = [];
const done = new Set();

function target(link, where) {
  const found = targets.find(link);
  if (found === null) faults.push(`${where}: a link leads to ${link}, and there is no such file`);
  return found ?? "";
}

/** A listing's source, as a link to its first line. */
function from(directive, where) {
  const [kind, file, part] = unescape(directive).split(" ");
  if (kind === "picture") return "";
  const lines = part && kind === "snippet" ? tagsIn(readFileSync(join(root, file), "utf8")) : [];
  const line = lines.find(({ tag }) => tag === part)?.line;
  const page = target(file + (line ? `#L${line + 1}` : ""), where);
  return `<p class="from"><a href="${page}">${escape(file)}</a></p>`;
}

const scope = new Scope(root, readFileSync(tagfile, "utf8"));
const names = { kept: 0, led: 0, freed: 0 };

/** A listing with its names led to what its own file means by them. */
function scoped(file, listing) {
  const { html: shown, ...counts } = scope.scoped(file, listing);
  for (const what of Object.keys(names)) names[what] += counts[what];
  return shown;
}

const LISTING = /(<p class="from">\w+ ([^\s<]+\.(?:cc|h))\b[^<]*<\/p>\s*)(<div class="fragment">[^]*?<\/div><!-- fragment -->)/g;

function filled(text, where) {
  return text
    .replace(LISTING, (_, from, file, listing) => from + scoped(file, listing))
    .replace(/<p class="from">([^<]*)<\/p>/g, (_, directive) => from(directive, where))
    .replace(/<div data-fence="([^"]+):(\d+)"><\/div>/g, (_, path, line) =>
      shownFence(root, unescape(path), Number(line)),
    )
    .replace(/<figure data-picture="([^"]+)">([^<]*)<\/figure>/g, (_, path, caption) => {
      const linkTo = (link) =>
        siteLink(root, path, link).replace(/^phx:(.*)$/, (__, file) => target(file, where));
      const shown = figure(root, path, caption, linkTo);
      if (!shown) faults.push(`${where}: expected a picture ${path}: run make snippets`);
      return shown ?? "";
    })
    .replace(/href="phx:([^"]*)"/g, (_, link) => `href="${target(unescape(link), where)}"`);
}

/** A page of the book: its title is the one first heading, the others come below it. */
function asBookPage(text, id) {
  const contents = /<div class="contents">([^]*)<\/div><!-- contents -->/.exec(text)?.[1] ?? "";
  const lowered = contents
    .replace(/<(\/?)h([1-4])>/g, (_, slash, level) => `<${slash}h${Number(level) + 1}>`)
    .replace(/<(\/?)h[23] class="groupheader">/g, "<$1h2>")
    .replace(
      /<table class="(markdownTable|doxtable)">[^]*?<\/table>/g,
      (table) => `<div class="scroll" tabindex="0">${table}</div>`,
    )
    .replace(/<p >/g, "<p>")
    // A numbered sentence can be linked to: the chat's wire panel does.
    .replace(/<p>(?=<b>(\d+\.\d+)<\/b>)/g, (_, number) => `<p id="${id}-${number}">`)
    // A variable's name leads to any variable of that name.
    .replace(/<a class="code hl_(?:variable|enumvalue)"[^>]*>([a-z_]+)<\/a>/g, "$1");
  return text.replace(contents, () => onThisPage(lowered) + lowered);
}

function withTitle(text, id) {
  const title =
    /<div class="title">((?:[^<]|<(?!\/?div))*)(<div class="ingroups">[^]*?<\/div>)?<\/div>/;
  return text.replace(title, (_, doxygens, groups = "") => {
    const [, name, kind] = /^\s*([^]*?) (Class|Struct|Union|File|Namespace)(?: Template)? Reference/.exec(doxygens) ?? [];
    const words = name ?? doxygens;
    const above = kicker(plan, id) || kind;
    const small = above && `<p class="kicker">${above}</p>`;
    return `${small}<h1 class="title">${words.trim()}</h1>${groups}`;
  });
}

const sourceLines = new Map();

/** Where Doxygen takes a member of another class for one of this, its line may not be there. */
function withoutDeadLines(text) {
  return text.replace(/<p class="definition">.*?<\/p>/g, (words) => {
    const [, page, line] = /href="(\w+_source\.html)#l0*(\d+)"/.exec(words) ?? [];
    if (!page) return words;
    if (!sourceLines.has(page)) {
      const source = readFileSync(join(html, page), "utf8");
      sourceLines.set(page, source.split('<div class="line">').length - 1);
    }
    return Number(line) <= sourceLines.get(page) ? words : "";
  });
}

/** Doxygen's list of sections names some that it leaves out. */
function withoutDeadSummary(text) {
  return text.replace(/<a href="#([\w-]+)">[^<]*<\/a>(?: &#124;\s*)?/g, (link, name) =>
    text.includes(`id="${name}"`) ? link : "",
  );
}

const ofDoxygen = (name) => readFileSync(join(html, name), "utf8");

/** Headers' pages by their name, and what their first comments say; and the files' pages that say no more. */
const stories = new Map();
const empty = new Set();
for (const name of readdirSync(html).filter((one) => /_8(cc|h|mjs)\.html$/.test(one))) {
  const text = ofDoxygen(name);
  stories.set(name, storyOf(text));
  if (isEmpty(text) && existsSync(join(html, name.replace(".html", "_source.html")))) empty.add(name);
}

/** The header's story, where it is this class's. */
function storyFor(text) {
  const name = /<div class="title">([^<]*?) (?:Class|Struct) /.exec(text)?.[1] ?? "";
  const [, page, header] = /#include &lt;<a class="el" href="(\w+)_source\.html">([^<]*)</.exec(text) ?? [];
  return page && isAbout(unescape(name).replace(/< .*/, ""), header) ? (stories.get(`${page}.html`) ?? "") : "";
}

function asReferencePage(text, id) {
  if (/^(class|struct|union)(?!es$)/.test(id) && !id.endsWith("-members")) return asClassPage(text, storyFor(text));
  return withExamples(text);
}

/** The source itself is the page of a file whose page would be empty. */
const withoutEmpty = (text) =>
  text.replace(/href="([\w.-]+)\.html(#details)?"/g, (link, name) =>
    empty.has(`${name}.html`) ? `href="${name}_source.html"` : link,
  );

function framed(text, id) {
  const kind = ids.has(id) ? "book" : /_source$|^file-/.test(id) ? "source" : "reference";
  let page = kind === "book" ? asBookPage(text, id) : text;
  if (kind === "reference") page = asReferencePage(page, id);
  page = filled(withTitle(withoutEmpty(page), id), `${id}.html`);
  // Doxygen's own look is for its reference alone.
  if (kind !== "reference") {
    page = page.replace(/<link href="doxygen(-awesome)?\.css"[^>]*>\n?/g, "");
  }
  return withoutDeadLines(withoutDeadSummary(page))
    .replace("<body>", `<body class="${kind} page-${id.replace(/[^a-z0-9-]/gi, "-")}">`)
    .replace("<!--SIDE-->", () => side(plan, id))
    .replace("<!--PREVIOUS-AND-NEXT-->", () => previousAndNext(plan, id));
}

/** What the search needs beside its script: its library, and all that can be found. */
function writeSearch() {
  const tags = readFileSync(tagfile, "utf8");
  const entries = indexOf(root, plan, tags, (link) => target(link, "the search"));
  writeFileSync(join(html, "found.js"), `const searchEntries = ${JSON.stringify(entries)};\n`);
  const library = "docs/site/node_modules/minisearch/dist/umd/index.js";
  copyFileSync(join(root, library), join(html, "minisearch.js"));
}

writeSearch();
for (const name of empty) unlinkSync(join(html, name));
// A link may make a page, which needs its frame, too.
for (let left = [""]; left.length > 0;) {
  left = readdirSync(html).filter((name) => name.endsWith(".html") && !done.has(name));
  for (const name of left) {
    done.add(name);
    const text = readFileSync(join(html, name), "utf8");
    writeFileSync(join(html, name), framed(text, name.replace(/\.html$/, "")));
  }
}
for (const name of Object.keys(MET)) {
  const page = ofDoxygen(classPage(name));
  const [, story = ""] = /<div class="textblock about">([^]*?)<table class="memberdecls">/.exec(page) ?? [];
  if (!/<p ?>[^<]/.test(story) || !/<div class="listing cpp">/.test(story)) {
    faults.push(`${classPage(name)}: expected what the class is for and an example, above its members`);
  }
}
report(
  faults,
  `site: ${done.size} pages, ${targets.made.size} of them for files that Doxygen does not read; ` +
    `of the names in listings ${names.kept} led where they belong, ${names.led} were sent elsewhere, ` +
    `${names.freed} lead nowhere`,
);
