// The board of chapter 17, beside chapter 1's chat: two browsers share it, and a form survives the
// server's end.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.js";
import { PATIENCE_MS } from "./support/deadline.js";
import { chatServer } from "./support/server.js";

const server = chatServer();
let browsers = [];
before(async () => {
  await server.start();
  browsers = await Promise.all([launch(), launch()]);
});
after(async () => {
  await Promise.all(browsers.map((browser) => browser.close()));
  await server.stop();
});

const lives = (page) => page.locator("[data-phx-main].phx-connected").waitFor();
const reads = (page, selector, text) =>
  page.waitForFunction(([where, what]) => document.querySelector(where)?.textContent === what, [selector, text]);

/** The board in its own browser. */
async function open(t, browser) {
  const page = await browser.newPage();
  t.after(() => page.close());
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`${server.url}/board`);
  await lives(page);
  return page;
}

test("two browsers share a number and a list", async (t) => {
  const [ada, bob] = await Promise.all(browsers.map((browser) => open(t, browser)));
  await ada.click("#more");
  await reads(bob, "#count", "1");
  await bob.click("#less");
  await reads(ada, "#count", "0");
  await ada.fill("#sign input", "Ada");
  await ada.click("#sign button");
  await reads(bob, "#names li", "Ada");
  assert.equal(await ada.inputValue("#sign input"), "");
});

test("the server is killed and comes back: so does the page, with its form filled", async (t) => {
  const page = await open(t, browsers[0]);
  await page.locator("#sign input").pressSequentially("half a na");
  await server.kill();
  await page.locator("[data-phx-main].phx-connected").waitFor({ state: "detached" });
  await server.start();
  await lives(page);
  assert.equal(await page.inputValue("#sign input"), "half a na");
  await page.locator("#sign input").pressSequentially("me");
  await page.click("#sign button");
  await reads(page, "#names li", "half a name");
});
