// show.mjs: shows listings, commands, frames and pictures of a page on the site.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import hljs from "highlight.js/lib/common";
import elixir from "highlight.js/lib/languages/elixir";
import { escape } from "./html.mjs";
import { fences, read } from "./pages.mjs";

hljs.registerLanguage("elixir", elixir);

const NAMES = {
  cc: "cpp",
  h: "cpp",
  mjs: "js",
  exs: "elixir",
  ex: "elixir",
  sh: "bash",
  Makefile: "makefile",
};

export function highlighted(text, language) {
  const name = NAMES[language] ?? language;
  if (!hljs.getLanguage(name)) return escape(text);
  return splitSpans(hljs.highlight(text, { language: name }).value);
}

/** A span over several lines is closed at each line's end and opened again, so that each line is complete. */
function splitSpans(html) {
  let open = [];
  return html
    .split("\n")
    .map((line) => {
      const before = open.join("");
      for (const [tag] of line.matchAll(/<span[^>]*>|<\/span>/g)) {
        if (tag === "</span>") open = open.slice(0, -1);
        else open = [...open, tag];
      }
      return before + line + "</span>".repeat(open.length);
    })
    .join("\n");
}

/** The fence that opens on a line of a page. */
export function shownFence(root, path, line) {
  const fence = fences(read(root, path)).find(({ first }) => first === line + 1);
  const text = fence.lines.join("\n");
  const language = fence.language.split(" ")[0];
  const pre = (kind, html) =>
    `<div class="listing ${kind}"><pre tabindex="0"><code>${html}</code></pre></div>`;
  if (language === "console") return pre("console", fence.lines.map(consoleLine).join("\n"));
  if (fence.lines.some((one) => FRAME.test(one))) {
    return pre("frames", fence.lines.map(frameLine).join(""));
  }
  if (language === "text" || language === "") return pre("text", escape(text));
  return pre(language, highlighted(text, language));
}

function consoleLine(line) {
  if (!line.startsWith("$ ")) return escape(line);
  return `<span class="prompt">$ </span><b>${escape(line.slice(2))}</b>`;
}

const FRAME = /^( *\d+ (?:\S+ )?)([→←·]) (.*)$/;

/** 3 a → ["1","1",…]        what it does */
function frameLine(line) {
  const frame = FRAME.exec(line);
  if (!frame && /^ {40}/.test(line)) return `<i class="what below">${escape(line.trim())}</i>`;
  if (!frame) return `<span class="frame">${escape(line) || " "}</span>`;
  const [, number, arrow, rest] = frame;
  const kind = { "→": "up", "←": "down", "·": "note" }[arrow];
  const said = /^(.*?\S)( {2,})(\S.*)$/.exec(rest);
  const words = said
    ? `${escape(said[1])}${said[2]}<i class="what">${escape(said[3])}</i>`
    : escape(rest);
  const shown = `<span class="number">${number}</span><span class="${kind}">${arrow} ${words}</span>`;
  return `<span class="frame">${shown}</span>`;
}

let pictures = 0;
const LEAST_TEXT = 11; // pixels

/** The width in pixels below which a picture's smallest text is too small to read: then it scrolls. */
export function leastWidth(svg) {
  const width = Number(/viewBox="[\d.-]+ [\d.-]+ ([\d.]+)/.exec(svg)?.[1]);
  const sizes = [...svg.matchAll(/font-size[=:] ?"?([\d.]+)|\bfont: ?([\d.]+)px/g)].map(([, a, b]) => Number(a ?? b));
  return sizes.length === 0 ? 0 : Math.ceil((width * LEAST_TEXT) / Math.min(...sizes));
}

/** A picture inside the page, so that its colours follow the page and its links can be clicked. */
export function figure(root, path, caption, linkTo) {
  const file = join(root, path);
  if (!path.endsWith(".svg") || !existsSync(file)) return null;
  const prefix = `p${++pictures}-`;
  const svg = readFileSync(file, "utf8");
  const inner = svg
    .slice(svg.indexOf("<svg"))
    .replace(/<style>[^]*?<\/style>/, (style) => scoped(style, prefix))
    .replace(/<svg /, `<svg id="${prefix}svg" style="min-width: ${leastWidth(svg)}px" role="img" aria-label="${caption}" `)
    .replace(/ id="(?!p\d+-svg)([^"]*)"/g, ` id="${prefix}$1"`)
    .replace(/url\(#([^)]*)\)/g, `url(#${prefix}$1)`)
    .replace(/xlink:href="([^"#][^"]*)"/g, (_, link) => `href="${linkTo(link)}"`)
    .replace(/xlink:href="#([^"]*)"/g, `href="#${prefix}$1"`);
  return (
    `<figure class="picture"><div class="scroll" tabindex="0">${inner}</div>` +
    `<figcaption>${caption}</figcaption></figure>`
  );
}

/** On the site the button decides what is dark: media queries become the page's own classes. */
function scoped(style, prefix) {
  const rules = style.replace(/<\/?style>/g, "");
  const dark = /@media \(prefers-color-scheme: dark\) \{([^]*?\})\s*\}/.exec(rules)?.[1] ?? "";
  const light = rules.replace(/@media \(prefers-color-scheme: dark\) \{[^]*?\}\s*\}/, "");
  const within = (text, scope) =>
    text.replace(/(^|\})\s*([^{}@]+)\{/g, (_, end, selectors) => {
      const own = selectors.split(",").map((selector) => {
        const rest = selector.trim() === "svg" ? "" : ` ${selector.trim().replace(/^svg /, "")}`;
        return `${scope}#${prefix}svg${rest}`;
      });
      return `${end}\n${own.join(", ")} {`;
    });
  return `<style>${within(light, "")}${within(dark, "html.dark-mode ")}
@media (prefers-color-scheme: dark) {${within(dark, "html:not(.light-mode) ")}}</style>`;
}
