// Builds a server and a test program in which one file is the reader's instead of the library's.
//
// Everything else is what make has built already; only one file is compiled, and the rest linked again.
// The Makefile gives the compiler and its flags in the environment.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { Wrong, at, text } from "./exercises.mjs";

const words = (name) => (process.env[name] ?? "").split(/\s+/).filter(Boolean);
const build = () => process.env.BUILD ?? "build/plain";
const PLAYER = "chapters/workshop/play.cc"; // reads the sequences; its `main`
export const object = (source) => `${build()}/${source.replace(/\.cc$/, ".o")}`;

/** Runs a program to its end, at most for `patience` ms. Returns how it ended, and its output, both streams in one. */
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
  [...exercise.unit, ...(exercise.server ? [exercise.server] : []),
    ...(exercise.play ? [exercise.play, PLAYER, exercise.solution] : [])].map((source) => object(source));

/** A folder for the outcome of one source: the reader's, the stub, the solution, or a fault, which lies in build/. */
export const place = (exercise, source) => {
  const name = source.replace(/\.cc$/, "");
  const folder = name.startsWith(build()) ? name : path.join(build(), "exercise", name);
  mkdirSync(path.join(exercise.root, folder), { recursive: true });
  return folder;
};

async function must(exercise, command, args) {
  const result = await run(command, args, { cwd: exercise.root });
  if (result.status === 0) return undefined;
  return result.said || `${command} ended with ${result.status ?? result.signal}`;
}

/** Compiles the source as the library's files are, but a warning is only shown. With a `header` from precompile: quickly. */
export async function compile(exercise, source, header) {
  const into = path.join(place(exercise, source), "mine.o");
  const [compiler, ...first] = words("CXX");
  const flags = header ? [...quickly(), "-include", header] : words("CXXFLAGS");
  const args = [...first, ...flags, "-fdiagnostics-color=never", "-c", source, "-o", into];
  const result = await run(compiler, args, { cwd: exercise.root });
  return { object: into, failed: result.status !== 0, said: result.said };
}

// A fault is compiled to be run once: optimizing it, or reading the library's headers again, would take most of the time.
const quickly = () => [...words("CXXFLAGS").filter((flag) => !/^-[Og]/.test(flag)), "-O0", "-w"];
const once = new Map();

/** The headers that the solution includes, precompiled once for all its faults: the name of a header for `compile`. */
export function precompile(exercise) {
  const header = path.join(build(), "exercise", exercise.folder, "faults", "headers.h");
  return remembered(header, async () => {
    mkdirSync(at(exercise, path.dirname(header)), { recursive: true });
    const includes = text(exercise, exercise.solution).split("\n").filter((line) => line.startsWith("#include"));
    writeFileSync(at(exercise, header), `${includes.join("\n")}\n`);
    const [compiler] = words("CXX").slice(-1); // without ccache, which passes by precompiled headers
    const said = await must(exercise, compiler, [...quickly(), "-x", "c++-header", header, "-o", `${header}.gch`]);
    if (said) throw new Wrong(said);
    return header;
  });
}

export function remembered(key, make) {
  if (!once.has(key)) once.set(key, make());
  return once.get(key);
}

/** The library without the replaced file: what the reader leaves out must not come from there. */
const library = (exercise) => {
  const archive = path.join(build(), "exercise", exercise.folder, "library.a");
  return remembered(archive, () => archived(exercise, archive));
};

async function archived(exercise, archive) {
  mkdirSync(at(exercise, path.dirname(archive)), { recursive: true });
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
  const archive = await library(exercise);
  const [compiler, ...first] = words("CXX");
  const args = [...first, ...words("LDFLAGS"), ...objects, archive, ...libraries, "-o", program];
  const said = await must(exercise, compiler, args);
  return { program, failed: Boolean(said), said };
}

export const linkTest = (exercise, source, mine, test) =>
  link(exercise, source, path.basename(test, ".cc"), [object(test), mine, `${build()}/libphoenix-testing.a`], [...words("LIBS"), "-lcmocka"]);

export const linkPlay = (exercise, source, mine = object(source)) =>
  link(exercise, source, "play", [exercise.play, PLAYER].map(object).concat(mine, `${build()}/libphoenix-testing.a`), [...words("LIBS"), "-lcmocka"]);

export function linkServer(exercise, source, mine) {
  const main = exercise.server && object(exercise.server);
  const objects = words("SERVER_OBJECTS").filter((one) => !main || !one.endsWith("conformance/server/main.o"));
  return link(exercise, source, "server", [...(main ? [main] : []), ...objects, mine], words("LIBS"));
}
