// Headless Chromium with a temporary profile, and people who chat in it.

import { access } from "node:fs/promises";
import { after, before, beforeEach } from "node:test";
import { chromium } from "playwright-core";
import { PATIENCE_MS } from "./deadline.js";
import { chatServer } from "./server.js";

const EXECUTABLE = process.env.CHROMIUM || "/usr/bin/chromium";
const ARGUMENTS = [
  "--no-sandbox", // root in a container has no other choice
  "--disable-gpu",
  "--disable-background-networking",
  "--no-first-run",
];

export async function launch() {
  await access(EXECUTABLE).catch(() => {
    throw new Error(`no Chromium at ${EXECUTABLE}: apt-get install chromium, or set CHROMIUM`);
  });
  return chromium.launch({ executablePath: EXECUTABLE, headless: true, args: ARGUMENTS });
}

/** The chat's server and a browser for all tests of a file: `{server, browser}`. */
export function chatInBrowser() {
  const chat = { server: chatServer(), browser: null };
  before(async () => (chat.browser = await launch()));
  beforeEach(() => chat.server.start()); // again, if a test failed while it was away
  after(async () => {
    await chat.browser?.close();
    await chat.server.stop();
  });
  return chat;
}

/** One person with one window of their own, in the chat at `url`. */
export class Person {
  /** The errors in the browser's console. */
  complaints = [];

  /** Opens the page, and logs in if there is a name. */
  static async arrives(t, browser, url, name = null) {
    const context = await browser.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const person = new Person(page);
    await page.goto(url);
    if (name) await person.logsIn(name);
    return person;
  }

  constructor(page) {
    this.page = page;
    page.on("console", (said) => {
      if (["error", "warning"].includes(said.type())) this.complaints.push(said.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
  }

  /** Waits until the status line says `status`. */
  async is(status) {
    await this.page.getByRole("status").getByText(status, { exact: true }).waitFor();
  }

  /** The page asks for a name; types it and presses Enter. */
  async logsIn(name) {
    const field = this.page.getByLabel("Your name");
    await field.fill(name);
    await field.press("Enter");
  }

  /** Waits until the page asks for a name, for the reason `why`. */
  async isAsked(why) {
    await this.page.getByRole("dialog", { name: "Who are you?" }).waitFor();
    await this.page.getByRole("alert").getByText(why, { exact: true }).waitFor();
  }

  /** Types and presses Enter. */
  async says(text) {
    const field = this.page.getByLabel("Message", { exact: true });
    await field.fill(text);
    await field.press("Enter");
  }

  /** Waits until the page shows `text` as `user`'s; returns where. */
  async sees(user, text) {
    const message = this.page
      .getByRole("listitem")
      .filter({ has: this.page.getByText(text, { exact: true }) })
      .filter({ has: this.page.getByText(user, { exact: true }) });
    await message.waitFor();
    return message;
  }

  /** How often the page contains `text`. */
  count(text) {
    return this.page.getByText(text, { exact: true }).count();
  }
}
