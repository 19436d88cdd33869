// The wire panel on the page of chapter 1: which frames it shows, what it says of them, where it leads.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ABOUT, Narrator, chapterPage, closing, sentencePage } from "../../chapters/01-the-101/page/frames.js";
import { Person, chatInBrowser } from "./support/browser.js";
import { withoutWebSockets } from "./support/proxy.js";

const chat = chatInBrowser();
const { server } = chat;
const protocol = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8");

/** What the panel shows: [arrow and frame, words], oldest first. `phx_ref`s are all one. */
async function shown({ page }) {
  const lines = await page.locator("#wire li").evaluateAll((items) =>
    items.map((item) => {
      const [arrow, frame, words] = [".arrow", "code", ".words"].map((part) => item.querySelector(part).textContent);
      return [`${arrow} ${frame}`, words];
    }),
  );
  return lines.map(([frame, words]) => [frame.replace(/"phx_ref":"[^"]*"/g, '"phx_ref":"R"'), words]);
}

async function unfolds({ page }) {
  await page.getByText("Wire", { exact: false }).first().focus();
  await page.keyboard.press("Enter");
  await page.getByRole("list", { name: "Frames" }).waitFor();
  // The page makes room for the panel, and remembers it, in the event that follows.
  await page.locator("body.wired").waitFor();
}

/** Waits until the newest line says `words`. */
const latest = ({ page }, words) => page.locator("#wire li:last-child .words").getByText(words, { exact: true }).waitFor();

test("each frame is shown as it passes, whole and explained", async (t) => {
  const ada = await Person.arrives(t, chat.browser, server.url, "Ada");
  await ada.is("Connected");
  await unfolds(ada);
  await ada.says("hello");
  await latest(ada, /^answers ref \d+: ok$/);
  const frames = await shown(ada);
  const numbers = (frame) => frame.replace(/"\d+"/g, '"N"');
  assert.deepEqual(frames[0], ["→ GET /socket/websocket?vsn=2.0.0", "agreed: frames from here on"]);
  const seen = new Map(frames.map(([frame, words]) => [numbers(frame), words.replace(/\d+/, "N")]));
  for (const [frame, words] of [
    ['→ ["N","N","room:lobby","phx_join",{}]', "joins"],
    ['← ["N","N","room:lobby","phx_reply",{"response":{},"status":"ok"}]', "answers ref N: ok"],
    ['→ [null,"N","phoenix","heartbeat",{}]', "a heartbeat"],
    ['← ["N",null,"room:lobby","presence_state",{"Ada":{"metas":[{"phx_ref":"R"}]}}]', "a push: everyone here"],
    ['→ ["N","N","room:lobby","new_msg",{"body":"hello"}]', "an event"],
    ['← [null,null,"room:lobby","new_msg",{"body":"hello","user":"Ada"}]', "a broadcast"],
  ]) {
    assert.equal(seen.get(frame), words, `${frame} is shown; the panel has\n${[...seen.keys()].join("\n")}`);
  }
  assert.deepEqual(ada.complaints, []);
});

test("a refusal, a crash of the server and its return are lines of their own", async (t) => {
  const ada = await Person.arrives(t, chat.browser, `${server.url}/#private`, "Ada");
  await ada.is("Gone");
  const error = ada.page.locator("#wire li[data-kind=error]");
  assert.match(await error.first().textContent(), /"reason":"unauthorized".*answers ref \d+: error/s);
  await server.kill();
  await ada.page.getByText("the connection broke").first().waitFor({ state: "attached" });
  await server.start();
  await ada.page.locator("#wire li").getByText(/^GET/).nth(1).waitFor({ state: "attached" });
});

test("a server that stops says so in its close frame", async (t) => {
  const ada = await Person.arrives(t, chat.browser, server.url, "Ada");
  await ada.is("Connected");
  await server.stop();
  await ada.page.locator("#wire li").getByText(/^close 1012/).waitFor({ state: "attached" });
});

test("without websockets it shows the same frames, and says how they go", async (t) => {
  const proxy = await withoutWebSockets(t, chat.server);
  const ada = await Person.arrives(t, chat.browser, proxy.url, "Ada");
  await ada.is("Connected");
  const frames = (await shown(ada)).map(([frame]) => frame);
  assert.ok(frames.includes("→ GET /socket/longpoll?vsn=2.0.0"), frames.join("\n"));
  assert.ok(frames.some((frame) => /^← .*"room:lobby","phx_reply",/.test(frame)), frames.join("\n"));
});

test("it stays folded out over a reload, and holds at most 300 frames", async (t) => {
  const ada = await Person.arrives(t, chat.browser, server.url, "Ada");
  await ada.is("Connected");
  await unfolds(ada);
  await ada.page.reload();
  await ada.is("Connected");
  await ada.page.getByRole("list", { name: "Frames" }).waitFor();
  await ada.page.evaluate(() => {
    for (let sent = 0; sent < 160; ++sent) {
      document.getElementById("body").value = `number ${sent}`;
      document.getElementById("composer").requestSubmit();
    }
  });
  await ada.sees("Ada", "number 159");
  await latest(ada, /^answers ref \d+: ok$/);
  assert.equal(await ada.page.locator("#wire li").count(), 300);
});

test("every rule that it names is about its sentence, and every link leads to a page", async () => {
  for (const [name, place] of Object.entries(ABOUT)) {
    const sentence = new RegExp(`^\\*\\*${place.sentence}\\*\\* [^]*?\\(([A-Z]-\\d+(?:, [A-Z]-\\d+)*)\\)`, "m").exec(protocol);
    assert.ok(sentence?.[1].split(", ").includes(place.rule), `${name}: ${place.sentence} is checked by ${sentence?.[1]}`);
    for (const page of [sentencePage(place), chapterPage(place)]) {
      const { status } = await fetch(server.url + page, { method: "HEAD" });
      assert.equal(status, 200, `${name}: ${page}`);
    }
  }
});

test("a reply is explained by what it answers, and forgotten after that", () => {
  const one = new Narrator();
  const asks = (ref, event) => one.sent(JSON.stringify(["1", ref, event === "heartbeat" ? "phoenix" : "room:a", event, {}])).about;
  const answer = (ref, status) => one.came(JSON.stringify(["1", ref, "room:a", "phx_reply", { status, response: {} }])).about;
  assert.deepEqual(["phx_join", "heartbeat", "new_msg", "phx_leave"].map((event, at) => asks(`${at}`, event)), ["join", "heartbeat", "event", "leave"]);
  assert.deepEqual(["0", "1", "2", "3"].map((ref) => answer(ref, "ok")), ["joined", "alive", "ok", "left"]);
  assert.equal(answer("0", "ok"), "ok");
  asks("4", "phx_join");
  assert.equal(answer("4", "error"), "notJoined");
  assert.equal(answer("2", "error"), "error");
  const ends = ["phx_close", "phx_error"].map((event) => one.came(JSON.stringify(["1", "1", "room:a", event, {}])).about);
  assert.deepEqual(ends, ["ended", "crashed"]);
  assert.deepEqual([1000, 1001, 1006, 1012, 4000].map(closing), ["closed", "disconnected", "lost", "restarting", "closed"]);
  assert.equal(one.came(new ArrayBuffer(8)).about, "binary");
});
