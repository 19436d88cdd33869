// Runs a program to its end, or for so long.

import { spawn } from "node:child_process";

const living = new Set();
const end = (pid) => {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // the group is gone already
  }
};

/** Ends all that run() has started and that still runs. */
export const endAll = () => living.forEach(end);

/**
 * How it ended, and what it said, both streams in one. Ends its whole process group when time is up, or as soon as it
 * said what matches `until`. `seconds` are those that it may compute: a busy machine takes none of them.
 */
export function run(command, args, { cwd, patience = 300_000, memory, seconds, until } = {}) {
  const limits = [memory && `ulimit -v ${memory};`, seconds && `ulimit -t ${seconds};`].filter(Boolean).join(" ");
  const limited = limits ? ["bash", ["-c", `${limits} exec "$0" "$@"`, command, ...args]] : [command, args];
  return new Promise((resolve) => {
    const child = spawn(...limited, { cwd, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let said = "";
    let late = false;
    if (child.pid) living.add(child.pid);
    const hear = (chunk) => {
      said += chunk;
      if (until?.test(said)) end(child.pid);
    };
    const listen = (stream) => stream.setEncoding("utf8").on("data", hear);
    listen(child.stdout);
    listen(child.stderr);
    const timer = setTimeout(() => {
      late = true;
      end(child.pid);
    }, patience);
    child.on("error", (error) => (said += error.message));
    child.on("exit", () => end(child.pid)); // and what it left behind: a server that outlives its suite
    child.on("close", (status, signal) => {
      clearTimeout(timer);
      living.delete(child.pid);
      resolve({ status, signal, said, late });
    });
  });
}
