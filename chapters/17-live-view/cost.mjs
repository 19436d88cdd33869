// cost.mjs: draws what a click costs, from the output of click_bench as JSON; keeps the figures in cost.json.

import { readFileSync, writeFileSync } from "node:fs";

import { dataBlock, draw, line } from "../../conformance/load/bench/figures/plots.mjs";

const here = (file) => new URL(file, import.meta.url);
const measured = JSON.parse(readFileSync(0, "utf8")).benchmarks;

/** The medians: {click: [{rows, changed, us, bytes}], mounted: [{rows, bytes}]}. */
const figures = { click: [], mounted: [] };
for (const one of measured) {
  const [, kind, rows, changed] = one.name.match(/^(\w+)\/rows:(\d+)(?:\/changed:(\d+))?/) ?? [];
  if (kind === "click" && one.aggregate_name === "median") {
    const us = Number(one.cpu_time.toPrecision(3));
    figures.click.push({ rows: Number(rows), changed: Number(changed), us, bytes: one.bytes, join_bytes: one.join_bytes });
  }
  if (kind === "mounted" && one.aggregate_name === "median")
    figures.mounted.push({ rows: Number(rows), bytes: Math.round(one.bytes_a_view) });
}
writeFileSync(here("cost.json"), `${JSON.stringify(figures, null, 1)}\n`);

const by_page = figures.click.filter(({ rows, changed }) => rows > 0 && changed === 0).map(({ rows, us }) => [rows, us]);
const by_change = figures.click.filter(({ rows, changed }) => rows === 1000 && changed > 0).map(({ changed, us }) => [changed, us]);
const panel = (title, x, block) =>
  `set title "${title}"\nset xlabel "${x}"\nset ylabel "CPU µs a click"\nset logscale y\nset key off\nplot ${line(block, "ours", "a")}\n`;
writeFileSync(
  here("cost.svg"),
  draw(
    `${dataBlock("$page", by_page)}${dataBlock("$change", by_change)}set yrange [1:*]\nset multiplot layout 1,2 spacing 0.1,0.12
${panel("The count changes; the list stays", "rows in the list", "$page")}${panel("Rows of a list of 1,000 change", "rows that change", "$change")}unset multiplot\n`,
    960,
    320,
    "make bench-live-view-page",
  ),
);
