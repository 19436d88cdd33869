// The browser's side of the chat: logs in, joins a room through phoenix.js, says what is typed,
// shows what is broadcast, and tells at any time how the connection stands.
//
//   POST /login name=Ada                         → {name, token} | 400 {error}
//   GET  /login authorization: Bearer TOKEN      → {name}        | 403 {error}
//   connect   /socket, with the token            → ok | refused
//   join      room:lobby {}                      → ok | error {reason}
//   push      new_msg    {body}                  → ok; it has arrived when it comes back as the
//   broadcast new_msg    {user, body}            ← everyone's, our own included
//   push      presence_state {user: {metas}}     ← who is here, each meta with its node if there are several
//   broadcast presence_diff  {joins, leaves}     ← who came or went, at whichever node

import { LongPoll, Presence, Socket } from "/assets/phoenix.mjs";
import { Wire } from "./wire.js";

const MESSAGES_KEPT = 500; // on the page
const SECOND_MS = 1_000;
const RETRY_MS = [250, 500, 1_000, 2_000, 4_000, 8_000]; // then the last one for ever
const FALLBACK_MS = 2_500; // a websocket that is not open by then is given up for long-polling

const element = (id) => document.getElementById(id);

const topic = "room:" + (location.hash.slice(1) || "lobby"); // "/#private" is room:private

// --- Who we are ------------------------------------------------------------------------------

let me = JSON.parse(sessionStorage.getItem("login")); // {name, token}; each tab is someone else

/** Asks for a name; what waits to be sent waits on. */
function askForLogin(why = "") {
  me = null;
  sessionStorage.removeItem("login");
  leave();
  // Somebody who has just arrived has lost nothing.
  if (why) show("gone", "Logged out");
  else show("arriving", "Log in to come in");
  element("who").hidden = true;
  element("why").textContent = why;
  element("login").showModal();
}

async function logIn(name) {
  const body = new URLSearchParams({ name });
  const answer = await fetch("/login", { method: "POST", body }).catch(() => null);
  if (answer?.ok) return enter(await answer.json());
  element("why").textContent =
    answer?.status === 400 ? (await answer.json()).error : "The server does not answer: try again";
}

function enter(login) {
  me = login;
  sessionStorage.setItem("login", JSON.stringify(me));
  element("login").close();
  element("user").textContent = element("name").value = me.name;
  element("who").hidden = false;
  for (const message of outbox) rename(message, me.name);
  connect();
  element("body").focus();
}

/** Why a websocket was refused no browser tells; so we ask whether it was for our login. */
async function doubtLogin() {
  const asked = me;
  if (asked === null) return;
  const headers = { authorization: `Bearer ${asked.token}` };
  const answer = await fetch("/login", { headers }).catch(() => null);
  if (answer?.status === 403 && asked === me) askForLogin((await answer.json()).error);
}

// --- The conversation ------------------------------------------------------------------------

let socket = null;
let channel = null;
let gone = false; // logged out, refused, or closed by the server: only a click joins again
const wire = new Wire(element("wire"), element("frame"));
const glass_token = sessionStorage.getItem("glass_token"); // within chapter 19's page: our frames are traced

function connect() {
  socket = new Socket("/socket", {
    authToken: me.token,
    longPollFallbackMs: FALLBACK_MS,
    reconnectAfterMs: retrying,
    rejoinAfterMs: retrying,
    ...wire.codec(),
    ...(glass_token && { params: { glass_token } }),
  });
  wire.watch(socket);
  socket.onOpen(() => gone || show("connecting", "Joining the room"));
  socket.onError(doubtLogin);
  show("connecting", "Connecting");
  socket.connect();
  join();
}

//! [join]
function join() {
  gone = false;
  const joining = (channel = socket.channel(topic));
  joining.on("new_msg", received);
  const presence = new Presence(joining);
  presence.onSync(() => showPeople(presence));
  joining.onClose(() => leftBehind(joining, "The server closed the room"));
  joining.onError(lost);
  joining
    .join()
    .receive("error", ({ reason }) => refused(joining, reason))
    .receive("ok", () => {
      show("connected", "Connected");
      inviteToTalk();
      sendWaiting();
    });
}
//! [join]

function leave() {
  gone = true;
  lost();
  element("people").replaceChildren();
  socket?.disconnect();
}

/** A second tab would be refused, too: the page says where there is somebody to talk to. */
function refused(ended, reason) {
  leftBehind(ended, `The room was refused: ${reason}`);
  element("elsewhere").hidden = topic === "room:lobby";
}

/** The room is not to be had; phoenix.js would ask for a refused one again and again. */
function leftBehind(ended, why) {
  if (ended !== channel || gone) return;
  gone = true;
  lost();
  element("people").replaceChildren();
  element("empty").hidden = true;
  ended.leave();
  show("gone", "Gone", `${why}. What you write waits here.`);
}

/** phoenix.js asks when to try again; we answer, and show what we said. */
function retrying(tries) {
  const ms = RETRY_MS[tries - 1] ?? RETRY_MS.at(-1);
  if (!gone) show("reconnecting", "Reconnecting", "", Date.now() + ms);
  return ms;
}

// --- What we say -----------------------------------------------------------------------------
//
//   waiting ──joined──▶ sent ──broadcast──▶ delivered
//      ▲                 └──connection lost──▶ unsure
//      └──────────────Send again─────────────────┘
//
// phoenix.js buffers pushes too, but forgets them after their timeout, and a push under way when
// the connection ends is neither sent again nor reported. So the page keeps its own list.

const DELIVERY = {
  waiting: "waiting to be sent",
  sent: "",
  unsure: "the connection was lost; perhaps it did not arrive",
  delivered: "",
};
const outbox = []; // our messages that are not delivered: {user, body, item, delivery}

function say(body) {
  const user = me.name;
  const message = { user, body, item: append({ user, body }, "mine") };
  outbox.push(message);
  mark(message, "waiting");
  sendWaiting();
  toTheEnd();
}

function sendWaiting() {
  if (!socket?.isConnected() || channel.state !== "joined") return;
  for (const message of outbox.filter(({ delivery }) => delivery === "waiting")) {
    channel.push("new_msg", { body: message.body });
    mark(message, "sent");
  }
}

function received(news) {
  const ours = ({ delivery, user, body }) =>
    delivery === "sent" && user === news.user && body === news.body;
  const found = outbox.findIndex(ours);
  if (found < 0) append(news, news.user === me?.name ? "mine" : "theirs");
  else mark(outbox.splice(found, 1)[0], "delivered");
}

/** The room or the connection ended: nobody can say what became of what was under way. */
function lost() {
  for (const message of outbox.filter(({ delivery }) => delivery === "sent")) {
    mark(message, "unsure");
  }
}

/** We logged in again: what was not delivered yet will be said under this name. */
function rename(message, user) {
  message.user = user;
  message.item.querySelector(".user").textContent = user;
}

function mark(message, delivery) {
  message.delivery = delivery;
  message.item.dataset.delivery = delivery;
  message.item.querySelector(".note").textContent = DELIVERY[delivery];
  const again = message.item.querySelector("button");
  again.hidden = delivery !== "unsure";
  again.onclick = () => {
    mark(message, "waiting");
    sendWaiting();
  };
}

// --- What is seen ----------------------------------------------------------------------------

/** Adds a message. Whatever someone wrote goes in as text, never as HTML. */
function append({ user, body }, side) {
  const scroll = element("scroll");
  const readingTheEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  const item = element("message").content.firstElementChild.cloneNode(true);
  const now = new Date();
  item.className = side;
  item.querySelector(".user").textContent = user;
  item.querySelector("time").textContent = now.toLocaleTimeString([], { timeStyle: "short" });
  item.querySelector("time").dateTime = now.toISOString();
  item.querySelector(".body").textContent = body;
  const list = element("messages");
  list.append(item);
  while (list.children.length > MESSAGES_KEPT) list.firstElementChild.remove();
  inviteToTalk();
  if (readingTheEnd) toTheEnd(); // somebody who reads further up is left in peace
  return item;
}

/** In an empty room that has let us in. */
function inviteToTalk() {
  element("elsewhere").hidden = true;
  element("empty").hidden = element("messages").children.length > 0;
}

/** Who is here; where there are several nodes, by node. */
function showPeople(presence) {
  const places = new Map(); // {node: names}
  presence.list((user, { metas }) => {
    for (const { node = "" } of metas) places.set(node, (places.get(node) ?? new Set()).add(user));
  });
  const items = [...places].sort().map(([node, users]) => {
    const item = document.createElement("li");
    const title = document.createElement("b");
    title.textContent = node;
    item.append(title, node && " ", [...users].sort().join(", "));
    return item;
  });
  element("people").replaceChildren(...items);
}

function toTheEnd() {
  element("scroll").scrollTop = element("scroll").scrollHeight;
}

let shown = { detail: "", retryAt: null };

function show(state, title, detail = "", retryAt = null) {
  shown = { detail, retryAt };
  element("connection").dataset.state = state;
  if (element("status").textContent !== title) element("status").textContent = title;
  element("again").hidden = state !== "gone" || me === null;
  showNext();
}

/** What happens next; it counts down beside the status, which a screen reader speaks only once. */
function showNext() {
  const seconds = Math.ceil((shown.retryAt - Date.now()) / SECOND_MS);
  const when = seconds > 1 ? `Next try in ${seconds} s` : "Trying now";
  element("next").textContent = shown.retryAt
    ? `${when}. What you write waits here and is sent then.`
    : shown.detail;
}

// --- Begin -----------------------------------------------------------------------------------

element("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const body = element("body").value.trim();
  element("body").value = "";
  if (body !== "") say(body);
});

element("again").addEventListener("click", () => {
  show("connecting", "Joining the room");
  join();
});

element("asking").addEventListener("submit", (event) => {
  event.preventDefault();
  logIn(element("name").value);
});

element("login").addEventListener("close", () => me ?? element("login").showModal());

element("logout").addEventListener("click", () => {
  sessionStorage.removeItem("login");
  location.reload(); // so that nothing of ours is left for the next person
});

addEventListener("hashchange", () => location.reload()); // another room is another visit

document.title = element("topic").textContent = topic;
setInterval(showNext, SECOND_MS / 2);
if (me) enter(me);
else askForLogin();
