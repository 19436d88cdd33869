// The suite as a child process: its exit status and output, with a time limit.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import net from "node:net";
import { start } from "../../clients/support/children.js";
import { freePort } from "../../clients/support/port.js";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
export const program = process.env.SUITE || `${repository}build/plain/phx-conformance`;
export const contract = process.env.CONTRACT_SERVER || `${repository}build/plain/phx-contract`;
const PATIENCE_MS = 60_000;

/** Runs it. `status` is its exit status; exceeding the deadline is an error. */
export const judge = (...args) => judgeWithin(PATIENCE_MS, ...args);

export const judgeWithin = (timeout, ...args) =>
  new Promise((resolve, reject) => {
    execFile(program, args, { timeout, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") {
        return reject(new Error(`${args.join(" ")}: killed, or ended by ${error.signal}\n${stdout}`));
      }
      resolve({ status: error ? error.code : 0, stdout, stderr, said: stdout + stderr });
    });
  });

/** Checks the run's exit status and a sentence in its output. */
export function expect(run, status, ...sentences) {
  assert.equal(run.status, status, run.said);
  for (const sentence of sentences) {
    const found = sentence instanceof RegExp ? sentence.test(run.said) : run.said.includes(sentence);
    assert.ok(found, `expected it to say ${sentence}, it said:\n${run.said}`);
  }
}

/** The contract server, a good one. */
export async function goodServer() {
  const port = await freePort();
  const child = start(contract, ["--port", `${port}`, "--shards", "1"], { stdio: "ignore" });
  const accepts = () =>
    new Promise((resolve) => {
      const socket = net.connect(port, "127.0.0.1");
      socket.on("connect", () => resolve(socket.destroy() && true)).on("error", () => resolve(false));
    });
  while (!(await accepts())) assert.equal(child.exitCode, null, "the contract server did not start");
  return { port, stop: () => child.kill("SIGTERM") };
}
