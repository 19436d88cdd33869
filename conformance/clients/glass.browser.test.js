// The page of chapter 19: where each frame has been, in the order of the book, and each hop with the function that
// made it. One server with two shards, which shares a Redis with another, one browser, one page; each test sends a
// conversation by hand.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { har, perfetto } from "../../chapters/19-the-glass-house/page/export.js";
import { PREPARED } from "../../chapters/19-the-glass-house/page/prepared.js";
import { Traces } from "../../chapters/19-the-glass-house/page/hops.js";
import { launch } from "./support/browser.js";
import { ask, connect, join } from "./support/client.js";
import { PATIENCE_MS, eventually } from "./support/deadline.js";
import { wellLaidOut } from "./support/layout.js";
import { Redis } from "./support/redis.js";
import { chatServer } from "./support/server.js";

const redis = new Redis();
const node = async (name) =>
  chatServer(undefined, {
    options: ["--glass", "--shards", "2", "--redis", await redis.url(), "--node", name, "--pubsub", "Glass.PubSub"],
  });
const complaints = [];
let server, elsewhere;
let browser;
let page;
before(async () => {
  await redis.start();
  [server, elsewhere] = [await node("here"), await node("elsewhere")];
  await Promise.all([server.start(), elsewhere.start()]);
  await redis.subscribers("phx:Elixir.Glass.PubSub.Adapter", 2);
  browser = await launch();
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(await address(server));
  await page.getByRole("status").getByText("Looking inside").waitFor();
});
after(async () => {
  await browser?.close();
  await Promise.all([server?.stop(), elsewhere?.stop()]);
  await redis.kill();
});

/** The page's address with its token, as the server prints it. */
async function address(server) {
  for (;;) {
    const found = server.output.match(/http:\S+\/glass(#\w+)/);
    if (found) return `${server.url}/glass${found[1]}`;
    await new Promise(setImmediate);
  }
}

// --- The order of the book ----------------------------------------------------------------------

/** The functions of each of lib/README.md's walks, in their order. */
const BOOK = Object.fromEntries(
  readFileSync(new URL("../../lib/README.md", import.meta.url), "utf8")
    .split(/^## /m)
    .map((section) => [section.split("\n")[0], [...section.matchAll(/^\|[^|]+\| `([^`]+)` \|/gm)].map(([, name]) => name)]),
);
const WALKS = ["One frame, there and back", "A broadcast", "From another node", "A live page", "A crash"];

/** Whether the frame comes to the functions that the book names in the book's order; how many it names. */
function inBooksOrder(names, walks = WALKS) {
  let known = 0;
  for (const walk of walks) {
    const order = [...new Set(names)].map((name) => BOOK[walk].indexOf(name)).filter((at) => at >= 0);
    assert.deepEqual(order, order.toSorted((a, b) => a - b), `${walk}, in the order of lib/README.md: ${names.join(", ")}`);
    known += order.length;
  }
  return known;
}

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

/** Clicks each hop, within the page because they are many: {name, where, listings, chapter, bytes} of each. */
const clicked = () =>
  page.evaluate(async () => {
    const text = (selector) => document.querySelector(selector)?.textContent ?? "";
    const seen = [];
    const listing = (figure) => ({
      caption: figure.querySelector("figcaption").textContent,
      lines: [...figure.querySelectorAll("li")].map(({ value, textContent }) => ({ number: value, text: textContent })),
      marked: figure.querySelector("mark")?.textContent,
    });
    for (const button of document.querySelectorAll("#hops button")) {
      button.click();
      const name = button.querySelector("b").textContent;
      const where = text("#where");
      const caption = () => text("figure:last-of-type figcaption");
      for (let tries = 0; tries < 500 && !(text("#code-title") === name && caption().endsWith(where)); tries += 1) {
        await new Promise((later) => setTimeout(later, 10));
      }
      const chapter = document.querySelector(".chapter a")?.getAttribute("href");
      const listings = [...document.querySelectorAll("#listings figure")].map(listing);
      seen.push({ name, where, listings, chapter, bytes: text("#bytes") });
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

/** Whether the lines are the definition of the function of that name, from its head to its closing brace. */
function defines(lines, name) {
  const code = lines.filter(({ text }) => !text.trimStart().startsWith("//"));
  const head = code.findIndex(({ text }) => new RegExp(`(^|[^\\w])${name}\\(`).test(text));
  const indent = (text) => text.length - text.trimStart().length;
  return head === 0 || head === 1 ? indent(code.at(-1).text) === indent(code[0].text) && code.at(-1).text.trim().endsWith("}") : false;
}

/** Clicks each hop, and expects its function, in the source, around the line that is marked. */
async function eachHopHasItsFunction() {
  const seen = await clicked();
  for (const { name, where, listings, chapter } of seen) {
    const { caption, lines, marked } = listings.at(-1) ?? { caption: "", lines: [] };
    assert.ok(caption.endsWith(where), `the source of ${where} is shown`);
    const [file, line] = where.split(":");
    const source = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8").split("\n");
    for (const { number, text } of lines) assert.equal(text.trimEnd(), source[number - 1].trimEnd(), `${file}:${number}`);
    assert.equal(marked, source[Number(line) - 1], `${where} is the marked line`);
    assert.ok(lines.some(({ number }) => number === Number(line)), `${where} lies within its function`);
    assert.match(marked, /hop|departures_/, `${where} reports a hop`);
    const yours = listings.length > 1;
    assert.equal(yours, marked.includes("hop_into"), `${name}: an application's function is shown with its caller, and no other`);
    const last = name.slice(name.lastIndexOf(":") + 1);
    assert.ok(defines(listings[0].lines, last), `${name} is what the listing defines: ${listings[0].lines[0]?.text}`);
    assert.match(chapter, /^\/book\/chapter-\d\d-[\w-]+\.html$/, `${where} has a chapter`);
  }
  return seen.map(({ name }) => name);
}

/** The way of the newest frame of that title: its places, each with its function, and the order of the book. */
async function isWhole(title, wanted, least = 6) {
  await walks(title, wanted);
  const names = await eachHopHasItsFunction();
  assert.ok(inBooksOrder(names) >= least, `the book names at least ${least} of ${names.join(", ")}`);
}

for (const [prepared, [title, wanted]] of Object.entries(STORIES)) {
  test(`${prepared}: each place that the frame passes, its function, and the order of the book`, async () => {
    await sends(prepared);
    await isWhole(title, wanted, 3);
  });
}

/** The sentences above the walk. */
const inShort = () => page.locator("#short button").allTextContents();

test("above the walk stands what answered, where the frame waited longest, what crashed and which processes heard of it", async () => {
  await sends("heartbeat");
  await walks("heartbeat on phoenix", STORIES.heartbeat[1]);
  const [answered, waited] = await inShort();
  assert.equal(answered, "Answered by SocketProcess::reply");
  assert.match(waited, /^Waited longest before \S+: [\d.]+ µs (in the mailbox of pid \d+\.\d+|outside of any process)$/);
  await page.locator("#short button").first().click();
  assert.equal(await page.locator("#code-title").textContent(), "SocketProcess::reply");
  await sends("reply");
  await walks("echo on bench:lobby", STORIES.reply[1]);
  assert.equal((await inShort())[0], "Answered by ChannelProcess::send_reply, with what glass::Bench::handle_in returned");
  await sends("crash");
  await walks("crash on bench:lobby", STORIES.crash[1]);
  const crashed = (await inShort()).filter((words) => !words.startsWith("Waited"));
  assert.match(crashed[0], /^Crashed in glass::Bench::handle_in, pid \d+\.\d+: a handler threw$/);
  assert.match(crashed[1], /^Heard of the crash: pid \d+\.\d+, in SocketProcess::channel_down$/);
  assert.equal(crashed[2], "Heard of the crash: the client, by WebsocketConnection::flush");
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
  inBooksOrder(await eachHopHasItsFunction(), ["A broadcast"]); // two threads: one replies while the other pushes
});

// --- From another node --------------------------------------------------------------------------

/** A client of the other node, in bench:lobby, that nobody traces. */
async function stranger(t) {
  const token = (await address(elsewhere)).split("#")[1];
  return join(await connect(t, elsewhere, { mount: "/glass/bench", params: { token } }), "bench:lobby");
}

test("a message of another node walks from Redis to the traced client, and to nobody else", async (t) => {
  await sends("join");
  await walks("phx_join on bench:lobby", STORIES.join[1]);
  const before = await page.locator("#timeline li").count();
  await ask(await stranger(t), "say", { body: "from afar" });
  await isWhole("said on bench:lobby", [
    "Client::heard", "Exchange::received", "PubSub::local_broadcast", "PubSub::dispatch_here", "dispatch", "V2Json::array", ...OUT,
  ], 5);
  const hops = await listed();
  assert.equal(hops[0].name, "Client::heard", "it begins at Redis");
  const written = hops.filter(({ name }) => name === "WebsocketConnection::flush").length;
  const pids = new Set(hops.map(({ about }) => about.match(/pid (\S+),/)?.[1]).filter(Boolean));
  assert.deepEqual([written, pids.size], [1, 1], `of four members the traced one alone: ${[...pids]}`);
  assert.ok((await page.locator("#timeline li").count()) > before, "it is a frame of its own");
});

test("a flood from another node begins at most twenty traces a second", async (t) => {
  const far = await stranger(t);
  const began = performance.now();
  await Promise.all(Array.from({ length: 100 }, (_, n) => ask(far, "whisper", { body: `number ${n}` })));
  await walks("whispered on bench:lobby", ["Client::heard", "ChannelProcess::intercepted", "glass::Bench::handle_out", "Socket::push"]);
  const traces = await page.locator("#timeline b").getByText("whispered on bench:lobby").count();
  const seconds = (performance.now() - began) / 1000;
  assert.ok(traces <= 20 * (Math.floor(seconds) + 2), `${traces} traces of 100 messages in ${seconds} seconds`);
});

test("by long-poll the same way begins and ends with requests", async () => {
  await sends("reply", "longpoll");
  await isWhole("echo on bench:lobby", [
    "HttpConnection::answer", "Endpoint::route", "Publisher::next", "LongpollSession::handle", "SocketProcess::read", "V2Json::decode",
    "SocketProcess::from_client", "ChannelProcess::from_client", "glass::Bench::handle_in", "ChannelProcess::send_reply", "LongpollSession::deliver",
    "LongpollRequest::answer", "HttpConnection::respond",
  ], 4);
});

test("a click on a live page is an event like any other", async () => {
  await page.getByRole("button", { name: "The board" }).click();
  const board = page.frameLocator("#app");
  await board.locator("[data-phx-main].phx-connected").waitFor();
  await board.locator("#more").click();
  await isWhole("event on lv:", [...IN, "ChannelProcess::from_client", "demo::BoardView::handle_event", "Page::diff", "ChannelProcess::send_reply", ...OUT]);
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
  await page.getByLabel("Only with topic, event or pid").fill("whisper on");
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

test("each chapter ends with a link that prepares its own conversation here", async (t) => {
  const chapters = readdirSync(new URL("../../chapters", import.meta.url)).filter((name) => /^\d\d-/.test(name));
  const token = new URL(page.url()).hash;
  const opened = await browser.newPage();
  t.after(() => opened.close());
  for (const chapter of chapters) {
    const text = readFileSync(new URL(`../../chapters/${chapter}/README.md`, import.meta.url), "utf8");
    const [, link] = text.match(/^See it happen: [^(]*\]\(http:\/\/localhost:4000\/glass#([^)]+)\)/m) ?? assert.fail(`${chapter} has no link`);
    const given = new URLSearchParams(link);
    const show = given.get("show");
    await opened.goto("about:blank");
    await opened.goto(`${server.url}/glass${token}&${link}`);
    await opened.getByRole("status").getByText("Looking inside").waitFor();
    if (show in PREPARED) {
      assert.equal(await opened.locator("#frame").inputValue(), PREPARED[show].join("\n"), chapter);
      assert.equal(await opened.getByLabel("by", { exact: true }).inputValue(), given.get("by") ?? "websocket", chapter);
    } else {
      await opened.frameLocator("#app").locator("h1").first().waitFor();
      assert.equal(await opened.locator(`button[aria-pressed="true"]`).first().textContent(), { chat: "The chat", board: "The board" }[show]);
    }
  }
});

/** A window of its own, whose client is held, and has sent a prepared conversation. */
async function heldWindow(t, show) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const held = await context.newPage();
  held.setDefaultTimeout(PATIENCE_MS);
  await held.goto(`${server.url}/glass${new URL(page.url()).hash}&show=${show}`);
  await held.getByRole("status").getByText("Looking inside").waitFor();
  await held.getByRole("button", { name: "Hold the server" }).click();
  await held.getByRole("button", { name: "Release" }).waitFor();
  await held.getByRole("button", { name: "Send", exact: true }).click();
  await held.getByText(/^pid \S+ waits/).waitFor();
  return held;
}
const answersOf = (window) => window.locator("#answers li").count();

test("slow motion: the traced client waits turn by turn, and others do not", async (t) => {
  const token = new URL(page.url()).hash;
  const other = await join(await connect(t, server, { mount: "/glass/bench", params: { token: token.slice(1) } }), "bench:lobby");
  const slow = await heldWindow(t, "reply");

  const took = [];
  for (let n = 0; n < 200; n += 1) {
    const began = performance.now();
    await ask(other, "echo", { n });
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  t.diagnostic(`while one client is held, another's echo takes ${took[99].toFixed(2)} ms at p50, ${took[197].toFixed(2)} at p99`);
  assert.ok(took.at(-1) < PATIENCE_MS / 2, `another client waited ${took.at(-1)} ms`);
  assert.equal(await answersOf(slow), 0, "the held client got nothing meanwhile");

  let steps = 0;
  while ((await answersOf(slow)) === 0) {
    await slow.getByText(/^pid \S+ waits/).waitFor();
    await slow.getByRole("button", { name: "Next turn" }).click();
    steps += 1;
    await slow.waitForFunction((n) => document.querySelectorAll("#answers li").length > 0 || Number(document.querySelector("#held").dataset.steps) >= n, steps);
  }
  assert.ok(steps >= 3, `the join's answer took ${steps} turns: socket process, channel, socket process`);
});

test("two people hold their own clients at the same time, and neither holds the other's", async (t) => {
  const [left, right] = [await heldWindow(t, "heartbeat"), await heldWindow(t, "heartbeat")];
  const shown = await right.locator("#walk-title").textContent();
  await left.getByRole("button", { name: "Next turn" }).click();
  await eventually("the left one's answer", async () => (await answersOf(left)) === 1);
  assert.equal(await answersOf(right), 0, "the right one still waits");
  await left.close(); // with its hold
  assert.equal(await right.locator("#walk-title").textContent(), shown, "and shows its own frame");
  await right.getByText(/^pid \S+ waits/).waitFor();
  await right.getByRole("button", { name: "Release" }).click();
  await eventually("the right one's answer", async () => (await answersOf(right)) === 1);
});

test("from 400 to 1600 pixels, light and dark, a reply and a crash can be read, and nothing overlaps", async (t) => {
  const shown = await browser.newPage();
  t.after(() => shown.close());
  shown.setDefaultTimeout(PATIENCE_MS);
  for (const show of ["crash", "reply"]) {
    await shown.goto("about:blank");
    await shown.goto(`${server.url}/glass${new URL(page.url()).hash}&show=${show}`);
    await shown.getByRole("status").getByText("Looking inside").waitFor();
    await shown.getByRole("button", { name: "Send", exact: true }).click();
    await shown.locator("#timeline b").getByText({ crash: "crash on", reply: "echo on" }[show]).first().click();
    await shown.locator("#hops button").getByText("glass::Bench::handle_in").click();
    await shown.getByText("Your code: chapters/19-the-glass-house/bench.cc").waitFor();
    await wellLaidOut(shown, `glass ${show}`);
  }
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
