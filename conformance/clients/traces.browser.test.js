// A real browser's traffic is recorded, by its own network panel and by a proxy, and shown and
// replayed.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.js";
import { PATIENCE_MS, eventually, within } from "./support/deadline.js";
import { NetworkPanel } from "./support/devtools.js";
import { Visitor, servePage } from "./support/page.js";
import { contractServer } from "./support/server.js";
import { folder, record, replay, trace } from "./support/tracer.js";

const server = contractServer();
let browser;
before(async () => {
  await server.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server.stop();
});

/** Joins by websocket with a secret in hand, echoes text and bytes; in the page. */
function talk({ address, topic }) {
  const socket = new window.phoenix.Socket(address, { params: { user_id: "ann", token: "ann-s-secret" } });
  const channel = socket.channel(topic, { password: "ann-s-password" });
  const ask = (push) =>
    new Promise((resolve, reject) => push.receive("ok", resolve).receive("error", reject));
  socket.connect();
  return ask(channel.join())
    .then(() => ask(channel.push("echo", { text: "é世😀" })))
    .then(() => ask(channel.push("echo", new Uint8Array([0, 1, 255]).buffer)))
    .then(() => ask(channel.leave()));
}

async function visitor(t) {
  const visitor = await Visitor.arrives(t, browser, `http://localhost:${await servePage(t)}`);
  await visitor.page.waitForFunction(() => window.phoenix);
  return visitor;
}

function tells(story) {
  for (const line of [/"phx_join".* joins$/m, /answers ref \d+: ok$/m, /binary push .* 00 01 ff/, / is closed$/m]) {
    assert.match(story, line);
  }
}

function hidesSecrets(text) {
  for (const secret of ["ann-s-secret", "ann-s-password"]) assert.ok(!text.includes(secret), secret);
  assert.match(text, /REDACTED-1/);
}

test("an export of Chrome's network panel is imported, shown and replayed", async (t) => {
  const file = await folder(t);
  const { page } = await visitor(t);
  const panel = await NetworkPanel.opens(page);
  await page.evaluate(() => fetch("/"));
  await page.evaluate(talk, { address: server.mount("/socket"), topic: "conformance:panel" });
  const har = await eventually("all nine messages in the panel", async () => {
    const seen = await panel.export(); // the page may be ahead of it
    return seen.log.entries.some((entry) => entry._webSocketMessages?.length >= 9) && seen;
  });
  await writeFile(file("chrome.har"), JSON.stringify(har));

  const { stderr } = await trace("import", file("chrome.har"), "-o", file("mine.har"));
  assert.match(stderr, /^kept 1 websocket with 9 messages, and 0 long-poll requests; left out 1 fetch; 2 secrets/);
  hidesSecrets(await readFile(file("mine.har"), "utf8"));
  tells((await trace("show", "--plain", file("mine.har"))).stdout);
  assert.match((await replay(file("mine.har"))).stdout, /^1 of 1 traces agree/);
});

test("long-polls of the network panel are separated and replayed", async (t) => {
  const file = await folder(t);
  const people = await Promise.all([visitor(t), visitor(t)]);
  const panels = await Promise.all(people.map(({ page }) => NetworkPanel.opens(page)));
  for (const person of people) {
    assert.equal(await person.joins(server.mount("/socket"), "conformance:polled"), "ok");
  }
  await people[0].asks("broadcast", { n: 1 });
  await people[1].heard(1);
  const [first, second] = await Promise.all(panels.map((panel) => panel.export()));
  first.log.entries.push(...second.log.entries);
  await writeFile(file("chrome.har"), JSON.stringify(first));

  await trace("import", file("chrome.har"), "-o", file("mine.har"));
  const { stdout } = await trace("show", "--plain", file("mine.har"));
  assert.match(stdout, /poll2 ← 200 OK .* 1 message\n.* a broadcast$/m);
});

test("Playwright's recordings are imported, shown and replayed, in each of its modes", async (t) => {
  const file = await folder(t);
  const origin = `http://localhost:${await servePage(t)}`;
  const modes = {
    full: { mode: "full", content: "embed" },
    minimal: { mode: "minimal", content: "embed" },
    attached: { mode: "full", content: "attach" },
  };
  for (const [name, mode] of Object.entries(modes)) {
    const context = await browser.newContext({ recordHar: { path: file(`${name}.har`), ...mode } });
    const page = await context.newPage();
    const left = new Promise((resolve) => {
      const heard = ({ payload }) => `${payload}`.includes("phx_close") && resolve();
      page.on("websocket", (socket) => socket.on("framereceived", heard));
    });
    await page.goto(origin);
    await page.waitForFunction(() => window.phoenix);
    await page.evaluate(talk, { address: server.mount("/socket"), topic: `conformance:${name}` });
    await within(PATIENCE_MS, "Playwright to hear that the channel is closed", left);
    await context.close();

    const { stderr } = await trace("import", file(`${name}.har`), "-o", file("mine.har"));
    assert.match(stderr, /^kept 1 websocket with 9 messages, and 0 long-poll requests; .* 2 secrets are redacted$/m);
    hidesSecrets(await readFile(file("mine.har"), "utf8"));
    tells((await trace("show", "--plain", file("mine.har"))).stdout);
    assert.match((await replay(file("mine.har"))).stdout, /^1 of 1 traces agree/);
    assert.match((await replay(file(`${name}.har`))).stdout, /^1 of 1 traces agree/m);
  }
});

test("a browser's traffic through phx-trace record is recorded whole, and replayed", async (t) => {
  const file = await folder(t);
  const recorder = await record(t, server.mount(""), file("mine.har"));
  const { page } = await visitor(t);
  await page.evaluate(talk, { address: `${recorder.address}/socket`, topic: "conformance:proxy" });
  const polling = await visitor(t);
  assert.equal(await polling.joins(`${recorder.address}/socket`, "conformance:proxy-poll"), "ok");
  await Promise.all([page.close(), polling.page.close()]);
  assert.deepEqual(await recorder.stop(), [0, null]);

  hidesSecrets(await readFile(file("mine.har"), "utf8"));
  tells((await trace("show", "--plain", file("mine.har"))).stdout);
  assert.match((await replay(file("mine.har"))).stdout, /^1 of 1 traces agree/);
});
