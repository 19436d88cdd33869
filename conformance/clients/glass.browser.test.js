// The page of chapter 19: where each frame has been, in the order of the book, and each hop with the function that
// made it. One server with two shards, one browser, one page; each test sends a conversation by hand.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { har, perfetto } from "../../chapters/19-the-glass-house/page/export.js";
import { Traces } from "../../chapters/19-the-glass-house/page/hops.js";
import { launch } from "./support/browser.js";
import { PATIENCE_MS } from "./support/deadline.js";
import { chatServer } from "./support/server.js";

const server = chatServer(undefined, { options: ["--glass", "--shards", "2"] });
const complaints = [];
let browser;
let page;
before(async () => {
  await server.start();
  browser = await launch();
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(await address());
  await page.getByRole("status").getByText("Looking inside").waitFor();
});
after(async () => {
  await browser?.close();
  await server.stop();
});

/** The page's address with its token, as the server prints it. */
async function address() {
  for (;;) {
    const found = server.output.match(/http:\S+\/glass(#\w+)/);
    if (found) return `${server.url}/glass${found[1]}`;
    await new Promise(setImmediate);
  }
}

// --- The order of the book: lib/README.md has it in words --------------------------------------

const IN = [
  "WebsocketConnection::read",
  "Reader::message_ended",
  "WebsocketConnection::take",
  "WebsocketProcess::handle",
  "SocketProcess::read",
  "V2Json::decode",
  "SocketProcess::from_client",
];
const OUT = ["WebsocketProcess::handle", "SocketProcess::handle", "WebsocketConnection::send", "WebsocketConnection::flush"];
const ANSWER = ["SocketProcess::reply", "WebsocketConnection::send", "WebsocketConnection::flush"];

const STORIES = {
  heartbeat: ["heartbeat on phoenix", [...IN, ...ANSWER]],
  join: [
    "phx_join on bench:lobby",
    [...IN, "SocketProcess::start_channel", "ChannelProcess::join", "glass::Bench::join", "ChannelProcess::answer_join", ...ANSWER],
  ],
  "refused join": [
    "phx_join on bench:closed",
    [...IN, "SocketProcess::start_channel", "ChannelProcess::join", "glass::Bench::join", "ChannelProcess::answer_join", ...ANSWER],
  ],
  "join that crashes": ["phx_join on bench:broken", [...IN, "glass::Bench::join", "Scheduler::bury", ...ANSWER]],
  reply: [
    "echo on bench:lobby",
    [...IN, "ChannelProcess::from_client", "glass::Bench::handle_in", "ChannelProcess::send_reply", "V2Json::encode", ...OUT],
  ],
  bytes: ["echo on bench:lobby", [...IN, "glass::Bench::handle_in", "ChannelProcess::send_reply", "binary_frame", ...OUT]],
  "late reply": ["later on bench:lobby", [...IN, "glass::Bench::handle_in", "glass::Bench::handle_info", "reply", "V2Json::encode", ...OUT]],
  worker: ["think on bench:lobby", [...IN, "ChannelProcess::from_client", "glass::Bench::handle_in", "ChannelProcess::send_reply", ...OUT]],
  intercept: [
    "whisper on bench:lobby",
    [...IN, "glass::Bench::handle_in", "PubSub::local_broadcast", "dispatch", "ChannelProcess::intercepted", "glass::Bench::handle_out", "Socket::push", ...OUT],
  ],
  crash: ["crash on bench:lobby", [...IN, "glass::Bench::handle_in", "Scheduler::bury", "SocketProcess::channel_down", "WebsocketConnection::flush"]],
  "broken JSON": ["refused: ", [...IN.slice(0, -1), "Scheduler::bury"]],
};

/** `wanted` in this order, whatever stands between. */
function inOrder(wanted, names) {
  let at = 0;
  for (const name of names) if (name === wanted[at]) at += 1;
  return at === wanted.length;
}

/** The hops that the page lists: {name, about}. */
const listed = () =>
  page.locator("#hops button").evaluateAll((buttons) =>
    buttons.map((button) => {
      const [, name, about] = [...button.children].map(({ textContent }) => textContent);
      return { name, about };
    }),
  );

/** Clicks each hop, within the page because they are many: {where, caption, marked, chapter, bytes} of each. */
const clicked = () =>
  page.evaluate(async () => {
    const text = (selector) => document.querySelector(selector)?.textContent ?? "";
    const seen = [];
    for (const button of document.querySelectorAll("#hops button")) {
      button.click();
      const where = text("#where");
      const caption = () => text("figure:last-of-type figcaption");
      for (let tries = 0; tries < 500 && !caption().endsWith(where); tries += 1) {
        await new Promise((later) => setTimeout(later, 10));
      }
      const chapter = document.querySelector(".chapter a")?.getAttribute("href");
      seen.push({ where, caption: caption(), marked: text("figure:last-of-type mark"), chapter, bytes: text("#bytes") });
    }
    return seen;
  });

async function sends(prepared, transport = "websocket") {
  await page.getByLabel("Prepared").selectOption(prepared);
  await page.getByLabel("by", { exact: true }).selectOption(transport);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

/** Chooses the newest frame of that title, and waits until its way has all of `wanted`. */
async function walks(title, wanted) {
  const deadline = Date.now() + PATIENCE_MS;
  let names = [];
  while (Date.now() < deadline) {
    const frame = page.locator("#timeline button").filter({ has: page.locator("b").getByText(title) }).first();
    await frame.click();
    const hops = await listed();
    names = hops.map(({ name }) => name);
    if (inOrder(wanted, names)) return hops;
  }
  assert.fail(`expected the hops\n  ${wanted.join("\n  ")}\nand the page has\n  ${names.join("\n  ")}`);
}

/** Clicks each hop, and expects its function, in the source, around the line that is marked. */
async function eachHopHasItsFunction() {
  for (const { where, caption, marked, chapter } of await clicked()) {
    assert.ok(caption.endsWith(where), `the source of ${where} is shown`);
    const [file, line] = where.split(":");
    const source = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8").split("\n");
    assert.equal(marked, source[Number(line) - 1], `${where} is the marked line`);
    assert.match(marked, /hop|departures_/, `${where} reports a hop`);
    assert.match(chapter, /^\/book\/chapter-\d\d-[\w-]+\.html$/, `${where} has a chapter`);
  }
}

for (const [prepared, [title, wanted]] of Object.entries(STORIES)) {
  test(`${prepared}: each place that the frame passes, in the order of the book`, async () => {
    await sends(prepared);
    await walks(title, wanted);
  });
}

test("each hop of a reply and of a broadcast shows its function, its line and its chapter", async () => {
  for (const [prepared, title] of [["reply", "echo on bench:lobby"], ["intercept", "whisper on bench:lobby"], ["crash", "crash on bench:lobby"]]) {
    await sends(prepared);
    await walks(title, STORIES[prepared][1]);
    await eachHopHasItsFunction();
  }
});

test("an application's own function is shown with what calls it", async () => {
  await sends("reply");
  await walks("echo on bench:lobby", STORIES.reply[1]);
  await page.locator("#hops button").getByText("glass::Bench::handle_in").click();
  await page.getByText("Your code: chapters/19-the-glass-house/bench.cc").waitFor();
});

test("a broadcast goes to both shards, and leaves by each member's own connection", async () => {
  for (let people = 1; people <= 3; people += 1) {
    await page.getByRole("button", { name: "Add a listener" }).click();
    await page.getByText(`${people} in bench:lobby`).waitFor();
  }
  await sends("broadcast");
  const hops = await walks("say on bench:lobby", [
    ...IN, "glass::Bench::handle_in", "Socket::broadcast_on", "PubSub::local_broadcast", "PubSub::dispatch_here", "dispatch", "V2Json::array", ...OUT,
  ]);
  const written = async () => (await listed()).filter(({ name }) => name === "WebsocketConnection::flush").length;
  while ((await written()) < 5) await page.locator("#timeline button").first().click();
  const shards = new Set((await listed()).map(({ about }) => about.match(/pid (\d)/)?.[1]).filter(Boolean));
  assert.deepEqual([...shards].sort(), ["0", "1"], `both shards in ${JSON.stringify(hops)}`);
});

test("by long-poll the same way begins and ends with requests", async () => {
  await sends("reply", "longpoll");
  await walks("echo on bench:lobby", [
    "HttpConnection::answer", "Endpoint::route", "Publisher::next", "LongpollSession::handle", "SocketProcess::read", "V2Json::decode",
    "SocketProcess::from_client", "ChannelProcess::from_client", "glass::Bench::handle_in", "ChannelProcess::send_reply", "LongpollSession::deliver",
    "LongpollRequest::answer", "HttpConnection::respond",
  ]);
});

test("a click on a live page is an event like any other", async () => {
  await page.getByRole("button", { name: "The board" }).click();
  const board = page.frameLocator("#app");
  await board.locator("[data-phx-main].phx-connected").waitFor();
  await board.locator("#more").click();
  await walks("event on lv:", [...IN, "ChannelProcess::from_client", "demo::BoardView::handle_event", "Page::diff", "ChannelProcess::send_reply", ...OUT]);
  await page.locator("#hops button").getByText("demo::BoardView::handle_event").click();
  await page.getByText("Your code: chapters/17-live-view/board.cc").waitFor();
  await page.getByRole("button", { name: "By hand" }).click();
});

test("what the log hides is hidden here, in every form of the frame", async () => {
  await sends("secret");
  await walks("echo on bench:lobby", STORIES.reply[1]);
  const seen = (await clicked()).map(({ bytes }) => bytes);
  assert.ok(seen.some((bytes) => bytes.includes("[FILTERED]")), seen.join("\n"));
  for (const bytes of seen) assert.doesNotMatch(bytes, /sesame/);
});

test("a filter, arrow keys, and one column on a narrow screen", async () => {
  await page.getByLabel("Only with topic, event or pid").fill("whisper");
  const titles = await page.locator("#timeline b").allTextContents();
  assert.ok(titles.length > 0 && titles.every((title) => title.startsWith("whisper")), titles.join());
  await page.locator("#timeline button").first().click();
  await page.locator("#hops button").first().focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.locator('#hops [aria-current="true"] b').textContent(), "Reader::message_ended");
  await page.getByLabel("Only with topic, event or pid").fill("");
  await page.setViewportSize({ width: 400, height: 800 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 400, `the page is ${wide} pixels wide`);
  await page.setViewportSize({ width: 1280, height: 800 });
});

test("with reduced motion the walk is a list", async () => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  assert.equal(await page.locator("#rooms").isVisible(), false);
  assert.equal(await page.locator("#hops").isVisible(), true);
  await page.emulateMedia({ reducedMotion: "no-preference" });
});

test("without the token there is nothing to see, and nothing is traced", async (t) => {
  const context = await browser.newContext();
  t.after(() => context.close());
  const stranger = await context.newPage();
  await stranger.goto(`${server.url}/glass#guess`);
  await stranger.getByText("This server takes another token").waitFor();
  for (const mount of ["socket", "bench"]) {
    const answer = await fetch(`${server.url}/glass/${mount}/websocket?vsn=2.0.0&token=guess&glass_token=guess`, {
      headers: { upgrade: "websocket", connection: "Upgrade", "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" },
    }).catch(() => ({ status: 403 }));
    assert.equal(answer.status, 403);
  }
});

test("the traces are saved as HAR, and as slices for Perfetto", () => {
  const traces = new Traces();
  const hop = { trace: 1, thread: 5, waited: 0, form: "frame", size: 2, text: "[]", file: "lib/server/websocket_connection.cc", line: 1 };
  traces.add({ ...hop, hop: 1, after: 0, at: 1_000_000, function: "WebsocketConnection::take" });
  traces.add({ ...hop, hop: 2, after: 1, at: 1_005_000, waited: 2_000, function: "WebsocketConnection::send" });
  const [trace] = traces.matching();
  assert.deepEqual([trace.took, trace.queued], [5_000, 2_000]);
  const messages = har([trace], "ws://a/", { date: 2_000, at: 1_000_000 }).log.entries[0]._webSocketMessages;
  assert.deepEqual(messages, [
    { type: "send", time: 2, opcode: 1, data: "[]" },
    { type: "receive", time: 2.000005, opcode: 1, data: "[]" },
  ]);
  const slices = perfetto([trace]).traceEvents.map(({ name, ts, dur }) => ({ name, ts, dur }));
  assert.deepEqual(slices, [
    { name: "WebsocketConnection::take", ts: 1_000, dur: 3 },
    { name: "WebsocketConnection::send", ts: 1_005, dur: 0.1 },
    { name: "mailbox", ts: 1_003, dur: 2 },
  ]);
});

test("the page has no complaint", () => assert.deepEqual(complaints, []));
