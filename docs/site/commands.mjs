// commands.mjs [PAGE…]: runs the commands of pages, and compares their output.
//
// A ```console fence holds commands, each after `$ `, and their output. All of a page's commands
// run in one bash at the project's root. `…` stands for any text, alone on a line for any number of
// lines. ```console fails: the fence's last command must fail. A command that ends in ` &` runs
// until the page ends. Without PAGE: every page but the exercises', whose commands wait for a
// solution.

import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { Console, freePorts } from "./console.mjs";
import { lines, mismatch } from "./matching.mjs";
import { fences, pages, read, report } from "./pages.mjs";

const PATIENCE_MS = 120_000; // a command's
const START_MS = 60_000; // for what a command that runs on shows first

/** A page's commands: {command, line, shown, fails}. */
export function commandsOf(text) {
  return fences(text)
    .filter(({ language }) => /^console( |$)/.test(language))
    .flatMap((fence) => {
      const found = inFence(fence);
      if (fence.language === "console fails" && found.length > 0) found.at(-1).fails = true;
      return found;
    });
}

function inFence({ first, lines: text }) {
  const found = [];
  text.forEach((line, index) => {
    const last = found.at(-1);
    if (line.startsWith("$ ")) {
      found.push({ command: line.slice(2), line: first + index, shown: [], fails: false });
    } else if (last && last.shown.length === 0 && last.command.endsWith("\\")) {
      last.command += "\n" + line.replace(/^> /, "");
    } else if (last) {
      last.shown.push(line);
    } else if (line.trim() !== "") {
      found.push({ command: null, line: first + index, shown: [], fails: false });
    }
  });
  for (const one of found) one.shown = lines(one.shown.join("\n"));
  return found;
}

async function backgroundFault(console_, { command, shown }, patience) {
  const soFar = console_.start(command);
  const deadline = Date.now() + patience;
  for (;;) {
    const came = lines(soFar());
    const where = mismatch(shown, came, true);
    if (where === null) return null;
    if (console_.over || Date.now() > deadline) {
      return difference(
        `what it shows first did not come within ${patience} ms`,
        shown,
        came,
        where,
      );
    }
    await pause(20);
  }
}

async function foregroundFault(console_, { command, shown, fails }, patience) {
  const { output, status } = await console_.run(command, patience);
  const came = lines(output);
  const where = mismatch(shown, came) ?? { shown: shown.length, came: came.length };
  if (status === null)
    return difference(`it did not end within ${patience} ms`, shown, came, where);
  if (where.shown < shown.length || where.came < came.length || mismatch(shown, came)) {
    return difference(`its output is another (it ended with ${status})`, shown, came, where);
  }
  if (fails && status === 0)
    return "expected that it fails, as the fence says, and it ended with 0";
  if (!fails && status !== 0) {
    return `it ended with ${status}; where that is meant, begin the fence with \`\`\`console fails`;
  }
  return null;
}

/** The lines around the first difference, the page's before ours. */
function difference(what, shown, came, where) {
  const from = Math.max(0, where.came - 3);
  const context = came.slice(from, where.came).map((line) => `      ${line}`);
  const rest = came.slice(where.came, where.came + 12).map((line) => `    + ${line}`);
  const expected = shown.slice(where.shown, where.shown + 3).map((line) => `    - ${line}`);
  if (expected.length === 0) expected.push("    - (nothing more)");
  if (rest.length === 0) rest.push("    + (nothing more)");
  return [what + ". The page (-), what came (+):", ...context, ...expected, ...rest].join("\n");
}

/**
 * Runs one page's commands: {faults, count}. After a fault the page's other commands are left out.
 */
export async function checkPage(root, path, patience = PATIENCE_MS, start = START_MS) {
  const commands = commandsOf(read(root, path));
  const faults = [];
  if (commands.length === 0) return { faults, count: 0 };
  const console_ = new Console(root, await freePorts());
  const interrupted = () => console_.close().then(() => process.exit(1));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, interrupted);
  try {
    for (const one of commands) {
      const fault = await commandFault(console_, one, patience, start);
      if (fault === null) continue;
      faults.push(`${path}:${one.line}: $ ${one.command ?? ""}\n  ${fault}`);
      break;
    }
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, interrupted);
    await console_.close();
  }
  return { faults, count: commands.length };
}

function commandFault(console_, one, patience, start) {
  if (one.command === null) return "expected a command after `$ ` in the fence's first line";
  if (/[^&]&\s*$/.test(one.command)) return backgroundFault(console_, one, start);
  return foregroundFault(console_, one, patience);
}

export const checkedPages = (root) => pages(root).filter((path) => !path.includes("/exercise/"));

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const named = process.argv.slice(2);
  const all = [];
  let count = 0;
  for (const path of named.length > 0 ? named : checkedPages(".")) {
    const began = Date.now();
    const { faults, count: here } = await checkPage(resolve("."), path);
    if (here > 0) {
      const seconds = ((Date.now() - began) / 1_000).toFixed(1);
      console.log(
        `  ${faults.length === 0 ? "ran" : "FAILED"}  ${path}: ${here} commands, ${seconds} s`,
      );
    }
    all.push(...faults);
    count += here;
  }
  report(all, `book: ${count} commands do what the pages say`);
}
