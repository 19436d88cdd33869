// The page itself: gets hops from its channel, shows one frame's walk, the code of one hop, and the latest frames.
//
//   join   glass {}                                 → ok
//   push   hops   {hops: [hop]}                     ← as they are recorded
//   push   source {file, line, function, callee}    → ok {place, callee?, chapter?} | error {reason}
//   push   clear  {}                                → ok
//   push   hold, step, release {}                   → ok | error {reason}
//   push   held   {over, waiting: [{pid, trace, after}]}  ← processes that wait for a step, the next one first

import { Socket } from "/assets/phoenix.mjs";
import { har, perfetto, save } from "./export.js";
import { Hand, listener } from "./hand.js";
import { House } from "./house.js";
import { ROOMS, Traces, inShort, micros, roomOf, shown } from "./hops.js";
import { PREPARED } from "./prepared.js";

const element = (id) => document.getElementById(id);
const made = (name, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
};
const ANSWERS_KEPT = 50;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// --- The token ---------------------------------------------------------------------------------

// /glass#TOKEN, /glass#show=join, or both, as TOKEN&show=join. What stands after the # is sent to no server. `show` is a
// prepared conversation, `chat` or `board`; `by=longpoll` is how it is sent.
const given = new URLSearchParams(location.hash.slice(1));
const [first] = given.keys();
const token = (first && first !== "show" ? first : localStorage.getItem("glass_token")) ?? "";
const asked = given.get("show");
// What this window's own clients show is the token with the window's name: slow motion holds them, and nobody else's.
const mine = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
const traced = `${token}.${mine}`;
const APPS = { chat: "/", board: "/board" };

function enter() {
  localStorage.setItem("glass_token", token);
  sessionStorage.setItem("glass_token", traced); // the clients within this page are traced
  element("house").hidden = false;
  watch();
  prepare();
}

function ask(why) {
  element("status").textContent = why;
  element("asking").hidden = false;
}

element("asking").addEventListener("submit", (event) => {
  event.preventDefault();
  const pasted = element("token").value.replace(/^.*#/, "").trim();
  location.hash = asked && !pasted.includes("&") ? `${pasted}&${new URLSearchParams({ show: asked, by: given.get("by") ?? "websocket" })}` : pasted;
  location.reload();
});

// --- What the server says ----------------------------------------------------------------------

const traces = new Traces();
let channel = null;
let clock = { date: Date.now(), at: 0 }; // what the server's clock said, and when

function watch() {
  const socket = new Socket("/glass/socket", { params: { token: traced } });
  let open = false;
  socket.onOpen(() => (open = true));
  socket.onError(() => {
    if (open) element("status").textContent = "The server is gone; trying again";
    else ask("This server takes another token: was it started again?");
  });
  channel = socket.channel("glass");
  channel.on("hops", ({ hops }) => learn(hops));
  channel.on("held", showHeld);
  channel.join().receive("ok", () => {
    element("asking").hidden = true;
    element("status").textContent = "Looking inside";
    if (holding) showHold(false, "Released, as the page had lost its connection.");
  });
  socket.connect();
}

/** The newest frame is shown, until somebody chooses one; then that one stays. Other windows' frames are only listed. */
function learn(hops) {
  clock = { date: Date.now(), at: hops.at(-1).at };
  let newest = null;
  const changed = new Set();
  for (const hop of hops) {
    const trace = traces.add(hop);
    changed.add(trace.id);
    if ([undefined, mine].includes(hop.window)) newest = trace.id;
  }
  if (newest !== null && (current === null || (following && newest >= current))) choose(newest, false);
  else if (changed.has(current)) {
    redraw();
    if (holding && walking === null && !calm.matches) walk(at);
  }
  drawTimeline();
}

// --- One frame's walk --------------------------------------------------------------------------

let current = null; // the id of the trace that is shown
let following = true;
let at = 0; // the index of the hop that is chosen
let walking = null;

const house = new House(element("rooms"), (index) => chooseHop(index));
const hopsShown = () => traces.get(current)?.hops ?? [];

function choose(id, byHand = true) {
  if (byHand) following = false;
  stop();
  current = id;
  at = 0;
  redraw();
  if (!byHand && !calm.matches) walk();
  else if (byHand) chooseHop(0, false);
}

function redraw() {
  const trace = traces.get(current);
  if (!trace) return;
  element("walk-title").textContent = trace.title;
  element("summary").textContent =
    `${trace.hops.length} hops in ${micros(trace.took)} µs, of which ${micros(trace.queued)} µs in mailboxes`;
  drawShort(trace);
  house.draw(trace.hops);
  const list = element("hops");
  const focused = [...list.querySelectorAll("button")].indexOf(document.activeElement);
  list.replaceChildren(...trace.hops.map((hop, index) => hopItem(trace, hop, index)));
  if (focused >= 0) list.querySelectorAll("button")[focused]?.focus();
  mark();
}

/** Rebuilt only if it says something else: a button that has the focus keeps it. */
function drawShort(trace) {
  const answers = inShort(trace);
  const list = element("short");
  const said = JSON.stringify(answers);
  if (list.dataset.said === said) return;
  list.dataset.said = said;
  list.replaceChildren(...answers.map(({ words, index }) =>
    made("li", {}, made("button", { type: "button", textContent: words, onclick: () => chooseHop(index) }))));
}

function hopItem(trace, hop, index) {
  const button = made("button", { type: "button", onclick: () => chooseHop(index) },
    made("span", { className: "time", textContent: `${micros(hop.at - trace.began)} µs` }),
    made("b", { textContent: hop.callee ?? hop.function }),
    made("span", { className: "about", textContent: [
      `${ROOMS[roomOf(hop)][0]}: ${hop.form}`,
      hop.waited > 0 && `waited ${micros(hop.waited)} µs`,
      hop.pid && `pid ${hop.pid}`,
      `thread ${hop.thread}`,
    ].filter(Boolean).join(", ") }));
  button.dataset.kind = ["crash", "failure", "refusal"].includes(hop.form) ? "bad" : "";
  return made("li", {}, button);
}

function mark() {
  const buttons = element("hops").querySelectorAll("button");
  buttons.forEach((button, index) => button.setAttribute("aria-current", String(index === at)));
  const item = buttons[at];
  const list = element("hops");
  if (item) list.scrollTop = item.offsetTop - list.offsetTop - list.clientHeight / 2;
  house.show(at);
}

function chooseHop(index, stay = true) {
  if (stay) following = false;
  stop();
  at = Math.max(0, Math.min(index, hopsShown().length - 1));
  mark();
  showCode(hopsShown()[at]);
}

function walk(from = 0) {
  at = from;
  mark();
  const step = () => {
    if (at + 1 >= hopsShown().length) return stop();
    at += 1;
    mark();
    walking = setTimeout(step, Number(element("pace").value));
  };
  walking = setTimeout(step, Number(element("pace").value));
}

function stop() {
  clearTimeout(walking);
  walking = null;
}

element("back").onclick = () => chooseHop(at - 1);
element("step").onclick = () => chooseHop(at + 1);
element("play").onclick = () => {
  stop();
  walk();
};
element("hops").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  chooseHop(at + step);
  element("hops").querySelectorAll("button")[at]?.focus();
});

// --- Slow motion in the server -----------------------------------------------------------------

// A process waits before its turn. The hops of one turn can't be held apart: they come together, and walk one at a time.
let holding = false;
let steps = 0;

function showHold(on, words) {
  holding = on;
  element("hold").setAttribute("aria-pressed", String(on));
  element("hold").textContent = on ? "Release" : "Hold the server";
  element("turn").disabled = true;
  element("held").textContent = words;
}

function showHeld({ over, waiting }) {
  element("held").dataset.steps = steps;
  if (over) return showHold(false, "Released: everything goes on.");
  element("turn").disabled = waiting.length === 0;
  const [next] = waiting;
  element("held").textContent = !next
    ? "Nothing waits: send a frame."
    : `pid ${next.pid} waits with what hop ${next.after} sent it` + (waiting.length > 1 ? `; ${waiting.length - 1} more wait.` : ".");
}

element("hold").onclick = () => {
  if (holding) return channel.push("release", {});
  channel
    .push("hold", {})
    .receive("ok", () => showHold(true, "Nothing waits: send a frame. Half a minute without a step releases all."))
    .receive("error", ({ reason }) => showHold(false, `Not held: ${reason}.`));
};
element("turn").onclick = () => {
  following = true;
  steps += 1;
  channel.push("step", {});
};

// --- The code of one hop -----------------------------------------------------------------------

function showCode(hop) {
  if (!hop) return;
  const { file, line, callee = "" } = hop;
  element("code-title").textContent = callee || hop.function;
  element("where").textContent = `${file}:${line}`;
  element("bytes").hidden = false;
  element("bytes").textContent = shown(hop) || "(no bytes of the frame are here)";
  channel
    .push("source", { file, line, function: hop.function, callee })
    .receive("ok", (answer) => hop === hopsShown()[at] && list(answer))
    .receive("error", ({ reason }) => element("listings").replaceChildren(made("p", { textContent: reason })));
}

function list({ place, callee, chapter }) {
  const parts = [];
  if (chapter) {
    const link = made("a", { href: `/book/${chapter.page}`, target: "_blank", textContent: chapter.title });
    parts.push(made("p", { className: "chapter" }, link, ` ${chapter.why}.`));
  }
  if (callee) parts.push(listing(callee, "Your code"));
  parts.push(listing(place, callee ? "Called from" : "The line that reported the frame is marked"));
  element("listings").replaceChildren(...parts);
}

function listing({ file, line, first, code }, words) {
  const lines = code.map((text, index) => {
    const number = first + index;
    const shownLine = made(number === line ? "mark" : "span", { textContent: text || " " });
    return made("li", { value: number }, shownLine);
  });
  const caption = made("figcaption", { textContent: `${words}: ${file}:${line}` });
  const list = made("ol", { tabIndex: 0 }, ...lines);
  list.setAttribute("aria-label", `${file}, from line ${first}`);
  return made("figure", {}, caption, list);
}

// --- The latest frames -------------------------------------------------------------------------

function drawTimeline() {
  const found = traces.matching(element("filter").value);
  const longest = Math.max(1, ...found.map(({ took }) => took));
  element("timeline").replaceChildren(...found.map((trace) => {
    const queue = made("span", { className: "queue" });
    const work = made("span", { className: "work" });
    queue.style.inlineSize = `${(100 * trace.queued) / longest}%`;
    work.style.inlineSize = `${(100 * (trace.took - trace.queued)) / longest}%`;
    const button = made("button", { type: "button", onclick: () => choose(trace.id) },
      made("b", { textContent: trace.title }),
      made("span", { textContent: `${micros(trace.took)} µs, ${micros(trace.queued)} in mailboxes` }),
      made("span", { className: "bar" }, queue, work));
    button.dataset.kind = trace.failed ? "bad" : "";
    button.setAttribute("aria-current", String(trace.id === current));
    return made("li", {}, button);
  }));
}

const chosenTraces = () => traces.matching(element("filter").value).reverse();
element("filter").oninput = drawTimeline;
element("har").onclick = () => save("glass.har", har(chosenTraces(), new URL("/socket/websocket", location).href, clock));
element("perfetto").onclick = () => save("glass.json", perfetto(chosenTraces()));
element("clear").onclick = () => {
  channel.push("clear", {});
  traces.clear();
  current = null;
  following = true;
  for (const id of ["short", "hops", "rooms", "timeline", "listings"]) element(id).replaceChildren();
  delete element("short").dataset.said;
  element("walk-title").textContent = "No frame yet";
  element("summary").textContent = "Send one on the left. Each place that it passes appears here.";
};

// --- The client on the left --------------------------------------------------------------------

function prepare() {
  const hand = new Hand(traced, heard);
  const sockets = [];
  let frames = [];
  const load = (name) => {
    frames = [...PREPARED[name]];
    element("prepared").value = name;
    element("frame").value = frames.join("\n");
  };
  element("prepared").append(...Object.keys(PREPARED).map((name) => made("option", { textContent: name })));
  element("prepared").onchange = () => load(element("prepared").value);
  load(asked in PREPARED ? asked : "heartbeat");
  if (given.get("by") === "longpoll") element("transport").value = "longpoll";
  element("hand").onsubmit = async (event) => {
    event.preventDefault();
    following = true;
    try {
      for (const line of element("frame").value.split("\n").filter(Boolean)) {
        await hand.send(line, element("transport").value);
      }
    } catch (error) {
      heard(error.message);
    }
  };
  element("listen").onclick = () => {
    sockets.push(listener(token, () => (element("listeners").textContent = `${sockets.length} in bench:lobby`)));
  };
  for (const button of element("clients").querySelectorAll("button")) button.onclick = () => show(button.dataset.client);
  if (asked in APPS) show(APPS[asked]);
}

function show(client) {
  const byHand = client === "hand";
  element("hand").hidden = !byHand;
  element("app").hidden = byHand;
  if (!byHand) element("app").src = client;
  for (const button of element("clients").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.client === client));
  }
  following = true;
}

function heard(line) {
  const list = element("answers");
  list.append(made("li", { textContent: line }));
  while (list.children.length > ANSWERS_KEPT) list.firstElementChild.remove();
  list.scrollTop = list.scrollHeight;
}

// --- Begin -------------------------------------------------------------------------------------

if (token) enter();
else ask("To look inside, a token is needed");
