// widths.mjs HTML: opens each page of the book, each page to look up and the classes that a user meets in
// Chromium, at four widths, and reports what is cut off at its side. At 1,300 pixels and more nothing may be; on narrower windows code,
// drawings and tables may scroll, and the page itself may not. The text of each drawing must be readable,
// in light and in dark. It also asks the search of the site, which must answer where the page was opened as
// a file.

import { createRequire } from "node:module";
import { resolve } from "node:path";
import { unreadable } from "./figures.mjs";
import { report } from "./pages.mjs";
import { MET, classPage } from "./reference.mjs";
import { planOf } from "./plan.mjs";

const { chromium } = createRequire(resolve("conformance/clients/package.json"))("playwright-core");
const html = resolve(process.argv[2]);
const { all } = planOf(".");
const ids = [
  ...[...all.values()].filter(({ path }) => !path.includes("/hints/")).map(({ id }) => id),
  ...Object.keys(MET).map((name) => classPage(name).replace(".html", "")),
];
const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];

/** Pixels of a letter, and how much it differs from its paper (WCAG's AA). */
const LEGIBLE = { least: 11, contrast: 4.5 };

/** In the page: each block that is wider than what shows of it. */
function cutOff() {
  const wide = (block) =>
    block.scrollWidth > block.clientWidth + 2 && getComputedStyle(block).overflowX !== "visible";
  const blocks = document.querySelectorAll("#content .listing, #content .fragment, #content .scroll");
  return {
    beside: document.documentElement.scrollWidth - innerWidth,
    blocks: [...blocks].filter(wide).map((block) => `${block.className}: ${block.innerText.slice(0, 60)}`),
  };
}

async function lookThrough(page, width) {
  const faults = [];
  await page.setViewportSize({ width, height: 900 });
  for (const id of ids) {
    await page.goto(`file://${html}/${id}.html`);
    const { beside, blocks } = await page.evaluate(cutOff);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const texts = await page.evaluate(unreadable, LEGIBLE);
      for (const text of texts) faults.push(`${id}.html at ${width} pixels, ${colorScheme}: a picture's text: ${text}`);
    }
    if (beside > 0) faults.push(`${id}.html at ${width} pixels: the page is ${beside} pixels wider than its window`);
    if (width < 1300) continue;
    for (const block of blocks) faults.push(`${id}.html at ${width} pixels: cut off at its side: ${block}`);
  }
  return faults;
}

async function search(page) {
  await page.goto(`file://${html}/index.html`);
  await page.keyboard.press("/");
  await page.keyboard.type("unmatched topic");
  await page.waitForSelector(".found section.rules");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/chapter-|exercise-/);
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: QUIET });
try {
  const page = await browser.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(`a script of the site failed: ${error.message}`));
  await search(page);
  for (const width of [400, 820, 1300, 1600]) faults.push(...(await lookThrough(page, width)));
  report(faults, `widths: ${ids.length} pages at four widths, and nothing is cut off; the search answers`);
} finally {
  await browser.close();
}
