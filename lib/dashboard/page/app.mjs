// Shows one view at a time, and refreshes it each second while the page can be seen.

import { ask, dropToken, hasToken, keepToken, Refused, takeTokenFromLink } from "./api.mjs";
import * as views from "./views.mjs";

const PERIOD = 1000;
const byId = (id) => document.getElementById(id);
const main = byId("main");
const state = byId("state");
const pause = byId("pause");

let refreshView = async () => {};
let timer;
let busy = false; // one request at a time: a slow server is not asked more often
let again = false;

function say(text, bad = false) {
  if (state.textContent !== text) state.textContent = text;
  state.classList.toggle("bad", bad);
}

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  clearTimeout(timer);
  busy = true;
  again = false;
  const refreshing = refreshView;
  try {
    await refreshing();
    say(paused() ? "Paused." : "Live, each second.");
  } catch (error) {
    if (error instanceof Refused && error.status === 401) {
      dropToken();
      busy = false;
      return askForToken("The server does not know this token.");
    }
    say(error instanceof Refused ? `The server refused: ${error.message}.` : "The server does not answer.", true);
  }
  busy = false;
  if (again || refreshing !== refreshView) return refresh();
  if (!paused() && !document.hidden) timer = setTimeout(refresh, PERIOD);
}

// --- The token ------------------------------------------------------------------------------------

function askForToken(problem = "") {
  const dialog = byId("token");
  dialog.querySelector(".problem").textContent = problem;
  if (!dialog.open) dialog.showModal();
}
byId("token").querySelector("form").addEventListener("submit", (event) => {
  keepToken(event.target.token.value.trim());
  event.target.reset();
  refresh();
});
byId("token").addEventListener("cancel", (event) => event.preventDefault());

// --- Views ----------------------------------------------------------------------------------------

function show() {
  const name = Object.hasOwn(views, location.hash.slice(1)) ? location.hash.slice(1) : "overview";
  if (name === "fillProcess") return;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const heading = document.createElement("h2");
  heading.textContent = name[0].toUpperCase() + name.slice(1);
  main.replaceChildren(heading);
  document.title = `${heading.textContent} – Dashboard`;
  refreshView = views[name](main, { refresh, showProcess });
  if (hasToken()) refresh();
  else askForToken();
}

const paused = () => pause.getAttribute("aria-pressed") === "true";
pause.addEventListener("click", () => {
  pause.setAttribute("aria-pressed", String(!paused()));
  refresh();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !paused() && hasToken()) refresh();
});
addEventListener("hashchange", () => {
  if (location.hash === "#main") return;
  show();
  main.focus();
});

// --- One process ----------------------------------------------------------------------------------

let chosen = null;
async function showProcess(pid) {
  const dialog = byId("process");
  try {
    chosen = await views.fillProcess(dialog, pid);
    dialog.showModal();
  } catch (error) {
    say(`The process can't be shown: ${error.message}.`, true);
  }
}
byId("process").querySelector(".close").addEventListener("click", () => byId("process").close());
byId("process").querySelector(".end").addEventListener("click", () => {
  const confirm = byId("confirm");
  confirm.querySelector(".question").textContent =
    `${chosen.kind} ${chosen.pid}, ${chosen.topic || chosen.name}, ends at once. ` +
    "A client's channel or socket is notified, and may come back; a supervised process is started again.";
  confirm.querySelector(".problem").textContent = "";
  confirm.showModal();
  confirm.querySelector(".no").focus();
});
byId("confirm").querySelector(".no").addEventListener("click", () => byId("confirm").close());
byId("confirm").querySelector(".yes").addEventListener("click", async () => {
  try {
    await ask(`processes/${chosen.pid}/end`, {}, "POST");
    byId("confirm").close();
    byId("process").close();
    refresh();
  } catch (error) {
    byId("confirm").querySelector(".problem").textContent = `It was not ended: ${error.message}.`;
  }
});

takeTokenFromLink();
show();
