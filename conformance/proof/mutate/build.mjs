// Builds the contract server and the unit tests with a fault, in a folder of their own.
//
// The changed files are in an overlay that the compiler searches first; only files that include
// them are compiled, and the rest is what make has built. The Makefile gives the compiler and its
// flags.

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { run } from "./run.mjs";

const words = (name) => (process.env[name] ?? "").split(/\s+/).filter(Boolean);
const BUILD = process.env.BUILD ?? "build/plain";
export const ROOM = `${BUILD}/mutate`;

/** Neither warnings nor debug information are wanted, and -O1 compiles in half the time. */
const flags = () => [...words("CXXFLAGS").filter((flag) => !/^-(W|g|O)/.test(flag)), "-w", "-O1"];
const compiler = () => {
  const [first, ...rest] = words("CXX");
  return (args) => run(first, [...rest, ...args]);
};

const objectOf = (source) => `${BUILD}/${source.replace(/\.cc$/, ".o")}`;
const sourceOf = (object) => object.slice(BUILD.length + 1).replace(/\.o$/, ".cc");

/** Which objects include a file: from the depfiles that the compiler left. */
function readIncluders() {
  const found = new Map();
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const at = path.join(folder, entry.name);
      if (entry.isDirectory() && at !== ROOM) visit(at);
      if (!entry.name.endsWith(".d")) continue;
      for (const file of readFileSync(at, "utf8").match(/[^\s:\\]+\.(h|cc|inc)(?=[\s:]|$)/g) ?? []) {
        if (!found.has(file)) found.set(file, new Set());
        found.get(file).add(at.replace(/\.d$/, ".o"));
      }
    }
  };
  visit(BUILD);
  return found;
}

let known;
const includers = () => (known ??= readIncluders());

export class Builder {
  #includers = includers();
  #compile = compiler();

  constructor(name, files) {
    this.folder = path.join(ROOM, name);
    this.files = files;
    rmSync(this.folder, { recursive: true, force: true });
    for (const [file, text] of files) {
      const at = path.join(this.folder, "src", file);
      mkdirSync(path.dirname(at), { recursive: true });
      writeFileSync(at, text);
    }
    // A header's own folder is looked into before the overlay, so those that lie beside the layers go along.
    const beside = readdirSync("lib").filter((file) => file.endsWith(".h")).map((file) => `lib/${file}`);
    if (![...files.keys()].some((file) => file.endsWith(".h"))) beside.length = 0;
    for (const file of beside.filter((one) => !files.has(one))) {
      mkdirSync(path.join(this.folder, "src/lib"), { recursive: true });
      writeFileSync(path.join(this.folder, "src", file), readFileSync(file));
    }
    this.objects = new Map(); // of make's → of ours
  }

  clear() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Compiles the objects that the fault affects. Returns the compiler's output if it failed. */
  async #prepare(objects) {
    const touched = new Set([...this.files.keys()].flatMap((file) => [...(this.#includers.get(file) ?? [])]));
    for (const object of objects.filter((one) => touched.has(one) && !this.objects.has(one))) {
      const source = sourceOf(object);
      const into = path.join(this.folder, "obj", source.replace(/\.cc$/, ".o"));
      mkdirSync(path.dirname(into), { recursive: true });
      const from = this.files.has(source) ? path.join(this.folder, "src", source) : source;
      const overlay = [`-I${this.folder}/src/lib`, `-I${this.folder}/src`];
      const { status, said } = await this.#compile([...overlay, ...flags(), "-c", from, "-o", into]);
      if (status !== 0) return said;
      this.objects.set(object, into);
    }
    return undefined;
  }

  async #link(name, objects, archives, libraries) {
    const failed = await this.#prepare(objects);
    if (failed) return { failed };
    const program = path.join(this.folder, name);
    const ours = objects.map((one) => this.objects.get(one) ?? one);
    const args = [...words("LDFLAGS"), "-Wl,-s", ...ours, ...archives, ...libraries, "-o", program];
    const { status, said } = await this.#compile(args);
    return status === 0 ? { program } : { failed: said };
  }

  server() {
    return this.#link("phx-contract", [...words("SERVER_OBJECTS"), ...words("LIB_OBJECTS")], [], [...words("ALLOCATOR"), ...words("LIBS")]);
  }

  /** phx-simulate: the library on a machine that is made up, as make links it. */
  async simulation() {
    const objects = [...words("SIMULATED_OBJECTS"), ...words("SIMULATION_OBJECTS")];
    const failed = await this.#prepare(objects);
    if (failed) return { failed };
    const simulated = path.join(this.folder, "simulated.o");
    const ours = (names) => words(names).map((one) => this.objects.get(one) ?? one);
    const { status, said } = await run("ld", ["-r", ...words("REPLACED"), ...ours("SIMULATED_OBJECTS"), "-o", simulated]);
    if (status !== 0) return { failed: said };
    const program = path.join(this.folder, "phx-simulate");
    const args = [...words("LDFLAGS"), "-Wl,-s", ...ours("SIMULATION_OBJECTS"), simulated, ...words("ALLOCATOR"),
      ...words("LIBS"), "-o", program];
    const linked = await this.#compile(args);
    return linked.status === 0 ? { program } : { failed: linked.said };
  }

  /** One program of all the unit tests of some folders, in this order. */
  unitTests(folders) {
    const tests = folders.flatMap(testsOf).map(objectOf);
    const objects = [...tests, ...words("TESTING_OBJECTS"), ...words("LIB_OBJECTS")];
    return this.#link(`${path.basename(folders[0])}_tests`, objects, [], [...words("LIBS"), "-lcmocka"]);
  }
}

/** The unit tests of a folder and of those in it. */
export const testsOf = (folder) =>
  readdirSync(folder, { recursive: true }).filter((file) => file.endsWith("_test.cc")).map((file) => `${folder}/${file}`);
