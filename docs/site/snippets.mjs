// snippets.mjs [--check] [ROOT]: fills what pages take from elsewhere, as their directives say:
//
//     <!-- snippet lib/socket/socket_process.cc join -->      above a fence: the lines between two tags
//     <!-- frames traces/join-ok.har 1-4 -->           above a fence: a recorded conversation;
//                                                     `whole` cuts no frame, and names.mjs renames
//     <!-- picture process-tree.dot -->                above ![text](process-tree.svg)
//     <!-- picture traces/join-ok.har 1-4 -->          above ![text](name.svg)
//     <!-- rules -->                                   above a console: the titles and counts of the suite's rules
//     <!-- holds lib/process/limits.h mailbox = 10'000 -->   beside a number in the text: the file has these words
//
// <!-- figures … --> is left alone: `make bench-pages` fills it with what was measured.
//
// Line numbers beside names (places.mjs) are kept as the sources have them.
//
// A picture's source stands beside its page or, as all other files, is named from the project's
// root.
//
// With --check nothing is written, and what would be different is a fault; so are a directive that
// nobody knows, a file or tag that is not there, a tag that no page uses, a .dot that no page
// draws.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, normalize, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { classify, Fault, files, pages, read, report } from "./pages.mjs";
import { drawDot, drawTrace, essence, framesOf } from "./pictures.mjs";
import { placed } from "./places.mjs";
import { filledConsole, rulesOf } from "./rules.mjs";
import { allTags, languageOf, listing } from "./sources.mjs";

const DIRECTIVE = /^\s*<!--\s*(\S+)\s*(.*?)\s*-->\s*$/;
const OF_OTHERS = new Set(["figures", "/figures"]);
const SHAPES = { snippet: [1, 2], frames: [1, 9], picture: [1, 9], rules: [0, 0], holds: [2, 30] };
/** What stands after a recording: {steps, whole, renames}. */
const shownAs = (args) => ({
  steps: args.find((arg) => /^[\d,-]+$/.test(arg)),
  whole: args.includes("whole"),
  renames: args.filter((arg) => arg !== "whole" && !/^[\d,-]+$/.test(arg)),
});

class Filler {
  constructor(root, check, tool) {
    Object.assign(this, { root, check, tool, faults: [], used: new Set(), drawn: new Set() });
    Object.assign(this, { count: 0, written: [] });
  }

  page(path) {
    const text = read(this.root, path);
    const lines = classify(text);
    const out = [];
    for (let at = 0; at < lines.length; ++at) {
      const { line, kind, number } = lines[at];
      out.push(line);
      if (kind !== "prose") continue;
      try {
        if (line.includes("#L")) out[out.length - 1] = this.places(path, number, line);
        if (line.includes("<!--")) at = this.directive(path, lines, at, out);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        this.faults.push(`${path}:${number}: ${error.message}`);
      }
    }
    const filled = out.join("\n");
    if (filled !== text && !this.check) this.write(path, filled);
  }

  /** The line with the numbers that the sources have now. */
  places(path, number, line) {
    const { line: now, count } = placed(this.root, path, line);
    this.count += count;
    if (now !== line) this.differs(path, { number }, now, line);
    return now;
  }

  /** Handles the directive at `at`; returns the last line it handled. */
  directive(path, lines, at, out) {
    const found = DIRECTIVE.exec(lines[at].line);
    if (found && OF_OTHERS.has(found[1])) return at;
    const known = Object.keys(SHAPES).join(", ");
    if (!found || !(found[1] in SHAPES)) {
      throw new Fault(`"${lines[at].line.trim()}" is not a directive: expected one of ${known}`);
    }
    const [, name, rest] = found;
    const args = rest.split(/\s+/).filter(Boolean);
    const [least, most] = SHAPES[name];
    if (args.length < least || args.length > most) {
      const shape = most === 0 ? name : `${name} FILE [which part]`;
      throw new Fault(`expected <!-- ${shape} -->, got "${lines[at].line.trim()}"`);
    }
    ++this.count;
    if (name === "picture") return this.picture(path, lines, at, out, args);
    if (name === "rules") return this.console(path, lines, at, out);
    if (name === "holds") return this.holds(args), at;
    const wanted = name === "snippet" ? this.snippet(args) : this.frames(args);
    const language = name === "snippet" ? languageOf(args[0]) : "text";
    return this.fill(path, lines, at, out, wanted, language);
  }

  snippet([file, tag]) {
    if (tag) this.used.add(`${file} ${tag}`);
    return listing(this.root, file, tag);
  }

  /** Only a person can check what the text claims. If the source changes, this asks for another look. */
  holds([file, ...words]) {
    this.mustExist(file);
    const claim = words.join(" ");
    if (read(this.root, file).replace(/\s+/g, " ").includes(claim)) return;
    throw new Fault(`${file} no longer has "${claim}": correct the text beside this mark`);
  }

  frames([file, ...how]) {
    this.mustExist(file);
    return framesOf(this.tool, this.root, file, shownAs(how));
  }

  /** What the page shows of the suite's rules: all else in the console is the author's. */
  console(path, lines, at, out) {
    this.rules ??= rulesOf(this.root);
    const shown = lines.slice(at + 2, this.endOfFence(lines, at + 1, "console"));
    return this.fill(path, lines, at, out, filledConsole(shown.map(({ line }) => line), this.rules), "console");
  }

  endOfFence(lines, open, language) {
    if (lines[open]?.kind !== "fence") {
      throw new Fault(`expected a fence (\`\`\`${language}) on the line below the directive`);
    }
    let end = open;
    while (lines[end].kind !== "end") {
      if (++end === lines.length) throw new Fault("the fence below is not closed");
    }
    return end;
  }

  fill(path, lines, at, out, wanted, language) {
    const open = at + 1;
    const end = this.endOfFence(lines, open, language);
    if (wanted.some((line) => line.startsWith("```"))) {
      throw new Fault("what is to be filled in holds a fence itself");
    }
    if (lines[open].language !== language) {
      this.differs(path, lines[open], `\`\`\`${language}`, lines[open].line);
    }
    const now = lines.slice(open + 1, end).map(({ line }) => line);
    const first = wanted.findIndex((line, index) => line !== now[index]);
    if (first >= 0) {
      const where = lines[Math.min(open + 1 + first, end)];
      this.differs(path, where, wanted[first], now[first] ?? "the fence's end");
    } else if (now.length > wanted.length) {
      this.differs(path, lines[open + 1 + wanted.length], "the fence's end", now[wanted.length]);
    }
    out.push("```" + language, ...wanted, lines[end].line);
    return end;
  }

  differs(path, { number }, wanted, now) {
    if (!this.check) return;
    this.faults.push(
      `${path}:${number}: differs from the source: run make snippets\n` +
        `  the source:  ${wanted}\n  the page:    ${now}`,
    );
  }

  picture(path, lines, at, out, [source, ...how]) {
    const below = lines[at + 1]?.line ?? "";
    // The text alternative may be wrapped over lines.
    let end = at + 1;
    let text = below;
    while (/^!\[[^\]]*$/.test(text) && end + 1 < lines.length) text += " " + lines[++end].line;
    const image = /^!\[([^\]]+)\]\(([^)\s]+\.svg)\)/.exec(text.trim());
    if (!image) {
      throw new Fault("expected ![what it shows](name.svg) on the line below the directive");
    }
    const svg = normalize(join(dirname(path), image[2]));
    this.draw(path, lines[at].number, source, how, svg);
    for (let i = at + 1; i <= end; ++i) out.push(lines[i].line);
    return end;
  }

  draw(path, number, source, how, svg) {
    const beside = normalize(join(dirname(path), source));
    const file = existsSync(join(this.root, beside)) ? beside : source;
    this.mustExist(file);
    this.drawn.add(file);
    const dot = file.endsWith(".dot");
    const drawn = dot ? drawDot(read(this.root, file), file) : this.trace(file, shownAs(how));
    const target = join(this.root, svg);
    const now = existsSync(target) ? readFileSync(target, "utf8") : "";
    const same = dot ? essence(now) === essence(drawn) : now === drawn;
    if (same) return;
    if (!this.check) return this.write(svg, drawn);
    this.faults.push(`${path}:${number}: ${svg} is not what ${file} draws: run make snippets`);
  }

  trace(file, how) {
    const folder = mkdtempSync(join(tmpdir(), "phx-picture-"));
    try {
      drawTrace(this.tool, this.root, file, how, join(folder, "out.svg"));
      return readFileSync(join(folder, "out.svg"), "utf8");
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  mustExist(file) {
    if (!existsSync(join(this.root, file))) throw new Fault(`there is no file ${file}`);
  }

  write(path, text) {
    writeFileSync(join(this.root, path), text);
    this.written.push(path);
  }

  unusedPictures() {
    for (const path of files(this.root, [".dot"])) {
      if (this.drawn.has(path)) continue;
      const name = basename(path);
      this.faults.push(`${path}:1: no page draws it: put <!-- picture ${name} --> above its image`);
    }
  }

  unusedTags() {
    for (const [key, line] of allTags(this.root)) {
      const [path, tag] = key.split(" ");
      if (this.used.has(key)) continue;
      this.faults.push(`${path}:${line}: no page shows the tag [${tag}]: use it or remove it`);
    }
  }
}

/** Fills or checks all pages of a tree; returns {faults, count, written}. */
export function fillPages(root, check, tool = resolve(root, "build/plain/phx-trace")) {
  const filler = new Filler(root, check, tool);
  for (const path of pages(root)) filler.page(path);
  filler.unusedTags();
  filler.unusedPictures();
  return filler;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const check = process.argv.includes("--check");
  const root = process.argv.slice(2).find((arg) => !arg.startsWith("--")) ?? ".";
  const { faults, count, written } = fillPages(root, check, process.env.PHX_TRACE);
  for (const path of written) console.log(`  filled ${path}`);
  report(faults, `snippets: ${count} listings, frames, pictures and numbers are as their sources`);
}
