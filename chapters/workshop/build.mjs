// Builds a server and a test program in which one file is the reader's instead of the library's.
//
// Everything else is what make has built already; only one file is compiled, and the rest linked again.
// The Makefile gives the compiler and its flags in the environment.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";

import { Wrong } from "./exercises.mjs";

const words = (name) => (process.env[name] ?? "").split(/\s+/).filter(Boolean);
const build = () => process.env.BUILD ?? "build/plain";
export const object = (source) => `${build()}/${source.replace(/\.cc$/, ".o")}`;

/** Runs it to its end, or for so long. Says how it ended and what it said, both streams in one. */
export function run(command, args, { cwd, patience = 300_000 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let said = "";
    let late = false;
    const listen = (stream) => stream.setEncoding("utf8").on("data", (chunk) => (said += chunk));
    listen(child.stdout);
    listen(child.stderr);
    const timer = setTimeout(() => {
      late = true;
      process.kill(-child.pid, "SIGKILL");
    }, patience);
    child.on("error", (error) => (said += error.message));
    child.on("close", (status, signal) => {
      clearTimeout(timer);
      resolve({ status, signal, said, late });
    });
  });
}

/** The objects that must be there before an exercise is judged; make builds them. */
export const needs = (exercise) =>
  [...exercise.unit, ...(exercise.server ? [exercise.server] : [])].map((source) => object(source));

/** A folder for the outcome of one source: the reader's, the stub or the solution. */
const place = (exercise, source) => {
  const folder = path.join(build(), "exercise", source.replace(/\.cc$/, ""));
  mkdirSync(path.join(exercise.root, folder), { recursive: true });
  return folder;
};

async function must(exercise, command, args) {
  const result = await run(command, args, { cwd: exercise.root });
  if (result.status === 0) return undefined;
  return result.said || `${command} ended with ${result.status ?? result.signal}`;
}

/** Compiles the source as the library's files are, but a warning is only shown. */
export async function compile(exercise, source) {
  const into = path.join(place(exercise, source), "mine.o");
  const [compiler, ...first] = words("CXX");
  const args = [...first, ...words("CXXFLAGS"), "-fdiagnostics-color=never", "-c", source, "-o", into];
  const result = await run(compiler, args, { cwd: exercise.root });
  return { object: into, failed: result.status !== 0, said: result.said };
}

/** The library less the file that is replaced: what the reader leaves out must not come from there. */
async function library(exercise, source) {
  const archive = path.join(place(exercise, source), "library.a");
  const replaced = exercise.replaces && object(exercise.replaces);
  const objects = words("LIB_OBJECTS").filter((one) => one !== replaced);
  if (replaced && objects.length === words("LIB_OBJECTS").length) {
    throw new Wrong(`expected ${exercise.replaces} in the library, got no such file`);
  }
  const missing = objects.filter((one) => !existsSync(path.join(exercise.root, one)));
  if (missing.length > 0) throw new Wrong(`${missing[0]} is not built yet: please run the same again`);
  await run("rm", ["-f", archive], { cwd: exercise.root });
  const said = await must(exercise, "ar", ["rcsT", archive, ...objects]);
  if (said) throw new Wrong(said);
  return archive;
}

async function link(exercise, source, name, objects, libraries) {
  const program = path.join(place(exercise, source), name);
  const archive = await library(exercise, source);
  const [compiler, ...first] = words("CXX");
  const args = [...first, ...words("LDFLAGS"), ...objects, archive, ...libraries, "-o", program];
  const said = await must(exercise, compiler, args);
  return { program, failed: Boolean(said), said };
}

export const linkTest = (exercise, source, mine, test) =>
  link(exercise, source, path.basename(test, ".cc"), [object(test), mine, `${build()}/libphoenix-testing.a`], [...words("LIBS"), "-lcmocka"]);

export function linkServer(exercise, source, mine) {
  const main = exercise.server && object(exercise.server);
  const objects = words("SERVER_OBJECTS").filter((one) => !main || !one.endsWith("conformance/server/main.o"));
  return link(exercise, source, "server", [...(main ? [main] : []), ...objects, mine], words("LIBS"));
}
