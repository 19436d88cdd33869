// Shows one view at a time, and refreshes it while the page can be seen: each time that the server has pushed what it shows.

import { ask, dropToken, hasToken, keepToken, Refused, refreshing, showNothing, showOn, takeTokenFromLink } from "./api.mjs";
import * as views from "./views.mjs";

const PERIOD = 1000; // of the server's pushes, too
const PATIENCE = 3 * PERIOD; // without a push: then the page asks
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
  const refreshed = refreshView;
  let pushed = false;
  refreshing();
  try {
    await refreshed();
    say(paused() ? "Paused." : "Live, each second.");
  } catch (error) {
    if (error instanceof Refused && error.status === 401) {
      dropToken();
      busy = false;
      return askForToken("The server does not know this token.");
    }
    say(error instanceof Refused ? `The server refused: ${error.message}.` : "The server does not answer.", true);
  }
  const stays = !paused() && !document.hidden;
  if (stays && !state.classList.contains("bad")) pushed = await showOn(refresh);
  else if (!stays) await showNothing();
  busy = false;
  if (again || refreshed !== refreshView) return refresh();
  clearTimeout(timer);
  if (!paused() && !document.hidden) timer = setTimeout(refresh, pushed ? PATIENCE : PERIOD);
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
  if (!paused() && hasToken()) refresh();
});
addEventListener("hashchange", () => {
  if (location.hash === "#main") return;
  show();
  main.focus();
});

// --- One process ----------------------------------------------------------------------------------

let chosen = null;
let watching;
async function showProcess(pid) {
  const dialog = byId("process");
  try {
    chosen = await views.fillProcess(dialog, pid);
    dialog.querySelector(".problem").textContent = "";
    dialog.showModal();
    watch(pid);
  } catch (error) {
    say(`The process can't be shown: ${error.message}.`, true);
  }
}
// As long as the dialog is open; the server forgets what it noted a few seconds later.
function watch(pid) {
  const dialog = byId("process");
  clearTimeout(watching);
  watching = setTimeout(async () => {
    if (!dialog.open || chosen.pid !== pid) return;
    if (paused() || document.hidden) return watch(pid);
    try {
      chosen = await views.fillProcess(dialog, pid);
      dialog.querySelector(".problem").textContent = "";
    } catch (error) {
      const ended = error instanceof Refused && error.status === 404;
      dialog.querySelector(".problem").textContent = ended
        ? "It has ended. This is how it was last seen."
        : `It can't be shown as it is now: ${error.message}.`;
      if (ended) return;
    }
    watch(pid);
  }, PERIOD);
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
