// Whatever the server does, the suite ends, says what happened, and has the right status.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { contract, expect, goodServer, judge } from "./suite.js";
import { freePort } from "../../clients/support/port.js";
import * as servers from "./servers.js";

const folder = mkdtempSync(join(tmpdir(), "suite-tests-"));
const oneAxis = ["--axis", "v2"]; // for servers that count connections
const impatient = ["--timeout-scale", "0.1"];
let good;
before(async () => (good = await goodServer()));
after(() => good.stop());

/** Judges a small server, which is stopped afterwards. */
const judgeOne = async (starting, ...args) => {
  const server = await starting;
  try {
    return await judge("--url", server.url, ...args);
  } finally {
    server.close();
  }
};

test("a port without a listener", async () => {
  const run = await judge("--url", `ws://127.0.0.1:${await freePort()}/socket`);
  expect(run, 3, "Nothing is listening there", "start the server with `-- COMMAND`");
});

test("a server that never answers", async () => {
  const run = await judgeOne(servers.neverAnswers(), ...impatient);
  expect(run, 3, "nothing came within 500 ms", "--timeout-scale");
});

test("a server that closes at once", async () => {
  const run = await judgeOne(servers.closesAtOnce(), ...impatient);
  expect(run, 3, "the connection ended without an answer", "Is the port right?");
});

test("a server that speaks plain HTTP", async () => {
  expect(await judgeOne(servers.speaksPlainHttp()), 3, "HTTP 404", "no socket is mounted at /socket");
  const ok = await judgeOne(servers.speaksPlainHttp("200 OK"));
  expect(ok, 3, "HTTP 200", "does not upgrade to a websocket");
  const shut = await judgeOne(servers.speaksPlainHttp("403 Forbidden"));
  expect(shut, 3, "HTTP 403", "--params and --header");
});

test("a server that sends garbage", async () => {
  const run = await judgeOne(servers.sendsGarbage(), ...impatient);
  expect(run, 3, "this is not an HTTP response", "does not speak HTTP");
});

test("a server that sends garbage in the middle breaks rules, not the suite", async () => {
  const garbled = servers.proxy(good.port, {
    tap: (number, client) => number === 4 && client.end("\u0000garbage\r\n\r\n"),
  });
  const run = await judgeOne(garbled, "--only", "K-01,K-02,K-09", "--core", ...oneAxis);
  expect(run, 1, "✗ K-02", "this is not an HTTP response", "✓ K-09");
});

test("a slow server is waited for with --timeout-scale", async () => {
  const slow = () => servers.proxy(good.port, { delay: 80 });
  const hurried = await judgeOne(slow(), "--only", "K-01,J-01", "--timeout-scale", "0.01");
  expect(hurried, 3, "nothing came within 50 ms", "If the server is just slow, try --timeout-scale");
  const waited = await judgeOne(slow(), "--only", "K-01,J-01");
  expect(waited, 0, "Every rule that was judged is kept");
});

test("a server that dies in the middle: the rule is named, and with a command it is restarted", async () => {
  process.env.GOOD = `${good.port}`;
  process.env.MARK = join(folder, "died");
  const dying = fileURLToPath(new URL("dying.js", import.meta.url));
  const run = await judge("--only", "J-01,J-02,J-05", ...oneAxis, "--", process.execPath, dying);
  expect(run, 1, "the server answered before J-02 and not after it", "it exited with status 7");
  expect(run, 1, "the last output", "it was restarted", "✓ J-05", /^✗ J-02/m);
});

test("a server that the suite did not start and that stays down ends the run", async () => {
  let server;
  const tap = (number, client) => number >= 4 && (server.close(), client.destroy(), true);
  server = await servers.proxy(good.port, { tap });
  const run = await judge("--url", server.url, "--only", "J-01,J-02,J-05", ...oneAxis, ...impatient);
  expect(run, 1, "the server answered before J-02 and not after it", "was not back within 500 ms");
  expect(run, 1, "not run: the server has been down since J-02", "The run ended early");
});

test("a server that the suite did not start and that comes back is judged further", async () => {
  let server;
  const tap = (number, client) => {
    if (number !== 4) return false;
    server.close();
    setTimeout(() => server.open(), 300);
    return client.destroy();
  };
  server = await servers.proxy(good.port, { tap });
  const run = await judge("--url", server.url, "--only", "J-01,J-02,J-05", ...oneAxis);
  server.close();
  expect(run, 1, "it was back after", "✓ J-05");
});

test("a command that can't be run, one that ends, and one that never listens", async () => {
  expect(await judge("--", "/nonexistent/server"), 3, "can't be run", "exited with status 127");
  expect(await judge("--", "false"), 3, "it exited with status 1");
  expect(await judge("--", "sh", "-c", "kill -SEGV $$"), 3, /ended by signal 11 \(Seg/);
});

test("without the contract its rules can't be judged, and the core rules can", async () => {
  const all = await judgeOne(servers.withoutContract(), "--only", "J-01,J-03,R-01");
  expect(all, 3, "✓ J-01", "setup failed: the contract's channel conformance:* is missing", "--core");
  const core = await judgeOne(servers.withoutContract(), "--only", "J-01,J-03,R-01", "--core");
  expect(core, 0, "1 passed, 0 failed, 2 skipped");
});

test("a rule that depends on a broken one is not blamed", async () => {
  const odd = { ok: { status: "ok", response: {}, more: 1 } };
  const run = await judgeOne(servers.withoutContract(odd), "--only", "J-01,J-08", ...impatient);
  expect(run, 1, /^✗ J-01/m, "J-08", "dependency failed", "J-01 is broken");
});

test("an axis that the server lacks breaks no rule", async () => {
  const server = await servers.withoutContract();
  try {
    expect(await judge("--url", server.url, "--only", "K-01"), 0, "1 passed");
    const run = await judge("--url", server.url, "--only", "K-01", "--axis", "v1,longpoll");
    expect(run, 5, "1 skipped");
  } finally {
    server.close();
  }
});

test("a rule that breaks on one axis is broken, and the axis is named", async () => {
  const server = await servers.withoutContract({ takesV1: true });
  try {
    const run = await judge("--url", server.url, "--only", "K-01", "--timeout-scale", "0.1");
    expect(run, 1, "Broken: K-01.", "axes      v2 passed, v1 failed", "--only K-01 --axis v1");
    expect(await judge("--url", server.url, "--only", "K-01", "--axis", "v2"), 0, "1 passed");
  } finally {
    server.close();
  }
});

test("a run without a judged rule is not a success", async () => {
  expect(await judge("--core", "--only", "R-01"), 5, "leave no rule to run");
  expect(await judge("--only", "J-99"), 2, "--only J-99", "--list");
  expect(await judge("--url", "http://x"), 2, "expected ws://HOST:PORT/PATH");
});

test("a list and a dry run need no server", async () => {
  expect(await judge("--list", "--only", "heartbeat*"), 0, "K-01  MUST    core");
  const dry = await judge("--dry-run", "--core", "--only", "J-0*", "--shuffle", "--seed", "3");
  expect(dry, 0, "--seed 3", "J-03", "skipped: needs the contract's channels");
});

const known = (text) => {
  const file = join(folder, "known");
  writeFileSync(file, text);
  return ["--known-failing", file, "--", contract, "--shards", "1"];
};

test("a known failure may fail, but only for its reason, and must", async () => {
  const kept = await judge("--only", "K-01", ...known("K-01 *\n"));
  expect(kept, 1, "unexpected pass", "Kept, although --known-failing lists it: K-01");
  const wrong = await judge("--only", "K-01", ...known("K-01\n"));
  expect(wrong, 2, "line 1: expected a reason after K-01");
  const odd = { ok: { status: "ok", response: {}, more: 1 } };
  const list = known("J-01 got*more\n").slice(0, 2);
  expect(await judgeOne(servers.withoutContract(odd), "--only", "J-01", ...list), 0, "expected failure");
  const other = known("J-01 something else\n").slice(0, 2);
  const failed = await judgeOne(servers.withoutContract(odd), "--only", "J-01", ...other);
  expect(failed, 1, "--known-failing says that it fails with: something else");
});

test("a seed repeats the order of each round, and fail-fast stops at the first failure", async () => {
  const order = async (seed) => {
    const args = ["--only", "K-01,K-03,K-04,J-01,J-05", "--repeat", "2", "--shuffle"];
    const run = await judge(...args, "--seed", seed, "--verbose", "--", contract, "--shards", "1");
    expect(run, 0, `--seed ${seed}`);
    return run.stdout.match(/^✓ \S+/gm).join(" ");
  };
  assert.equal(await order("5"), await order("5"));
  assert.notEqual(await order("5"), await order("6"));
  const odd = { ok: { status: "ok", response: {}, more: 1 } };
  const run = await judgeOne(servers.withoutContract(odd), "--only", "J-01,J-05,K-01", "--fail-fast");
  expect(run, 1, "not run: --fail-fast, since J-01");
});

test("credentials go with every request: headers, parameters, join parameters", async () => {
  const har = join(folder, "har");
  const run = await judge("--header", "X-Key: secret", "--params", "token=a b", "--only", "J-01", "--har",
    har, "--url", `ws://127.0.0.1:${good.port}/socket`);
  expect(run, 0, "1 passed");
  const { readFileSync } = await import("node:fs");
  const [entry] = JSON.parse(readFileSync(join(har, "J-01.har"))).log.entries;
  assert.ok(entry.request.headers.some((header) => header.name === "X-Key" && header.value === "secret"));
  assert.ok(entry.request.url.includes("token=a%20b&vsn=2.0.0"), entry.request.url);
});
