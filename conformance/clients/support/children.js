// Programs that a test starts and that would run for ever. They do not keep the test's process from ending, and none of them
// outlives it: not where a hook fails, and the one that would have ended them never runs.

import { spawn } from "node:child_process";

const running = new Map(); // each child, and the signal that ends it
process.on("exit", () => running.forEach((signal, child) => child.kill(signal)));
for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]]) process.once(signal, () => process.exit(status));

/** As spawn() does; whoever waits for the child must have a timer beside it, as within() has. */
export function start(command, words, options = {}, signal = "SIGKILL") {
  return tended(spawn(command, words, options), signal);
}

/** The same for a child that is there already. */
export function tended(child, signal = "SIGKILL") {
  running.set(child, signal);
  child.once("exit", () => running.delete(child));
  child.unref();
  child.channel?.unref();
  for (const stream of child.stdio) stream?.unref?.();
  return child;
}
