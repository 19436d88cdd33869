// Makes docs/results.md from the runs beside this file: servers down, sections across, and the same
// for clients.
//
//     node conformance/results/page.js > docs/results.md

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { covers, explained, remarks } from "./explained.js";

const folder = fileURLToPath(new URL(".", import.meta.url));
const serverSections = { H: "Handshake", J: "Join", R: "Events", B: "Broadcasts", L: "Leave", K: "Heartbeat",
  E: "Bad input", N: "Binary", V: "Version 1", P: "Long-polling", D: "Disconnect", S: "Presence",
  W: "Websocket", M: "Many nodes", Q: "Live pages" };
const clientSections = { H: "Handshake", K: "Staying connected", J: "Joins", R: "Pushes, replies", B: "Messages",
  L: "Leave, close", E: "Bad input", N: "Binary", P: "Long-polling", S: "Presence" };
const is = (...verdicts) => (rule) => verdicts.includes(rule.verdict);
const kept = is("passed", "unexpected_pass");
const broken = is("failed", "suite_failed", "expected_failure");
const warned = is("warned");
const unjudged = is("skipped", "setup_failed", "dependency_failed");

const subject = (run) => run.server ?? run.client;
const all = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => ({ file: name, ...JSON.parse(readFileSync(folder + name)) }))
  .sort((a, b) => subject(a).name.localeCompare(subject(b).name) || a.began.localeCompare(b.began));
const runs = all.filter((run) => run.server);
const clients = all.filter((run) => run.client);

const row = (cells) => `| ${cells.join(" | ")} |`;
const safe = (text) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", " ");
const title = (run) => [subject(run).name, subject(run).version].filter(Boolean).join(", ");

/** `12/12`: rules kept of those judged; `–` if none was. */
const share = (rules) => {
  const judged = rules.filter((rule) => !unjudged(rule));
  return judged.length === 0 ? "–" : `${judged.filter(kept).length}/${judged.length}`;
};

/** One row for each run; `more` are the columns between the date and the sections. */
const table = (kind, judged, sections, more = {}) => [
  row([kind, "run on", ...Object.keys(more), ...Object.values(sections), "all"]),
  row(Array(Object.keys(sections).length + Object.keys(more).length + 3).fill("---")),
  ...judged.map((run) =>
    row([
      safe(title(run)),
      run.began.slice(0, 10),
      ...Object.values(more).map((cell) => cell(run)),
      ...Object.keys(sections).map((letter) => share(run.rules.filter((rule) => rule.section === letter))),
      share(run.rules),
    ]),
  ),
];
const ofServers = {
  profile: ({ options }) => `${options.release}${options.profile === "core" ? ", core" : ""}`,
  "most like": (run) => run.nearest?.releases ?? "–",
};

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
    const covered = all.filter((run) => covers(remark, run.file)).map((run) => `*${safe(title(run))}*`);
    return ["", `${covered.join("; ")}: these ${remark.text}`];
  });

const page = [
  "# Results",
  "",
  "[Servers](#servers), then [clients](#clients).",
  "",
  "## Servers",
  "",
  "Which servers keep which rules. Each cell shows how many rules a server keeps, out of those that ran. `make results` writes",
  "this page from the runs in `conformance/results`; don't edit it by hand. `conformance/README.md` says how to add a server.",
  "",
  "Each departure is the suite's, the framework's, the adapter's or a client's own: `conformance/results/explained.js` says which, and why.",
  "The *adapter* is the HTTP server under the channels: Cowboy or Bandit.",
  "",
  ...table("server", runs, serverSections, ofServers),
  ...remarked(),
  "",
  "## Clients",
  "",
  "Which clients keep which of [the rules of a good client](client-rules.md), each through its shim in `conformance/shims`.",
  "What a client has no feature for did not run.",
  "",
  ...table("client", clients, clientSections),
  ...runs.flatMap(details),
  ...clients.flatMap(details),
  "",
];
process.stdout.write(page.join("\n"));
