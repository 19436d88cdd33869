// tree.mjs: a small tree of files for one test, removed after the test.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Makes {path: text, …} in an empty folder; `go` gets the folder, and its result is returned. */
export function inTree(files, go) {
  const root = mkdtempSync(join(tmpdir(), "phx-book-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return go(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}
