// plan.mjs: the site's pages in reading order: the book's chapters, the layers of the server, the
// suite, and the reference pages.

import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pages, read } from "./pages.mjs";

/** The layers in the order of a frame's way; the last ones are beside it. */
export const LAYERS = [
  "server",
  "net",
  "endpoint",
  "live_view",
  "transport",
  "http",
  "websocket",
  "tokens",
  "socket",
  "channel",
  "serializer",
  "pubsub",
  "presence",
  "cluster",
  "redis",
  "process",
  "telemetry",
  "metrics",
  "dashboard",
  "client",
  "options",
  "etf",
  "json",
  "base",
  "testing",
];
/** The page of a layer, as Doxygen names it: an underscore of a group's name becomes two. */
export const layerPage = (layer) => `group__layer__${layer.replaceAll("_", "__")}`;
/** The suite's parts. */
export const PARTS = ["core", "wire", "rules", "report", "suite", "proxy", "mutants", "client", "bench", "server"];

const LOOK_UP = [
  "chapters/GLOSSARY.md",
  "docs/protocol.md",
  "docs/contract.md",
  "docs/liveview-contract.md",
  "docs/client-rules.md",
  "docs/client-contract.md",
  "docs/security.md",
  "docs/departures.md",
  "docs/embedding.md",
  "docs/cluster.md",
  "docs/scale.md",
  "docs/simulation.md",
  "docs/results.md",
  "traces/README.md",
  "lib/README.md",
  "docs/contributing.md",
];

/** The name of a page on the site, without .html. */
export function pageId(path) {
  if (path === "README.md") return "index";
  if (path === "chapters/README.md") return "contents";
  const name = path
    .replace(/^chapters\/(.*)\/exercise\/hints\/(\w+)\.md$/, "exercise-$1-hint-$2")
    .replace(/^chapters\/(.*)\/exercise\/README\.md$/, "exercise-$1")
    .replace(/^chapters\/(.*)\/README\.md$/, "chapter-$1")
    .replace(/\/README\.md$/, "")
    .replace(/\.md$/, "");
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}

/** A page's first heading, as plain text. */
export function titleOf(root, path) {
  const heading = /^# +(.*)$/m.exec(read(root, path));
  return (heading?.[1] ?? basename(path)).replace(/[`*]/g, "");
}

/** As GitHub names a heading, so that links work in both. */
export function slug(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replace(/ /g, "-");
}

/** Gives each heading of a page its own slug: the second "Try" is try-1. */
export function sluggerOf() {
  const seen = new Map();
  return (heading) => {
    const name = slug(heading);
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count === 0 ? name : `${name}-${count}`;
  };
}

const entry = (root, path) => ({ path, id: pageId(path), title: titleOf(root, path) });

/** {chapters, lookUp, suite}: lists of {path, id, title}; and every page by its path. */
export function planOf(root) {
  const all = new Map(pages(root).map((path) => [path, entry(root, path)]));
  const inOrder = (paths) => paths.filter((path) => all.has(path)).map((path) => all.get(path));
  const folders = existsSync(join(root, "chapters"))
    ? readdirSync(join(root, "chapters"))
        .filter((name) => /^\d\d-/.test(name))
        .sort()
    : [];
  const chapters = inOrder(folders.map((name) => `chapters/${name}/README.md`)).map((chapter) => ({
    ...chapter,
    number: Number(basename(dirname(chapter.path)).slice(0, 2)),
    exercise: all.get(join(dirname(chapter.path), "exercise/README.md")),
  }));
  const ofSuite = (path) => /^conformance\/(\w+\/)?README\.md$/.test(path);
  const suite = [...all.values()].filter(({ path }) => ofSuite(path));
  return { all, chapters, lookUp: inOrder(LOOK_UP), suite };
}
