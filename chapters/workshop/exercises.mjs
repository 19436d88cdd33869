// The exercises as they lie in chapters/: each a folder with an exercise.json and a stub.

import { readFileSync, readdirSync, existsSync, copyFileSync, statSync } from "node:fs";
import path from "node:path";

export class Wrong extends Error {}

const folders = (root) =>
  readdirSync(path.join(root, "chapters"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((chapter) =>
      readdirSync(path.join(root, "chapters", chapter.name))
        .filter((name) => name.startsWith("exercise"))
        .map((name) => path.join("chapters", chapter.name, name)),
    )
    .filter((folder) => existsSync(path.join(root, folder, "exercise.json")));

const read = (root) => (folder) => {
  const files = readdirSync(path.join(root, folder));
  const stub = files.find((name) => name.endsWith(".stub.cc"));
  if (!stub) throw new Wrong(`expected a stub, NAME.stub.cc, in ${folder}, got none`);
  const told = JSON.parse(readFileSync(path.join(root, folder, "exercise.json"), "utf8"));
  const mine = stub.replace(".stub.cc", ".cc");
  return {
    ...told,
    root,
    folder,
    name: told.name ?? path.basename(path.dirname(folder)).slice(0, 2),
    larger: told.name !== undefined,
    stub: path.join(folder, stub),
    mine: path.join(folder, mine),
    solution: told.replaces ?? path.join(folder, "solution", mine),
    play: files.includes("play.cc") ? path.join(folder, "play.cc") : undefined,
    unit: told.unit ?? [],
    rules: told.rules ?? [],
  };
};

/** All of them: the chapters' own in their order, then the larger ones. */
export const all = (root) =>
  folders(root)
    .map(read(root))
    .sort((a, b) => a.larger - b.larger || a.folder.localeCompare(b.folder));

/** By `07`, `7`, a larger one's name, or the chapter's folder. */
export function find(root, name) {
  const wanted = /^\d$/.test(name) ? `0${name}` : name;
  const exercises = all(root);
  const found = exercises.find(
    (one) => one.name === wanted || path.basename(path.dirname(one.folder)) === wanted,
  );
  if (found) return found;
  throw new Wrong(`expected N to be one of ${exercises.map((one) => one.name).join(", ")}, got "${name}"`);
}

export const at = (exercise, file) => path.join(exercise.root, file);
export const text = (exercise, file) => readFileSync(at(exercise, file), "utf8");
export const begun = (exercise) => existsSync(at(exercise, exercise.mine));

/** Gives the reader a file to work in, where there is none yet. True if it was made now. */
export function begin(exercise) {
  if (begun(exercise)) return false;
  copyFileSync(at(exercise, exercise.stub), at(exercise, exercise.mine));
  return true;
}

/** What is still to be written, by the stub's marks: `// Yours: decode_text`. */
export const parts = (exercise) =>
  [...text(exercise, exercise.stub).matchAll(/\/\/ Yours: ([^\n]+)/g)].map(([, name]) => name.trim());

export function hints(exercise) {
  const folder = at(exercise, path.join(exercise.folder, "hints"));
  if (!existsSync(folder)) return [];
  return readdirSync(folder).sort().map((name) => readFileSync(path.join(folder, name), "utf8"));
}

export const size = (exercise, file) => statSync(at(exercise, file)).size;
