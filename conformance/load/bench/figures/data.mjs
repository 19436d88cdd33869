// data.mjs: reads the figures, and formats numbers for the pages.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const here = fileURLToPath(new URL(".", import.meta.url));

/** A run of phx-bench, or nothing if it was not measured yet. */
export function run(name) {
  const path = `${here}${name}.json`;
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
}

export const medianOf = (each, server) => each?.servers[server]?.median ?? {};
export const caseOf = (found, name) => found?.cases.find((each) => each.case === name);

export const whole = (number) =>
  number === undefined ? "–" : Math.round(number).toLocaleString("en-GB");
export const fixed = (number, digits = 2) => (number === undefined ? "–" : number.toFixed(digits));
export const bytes = (number) => {
  if (number === undefined) return "–";
  for (const [unit, size] of [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]])
    if (number >= size) return `${(number / size).toPrecision(3)} ${unit}`;
  return `${Math.round(number)} B`;
};

export const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** When and where a figure was measured, and what disturbed it. */
export function origin(found) {
  return origins([found]);
}

/** The same for a page made from several runs; said once if they followed each other. */
export function origins(runs) {
  const places = runs.map(({ date, machine, label }) => `${date}, ${machine}, loopback, commit ${label}.`);
  const busy = runs
    .flatMap(({ cases }) => cases)
    .filter((each) => each.servers.some(({ median }) => (median.others_busy ?? 0) > 0.1))
    .map((each) => each.case);
  const noise = busy.length === 0 ? [] : [`**Other programs kept the machine busy** during ${busy.join(", ")}: rates and times there are worse than they should be; CPU a message is less affected. Measure again.`];
  return [...new Set(places), ...noise].join(" ");
}
