// How a page looks, by structure rather than by pixels: nothing sticks out, overlaps or is cut off, and text can be read.
// At four widths, light and dark. A page's shape, which of its parts stands in which column, is compared with a kept one.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const WIDTHS = [400, 700, 1300, 1600];
/** What overlaps does so in any colours: in the dark the narrowest and the widest are enough. */
const schemes = (width) => (width === WIDTHS[0] || width === WIDTHS.at(-1) || process.env.SCREENSHOTS ? ["light", "dark"] : ["light"]);
const KEPT = new URL("../shapes.json", import.meta.url);

/** What is wrong with the page as it is, in words. Runs within the page. */
function faults() {
  const found = [];
  const style = (element) => getComputedStyle(element);
  const name = (element) => `<${element.localName}${element.id ? ` #${element.id}` : ""}> "${element.textContent.trim().slice(0, 40)}"`;
  const top = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;

  /** What can be seen of a box, within all that scroll or cut. */
  const seen = (element, box = element.getBoundingClientRect()) => {
    let { left, top: upper, right, bottom } = box;
    for (let around = element.parentElement; around; around = around.parentElement) {
      if (/auto|scroll|hidden|clip/.test(style(around).overflow) && around !== document.documentElement && around !== document.body) {
        const frame = around.getBoundingClientRect();
        [left, upper, right, bottom] = [Math.max(left, frame.left), Math.max(upper, frame.top), Math.min(right, frame.right), Math.min(bottom, frame.bottom)];
      }
    }
    return { left, top: upper, right, bottom, there: right - left > 1 && bottom - upper > 1 };
  };
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && seen(element).there;

  // --- Colours: each text against what it stands on.
  const numbers = (colour) => {
    const canvas = (window.paper ??= new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true }));
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return { rgb: [r, g, b], alpha: a / 255 };
  };
  const over = ({ rgb, alpha }, below) => rgb.map((part, i) => part * alpha + below[i] * (1 - alpha));
  const ground = (element) => {
    if (!element) return matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
    const own = numbers(style(element).backgroundColor);
    return own.alpha === 1 ? own.rgb : over(own, ground(element.parentElement));
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);

  const texts = document.createTreeWalker(top, NodeFilter.SHOW_TEXT, (node) => (node.data.trim() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT));
  for (let many = 0; texts.nextNode() && many < 2_000; many += 1) {
    const element = texts.currentNode.parentElement;
    if (!shown(element) || element.closest("script, style, option, title, [disabled], [aria-disabled=true]")) continue;
    const drawn = element instanceof SVGElement;
    const back = ground(drawn ? element.ownerSVGElement : element);
    const ratio = contrast(over(numbers(drawn ? style(element).fill : style(element).color), back), back);
    const size = parseFloat(style(element).fontSize);
    const least = size >= 24 || (size >= 18.6 && Number(style(element).fontWeight) >= 700) ? 3 : 4.5;
    if (ratio < least) found.push(`${name(element)} has a contrast of ${ratio.toFixed(2)}`);
    if (drawn) continue; // a drawing is scaled, and scrolled to
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    const box = seen(element, range.getBoundingClientRect());
    if (box.there && box.right > innerWidth + 1) found.push(`${name(element)} sticks out at ${Math.round(box.right)}`);
  }

  for (const element of top.querySelectorAll("*")) {
    const cut = /hidden|clip/.test(style(element).overflowX) && style(element).textOverflow !== "ellipsis";
    const hiddenOnPurpose = element.clientWidth <= 1 || element instanceof SVGElement;
    if (cut && !hiddenOnPurpose && shown(element) && element.scrollWidth > element.clientWidth + 1) found.push(`${name(element)} is cut off`);
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} pixels wide`);

  // --- Nothing that can be pressed lies on something else.
  const pressed = [...top.querySelectorAll("a, button, input, select, textarea, summary")].filter(shown).slice(0, 150);
  const sticks = (element) => {
    for (let at = element; at; at = at.parentElement) if (/sticky|fixed/.test(style(at).position)) return true;
    return false;
  };
  for (const [i, a] of pressed.entries()) {
    for (const b of pressed.slice(i + 1)) {
      if (a.contains(b) || b.contains(a) || sticks(a) || sticks(b)) continue;
      const [p, q] = [seen(a), seen(b)];
      const width = Math.min(p.right, q.right) - Math.max(p.left, q.left);
      const height = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
      if (width > 2 && height > 2) found.push(`${name(a)} and ${name(b)} overlap`);
    }
  }
  return [...new Set(found)];
}

/** The page's parts, in order: `h2 The code of a hop: 0-8` stands in the left eight of twelve columns. Runs within the page. */
function shape() {
  const root = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  const parts = [...root.querySelectorAll("h1, h2, nav, form, table, section, svg[role=img], iframe")];
  return parts
    .filter((part) => part.checkVisibility({ visibilityProperty: true }) && part.getBoundingClientRect().width > 0)
    .slice(0, 30)
    .map((part) => {
      const { left, right } = part.getBoundingClientRect();
      const column = (x) => Math.round((12 * Math.max(0, Math.min(innerWidth, x))) / innerWidth);
      const heading = /^h\d$/.test(part.localName) ? ` ${part.textContent.replace(/\s+/g, " ").replace(/\d[\d.]*/g, "#").trim()}` : "";
      return { part: part.localName + heading, from: column(left), to: column(right) };
    });
}

const kept = existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, "utf8")) : {};

/**
 * Looks at the page at each width, light and dark. `name` is its kept shape's, or nothing if it has none: KEEP_SHAPES=1 keeps
 * the shapes that it has now, and SCREENSHOTS=folder its pictures.
 */
export async function wellLaidOut(page, name, { shapes = true } = {}) {
  const before = page.viewportSize();
  const wrong = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of schemes(width)) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      wrong.push(...(await page.evaluate(faults)).map((fault) => `${name}, ${width} pixels, ${colorScheme}: ${fault}`));
      if (process.env.SCREENSHOTS) {
        mkdirSync(process.env.SCREENSHOTS, { recursive: true });
        await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name.replaceAll(" ", "-")}-${width}-${colorScheme}.png`), fullPage: true });
      }
    }
    if (!shapes) continue;
    const now = await page.evaluate(shape);
    if (process.env.KEEP_SHAPES) (kept[name] ??= {})[width] = now.map(({ part, from, to }) => `${part}: ${from}-${to}`);
    else wrong.push(...differences(kept[name]?.[width] ?? [], now).map((fault) => `${name}, ${width} pixels: ${fault}`));
  }
  if (process.env.KEEP_SHAPES) writeFileSync(KEPT, `${JSON.stringify(kept, null, 1)}\n`);
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
  assert.deepEqual(wrong, []);
}

/** Fonts differ a little from machine to machine: a twelfth of the width does not count. */
function differences(lines, now) {
  const then = lines.map((line) => line.match(/^(?<part>.*): (?<from>\d+)-(?<to>\d+)$/).groups);
  if (then.map(({ part }) => part).join() !== now.map(({ part }) => part).join()) {
    return [`expected the parts ${then.map(({ part }) => part).join(", ")}; got ${now.map(({ part }) => part).join(", ")}`];
  }
  return now.flatMap(({ part, from, to }, i) => {
    const moved = Math.abs(from - then[i].from) > 1 || Math.abs(to - then[i].to) > 1;
    return moved ? [`${part} stands in the columns ${from}-${to}, not ${then[i].from}-${then[i].to}`] : [];
  });
}
