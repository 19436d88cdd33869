// Makes docs/results.md from the runs beside this file: servers down, sections across.
//
//     node conformance/results/page.js > docs/results.md

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { covers, explained, remarks } from "./explained.js";

const folder = fileURLToPath(new URL(".", import.meta.url));
const sections = { H: "Handshake", J: "Join", R: "Events", B: "Broadcasts", L: "Leave", K: "Heartbeat",
  E: "Bad input", N: "Binary", V: "Version 1", P: "Long-polling", D: "Disconnect", S: "Presence",
  W: "Websocket", M: "Many nodes", Q: "Live pages" };
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
const title = ({ server }) => (server.version ? `${server.name}, ${server.version}` : server.name);

/** `12/12`: rules kept of those judged; `–` if none was. */
const share = (rules) => {
  const judged = rules.filter((rule) => !unjudged(rule));
  return judged.length === 0 ? "–" : `${judged.filter(kept).length}/${judged.length}`;
};

const table = () => [
  row(["server", "run on", "profile", "most like", ...Object.values(sections), "all"]),
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

/** "Whose, and why", from explained.js; this page's test requires it for each departure. */
const explanation = (run, rule) => {
  const found = explained.find((each) => each.rule === rule.id && covers(each, run.file));
  return found ? `The ${found.whose}'s: ${found.why}` : "Not explained yet";
};

const listed = (heading, run, rules) => {
  if (rules.length === 0) return [];
  const lines = rules.map((rule) => {
    const reason = shortened(rule.reason ?? "").replaceAll("`", "'");
    return `- **${rule.id}** (${rule.level}) ${safe(rule.sentence)}. ${safe(explanation(run, rule))}. \`${safe(reason)}\``;
  });
  return ["", heading, "", ...lines];
};

/** A reason may hold a frame of 300 kB. */
const shortened = (reason) => (reason.length > 300 ? `${reason.slice(0, 140)} … ${reason.slice(-140)}` : reason);

/** Rules that did not run, each reason once. */
const unjudgedLine = (rules) => {
  const idsByReason = new Map();
  for (const { id, reason = "" } of rules.filter(unjudged)) idsByReason.set(reason, [...(idsByReason.get(reason) ?? []), id]);
  const told = [...idsByReason].map(([reason, ids]) => `${ids.join(", ")} (${safe(reason)})`);
  return told.length === 0 ? [] : ["", `Not run: ${told.join("; ")}.`];
};

const details = (run) => [
  "",
  `## ${safe(title(run))}`,
  "",
  `${safe(run.verdict)} ${run.rules.length} rules in ${(run.milliseconds / 1000).toFixed(1)} s;` +
    ` the whole run is in \`conformance/results/${run.file}\`.`,
  ...listed("Broken:", run, run.rules.filter(broken)),
  ...listed("Not kept, but not a MUST:", run, run.rules.filter(warned)),
  ...unjudgedLine(run.rules),
  ...run.incidents.map((incident) => `\n${safe(incident)}`),
];

/** Each remark, led by the runs that it is about. */
const remarked = () =>
  remarks.flatMap((remark) => {
    const covered = runs.filter((run) => covers(remark, run.file)).map((run) => `*${safe(title(run))}*`);
    return ["", `${covered.join("; ")}: these ${remark.text}`];
  });

const page = [
  "# Results",
  "",
  "Which servers keep which rules. Each cell shows how many rules a server keeps, out of those that ran. `make results` writes",
  "this page from the runs in `conformance/results`; don't edit it by hand. `conformance/README.md` says how to add a server.",
  "",
  "Each departure is the suite's, the framework's or the adapter's: `conformance/results/explained.js` says which, and why.",
  "The *adapter* is the HTTP server under the channels: Cowboy or Bandit.",
  "",
  ...table(),
  ...remarked(),
  ...runs.flatMap(details),
  "",
];
process.stdout.write(page.join("\n"));
