// scope.mjs: where a name in a listing leads. Doxygen sees a listing without the file that it was taken
// from, and links a name to any namesake. Here a name means what the listing's own file or its header
// defines, or else what it includes; and where that leaves more than one, the name stays without a link.

import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { unescape } from "./html.mjs";
import { read } from "./pages.mjs";

const text = (xml, name) => unescape(new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "");
const stem = (path) => path.replace(/\.(cc|h)$/, "");
const last = (name) => name.split("::").at(-1);

/** What Doxygen knows, by its last name: {to, file, of, member}; `of` is the class or the folder that it belongs to. */
function defined(root, tags) {
  const compounds = [...tags.matchAll(/<compound kind="(\w+)">([^]*?)<\/compound>/g)];
  const membersOf = (body) => [...body.matchAll(/<member kind="\w+"[^>]*>([^]*?)<\/member>/g)].map(([, xml]) => xml);
  const placeOf = (xml) => `${text(xml, "anchorfile")}#${text(xml, "anchor")}`;
  const names = new Map();
  const add = (name, one) => names.set(name, [...(names.get(name) ?? []), one]);
  const homes = new Map();
  for (const [, kind, body] of compounds.filter(([, kind]) => kind === "file")) {
    const [head] = body.split("<member ");
    const file = join(text(head, "path").replace(`${root}/`, ""), text(head, "name"));
    for (const [, name] of head.matchAll(/<class kind="\w+">([^<]*)<\/class>/g)) homes.set(unescape(name), file);
    for (const xml of membersOf(body)) {
      add(text(xml, "name"), { to: placeOf(xml), file, of: basename(dirname(file)), member: false });
    }
  }
  for (const [, kind, body] of compounds.filter(([, kind]) => /^(class|struct|union)$/.test(kind))) {
    const [head] = body.split("<member ");
    const name = text(head, "name");
    const file = homes.get(name);
    if (!file) continue;
    const of = name.split("::").at(-2) ?? "";
    add(last(name), { to: text(head, "filename"), file, of, member: false });
    for (const xml of membersOf(body)) {
      add(text(xml, "name"), { to: placeOf(xml), file, of: last(name), member: true });
    }
  }
  return names;
}

export class Scope {
  constructor(root, tags) {
    Object.assign(this, { root, names: defined(root, tags), reached: new Map() });
  }

  /** Every file of the project that `file` includes, and what those include; without the ending. */
  reach(file) {
    if (!this.reached.has(file)) {
      const seen = new Set([file]);
      for (const path of seen) for (const one of this.included(path)) seen.add(one);
      this.reached.set(file, new Set([...seen].map(stem)));
    }
    return this.reached.get(file);
  }

  included(file) {
    const lines = read(this.root, file).matchAll(/^#include ["<]([^">]+\.h)[">]/gm);
    return [...lines].flatMap(([, name]) => {
      const places = [join(dirname(file), name), join("lib", name), name];
      return places.filter((path) => existsSync(join(this.root, path))).slice(0, 1);
    });
  }

  /** Where `words` lead in a listing of `file`; null: nowhere for sure. `dotted`: they stand after . or -> */
  find(file, words, href, dotted) {
    if (words.startsWith("std::")) return null;
    // A namespace, or a header by its own name.
    if (!href.includes("#") && /^namespace|_8h\.html$/.test(href)) return href;
    const of = words.split("::").at(-2);
    const named = (this.names.get(last(words)) ?? []).filter((one) => this.reach(file).has(stem(one.file)));
    const fitting = named.filter((one) => (!of || of === "phx" || one.of === of) && (!dotted || one.member));
    const own = fitting.filter((one) => !dotted && stem(one.file) === stem(file));
    const best = own.length > 0 ? own : fitting;
    if (best.some(({ to }) => to === href)) return href;
    return same(best) ? best[0].to : null;
  }

  /** A listing's HTML with its names led where they belong: {html, kept, led, freed}. */
  scoped(file, html) {
    const count = { kept: 0, led: 0, freed: 0 };
    const link = /(\.|-&gt;|)(<span[^>]*>)?<a class="(code[^"]*)" href="([^"]*)">([^<]*)<\/a>/g;
    const shown = html.replace(link, (whole, before, span = "", kind, href, words) => {
      const to = this.find(file, unescape(words), unescape(href), before !== "");
      count[to === href ? "kept" : to ? "led" : "freed"]++;
      if (to === href) return whole;
      return before + span + (to ? `<a class="${kind}" href="${to}">${words}</a>` : words);
    });
    return { html: shown, ...count };
  }
}

/** Overloads stand in one file, and are as good as one. */
const same = (found) => new Set(found.map(({ file, of }) => `${stem(file)} ${of}`)).size === 1;
