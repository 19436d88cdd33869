// plots.mjs: draws with gnuplot, and styles the result for light and dark backgrounds.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { medianOf } from "./data.mjs";

const STYLE = `<style>
svg { --paper: #fcfbf8; --ink: #24292f; --grid: #d9d7d0; --a: #0b5cad; --b: #b4540a; --c: #6b7680; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #181b20; --ink: #e3e6ea; --grid: #383d45; --a: #7ab7f5; --b: #f0a35e; --c: #9aa4ae; }
}
.paper { fill: var(--paper); }
</style>`;

// The colours that gnuplot draws with, and what replaces them in the picture.
const COLOURS = { "36, 41, 47": "ink", "217, 215, 208": "grid", "11, 92, 173": "a", "180, 84, 10": "b", "107, 118, 128": "c" };
const hex = { ink: "#24292f", grid: "#d9d7d0", a: "#0b5cad", b: "#b4540a", c: "#6b7680" };

const HEAD = (width, height) => `
set terminal svg size ${width},${height} font "Helvetica,13" linewidth 1.4 noenhanced
set border 3 linecolor rgb "${hex.ink}"
set grid linecolor rgb "${hex.grid}" linetype 1 linewidth 0.6
set tics nomirror textcolor rgb "${hex.ink}"
set key textcolor rgb "${hex.ink}"
set title textcolor rgb "${hex.ink}"
set xlabel textcolor rgb "${hex.ink}"
set ylabel textcolor rgb "${hex.ink}"
set logscale x
set format x "%.0s%c"
`;

export const line = (block, title, colour, dash = 1) =>
  `${block} using 1:2 with linespoints linecolor rgb "${hex[colour]}" dashtype ${dash} pointtype 7 pointsize 0.5 title "${title}"`;

export const dataBlock = (name, points) =>
  `${name} << EOD\n${points.map(([x, y]) => `${x} ${y}`).join("\n")}\nEOD\n`;

/** gnuplot's picture of the script, in the reader's colours; `by` is the command that draws it. */
export function draw(script, width, height, by = "make bench-pages") {
  const svg = execFileSync("gnuplot", [], { input: HEAD(width, height) + script, encoding: "utf8" });
  const sum = createHash("sha256").update(script + STYLE).digest("hex").slice(0, 16);
  const dressed = svg
    .slice(svg.indexOf("<svg"))
    .replace(/<desc>[\s\S]*?<\/desc>\n?/, "")
    .replace(/rgb\( *(\d+), *(\d+), *(\d+)\)/g, (all, r, g, b) => {
      const name = COLOURS[`${r}, ${g}, ${b}`];
      return name ? `var(--${name})` : all;
    })
    .replace(/(stroke|fill|color)(=['"]|:)(black|#000000)/g, "$1$2var(--ink)")
    // var() works in style, but not in an attribute.
    .replace(/ (stroke|fill)=(['"])(var\([^)]*\))\2/g, ` style="$1:$3"`)
    .replace(/(<svg[^>]*>)/, `$1\n${STYLE}\n<rect class="paper" width="100%" height="100%" rx="8"/>`);
  return `<!-- Drawn by ${by}: ${sum} -->\n${dressed}`;
}

/** The fingerprint of the figures that a picture was drawn from. */
export const fingerprint = (svg) => /bench-pages: (\w+)/.exec(svg)?.[1];

const points = (found, series, server, value) =>
  found.cases
    .filter((each) => each.series === series)
    .map((each) => [each.x, value(medianOf(each, server))])
    .filter(([, y]) => y !== undefined);

export function loadPlot(found) {
  const percentiles = [["p50", 1], ["p99", 2], ["p999", 3]];
  const servers = [["ours", "a"], ["the floor", "c"]];
  let blocks = "";
  const lines = [];
  servers.forEach(([name, colour], server) =>
    percentiles.forEach(([which, dash]) => {
      const block = `$s${server}_${which}`;
      blocks += dataBlock(block, points(found, "load", server, (result) => result.latency_us?.[which]));
      lines.push(line(block, `${name}, ${which === "p999" ? "p99.9" : which}`, colour, dash));
    }),
  );
  return draw(
    `${blocks}set title "Latency against load: echo of 100 B, 100 connections, open loop"
set xlabel "messages a second"\nset ylabel "microseconds"\nset logscale y\nset format y "%.0s%c"
set xrange [800:400000]\nset key left top\nplot ${lines.join(", \\\n ")}\n`, 860, 480);
}

export function growthPlot(series) {
  let blocks = "";
  const panels = series.map(({ found, name, title, x, servers }) => {
    const lines = servers.map(([label, colour], server) => {
      const block = `$${name.replace(/-/g, "_")}_${server}`;
      blocks += dataBlock(block, points(found, name, server, (result) => result.cpu_us));
      return line(block, label, colour);
    });
    const corner = { idle: "right bottom", newcomers: "right bottom", topics: "right bottom", talkers: "left top", payload: "left top" };
    const scale = name === "payload" ? "set logscale y" : "unset logscale y\nset yrange [0:*]";
    return `set key ${corner[name] ?? "right top"}\nset title "${title}"\nset xlabel "${x}"\nset ylabel "CPU µs a message"\n${scale}\nplot ${lines.join(", \\\n ")}\nset yrange [*:*]\n`;
  });
  const rows = Math.ceil(panels.length / 2);
  return draw(`${blocks}set multiplot layout ${rows},2 spacing 0.1,0.12\n${panels.join("")}unset multiplot\n`, 960, 300 * rows);
}

/** The last step of the load that the server kept up with. */
export const lastKept = (found, server) => {
  const kept = found.cases.filter((each) => medianOf(each, server).rate && !medianOf(each, server).saturated);
  return kept.at(-1);
};
