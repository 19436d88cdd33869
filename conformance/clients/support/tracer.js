// phx-trace, as typed in a shell.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { start } from "./children.js";
import { PATIENCE_MS, within } from "./deadline.js";
import { freePort } from "./port.js";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
const TRACER = process.env.TRACER || "build/plain/phx-trace";
const CONTRACT = process.env.CONTRACT_SERVER || "build/plain/phx-contract";

/** A folder that is gone when the test `t` ends. */
export async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), "traces-"));
  t.after(() => rm(path, { recursive: true }));
  return (name) => join(path, name);
}

/** Runs it to its end; returns what it printed. Any status but 0 is an error that also contains it. */
export async function trace(...words) {
  return promisify(execFile)(TRACER, words, { cwd: REPOSITORY });
}

/** Plays `file` to a contract server of its own. */
export const replay = (file) => trace("replay", file, "--", CONTRACT, "--shards", "1");

/** Records the traffic to `url` into `file`; its stop() ends the recording. */
export async function record(t, url, file) {
  const port = await freePort();
  const words = ["record", "--url", url, "--listen", String(port), "-o", file];
  const recorder = start(TRACER, words, { cwd: REPOSITORY, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => recorder.kill("SIGKILL"));
  await within(PATIENCE_MS, "phx-trace record", once(recorder.stdout, "data"));
  const ended = once(recorder, "exit");
  const stop = () => {
    recorder.kill("SIGINT");
    return within(PATIENCE_MS, "the end of phx-trace record", ended);
  };
  return { address: `ws://127.0.0.1:${port}`, stop };
}
