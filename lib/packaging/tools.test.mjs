// The installed tools: each man page and each bash completion agrees with --help. INSTALLED is the
// tree's PREFIX; make set it up.

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const INSTALLED = process.env.INSTALLED;
const TOOLS = ["phx-conformance", "phx-trace", "phx-bench", "phx-soak", "phx-publish", "phx-top", "phx"];
// Each tool's sources: which environment variables they read.
const SOURCES = {
  "phx-conformance": ["conformance/suite", "conformance/suite/report", "conformance/suite/wire"],
  "phx-trace": ["traces/phx-trace", "conformance/suite/wire"],
  "phx-bench": ["conformance/load/bench"],
  "phx-soak": ["conformance/load/soak"],
  "phx-publish": ["conformance/publish"],
  "phx-top": ["conformance/top"],
  phx: ["conformance/phx"],
};
const env = { ...process.env, PATH: `${INSTALLED}/bin:${process.env.PATH}` };
const said = (...command) => execFileSync(command[0], command.slice(1), { env, encoding: "utf8" });
const page = (tool) => readFileSync(path(INSTALLED, "share/man/man1", `${tool}.1`), "utf8");
const script = (tool) => readFileSync(path(INSTALLED, "share/bash-completion/completions", tool), "utf8");

/** A tool's --help, as {usage, options, subcommands, cases, statuses}; an option is {names, value, words}. */
function parsed(help) {
  const options = [...help.matchAll(/^  (-\S+)(.*(?:\n {10,}.*)*)/gm)].map(([, names, rest]) => {
    // An option's value: its type, its words or range, and a default, which CLI11 writes =6 or,
    // from 2.4 on, [6].
    const taken = rest.match(
      /^ (?:TEXT|U?INT|FLOAT)(?::(?:\{(.*?)\}|[A-Z]+))?(?: in \[(\S+) - (\S+)\])?(?:=([^\s,]+)| \[([^\],]+))?/,
    );
    const [, among = "", low, high, ...defaults] = taken ?? [];
    const range = [low, high].filter(Boolean).map((bound) => String(Number(bound)));
    const words = [...among.split(","), ...range, ...defaults].filter(Boolean);
    return { names: names.split(","), value: Boolean(taken), words };
  });
  const block = (heading) => help.match(new RegExp(`^${heading}.*\\n((?: {2}.*\\n)*)`, "m"))?.[1] ?? "";
  const firsts = (text) => [...text.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name);
  const statuses = help.match(/^Exit status: ([^]*)/m)?.[1] ?? "";
  assert.ok(options.some(({ names }) => names.includes("--help")), help);
  return {
    usage: help.match(/^Usage: (.*)/m)?.[1],
    options,
    subcommands: firsts(block("Subcommands:")),
    cases: [...firsts(block("Cases:")), ...firsts(block("Series"))],
    statuses: [...statuses.matchAll(/(?:^|,\s)(\d) /g)].map(([, status]) => status),
  };
}

/** The items of a page in mdoc, as a map from its line, such as "Fl Fl url Ar URL", to its text. */
function items(text) {
  return new Map([...text.matchAll(/^\.It (.*)\n([^]*?)(?=^\.It |^\.El|^\.S[hs] )/gm)].map(([, head, body]) => [head, body]));
}
const section = (text, heading) => text.split(/^\.S[hs] /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";

/** The differences: options in only one of the two, and defaults, bounds or words that the page leaves out. */
function differences(options, text) {
  const found = [];
  const told = new Map();
  for (const [head, body] of items(text)) {
    const names = [...head.matchAll(/Fl (Fl )?([\w-]+)/g)].map(([, twice, name]) => (twice ? "--" : "-") + name);
    for (const name of names) told.set(name, { value: / Ar /.test(head), body });
  }
  for (const { names, value, words } of options) {
    for (const name of names) {
      const item = told.get(name);
      if (!item) found.push(`the page lacks ${name}`);
      else if (item.value !== value) found.push(`${name} ${value ? "takes" : "takes no"} value`);
      else for (const word of words) if (!item.body.includes(word)) found.push(`the page lacks ${word} of ${name}`);
      told.delete(name);
    }
  }
  return [...found, ...[...told.keys()].map((name) => `the page has ${name}, --help does not`)];
}

/** Of the page's items those that these options have. */
const itemsOf = (options, text) =>
  [...items(text)]
    .filter(([head]) => options.some(({ names }) => new RegExp(`Fl Fl ${names.at(-1).slice(2)}( |$)`).test(head)))
    .map(([head, body]) => `.It ${head}\n${body}`)
    .join("");

/** phx-conformance's two commands. `client` takes most of the options that judge a server, which are on the page once. */
function partsOfConformance(tool) {
  const text = page(tool);
  const [client, disturb] = ["client", "disturb"].map((name) => parsed(said(tool, name, "--help")));
  const headings = ["Checking a client", "Disturbing a connection"];
  const rest = headings.reduce((left, heading) => left.replace(section(text, heading), `${heading}\n`), text);
  for (const help of [client, disturb]) help.options = help.options.filter(({ names }) => !names.includes("--help"));
  return [
    [[tool], parsed(said(tool, "--help")), rest],
    [[tool, "client"], client, `${section(text, headings[0])}${itemsOf(client.options, rest)}.El\n`],
    [[tool, "disturb"], disturb, section(text, headings[1])],
  ];
}

/** Each part of the command line that has options of its own: [its words, what --help says there, its part of the page]. */
function parts(tool) {
  if (tool === "phx-conformance") return partsOfConformance(tool);
  const whole = parsed(said(tool, "--help"));
  const text = page(tool);
  const first = whole.subcommands.length > 0 ? text.split(/^\.Ss /m)[0] : text;
  const below = whole.subcommands.map((name) => [[tool, name], parsed(said(tool, name, "--help")), section(text, name)]);
  // The page has -h once, for all subcommands.
  for (const [, help] of below) help.options = help.options.filter(({ names }) => !names.includes("--help"));
  return [[[tool], whole, first], ...below];
}

for (const tool of TOOLS) {
  test(`${tool}: its page has each option of --help, each exit status and each variable, and no other`, async () => {
    const [[, help]] = parts(tool);
    assert.equal(help.usage.split(" ")[0], tool);
    assert.match(said(tool, "--version"), new RegExp(`^${tool} \\d+\\.\\d+\\.\\d+\\n$`));
    for (const [words, { options }, text] of parts(tool)) {
      assert.ok(text, `the page has a section ${words.at(-1)}`);
      assert.deepEqual(differences(options, text), [], words.join(" "));
      // And the comparison finds each missing line, and each that --help lacks.
      for (const { names } of options) {
        const item = new RegExp(`^\\.It .*Fl Fl ${names.at(-1).slice(2)}\\b(?!-).*$`, "m");
        assert.notDeepEqual(differences(options, text.replace(item, ".It")), [], names.join());
        assert.notDeepEqual(differences(options.filter((other) => other.names !== names), text), [], names.join());
      }
    }
    const text = page(tool);
    assert.ok(help.statuses.length >= 3, "--help lists the exit statuses");
    assert.deepEqual([...items(section(text, "EXIT STATUS")).keys()], help.statuses);
    const cases = [...items(section(text, "CASES")).keys()].map((head) => head.replace(/^Cm /, ""));
    assert.deepEqual(cases, help.cases);
    const sources = SOURCES[tool].flatMap((folder) =>
      readdirSync(path(ROOT, folder)).filter((file) => /\.cc$/.test(file)).map((file) => readFileSync(path(ROOT, folder, file), "utf8")),
    );
    const variables = new Set(sources.join("").match(/(?<=getenv\("|envname\(")\w+/g));
    const given = ["phx-publish", "phx-top", "phx"].includes(tool) ? [] : ["PORT", "HOST"]; // to the servers that the tool starts
    for (const variable of [...variables, ...given]) assert.match(section(text, "ENVIRONMENT"), new RegExp(`\\b${variable}\\b`));
    assert.match(section(text, "EXAMPLES"), new RegExp(`^${tool} `, "m"));
  });

  test(`${tool}: man shows its page without a complaint`, async () => {
    const file = path(INSTALLED, "share/man/man1", `${tool}.1`);
    const { stdout, stderr } = await run("groff", ["-mdoc", "-Tutf8", "-ww", "-rLL=100n", file], { env });
    assert.equal(stderr, "");
    const shown = stdout.replace(/\x1b\[[\d;]*m|.\x08/g, "");
    for (const heading of ["NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES", "SEE ALSO"])
      assert.match(shown, new RegExp(`^${heading}$`, "m"));
    for (const [, { options }] of parts(tool))
      for (const { names } of options) assert.match(shown, new RegExp(`^ +${names.join(", ")}( |$)`, "m"));
  });
}

/** Bash's completions of these command lines, each a list of words, the last one incomplete. */
async function offered(lines) {
  const shell = `
    compopt() { :; }  # it is for readline alone
    while IFS= read -r line; do
      IFS=$'\\t' read -r -a COMP_WORDS <<<"$line"
      [[ $line != *$'\\t' ]] || COMP_WORDS+=('')
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)) COMPREPLY=()
      . "$INSTALLED/share/bash-completion/completions/\${COMP_WORDS[0]}"
      read -r _ _ function _ <<<"$(complete -p "\${COMP_WORDS[0]}")"
      $function "\${COMP_WORDS[0]}" "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"
      (IFS=$'\\t'; echo "\${COMPREPLY[*]}")
    done`;
  const shells = run("bash", ["--norc", "-c", shell], { env });
  shells.child.stdin.end(lines.map((words) => words.join("\t") + "\n").join(""));
  const { stdout, stderr } = await shells;
  assert.equal(stderr, "");
  return stdout.split("\n").slice(0, -1).map((line) => [...new Set(line.split("\t").filter(Boolean))].sort());
}

for (const tool of TOOLS) {
  test(`${tool}: bash completes each option of --help, and knows which take a value`, async () => {
    for (const [words, { options }] of parts(tool)) {
      const long = options.map(({ names }) => names.at(-1)).concat("--help");
      const [all, ...next] = await offered([[...words, "--"], ...options.map(({ names }) => [...words, names.at(-1), "--"])]);
      assert.deepEqual(all.filter((word) => word !== "--"), [...new Set(long)].sort());
      if (words.length === 1 && tool === "phx-trace") continue;  // nothing follows --help
      options.forEach(({ names, value }, i) => {
        const more = next[i].includes("--help");
        assert.equal(more, !value, `${words.join(" ")} ${names}: ${more ? "options" : "a value"} may follow`);
      });
    }
  });
}

test("bash completes rules, cases, words, files and folders where an option takes one", async (t) => {
  const folder = mkdtempSync(path(tmpdir(), "completion-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const file of ["report.json", "run.har", "notes.txt"]) writeFileSync(path(folder, file), "");
  mkdirSync(path(folder, "runs"));
  const here = (...names) => names.map((name) => path(folder, name)).sort();
  const rules = said("phx-conformance", "--list").match(/^[A-Z]+-\d+/gm);
  assert.ok(rules.length > 100);
  const expected = [
    ["phx-conformance --only J-0", rules.filter((rule) => rule.startsWith("J-0")).sort()],
    ["phx-conformance --skip H-01,J-01", ["H-01,J-01"]],
    ["phx-conformance --only H", ["H", ...rules.filter((rule) => rule.startsWith("H-"))].sort()],
    ["phx-conformance --axis v2,l", ["v2,longpoll"]],
    ["phx-conformance c", ["client"]],
    ["phx-conformance client --only C-0", /^C-01$/m],
    ["phx-conformance disturb --from ", ["client", "server"]],
    ["phx-conformance --color = a", ["always", "auto"]],
    ["phx-conformance --color =", ["always", "auto", "never"]],
    ["phx-conformance --profile 1.", ["1.7", "1.8"]],
    [`phx-conformance --json ${folder}/r`, here("report.json", "run.har", "runs")],
    [`phx-conformance --har ${folder}/r`, here("runs")],
    [`phx-conformance -- bash ${folder}/n`, here("notes.txt")],
    ["phx-conformance -- ech", /^echo$/m],
    ["phx-trace re", ["record", "redact", "replay"]],
    [`phx-trace show ${folder}/`, here("run.har", "runs")],
    [`phx-trace replay --index ${folder}/n`, here("notes.txt")],
    [`phx-trace import -o ${folder}/r`, here("report.json", "run.har", "runs")],
    ["phx-trace record ", /^--listen$/m],
    ["phx-bench --only echo,fan", ["echo,fanout"]],
    ["phx-bench --only memory-", ["memory-connections", "memory-topics"]],
    [`phx-bench --json ${folder}/re`, here("report.json")],
    [`phx-bench --pid ${process.pid}`, new RegExp(`^${process.pid}$`, "m")],
    [`phx-publish --file ${folder}/n`, here("notes.txt")],
    [`phx --token-file ${folder}/n`, here("notes.txt")],
    [`phx-top --token-file ${folder}/n`, here("notes.txt")],
    ["phx-top --view t", ["topics"]],
    ["phx --vsn ", ["1.0.0", "2.0.0"]],
    [`phx-soak --out ${folder}/r`, here("runs")],
    [`phx-soak --pid ${process.pid}`, new RegExp(`^${process.pid}$`, "m")],
  ];
  const found = await offered(expected.map(([line]) => line.split(" ")));
  expected.forEach(([line, words], i) => {
    if (words instanceof RegExp) assert.match(found[i].join("\n"), words, line);
    else assert.deepEqual(found[i], words, line);
  });
});
