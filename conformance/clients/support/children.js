// Programs that a test starts and that would run for ever. They keep the test's process alive for a
// while, because some tests wait for nothing else, but not for ever. None of them outlives it, even
// if a hook fails and the one that would end them never runs.

import { spawn } from "node:child_process";

const HOLD_MS = Number(process.env.HOLD_MS ?? 60_000); // after the last start or end of one

const running = new Map(); // each child, and the signal that ends it
let held;
process.on("exit", () => running.forEach((signal, child) => child.kill(signal)));
for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]]) process.once(signal, () => process.exit(status));

/** Like spawn(); code that waits for the child must have a timer, as within() has. */
export function start(command, words, options = {}, signal = "SIGKILL") {
  return tended(spawn(command, words, options), signal);
}

/** The same for a child that already runs. */
export function tended(child, signal = "SIGKILL") {
  running.set(child, signal);
  hold();
  child.once("exit", () => {
    running.delete(child);
    hold();
  });
  return child;
}

function hold() {
  clearTimeout(held);
  held = setTimeout(() => [...running.keys()].forEach(letGo), HOLD_MS).unref();
}

function letGo(child) {
  child.unref();
  child.channel?.unref();
  for (const stream of child.stdio) stream?.unref?.();
}
