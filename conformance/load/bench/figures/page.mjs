// page.mjs: writes the pages' parts from the figures beside this file: growth.md, the plots, and
// each `<!-- figures NAME -->` … `<!-- /figures -->` in README.md and docs/scale.md.
//
//     node conformance/load/bench/figures/page.mjs [--check]

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { blocks } from "./blocks.mjs";
import { growthPage, growthSeries } from "./growth.mjs";
import { here, run } from "./data.mjs";
import { fingerprint, growthPlot, loadPlot } from "./plots.mjs";

const check = process.argv.includes("--check");
const stale = [];

function put(path, text, same = (before) => before === text) {
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (same(before)) return;
  if (check) stale.push(path);
  else writeFileSync(path, text);
}
const picture = (path, svg) => put(path, svg, (before) => fingerprint(before) === fingerprint(svg));

function fill(path) {
  const text = readFileSync(path, "utf8").replace(
    /(<!-- figures ([\w-]+) -->\n)[\s\S]*?(<!-- \/figures -->)/g,
    (all, open, name, close) => {
      if (!blocks[name]) throw new Error(`${path}: there are no figures ${name}; blocks.mjs names them`);
      const missing = blocks[name].from.filter((each) => !run(each));
      if (missing.length > 0) {
        console.error(`${name} waits for make figures ONLY='${missing.join(" ")}'`);
        return all;
      }
      return `${open}${blocks[name].text()}\n${close}`;
    },
  );
  put(path, text);
}

put(`${here}../growth.md`, growthPage());
if (growthSeries().length > 0) picture(`${here}../growth.svg`, growthPlot(growthSeries()));
if (run("load")) picture(`${here}../load.svg`, loadPlot(run("load")));
fill(`${here}../README.md`);
fill(`${here}../../../../docs/scale.md`);
if (stale.length > 0) {
  console.error(`These do not show the figures in conformance/load/bench/figures; run make bench-pages:\n  ${stale.join("\n  ")}`);
  process.exit(1);
}
