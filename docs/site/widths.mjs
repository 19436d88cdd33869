// widths.mjs HTML: opens each page of the book and each page to look up in Chromium, at four widths, and
// reports what is cut off at its side. At 1,300 pixels and more nothing may be; on narrower windows code,
// drawings and tables may scroll, and the page itself may not. It also asks the search of the site, which
// must answer where the page was opened as a file.

import { createRequire } from "node:module";
import { resolve } from "node:path";
import { report } from "./pages.mjs";
import { planOf } from "./plan.mjs";

const { chromium } = createRequire(resolve("conformance/clients/package.json"))("playwright-core");
const html = resolve(process.argv[2]);
const { all } = planOf(".");
const ids = [...all.values()].filter(({ path }) => !path.includes("/hints/")).map(({ id }) => id);
const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];

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
