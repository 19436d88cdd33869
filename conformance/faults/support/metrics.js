// The server's own metrics page, and the kernel's figures for its memory.

import { readFileSync } from "node:fs";
import { setTimeout as nap } from "node:timers/promises";
import { PATIENCE_MS } from "../../clients/support/deadline.js";

const LOOK_MS = 20;

/** A counter or a gauge, of all the samples with that `label`. */
export async function counted(server, name, label = "") {
  const page = await (await fetch(`${server.url}/metrics`)).text();
  const samples = page
    .split("\n")
    .filter((line) => line.split(/[{ ]/)[0] === name && line.includes(label));
  return samples.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

/** Waits until its value is `enough`: gauges are set once a second. */
export async function becomes(what, look, enough) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await look();
    if (enough(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`${what} did not reach its expected value: it is ${value}`);
    await nap(LOOK_MS);
  }
}

/** Waits until there are this many websockets. */
export const websockets = (server, count) =>
  becomes(
    `the number of websockets, ${count},`,
    () => counted(server, "phoenix_connections", 'protocol="websocket"'),
    (value) => value === count,
  );

/** The memory that a process holds now, in bytes, without pages shared with files, as its limit counts. */
export function residentBytes(pid) {
  const [, kilobytes] = readFileSync(`/proc/${pid}/status`, "utf8").match(/RssAnon:\s+(\d+) kB/);
  return Number(kilobytes) * 1024;
}
