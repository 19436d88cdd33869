// frame.mjs: the frame of each page of the site: the contents at its side, the part it belongs to,
// its own headings, and the pages before and after it.

import { escape } from "./html.mjs";
import { LAYERS, layerPage, PARTS } from "./plan.mjs";

const item = (id, text, here) =>
  `<li><a href="${id}.html"${id === here ? ' aria-current="page"' : ""}>${text}</a></li>`;
const section = (title, items) => `<h2>${title}</h2>\n<ul>\n${items.join("\n")}\n</ul>`;

export const numbered = (title) => {
  const found = /^(?:Chapter )?(\d+)[.:] +(.*)$/.exec(title);
  return found ? { number: Number(found[1]), title: found[2] } : { title };
};

function chapterItem({ id, number, title, exercise }, here) {
  const words = `<span class="no">${number}</span>${escape(numbered(title).title)}`;
  const inside =
    exercise && (here === id || here === exercise.id)
      ? `<ul>${item(exercise.id, "Exercise", here)}</ul>`
      : "";
  return item(id, words, here).replace("</li>", `${inside}</li>`);
}

/** The contents of the whole site. `here` is the page's id. */
export function side(plan, here) {
  const { chapters, lookUp, suite } = plan;
  const book = [
    item("contents", "Contents", here),
    ...chapters.map((one) => chapterItem(one, here)),
  ];
  const layers = LAYERS.map((layer) => item(layerPage(layer), layer, here));
  const parts = PARTS.filter((part) => !["bench", "rules"].includes(part)).map((part) =>
    item(`group__part__${part}`, part, here),
  );
  const pages = (list) => list.map(({ id, title }) => item(id, escape(short(title)), here));
  const indexes = [
    ["annotated", "All classes"],
    ["files", "All files"],
    ["namespaces", "All namespaces"],
  ].map(([id, title]) => item(id, title, here));
  return `<nav class="side" id="side" aria-label="Contents">
${section("The book", book)}
${section("To look up", pages(lookUp))}
${section("The server, layer by layer", layers)}
${section("The suite", [...pages(suite), ...parts])}
${section("Everything", indexes)}
</nav>`;
}

const short = (title) => title.replace(/ ?[:(].*$/, "");

/** The reading order: the book from its contents on; the layers one after another. */
export function neighbours(plan, here) {
  const book = [
    { id: "index", title: "Front page" },
    ...(plan.all.has("chapters/README.md") ? [{ id: "contents", title: "Contents" }] : []),
    ...plan.chapters.flatMap((chapter) => {
      const { id, number, title, exercise } = chapter;
      return [
        { id, title: `${number}. ${numbered(title).title}` },
        ...(exercise ? [{ id: exercise.id, title: exercise.title }] : []),
      ];
    }),
  ];
  const layers = LAYERS.map((layer) => ({ id: layerPage(layer), title: layer }));
  for (const sequence of [book, layers]) {
    const at = sequence.findIndex(({ id }) => id === here);
    if (at >= 0) return { previous: sequence[at - 1], next: sequence[at + 1] };
  }
  return {};
}

export function previousAndNext(plan, here) {
  const { previous, next } = neighbours(plan, here);
  if (!previous && !next) return "";
  const link = (page, rel, words) =>
    page
      ? `<a rel="${rel}" href="${page.id}.html"><span>${words}</span> ${escape(page.title)}</a>`
      : "";
  return `<nav class="neighbours" aria-label="Previous and next page">
${link(previous, "prev", "Before")}
${link(next, "next", here === "index" ? "Begin" : "Next")}</nav>`;
}

/** Above a page's title: which chapter, layer or part it is. */
export function kicker(plan, id) {
  const chapter = plan.chapters.find((one) => one.id === id);
  if (chapter) return `Chapter ${chapter.number}`;
  const of = plan.chapters.find((one) => id.startsWith("exercise-") && one.exercise?.id === id);
  if (of) return `Chapter ${of.number}`;
  const layer = LAYERS.findIndex((one) => layerPage(one) === id);
  if (layer >= 0) return `Layer ${layer + 1} of ${LAYERS.length}`;
  if (id.startsWith("group__part__")) return "The suite";
  return "";
}

/** The page's own headings, if there are enough of them. */
export function onThisPage(contents) {
  const found = [...contents.matchAll(/<h2><a class="anchor" id="([^"]+)"><\/a>\s*([^]*?)<\/h2>/g)];
  if (found.length < 3) return "";
  const items = found.map(
    ([, id, words]) => `<li><a href="#${id}">${words.replace(/<\/?a[^>]*>/g, "")}</a></li>`,
  );
  return `<nav class="on-this-page" aria-label="On this page">
<h2>On this page</h2>
<ul>${items.join("")}</ul></nav>`;
}
