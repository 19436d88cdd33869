// A program that a test starts ends with the test, whichever hook fails.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { PATIENCE_MS, eventually } from "./support/deadline.js";
import { Redis } from "./support/redis.js";

const FAILING = fileURLToPath(new URL("support/failing.js", import.meta.url));

test("a test whose hook fails ends, and so does the Redis that it started", async () => {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env; // it is a run of its own
  const env = { ...inherited, HOLD_MS: "1000" };
  const { error, said } = await new Promise((resolve) =>
    execFile(process.execPath, ["--test", FAILING], { timeout: PATIENCE_MS, env }, (error, stdout, stderr) =>
      resolve({ error, said: stdout + stderr }),
    ),
  );
  assert.equal(error?.killed, false, `it ended by itself: ${said}`);
  assert.equal(error.code, 1, said);
  const [, port] = said.match(/Redis is at redis:\/\/127\.0\.0\.1:(\d+)/);
  const gone = () => Redis.at(Number(port)).command("PING").then(() => false, () => true);
  await eventually("the end of its Redis", gone);
});
