// coverage.mjs FILE 'LAYER …' [--never]: which branches of these layers of the library simulated worlds have taken, as a
// table. FILE is what `llvm-cov export` writes; --never lists the branches that no world took.
//
// A branch is one of the two ways out of a condition in the source: what the compiler adds, such as the edges of
// exceptions, is not counted.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** Branches by file: "line:column way" to how often it was taken. A template's instances are one. */
export function branchesOf(exported, layers) {
  const files = new Map();
  for (const { filename, branches } of exported.data[0].files) {
    const at = filename.indexOf("lib/");
    if (at < 0 || branches.length === 0) continue;
    const name = filename.slice(at);
    if (!layers.includes(name.split("/")[1])) continue;
    const counts = files.get(name) ?? new Map();
    for (const [line, column, , , taken, not] of branches) {
      for (const [way, count] of [["true", taken], ["false", not]]) {
        const key = `${line}:${column} ${way}`;
        counts.set(key, (counts.get(key) ?? 0) + count);
      }
    }
    files.set(name, counts);
  }
  return files;
}

/** The files that no world can meet: { file, test, why } for each line `FILE TEST why` of left_out.txt. */
export function leftOut(text) {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
    const [file, test, ...why] = line.split(/ +/);
    return { file, test, why: why.join(" ") };
  });
}

/** Takes these files out of `files`; returns a row for each: its figures, and why. */
export function setApart(files, list) {
  return list.map(({ file, test, why }) => {
    const [row] = table(new Map([[file, files.get(file) ?? new Map()]]));
    files.delete(file);
    return { ...row, file, test, why };
  });
}

/** { layer, branches, taken } for each layer, in the order of their names. */
export function table(files) {
  const layers = new Map();
  for (const [name, counts] of files) {
    const layer = name.split("/")[1];
    const row = layers.get(layer) ?? { layer, branches: 0, taken: 0 };
    for (const count of counts.values()) {
      row.branches++;
      if (count > 0) row.taken++;
    }
    layers.set(layer, row);
  }
  return [...layers.values()].sort((a, b) => a.layer.localeCompare(b.layer));
}

const share = ({ branches, taken }) => `${((100 * taken) / branches).toFixed(1)} %`;

export function markdown(rows) {
  const all = rows.reduce((sum, { branches, taken }) => ({ branches: sum.branches + branches, taken: sum.taken + taken }),
    { branches: 0, taken: 0 });
  return ["| layer | branches | taken | share |", "| --- | ---: | ---: | ---: |",
    ...rows.map((row) => `| \`${row.layer}\` | ${row.branches} | ${row.taken} | ${share(row)} |`),
    `| **all** | ${all.branches} | ${all.taken} | ${share(all)} |`].join("\n");
}

/** `lib/socket/joining.cc:24 false: if (channels_.size() >= …)`, by place. */
export function never(files, sourceOf) {
  const lines = [];
  for (const [name, counts] of [...files].sort()) {
    const source = sourceOf(name).split("\n");
    for (const [key, count] of counts) {
      if (count > 0) continue;
      const [place, way] = key.split(" ");
      const [line, column] = place.split(":").map(Number);
      lines.push(`${name}:${line} ${way}: ${source[line - 1].slice(column - 1).trim()}`);
    }
  }
  return lines;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const files = branchesOf(JSON.parse(readFileSync(process.argv[2], "utf8")), process.argv[3].split(" "));
  if (files.size === 0) throw new Error(`${process.argv[2]}: expected files with branches, got none`);
  const list = leftOut(readFileSync(new URL("left_out.txt", import.meta.url), "utf8"));
  const apart = setApart(files, list);
  if (process.argv.includes("--never")) for (const line of never(files, (name) => readFileSync(name, "utf8"))) console.log(line);
  console.log(markdown(table(files)));
  for (const row of apart) {
    console.log(`left out: ${row.file}, ${row.taken} of ${row.branches} (${share(row)}): ${row.why}; see ${row.test}`);
  }
}
