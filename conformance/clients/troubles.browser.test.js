// The five troubles of chapter 15: what the dashboard shows of each before anything ends.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { TOKEN, watchedServer } from "./support/admin.js";
import { launch } from "./support/browser.js";
import { connect, join, reply } from "./support/client.js";
import { PATIENCE_MS, eventually } from "./support/deadline.js";
import { wellLaidOut } from "./support/layout.js";

const MAX_MAILBOX = 400;
const watched = watchedServer("--max-mailbox", String(MAX_MAILBOX), "--check-origin", "//shop.example");
let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** The page, at a view. */
async function opened(t, view) {
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 } });
  const page = await context.newPage();
  t.after(() => context.close());
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`${watched.admin}/dashboard#token=${encodeURIComponent(TOKEN)}`);
  await page.getByRole("navigation").getByRole("link", { name: view }).click();
  await page.getByRole("heading", { level: 2, name: view }).waitFor();
  return page;
}
/** The picture of a story, at its end. */
const pictured = (t, page) => wellLaidOut(page, t.name.slice(0, t.name.indexOf(":")));
const row = (page, text) => page.locator("tbody tr", { hasText: text });

/** A channel whose handlers block, with `count` messages that wait for it. */
async function busyChannel(t, topic, count) {
  const channel = await join(await connect(t, watched.server), topic);
  channel.push("slow", { ms: 5_000 });
  for (let i = 0; i < count; ++i) channel.push("ack", {});
  return channel;
}

test("somebody waits: the channel with the mail is first, and shows what its handler does", async (t) => {
  await busyChannel(t, "conformance:waits", 150);
  const page = await opened(t, "Processes");
  await page.getByLabel("as a tree").uncheck();
  const first = page.locator("tbody tr").first();
  await eventually("the busy channel first", async () => /conformance:waits/.test(await first.innerText().catch(() => "")));
  assert.equal(await first.locator("td.warm").count(), 1, "its mail stands out");
  await first.click();
  const process = page.getByRole("dialog", { name: /^channel / });
  await process.getByText("its handler runs on a worker thread").waitFor();
  await process.getByText(/150 × phx::serializer::SocketMessage/).waitFor();
  await pictured(t, page);
});

test("somebody is gone: the bytes that a client does not read stand out", async (t) => {
  const url = `${watched.server.mount("/socket")}/websocket?vsn=2.0.0`;
  const deaf = new WebSocket(url);
  t.after(() => deaf.terminate());
  await new Promise((resolve, reject) => deaf.once("open", resolve).once("error", reject));
  const joined = new Promise((resolve) => deaf.once("message", resolve));
  deaf.send(JSON.stringify(["1", "1", "conformance:gone", "phx_join", {}]));
  await joined;
  deaf.pause(); // as a laptop that was closed
  const speaker = await join(await connect(t, watched.server), "conformance:gone");
  for (let i = 0; i < 40; ++i) await reply(speaker.push("broadcast", { s: "x".repeat(250_000) }));
  const page = await opened(t, "Processes");
  await page.getByRole("button", { name: "Unsent" }).click();
  await page.locator("tbody tr").first().locator("td.hot", { hasText: "MiB" }).waitFor();
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByText(/^[\d.]+ MiB$/).first().waitFor(); // among the owners of memory
  await pictured(t, page);
});

test("too full: the mailbox is nearer to its limit than anything else, and nothing has ended", async (t) => {
  const channel = await busyChannel(t, "conformance:full", MAX_MAILBOX - 20);
  const page = await opened(t, "Limits");
  const first = page.locator("tbody tr").first();
  await eventually("the mailbox's limit first", async () => /^--max-mailbox\b/.test(await first.innerText().catch(() => "")));
  await first.locator("td.hot", { hasText: "95 %" }).waitFor();
  assert.match(await first.innerText(), /0 times/);
  assert.equal(channel.state, "joined");
  await pictured(t, page);
});

test("it grows: there are more channels each second, and none goes", async (t) => {
  const socket = await connect(t, watched.server);
  const page = await opened(t, "Overview");
  const channels = async () => {
    const text = await page.locator("section", { hasText: "Processes by kind" }).last().innerText();
    return Number(/channel\s+(\d+)/.exec(text)?.[1] ?? 0);
  };
  for (let wave = 1; wave <= 3; ++wave) {
    await Promise.all(Array.from({ length: 20 }, (_, i) => join(socket, `conformance:leak-${wave}-${i}`)));
    await eventually("twenty more", async () => (await channels()) >= 20 * wave);
  }
  await page.getByRole("img", { name: /^Processes: now / }).waitFor();
  await pictured(t, page);
});

test("set wrong: the log says which page may not connect, and what to set", async (t) => {
  const url = `${watched.server.mount("/socket")}/websocket?vsn=2.0.0`;
  const refused = new WebSocket(url, { origin: "http://www.example.com" });
  await new Promise((resolve) => refused.once("error", resolve));
  const page = await opened(t, "Log");
  await page.getByLabel("Text").fill("www.example.com");
  const line = page.locator(".lines li.error").first();
  await line.waitFor();
  assert.match(await line.innerText(), /may not connect; to allow it, add its origin to the mount's check_origin/);
  await pictured(t, page);
});
