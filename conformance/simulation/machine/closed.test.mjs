// The check that a simulated library asks its real machine for nothing: it must find what is not allowed.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const [compiler, ...before] = (process.env.CXX ?? "g++").split(" ");

/** What the check says of an object compiled from this source. */
function closed(source) {
  const room = mkdtempSync(path.join(tmpdir(), "closed-"));
  try {
    const object = path.join(room, "asks.o");
    writeFileSync(path.join(room, "asks.cc"), source);
    const made = spawnSync(compiler, [...before, "-std=c++20", "-c", path.join(room, "asks.cc"), "-o", object], { encoding: "utf8" });
    assert.equal(made.status, 0, made.stderr);
    return spawnSync(path.join(here, "closed"), [object], { encoding: "utf8" });
  } finally {
    rmSync(room, { recursive: true });
  }
}

test("an object that only computes is closed", () => {
  const { status, stdout } = closed("#include <cstring>\nint f(const char* a, const char* b) { return std::strcmp(a, b); }\n");
  assert.equal(stdout, "");
  assert.equal(status, 0);
});

for (const [what, source, name] of [
  ["a socket", "#include <sys/socket.h>\nint f() { return socket(1, 2, 3); }\n", "socket"],
  ["a clock of C", "#include <ctime>\nlong f() { return time(nullptr); }\n", "time"],
  ["a clock of C++", "#include <chrono>\nauto f() { return std::chrono::steady_clock::now(); }\n", "steady_clock"],
  ["a thread", "#include <thread>\nvoid f() { std::thread([] {}).join(); }\n", "_M_start_thread"],
  ["chance", "#include <random>\nunsigned f() { return std::random_device{}(); }\n", "random_device"],
  ["a file", "#include <fstream>\nstd::ifstream f() { return std::ifstream(\"x\"); }\n", "basic_ifstream"],
]) {
  test(`an object that asks for ${what} is not`, () => {
    const { status, stdout } = closed(source);
    assert.equal(status, 1);
    assert.match(stdout, new RegExp(`the simulated library asks for \\S*${name}`));
  });
}
