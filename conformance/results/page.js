// Makes docs/results.md from the runs beside this file: servers down, sections across.
//
//     node conformance/results/page.js > docs/results.md

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const sections = { H: "Handshake", J: "Join", R: "Events", B: "Broadcasts", L: "Leave", K: "Heartbeat",
  E: "Bad input", N: "Binary", V: "Version 1", P: "Long-polling", D: "Disconnect", S: "Presence" };
const is = (...verdicts) => (rule) => verdicts.includes(rule.verdict);
const kept = is("passed", "unexpected_pass");
const broken = is("failed", "suite_failed", "expected_failure");
const warned = is("warned");
const unjudged = is("skipped", "setup_failed", "dependency_failed");

const runs = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => ({ file: name, ...JSON.parse(readFileSync(folder + name)) }))
  .sort((a, b) => a.server.name.localeCompare(b.server.name) || a.began.localeCompare(b.began));

const row = (cells) => `| ${cells.join(" | ")} |`;
const safe = (text) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", " ");
const title = ({ server }) => (server.version ? `${server.name} ${server.version}` : server.name);

/** `12/12`: rules kept of those that were judged; `–` where none was. */
const share = (rules) => {
  const judged = rules.filter((rule) => !unjudged(rule));
  return judged.length === 0 ? "–" : `${judged.filter(kept).length}/${judged.length}`;
};

const table = () => [
  row(["server", "run on", "judged by", "most like", ...Object.values(sections), "all"]),
  row(Array(Object.keys(sections).length + 5).fill("---")),
  ...runs.map((run) =>
    row([
      safe(title(run)),
      run.began.slice(0, 10),
      `${run.options.release}${run.options.profile === "core" ? ", core" : ""}`,
      run.nearest?.releases ?? "–",
      ...Object.keys(sections).map((letter) => share(run.rules.filter((rule) => rule.section === letter))),
      share(run.rules),
    ]),
  ),
];

const listed = (heading, rules) => {
  if (rules.length === 0) return [];
  const lines = rules.map((rule) => `- **${rule.id}** (${rule.level}) ${safe(rule.sentence)}. \`${(rule.reason ?? "").replaceAll("`", "'")}\``);
  return ["", heading, "", ...lines];
};

const unjudgedLine = (rules) => {
  const ids = rules.filter(unjudged).map((rule) => rule.id);
  return ids.length === 0 ? [] : ["", `Not judged: ${ids.join(", ")}.`];
};

const details = (run) => [
  "",
  `## ${safe(title(run))}`,
  "",
  `${safe(run.verdict)} ${run.rules.length} rules in ${(run.milliseconds / 1000).toFixed(1)} s;` +
    ` the whole run is in \`conformance/results/${run.file}\`.`,
  ...listed("Broken:", run.rules.filter(broken)),
  ...listed("Not kept, but no MUST:", run.rules.filter(warned)),
  ...unjudgedLine(run.rules),
  ...run.incidents.map((incident) => `\n${safe(incident)}`),
];

const page = [
  "# Results",
  "",
  "Made by `make results` from the runs in `conformance/results`; not to be edited by hand. A cell tells how",
  "many rules are kept of those that were judged. `conformance/README.md` tells how to add a server.",
  "",
  ...table(),
  ...runs.flatMap(details),
  "",
];
process.stdout.write(page.join("\n"));
