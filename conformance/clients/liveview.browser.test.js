// npm's phoenix_live_view, unchanged, in a real browser, with the pages of chapter 17: each recorded
// story ends with the DOM that it had with Phoenix.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.js";
import { PATIENCE_MS } from "./support/deadline.js";
import { liveServer } from "./support/server.js";

const RECORDINGS = new URL("../../traces/liveview/", import.meta.url);
const server = liveServer();
let browser;
before(async () => {
  browser = await launch();
  await server.start();
});
after(async () => {
  await browser?.close();
  await server.stop();
});

/** A window of its own, with the counter living in it. */
async function visitor(t, path = "/counter", prepare = () => {}) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  prepare(page);
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(server.url + path);
  await lives(page);
  return page;
}

const lives = (page) => page.locator("[data-phx-main].phx-connected").waitFor();

/** Waits until the element's text is as expected. */
const reads = (page, selector, text) =>
  page.waitForFunction(([where, what]) => document.querySelector(where)?.textContent === what, [selector, text]);

/** What a user does in a recording, step by step, until its effect is seen. */
const STORIES = {
  mount: async () => {},
  click: async (page) => {
    for (const count of ["1", "2", "3"]) {
      await page.click("#inc");
      await reads(page, "#count", count);
    }
  },
  component: async (page) => {
    for (const count of ["2", "4"]) {
      await page.click("#step");
      await reads(page, "#step", `step by 2: ${count}`);
    }
  },
  "client-navigate": async (page) => {
    await page.click("#link-nav");
    await page.waitForSelector("#other");
    await page.click("#back");
    await page.waitForSelector("#inc");
    await lives(page);
  },
  "crash-rejoin": async (page) => {
    await page.click("#inc");
    await reads(page, "#count", "1");
    await page.click("#crash");
    await reads(page, ".error", "too short"); // the form was sent once more, after the new join
    await page.click("#inc");
    await reads(page, "#count", "1");
  },
  "disconnect-reconnect": async (page) => {
    await page.click("#inc");
    await reads(page, "#count", "1");
    await page.evaluate(() => window.liveSocket.disconnect());
    await page.waitForSelector("[data-phx-main].phx-loading");
    await page.evaluate(() => window.liveSocket.connect());
    await lives(page);
    await reads(page, ".error", "too short");
  },
  flash: async (page) => {
    await page.click("#flash-it");
    await reads(page, "#flash", "hello");
    await page.evaluate(() => window.liveSocket.main.pushWithReply(null, "event", { type: null, event: "lv:clear-flash", value: { key: "info" } }));
    await reads(page, "#flash", "");
  },
  form: async (page) => {
    await page.locator("#name").pressSequentially("ab");
    await reads(page, ".error", "too short");
    await page.locator("#name").pressSequentially("c");
    await page.waitForFunction(() => !document.querySelector(".error"));
    await page.click("#save");
    await page.waitForSelector("#items-3");
  },
  heartbeat: (page) => // it would come after 30 s
    page.evaluate(
      () =>
        new Promise((answered) => {
          const socket = window.liveSocket.getSocket();
          socket.onMessage(({ topic }) => topic === "phoenix" && answered());
          socket.heartbeatIntervalMs = 100;
          socket.resetHeartbeat();
        }),
    ),
  "info-diff": async (page) => {
    await page.click("#tick");
    await reads(page, "#count", "10");
  },
  "page-title": async (page) => {
    await page.click("#title");
    await reads(page, "title", "Renamed");
  },
  "push-event": async (page) => {
    await page.click("#tell");
    await page.waitForSelector("#ask[data-told]", { state: "attached" });
  },
  "push-patch": async (page) => {
    await page.click("#patch");
    await reads(page, "#page", "2");
    assert.equal(new URL(page.url()).search, "?page=2");
    await page.goBack();
    await reads(page, "#page", "1");
  },
  "server-redirect": async (page) => {
    await page.click("#redirect");
    await page.waitForURL("**/other");
    await lives(page);
  },
  "stream-delete": async (page) => {
    await page.click("#del-1");
    await page.locator("#items-1").waitFor({ state: "detached" });
  },
  upload: async (page) => {
    await page.setInputFiles("#up input", { name: "a.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(2500, 7) });
    await page.waitForSelector("#up input[data-phx-active-refs='0']");
    await page.click("#up-save");
    await reads(page, "#flash", "got [2500]");
    await page.waitForSelector("#up input[data-phx-active-refs='']");
  },
};

/** What is new each time: ids, tokens, and the attributes in which the client counts its own work. */
function masked(html) {
  return html
    .replace(/phx-[A-Za-z0-9_-]{16}(?![A-Za-z0-9_-])/g, "ID")
    .replace(/SFMyNTY\.[\w.-]+/g, "TOKEN")
    .replace(/(csrf-token" content=")[^"]*/g, "$1TOKEN")
    .replace(/http:\/\/localhost:\d+/g, "ORIGIN");
}

const recorded = (name) => JSON.parse(readFileSync(new URL(`${name}.har`, RECORDINGS), "utf8")).log._final_html;

/** While an event is on its way, the client marks its element. */
const UNDER_WAY = ".phx-click-loading, .phx-submit-loading, .phx-change-loading, [data-phx-ref-loading]";

describe("a recorded story ends with the recorded DOM", { concurrency: 5 }, () => {
  for (const [name, story] of Object.entries(STORIES)) {
    test(name, async (t) => {
      const page = await visitor(t);
      await story(page);
      await page.waitForFunction((selector) => !document.querySelector(selector), UNDER_WAY);
      assert.equal(masked(await page.content()), masked(recorded(name)));
    });
  }
});

test("every recorded story is played", () => {
  const recordings = readdirSync(RECORDINGS).map((file) => file.replace(".har", ""));
  assert.deepEqual(recordings.filter((name) => !(name in STORIES)), []);
});

test("the console says that npm's package is of another version, and complains of nothing else", async (t) => {
  const complaints = [];
  const page = await visitor(t, "/counter", (made) => {
    made.on("console", (line) => {
      const favicon = line.location().url.endsWith("/favicon.ico");
      if (["warning", "error"].includes(line.type()) && !favicon) complaints.push(line.text());
    });
    made.on("pageerror", (error) => complaints.push(error.message));
  });
  await STORIES.click(page);
  assert.equal(complaints.length, 1, complaints.join("\n"));
  assert.match(complaints[0], /version mismatch. JavaScript version 1\.1\.32 vs\. server 1\.1\.33/);
});

test("a file that is too large is refused, and the next one may come", async (t) => {
  const page = await visitor(t);
  const file = (name, size) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.alloc(size) });
  const refs = (what, value) =>
    page.waitForSelector(`#up input[data-phx-${what}-refs="${value}"]`, { state: "attached" });
  await page.setInputFiles("#up input", file("large", 8_000_001));
  await refs("active", "0");
  await page.click("#up-save");
  await page.setInputFiles("#up input", file("small", 1_200));
  await refs("active", "1");
  await page.click("#up-save");
  await reads(page, "#flash", "got [1200]");
});

test("a hook asks, and gets its answer", async (t) => {
  const page = await visitor(t);
  await page.evaluate(() => document.getElementById("ask").dispatchEvent(new Event("ask")));
  await page.waitForSelector("#ask[data-answer]", { state: "attached" });
  assert.equal(await page.getAttribute("#ask", "data-answer"), '{"answer":42}');
});

test("the server sends the page to another view, on the same connection", async (t) => {
  const page = await visitor(t);
  await page.click("#nav-server");
  await page.waitForSelector("#other");
  assert.equal(new URL(page.url()).pathname, "/other");
});

test("a patch link changes the address, and the view stays", async (t) => {
  const page = await visitor(t);
  await page.click("#inc");
  await reads(page, "#count", "1");
  await page.click("#link-patch");
  await reads(page, "#page", "3");
  assert.equal(await page.textContent("#count"), "1");
});

test("the server is killed and comes back: so does the page, with what was typed", async (t) => {
  const page = await visitor(t);
  await page.locator("#name").pressSequentially("abc");
  await server.kill();
  await page.locator("[data-phx-main].phx-connected").waitFor({ state: "detached" });
  await server.start();
  await lives(page);
  assert.equal(await page.inputValue("#name"), "abc");
  await page.click("#inc");
  await reads(page, "#count", "1");
});
