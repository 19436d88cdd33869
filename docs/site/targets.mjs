// targets.mjs: which page of the site shows a file or folder of the tree: Doxygen's where it has
// one, or else one that is made here, with numbered lines.

import { existsSync, readFileSync, statSync, writeFileSync, copyFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { layerPage, pageId } from "./plan.mjs";
import { highlighted } from "./show.mjs";

const RAW = new Set([".svg", ".har", ".png"]);

export class Targets {
  constructor(root, html, tagfile) {
    Object.assign(this, { root, html, made: new Map() });
    this.sources = doxygenFiles(root, readFileSync(tagfile, "utf8"));
  }

  /** The page for phx:FILE#LINE; null where there is no such file. */
  find(link) {
    const [path, anchor = ""] = link.split("#");
    if (!existsSync(join(this.root, path))) return null;
    if (statSync(join(this.root, path)).isDirectory()) return this.folder(path);
    const source = this.sources.get(path);
    const hash = /^L\d+/.test(anchor) ? `#l${anchor.slice(1).padStart(5, "0")}` : "";
    if (source) return source + hash;
    if (!this.made.has(path)) this.made.set(path, this.make(path));
    return this.made.get(path) + (RAW.has(extname(path)) ? "" : hash);
  }

  folder(path) {
    const layer = /^lib\/(\w+)$/.exec(path);
    if (layer) return `${layerPage(layer[1])}.html`;
    const part = /^conformance\/(?:\w+\/)?(suite|core|rules|wire|report|proxy|mutants|client|server)$/.exec(path);
    if (part) return `group__part__${part[1]}.html`;
    if (existsSync(join(this.root, path, "README.md")) && !path.startsWith("chapters/")) {
      return `${pageId(`${path}/README.md`)}.html`;
    }
    const chapter = /^chapters\/(\d\d-[\w-]+)(\/exercise)?$/.exec(path);
    const written = existsSync(join(this.root, path, "README.md"));
    if (!chapter) return "files.html";
    return written ? `${chapter[2] ? "exercise" : "chapter"}-${chapter[1]}.html` : "contents.html";
  }

  make(path) {
    if (RAW.has(extname(path))) {
      const name = "file-" + path.replaceAll("/", "-");
      copyFileSync(join(this.root, path), join(this.html, name));
      return name;
    }
    const text = readFileSync(join(this.root, path), "utf8").replace(/\n+$/, "");
    const lines = highlighted(text, extname(path).slice(1) || basename(path)).split("\n");
    const numbered = lines.map((line, index) => {
      const id = `l${String(index + 1).padStart(5, "0")}`;
      const number = `<a id="${id}"></a><span class="lineno">${index + 1}</span>`;
      return `<div class="line">${number} ${line}\n</div>`;
    });
    const name = "file-" + path.replace(/[^A-Za-z0-9.-]+/g, "-") + ".html";
    // The frame of any page that Doxygen made will do.
    const shell = readFileSync(join(this.html, "files.html"), "utf8");
    const page = shell
      .replace(/<title>.*?<\/title>/, `<title>${path}</title>`)
      .replace(/<div class="title">[^]*?<\/div>/, `<div class="title">${path}</div>`)
      .replace(
        /<div class="contents">[^]*<\/div><!-- contents -->/,
        () =>
          `<div class="contents"><div class="fragment">${numbered.join("")}</div></div>` +
          "<!-- contents -->",
      );
    writeFileSync(join(this.html, name), page);
    return name;
  }
}

/** From a file's path to Doxygen's page of its source. */
function doxygenFiles(root, tags) {
  const found = new Map();
  const file =
    /<compound kind="file">\s*<name>([^<]*)<\/name>\s*<path>([^<]*)<\/path>\s*<filename>([^<]*)</g;
  for (const [, name, path, page] of tags.matchAll(file)) {
    if (/\.(cc|h)$/.test(name)) {
      found.set(path.replace(`${root}/`, "") + name, page.replace(".html", "_source.html"));
    }
  }
  return found;
}
