// Makes docs/proof.md from what is kept: how many faults of each layer the suite, the unit tests and the traces
// notice.
//
//     node conformance/proof/mutate/page.mjs > docs/proof.md

import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { readFaults } from "./faults.mjs";
import { readResults, readSurvivors } from "./kept.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const LAYERS = ["base", "json", "etf", "process", "telemetry", "pubsub", "serializer", "channel", "presence", "socket", "http",
  "tokens", "websocket", "transport", "endpoint", "redis", "cluster", "net", "server"];

const row = (cells) => `| ${cells.join(" | ")} |`;
const rate = (part, all) => (all === 0 ? "–" : `${Math.round((100 * part) / all)} %`);

/** One line of the table: of these results. */
export function line(title, results) {
  const judged = results.filter((one) => one.suite);
  const by = (level) => judged.filter((one) => one.suite === level).length;
  const unit = results.filter((one) => one.unit !== undefined);
  const replay = results.filter((one) => one.replay !== undefined);
  return row([
    title,
    judged.length,
    rate(by("must") + by("should"), judged.length),
    rate(by("must"), judged.length),
    by("should"),
    by("nothing"),
    rate(unit.filter((one) => one.unit).length, unit.length),
    rate(replay.filter((one) => one.replay).length, replay.length),
  ]);
}

/** The page. */
export function page(faults, results, survivors) {
  const known = faults.map(({ name }) => results.get(name)).filter(Boolean);
  const automatic = [...results.values()].filter((one) => one.automatic);
  const layers = [...new Set(faults.map(({ layer }) => layer))].sort((a, b) => LAYERS.indexOf(a) - LAYERS.indexOf(b));
  const sees = new Map(faults.map((fault) => [fault.name, fault]));
  const listed = (name) => {
    const { layer, sees: what } = sees.get(name);
    return `- \`${layer}/${name}\`: \`${what.replaceAll("`", "")}\`: ${survivors.get(name)}.`;
  };
  const left = [...survivors.keys()].filter((name) => results.get(name)?.suite === "nothing" && sees.has(name));
  return [
    "# What the suite sees",
    "",
    "`make mutants` proves that each rule can fail, by a server that breaks just that rule. `make mutate` asks the other",
    "way round: faults that nobody made for a rule are put into the library's source, one at a time, and the contract",
    "server built from each is judged. A fault is a wrong field, a forgotten call, a limit off by one, an order swapped;",
    "each changes something that a client can see. This page is written by `make mutate RECORD=1`.",
    "",
    row(["layer", "faults", "caught", "by a MUST", "by a SHOULD alone", "not caught", "by its unit tests", "by the traces"]),
    row(["---", "---:", "---:", "---:", "---:", "---:", "---:", "---:"]),
    ...layers.map((layer) => line(layer, known.filter((one) => one.layer === layer))),
    line("**all**", known),
    "",
    "*Caught* and the three columns behind it are the suite's. A fault that a SHOULD alone notices leaves the suite's exit",
    "status 0, unless `--strict` is given. *By its unit tests* counts the tests of the fault's own layer, and *by the",
    "traces* what `make replay` notices.",
    "",
    "Many of the rules were made for faults of this list, so that the table flatters the suite. A measure that does not:",
    "faults were written from the source alone, with the eyes of somebody who had read neither the rules nor the list. Of the",
    "first hundred, of which 40 stood there already, the suite as it was caught 90 %, 85 % by a MUST; with the rules and the",
    "steps that the others led to it catches 99 %, 93 % by a MUST. Then of 103, half of which stood there, too, it caught 83 %,",
    "79 % by a MUST, and catches 98 %, 92 % by a MUST, now.",
    ...(automatic.length === 0
      ? []
      : [
          "",
          "## Faults that a program made",
          "",
          "Conditions turned, bounds moved by one, statements left out, neighbours swapped: drawn by lot from all that can be",
          "made out of the source. Nobody has looked at them before, and some change nothing that a client could see.",
          "",
          row(["kind", "faults", "caught", "by a MUST", "by a SHOULD alone", "not caught", "by its unit tests", "by the traces"]),
          row(["---", "---:", "---:", "---:", "---:", "---:", "---:", "---:"]),
          ...["turned", "moved", "left-out", "swapped"].map((kind) => line(kind, automatic.filter((one) => one.automatic === kind))),
          line("**all**", automatic),
        ]),
    ...(left.length === 0
      ? []
      : ["", "## What is not caught", "", "Known, with the reason; anything else that survives fails `make mutate`.", "", ...left.map(listed)]),
    "",
  ].join("\n");
}

/** The page as the files beside this one make it. */
export const kept = () =>
  page(
    readFaults(path.join(here, "faults"), path.join(here, "../../..")),
    readResults(path.join(here, "results.json")),
    readSurvivors(readFileSync(path.join(here, "survivors.txt"), "utf8")),
  );

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(kept());
