// spelling.mjs [ROOT]: reads all pages with aspell, in British English, and names each word that
// neither aspell nor the project's own list (docs/words.txt, one a line) knows.
//
// cspell was tried: in British English it accepts color, center, realize and initialize, too.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pages, read, report } from "./pages.mjs";
import { prose } from "./prose.mjs";

const LIST = "docs/words.txt";

export function ownWords(root) {
  if (!existsSync(join(root, LIST))) return [];
  return read(root, LIST).split("\n").filter(Boolean);
}

/** The list is sorted, and no word stands in it twice: so two people's additions merge. */
function listFaults(words) {
  return words.flatMap((word, index) =>
    index > 0 && words[index - 1] >= word
      ? [
          `${LIST}:${index + 1}: "${word}" comes after "${words[index - 1]}": sort -u`,
        ]
      : [],
  );
}

/** Every unknown word: {path, number, word, near}. */
export function unknownWords(root, paths, words) {
  const lines = paths.flatMap((path) => prose(read(root, path)).map((line) => ({ path, ...line })));
  const folder = mkdtempSync(join(tmpdir(), "phx-spelling-"));
  try {
    const list = join(folder, "words.pws");
    writeFileSync(list, ["personal_ws-1.1 en 0 utf-8", ...words, ""].join("\n"));
    // After ^, aspell takes nothing as a command. It answers each line with some lines and an empty
    // one.
    const plain = (text) => text.replaceAll("’", "'");
    const input = lines.map(({ words: text }) => `^${plain(text)}\n`).join("");
    const options = [
      "--lang=en_GB",
      "--encoding=utf-8",
      "--personal",
      list,
      "--dont-save-repl",
      "-a",
    ];
    const { stdout, stderr, status } = spawnSync("aspell", options, { input, encoding: "utf8" });
    if (status !== 0) throw new Error(`aspell ended with ${status}: ${stderr}`);
    return answers(stdout, lines);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function answers(stdout, lines) {
  const found = [];
  let at = 0;
  for (const answer of stdout.split("\n").slice(1)) {
    if (answer === "") ++at;
    const unknown = /^[&#] (\S+) [^:]*(?:: (.*))?$/.exec(answer);
    if (!unknown) continue;
    const [, word, near = ""] = unknown;
    const { path, number } = lines[at];
    found.push({ path, number, word, near: near.split(", ").slice(0, 3).join(", ") });
  }
  return found;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = process.argv[2] ?? ".";
  const words = ownWords(root);
  const all = pages(root);
  const faults = unknownWords(root, all, words).map(
    ({ path, number, word, near }) =>
      `${path}:${number}: ${word}: ${near ? `did you mean ${near}?` : "no word is near it."} ` +
      `If it is right, add it to ${LIST}.`,
  );
  report(
    [...listFaults(words), ...faults],
    `spelling: ${all.length} pages are spelt as British English`,
  );
}
