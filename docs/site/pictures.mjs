// pictures.mjs: draws a page's pictures. dot's output is styled for light and dark backgrounds: its
// colours are classes, and a style inside the picture defines them.
//
// Classes for a .dot file: node [class="client"], [class="yours"], [class="quiet"],
// [class="strong"]; edge [class="back"] (from server to client), [class="quiet"].

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { renamed } from "./names.mjs";
import { Fault, read } from "./pages.mjs";

const DEFAULTS = [
  "-Gbgcolor=transparent",
  "-Gpad=0.25",
  "-Gnodesep=0.35",
  "-Granksep=0.45",
  "-Gfontname=Helvetica",
  "-Gfontsize=13",
  "-Nshape=box",
  "-Nstyle=rounded",
  "-Npenwidth=1.2",
  "-Nfontname=Helvetica",
  "-Nfontsize=13",
  "-Nmargin=0.13,0.08",
  "-Efontname=Helvetica",
  "-Efontsize=11",
  "-Earrowsize=0.7",
];

const STYLE = `<style>
svg { --paper: #fcfbf8; --ink: #24292f; --soft: #57606a; --line: #7d858f; --box: #f3efe6;
  --client: #e1ecf6; --yours: #e2f0dd; --strong: #f9e3cf; --link: #0b5cad; color: var(--ink); }
@media (prefers-color-scheme: dark) {
  svg { --paper: #181b20; --ink: #e3e6ea; --soft: #aab2bc; --line: #87909b; --box: #262a31;
    --client: #1d3347; --yours: #20392a; --strong: #4a3320; --link: #7ab7f5; }
}
.paper { fill: var(--paper); }
text { fill: var(--ink); font-family: Helvetica, Arial, "Liberation Sans", sans-serif; }
.node path, .node polygon, .node ellipse, .node polyline { fill: var(--box); stroke: var(--line); }
.client path, .client polygon, .client ellipse { fill: var(--client); }
.yours path, .yours polygon, .yours ellipse { fill: var(--yours); }
.strong path, .strong polygon, .strong ellipse { fill: var(--strong); }
.node.quiet path, .node.quiet polygon, .node.quiet ellipse { fill: none; stroke-dasharray: 4 3; }
.node.plain path, .node.plain polygon, .node.plain ellipse { fill: none; stroke: none; }
.cluster path, .cluster polygon { fill: none; stroke: var(--line); stroke-dasharray: 3 3; }
.edge path { stroke: var(--soft); }
.edge polygon { fill: var(--soft); stroke: var(--soft); }
.edge text { fill: var(--soft); }
.edge.quiet path { stroke-dasharray: 4 3; }
a:hover path, a:hover ellipse, a:focus-visible path, a:focus-visible ellipse { stroke: var(--link); stroke-width: 2; }
a:focus-visible { outline: none; }
</style>`;

/** Draws a .dot text; the picture contains `name`, so that a reader finds its source. */
export function drawDot(text, name) {
  let svg;
  try {
    svg = execFileSync("dot", ["-Tsvg", ...DEFAULTS], {
      input: text,
      encoding: "utf8",
      stdio: "pipe",
    });
  } catch (error) {
    throw new Fault(`dot could not draw ${name}: ${(error.stderr || error.message).trim()}`);
  }
  return dressed(svg, name, digest(text));
}

const digest = (text) =>
  createHash("sha256")
    .update(text + STYLE + DEFAULTS.join())
    .digest("hex")
    .slice(0, 16);

function dressed(svg, name, sum) {
  const size = /<svg width="([\d.]+)pt" height="([\d.]+)pt"/.exec(svg);
  const body = svg
    .slice(svg.indexOf("<svg"))
    .replace(/<!--[\s\S]*?-->\n?/g, "")
    .replace(/<title>(%\d+|[^<]*&#45;&gt;[^<]*)<\/title>\n?/g, "")
    .replace(/ (fill|stroke)="(?!none)[^"]*"/g, "")
    .replace(/ font-family="[^"]*"/g, "");
  const paper = `<rect class="paper" width="100%" height="100%" rx="8"/>`;
  const [, width, height] = size ?? [, "0", "0"];
  return (
    `<!-- Drawn from ${basename(name)} by make snippets: ${sum} -->\n` +
    body
      .replace(
        /<svg width="[^"]*" height="[^"]*"/,
        `<svg width="${px(width)}" height="${px(height)}"`,
      )
      // dot counts from its picture's lower left corner, the paper from the upper left one.
      .replace(/(<svg[^>]*>)/, `$1\n${STYLE}\n${paper}`)
  );
}

const px = (points) => Math.round(points * 1.25);

/** The parts of a drawn picture that must stay: all but the coordinates, which differ between versions of dot. */
export function essence(svg) {
  return svg
    .replace(/ (d|points|x|y|x1|x2|y1|y2|cx|cy|rx|ry|width|height|viewBox|transform)="[^"]*"/g, "")
    .replace(/ textLength="[^"]*"/g, "");
}

/** Draws the steps of a recorded conversation; phx-trace has its own style for light and dark. */
export function drawTrace(tool, root, path, { steps, renames = [] }, out) {
  withNames(root, path, renames, (file) =>
    run(tool, root, ["draw", ...(steps ? ["--steps", steps] : []), "-o", out, file]),
  );
}

/** The frames of a recorded conversation, as text; with `whole`, none is cut at the page's width. */
export function framesOf(tool, root, path, { steps, whole = false, renames = [] }) {
  return withNames(root, path, renames, (file) => {
    const args = ["show", "--plain", ...(steps ? ["--steps", steps] : []), file];
    const lines = run(tool, root, args).replace(/\n+$/, "").split("\n");
    if (!whole) return lines;
    const texts = textsOf(JSON.parse(readFileSync(resolve(root, file), "utf8")));
    return lines.flatMap((line) => wholeLine(line, texts));
  });
}

/** Calls `go` with the recording, or with a copy that has the page's names. */
function withNames(root, path, renames, go) {
  if (renames.length === 0) return go(path);
  const folder = mkdtempSync(join(tmpdir(), "phx-names-"));
  try {
    const copy = join(folder, basename(path));
    writeFileSync(copy, JSON.stringify(renamed(read(root, path), renames)));
    return go(copy);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const textsOf = (har) =>
  har.log.entries.flatMap(({ _webSocketMessages: messages = [] }) => messages.map(({ data }) => data));

/** A line that ends in … becomes as many as its frame takes, broken after commas. */
function wholeLine(line, texts) {
  const [, margin, begin] = /^( *\d+ (?:\S+ +)?[→←] )(.*)…$/.exec(line) ?? [];
  if (begin === undefined) return [line];
  const found = [...new Set(texts.filter((text) => text.startsWith(begin)))];
  if (found.length !== 1) throw new Fault(`${found.length} frames begin with ${begin}`);
  const width = 100 - margin.length - 2;
  const lines = [""];
  for (const part of found[0].split(/(?<=,)/)) {
    if (lines.at(-1) !== "" && lines.at(-1).length + part.length > width) lines.push("");
    lines[lines.length - 1] += part;
  }
  const indent = " ".repeat(margin.length + 2);
  return lines.map((text, index) => (index === 0 ? margin : indent) + text);
}

function run(tool, root, args) {
  try {
    return execFileSync(tool, args, { cwd: root, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    if (error.code === "ENOENT") throw new Fault(`there is no ${tool}: run make all first`);
    throw new Fault(`phx-trace ${args.join(" ")}: ${(error.stderr || error.message).trim()}`);
  }
}
