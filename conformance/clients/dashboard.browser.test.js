// The dashboard in Chromium, beside clients of every kind: each view, the keyboard, four widths, and a
// server that goes and comes back. SCREENSHOTS=folder keeps pictures of all views.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { TOKEN, watchedServer } from "./support/admin.js";
import { launch } from "./support/browser.js";
import { connect, join } from "./support/client.js";
import { PATIENCE_MS, eventually } from "./support/deadline.js";
import { wellLaidOut } from "./support/layout.js";

const VIEWS = ["overview", "processes", "topics", "nodes", "limits", "log"];
const watched = watchedServer();
let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** The page, opened by a link with the token. */
async function opened(t, { view = "overview", token = TOKEN, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.complaints = [];
  page.on("console", (said) => said.type() === "error" && page.complaints.push(said.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  await page.goto(`${watched.admin}/dashboard#token=${encodeURIComponent(token)}`);
  if (view !== "overview") await page.getByRole("navigation").getByRole("link", { name: new RegExp(view, "i") }).click();
  return page;
}
const live = (page) => page.getByRole("status").getByText("Live, each second.").waitFor();

async function crowd(t) {
  const sockets = await Promise.all([1, 2, 3].map(() => connect(t, watched.server)));
  const channels = await Promise.all(sockets.map((socket) => join(socket, "conformance:crowd")));
  await join(sockets[0], "conformance:alone");
  channels[0].push("broadcast", { n: 1 });
  return { sockets, channels };
}

test("each view shows what the server does, and none complains", async (t) => {
  await crowd(t);
  const page = await opened(t);
  await live(page);
  assert.equal(await page.evaluate(() => location.hash), "", "the token is taken off the address");
  await page.getByRole("img", { name: /^Connections: now [1-9]/ }).waitFor();
  await page.getByRole("img", { name: /^Channels: now [1-9]/ }).waitFor();
  assert.equal(await page.getByRole("img").count(), 11);
  const expected = {
    processes: /websocket/,
    topics: /conformance:crowd/,
    nodes: /This node is alone/,
    limits: /--max-connections/,
    log: /the admin port is open/,
  };
  for (const [view, text] of Object.entries(expected)) {
    await page.getByRole("link", { name: new RegExp(`^${view}$`, "i") }).click();
    await page.getByRole("heading", { level: 2, name: new RegExp(view, "i") }).waitFor();
    await page.getByRole("main").getByText(text).first().waitFor();
    assert.equal(await page.locator("nav a[aria-current=page]").innerText(), view[0].toUpperCase() + view.slice(1));
  }
  assert.deepEqual(page.complaints, []);
});

test("topics are sorted by the column whose heading is pressed", async (t) => {
  await crowd(t);
  const page = await opened(t, { view: "topics" });
  const first = () => page.locator("tbody tr").first().innerText();
  await eventually("the topic with three members first", async () => /conformance:crowd/.test(await first().catch(() => "")));
  await page.getByRole("button", { name: "Members" }).press("Enter");
  await page.locator("th[aria-sort=ascending]").waitFor();
  await eventually("another topic first", async () => !/conformance:crowd/.test(await first().catch(() => "conformance:crowd")));
});

test("by keyboard alone: a socket is opened, its channel is ended, and its client is notified", async (t) => {
  const { channels } = await crowd(t);
  const crashed = new Promise((resolve) => channels[0].onError(resolve));
  const page = await opened(t, { view: "processes" });
  await page.getByRole("columnheader", { name: "Process" }).waitFor();
  await page.getByRole("button", { name: "Children" }).press("Enter"); // the socket with two channels is among the first
  const sockets = page.locator("tbody tr", { hasText: "websocket" });
  await sockets.first().focus();
  await page.keyboard.press("ArrowRight");
  await page.locator('tr[aria-level="2"]', { hasText: "conformance:crowd" }).first().waitFor();
  await page.locator('tbody tr[aria-expanded="true"]', { hasText: "websocket" }).waitFor(); // perhaps no longer the first
  for (let i = 0; i < 3; ++i) {
    await page.keyboard.press("ArrowDown");
    if ((await page.evaluate(() => document.activeElement.innerText)).includes("conformance:crowd")) break;
  }
  await page.keyboard.press("Enter");
  const process = page.getByRole("dialog", { name: /^channel / });
  await process.getByText("conformance:crowd", { exact: true }).waitFor();
  await process.getByRole("button", { name: /End this process/ }).press("Enter");
  const confirm = page.getByRole("dialog", { name: "End this process?" });
  assert.equal(await page.evaluate(() => document.activeElement.innerText), "Keep it", "the safe answer has the focus");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await confirm.waitFor({ state: "hidden" });
  const others = channels.slice(1).map((channel) => new Promise((resolve) => channel.onError(resolve)));
  await Promise.race([crashed, ...others]); // which of the three the first row was
  assert.deepEqual(page.complaints, []);
});

test("an open process shows what it handles, by type and one by one, until it ends", async (t) => {
  const channel = await join(await connect(t, watched.server), "conformance:watched");
  const page = await opened(t, { view: "processes" });
  await page.getByLabel("Kind, name or topic").fill("conformance:watched");
  await page.locator("tbody tr", { hasText: "conformance:watched" }).click();
  const dialog = page.getByRole("dialog", { name: /^channel / });
  await dialog.getByText(/^Nothing yet: it is watched from now on/).waitFor();
  const talking = setInterval(() => channel.push("echo", { n: 1 }), 100);
  t.after(() => clearInterval(talking));
  await dialog.getByRole("row", { name: /SocketMessage/ }).waitFor();
  await dialog.getByRole("listitem").getByText(/ago: .*SocketMessage, \d+ B, took \d/).first().waitFor();
  clearInterval(talking);
  await channel.leave();
  await dialog.getByText("It has ended. This is how it was last seen.").waitFor();
  assert.deepEqual(page.complaints, []);
});

test("from 400 to 1600 pixels, light and dark, each view can be read, and nothing overlaps", async (t) => {
  await crowd(t);
  const page = await opened(t, { reducedMotion: "reduce" });
  await live(page);
  for (const view of VIEWS) {
    await page.getByRole("navigation").getByRole("link", { name: new RegExp(view, "i") }).click();
    await page.getByRole("main").locator("tbody tr, .plot, .note, .lines li").first().waitFor();
    await wellLaidOut(page, view);
  }
});

test("a wrong token is refused with a sentence, and the right one opens the page", async (t) => {
  const page = await opened(t, { token: "some other token" });
  const dialog = page.getByRole("dialog", { name: "Token" });
  await dialog.getByText("The server does not know this token.").waitFor();
  await dialog.getByLabel("Token").fill(TOKEN);
  await dialog.getByRole("button", { name: "Open" }).click();
  await live(page);
});

test("the page asks for a view once; from then on the server pushes it", async (t) => {
  const page = await opened(t);
  await live(page);
  // However late a push is, the page does not ask meanwhile: its patience is without end.
  await page.addInitScript(() => {
    const later = window.setTimeout;
    window.setTimeout = (act, ms, ...more) => (ms === 3_000 ? 0 : later(act, ms, ...more));
  });
  const sent = [];
  const received = [];
  const frames = (list) => ({ payload }) => list.push(JSON.parse(payload)[3]);
  const pushes = () => received.filter((event) => event === "shown").length;
  page.on("websocket", (socket) => {
    socket.on("framesent", frames(sent));
    socket.on("framereceived", frames(received));
  });
  await page.reload();
  const plot = () => page.locator(".plot path.first").first().getAttribute("d");
  const redrawn = async (times) => {
    for (let drawn = await plot(); times > 0; times -= 1) {
      await eventually("another plot", async () => (await plot()) !== drawn);
      drawn = await plot();
    }
  };
  await redrawn(3); // by its first questions, too
  const before = sent.length;
  const then = pushes();
  await redrawn(3);
  assert.ok(pushes() > then, "they came by pushes");
  assert.deepEqual(sent.slice(before).filter((event) => event !== "heartbeat"), []);
  assert.deepEqual(page.complaints, []);
});

test("a pause stops the page, and a server that does not answer is named until it is back", async (t) => {
  const page = await opened(t);
  await live(page);
  process.kill(watched.server.pid, "SIGSTOP");
  await page.getByRole("status").getByText("The server does not answer.").waitFor();
  process.kill(watched.server.pid, "SIGCONT");
  await live(page);
  await page.getByRole("button", { name: "Pause" }).press("Enter");
  await page.getByRole("status").getByText("Paused.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Pause" }).getAttribute("aria-pressed"), "true");
});
