// An installed tree, used by another program: docs/embedding.md's program is built outside this
// repository, by that page's commands, and phoenix.js joins it. INSTALLED is the tree's PREFIX;
// make set it up.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join as path } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { connect, heard, join, reply } from "../../conformance/clients/support/client.js";
import { PATIENCE_MS, within } from "../../conformance/clients/support/deadline.js";
import { fences, read } from "../../docs/site/pages.mjs";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const INSTALLED = process.env.INSTALLED;
const outside = mkdtempSync(path(tmpdir(), "phoenix-outside-"));
after(() => rmSync(outside, { recursive: true }));

// A new user's environment: a compiler, and the tree's place. None of the repository's flags.
const environment = {
  PATH: process.env.PATH,
  HOME: outside,
  PKG_CONFIG_PATH: path(INSTALLED, "lib/pkgconfig"),
  CMAKE_PREFIX_PATH: INSTALLED,
  LD_LIBRARY_PATH: path(INSTALLED, "lib"),
};

/** Runs the commands under a heading of the page in a folder with the program. */
async function build(heading) {
  const page = read(ROOT, "docs/embedding.md");
  const section = page.split(/^## /m).find((text) => text.startsWith(heading));
  assert.ok(section, `docs/embedding.md has a section "${heading}"`);
  const commands = fences(section).filter(({ language }) => language === "sh");
  assert.ok(commands.length > 0, `"${heading}" has commands`);
  const folder = path(outside, heading.replaceAll(" ", "-"));
  cpSync(path(ROOT, "docs/embedding"), folder, { recursive: true });
  const script = ["set -e", ...commands.flatMap(({ lines }) => lines)].join("\n");
  const { stdout } = await run("bash", ["-c", script], { cwd: folder, env: environment });
  return { folder, said: stdout };
}

/** The same programs for all tests that need them. */
let built;
const byCMake = () => (built ??= build("Build it with CMake"));

/**
 * Starts a built program on a free port, as {mount(path), type(line), stop()}; it must end well by SIGTERM, or at the end
 * of what is typed.
 */
async function start(t, program) {
  const child = spawn(program, ["0"], { env: environment, stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
  const exited = once(child, "exit");
  t.after(() => child.kill("SIGKILL"));
  const address = new Promise((resolve, reject) => {
    child.stdout.on("data", () => {
      const found = said.match(/(http:\S+:\d+)(\/\S*)\n/);
      if (found) resolve(found[1]);
    });
    exited.then(([code]) => reject(new Error(`${program} ended with ${code}: ${said}`)), reject);
  });
  const url = await within(PATIENCE_MS, `the address of ${program}`, address);
  const mount = (path) => url.replace(/^http/, "ws") + path;
  const type = (line) => child.stdin.write(line + "\n");
  const stop = async (how = () => child.kill("SIGTERM")) => {
    how();
    const [code, signal] = await within(PATIENCE_MS, `${program} to end`, exited);
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, said);
  };
  return { mount, type, stop, leave: () => stop(() => child.stdin.end()) };
}

/** Two clients on one topic: a push is answered, and both get the broadcast. */
async function follow(t, program) {
  const server = await start(t, program);
  const home = await join(await connect(t, server), "game:final");
  const guest = await join(await connect(t, server), "game:final");
  const points = heard(guest, "point");
  const { status } = await reply(home.push("point", { team: "home" }));
  assert.equal(status, "ok");
  assert.deepEqual(await points.next(), { team: "home" });
  await server.stop();
}

test("by pkg-config, shared and static", async (t) => {
  const { folder } = await build("Build it with pkg-config");
  await follow(t, path(folder, "scoreboard"));
  await follow(t, path(folder, "scoreboard-static"));
  const needed = async (program) => (await run("objdump", ["-p", path(folder, program)])).stdout;
  assert.match(await needed("scoreboard"), /NEEDED +libphoenix-channels\.so\.\d+\n/);
  assert.doesNotMatch(await needed("scoreboard-static"), /libphoenix-channels/);
});

test("by CMake, shared and static, with the program's test", async (t) => {
  const { folder } = await byCMake();
  await follow(t, path(folder, "build/scoreboard"));
  await follow(t, path(folder, "build/scoreboard-static"));
  await run(path(folder, "build/game_test"), [], { env: environment });
});

test("a program with a main loop of its own: a timer, what is typed, and a restart on the same port", async (t) => {
  const { folder } = await byCMake();
  const server = await start(t, path(folder, "build/stadium"));
  for (const team of ["home", "away"]) {
    const socket = await connect(t, server);
    const guest = await join(socket, "game:final");
    const [points, clock] = [heard(guest, "point"), heard(guest, "clock")];
    assert.ok((await clock.next()).seconds >= 1);
    server.type(team);
    assert.deepEqual(await points.next(), { team });
    const closed = new Promise((resolve) => socket.onClose(resolve));
    server.type("restart");
    await within(PATIENCE_MS, "the server to stop", closed);
  }
  await server.leave();
});

test("the program's test by pkg-config", async () => {
  const { said } = await build("Test it");
  assert.match(said, /1 test\(s\) run/);
});

test("a program's own json/json.h and http/request.h are not confused with the library's", async () => {
  const folder = path(outside, "names");
  const own = ["json/json.h", "http/request.h", "base/log.h"];
  for (const header of own) {
    mkdirSync(path(folder, "own", dirname(header)), { recursive: true });
    writeFileSync(path(folder, "own", header), `#define OWN_${own.indexOf(header)}\n`);
  }
  const lines = [
    "#include <phoenix.h>",
    "#include <phoenix-channels/phoenix.h>",
    ...own.map((header) => `#include <${header}>`),
    "#if !(defined OWN_0 && defined OWN_1 && defined OWN_2)\n#error the headers of the library were taken\n#endif",
    "phx::Payload payload = phx::Json::object({});",
  ];
  writeFileSync(path(folder, "main.cc"), lines.join("\n") + "\n");
  const command = "g++ -std=c++20 -Wall -Werror -fsyntax-only -Iown $(pkg-config --cflags phoenix-channels) main.cc";
  await run("bash", ["-c", command], { cwd: folder, env: environment });
});

test("public headers include no other library's headers, and one that did would be noticed", async () => {
  const check = (lib) => run("lib/packaging/headers", [], { cwd: ROOT, env: { ...process.env, LIB: lib } });
  const { stdout } = await check("lib");
  assert.match(stdout, /^phoenix\.h\n/m);
  assert.match(stdout, /^testing\/channel_test\.h\n/m);
  assert.match(stdout, /^testing\/live_view_test\.h\n/m);
  const strangers = ["libwebsockets.h", "uv.h", "openssl/ssl.h", "boost/config.hpp"];
  for (const header of ["base/time.h", "testing/mailbox.h"]) {
    const lib = path(outside, "lib");
    cpSync(path(ROOT, "lib"), lib, { recursive: true });
    appendFileSync(path(lib, header), strangers.map((stranger) => `#include <${stranger}>\n`).join(""));
    await assert.rejects(check(lib), ({ stderr }) => {
      for (const stranger of strangers) assert.match(stderr, new RegExp(`${header}:.*\n?.*#include <${stranger}>`));
      return true;
    });
  }
});

test("make uninstall leaves nothing of what make install put below DESTDIR", async () => {
  const staged = path(outside, "staged");
  const where = [`DESTDIR=${staged}`, "PREFIX=/opt/phoenix", "LIBDIR=/opt/phoenix/lib/of-this-machine"];
  const { MAKEFLAGS: _, ...env } = process.env;
  const files = (folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  await run("make", ["install", ...where], { cwd: ROOT, env });
  assert.equal(files(staged).length, files(INSTALLED).length, "the same files as in the other tree");
  const module = read(staged, "opt/phoenix/lib/of-this-machine/pkgconfig/phoenix-channels.pc");
  assert.match(module, /^prefix=\/opt\/phoenix\nlibdir=\/opt\/phoenix\/lib\/of-this-machine\n/);
  await run("make", ["uninstall", ...where], { cwd: ROOT, env });
  assert.deepEqual(readdirSync(path(staged, "opt/phoenix")), []);
});
