// filter.mjs PAGE: a page for Doxygen. GitHub's links, anchors, pictures and fences become those of
// the site; site.mjs fills in the parts that are only marked here.

import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { escape } from "./html.mjs";
import { classify, read } from "./pages.mjs";
import { pageId, sluggerOf } from "./plan.mjs";

const raw = (html) => `\\htmlonly[block]${html}\\endhtmlonly`;

/**
 * A relative link's target on the site: a page, or phx:FILE, for which site.mjs finds a page.
 */
export function siteLink(root, from, target) {
  if (/^[a-z]+:/i.test(target)) return target;
  const [path, anchor = ""] = target.split("#");
  const file = path === "" ? from : normalize(join(dirname(from), path)).replace(/\/$/, "");
  const hash = anchor && `#${anchor}`;
  if (file.endsWith(".md") && existsSync(join(root, file))) {
    return `${pageId(file)}.html${anchor && `#${pageId(file)}-${anchor}`}`;
  }
  return `phx:${file}${hash}`;
}

const IMAGE = /^!\[([^\]]+)\]\(([^)\s]+)\)/;
const LINK = /(?<!!)\[((?:[^\[\]]|\[[^\]]*\])+)\]\(([^()\s]+)\)/g;
const CODE = /(?<!`)(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g;

/** Doxygen ends `a name' at its quote, and so does code in single backticks. */
const withoutQuotes = (code) => (/^`[^`].*'\W/s.test(code) ? `\`\` ${code.slice(1, -1)} \`\`` : code);
/** @supabase is a command to Doxygen, like every word after such a sign. */
const withoutCommands = (text) => text.replace(/(?<![\w\\])@(?=\w)/g, "\\@");

/**
 * Rewrites the links of one paragraph; text in backticks stays, but links around it don't.
 */
function links(root, page, text) {
  const kept = [];
  const hidden = text.replace(CODE, (code) => `\u0001${kept.push(code) - 1}\u0001`);
  const linked = withoutCommands(hidden).replace(
    LINK,
    (_, words, target) => `<a href="${escape(siteLink(root, page, target))}">${words}</a>`,
  );
  return linked.replace(/\u0001(\d+)\u0001/g, (_, index) => withoutQuotes(kept[Number(index)]));
}

class Filter {
  constructor(root, page) {
    Object.assign(this, { root, page, out: [], paragraph: [], slugOf: sluggerOf() });
    this.listing = "";
  }

  run() {
    const lines = classify(read(this.root, this.page));
    for (let at = 0; at < lines.length; ++at) {
      if (lines[at].kind === "fence") at = this.fence(lines, at);
      else this.line(lines[at].line);
    }
    this.flush();
    return this.out.join("\n");
  }

  line(line) {
    const directive = /^\s*<!--\s*(\w+)\s+(.*?)\s*-->\s*$/.exec(line);
    const heading = /^(#+) +(.*)$/.exec(line);
    if (directive) {
      this.flush();
      // Figures are a table, and the next fence has nothing to do with them; rules are the suite's own words.
      this.listing = ["figures", "rules", "holds"].includes(directive[1]) ? "" : `${directive[1]} ${directive[2]}`;
    } else if (heading) {
      this.flush();
      this.heading(heading[1], heading[2]);
    } else if (/^<\/?(details|summary)\b/.test(line)) {
      this.flush(); // an answer that the reader unfolds
      this.out.push(raw(line), "");
    } else if (line.trim() === "") {
      this.flush();
      this.out.push(line);
    } else {
      this.paragraph.push(line);
    }
  }

  heading(marks, text) {
    const id = marks === "#" ? pageId(this.page) : `${pageId(this.page)}-${this.slugOf(text)}`;
    if (marks === "#") this.slugOf(text);
    const own = this.page === "README.md" && marks === "#" ? "" : ` {#${id}}`;
    // "1. A socket" would begin a list; the site says the chapter's number above the title.
    const words = marks === "#" ? text.replace(/^\d+\. +/, "") : text;
    this.out.push(`${marks} ${links(this.root, this.page, words)}${own}`);
  }

  /** A paragraph that is a picture becomes a figure. */
  flush() {
    if (this.paragraph.length === 0) return;
    const text = this.paragraph.join("\n");
    this.paragraph = [];
    const image = IMAGE.exec(text);
    if (!image) return void this.out.push(links(this.root, this.page, text));
    this.listing = "";
    const svg = normalize(join(dirname(this.page), image[2]));
    const caption = image[1].replace(/\s+/g, " ");
    this.out.push(raw(`<figure data-picture="${escape(svg)}">${escape(caption)}</figure>`), "");
    const rest = text.slice(image[0].length).trim();
    if (rest) this.out.push(links(this.root, this.page, rest));
  }

  /** Doxygen shows C++, with its links; site.mjs shows the rest. The source of code is named. */
  fence(lines, at) {
    this.flush();
    const { line, language, number } = lines[at];
    let end = at;
    while (lines[end].kind !== "end" && end + 1 < lines.length) ++end;
    const indented = /^\s/.test(line);
    if (this.listing) this.out.push(raw(`<p class="from">${escape(this.listing)}</p>`), "");
    this.listing = "";
    if (language === "cpp" || indented) {
      for (let i = at; i <= end; ++i) this.out.push(lines[i].line);
    } else {
      this.out.push(raw(`<div data-fence="${escape(this.page)}:${number}"></div>`), "");
    }
    return end;
  }
}

export const filtered = (root, page) => new Filter(root, page).run();

if (process.argv[1]?.endsWith("filter.mjs")) {
  const page = normalize(process.argv[2]).replace(`${process.cwd()}/`, "");
  process.stdout.write(filtered(".", page));
}
