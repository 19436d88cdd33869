// Asks the server over a channel, with the token that this tab keeps.

import { LiveTopic, NotConnected, Refusal } from "./live.mjs";

const KEY = "phx-dashboard-token";

// `#token=…` in a link is taken off the address at once, so that nobody copies it with the page's.
export function takeTokenFromLink() {
  const found = /[#&]token=([^&]+)/.exec(location.hash);
  if (!found) return;
  keepToken(decodeURIComponent(found[1]));
  history.replaceState(null, "", location.pathname);
}

export const keepToken = (token) => sessionStorage.setItem(KEY, token);
export const hasToken = () => sessionStorage.getItem(KEY) !== null;
const token = () => sessionStorage.getItem(KEY) ?? "";
export const dropToken = () => sessionStorage.removeItem(KEY);

export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

const live = new LiveTopic("/dashboard/live", "dashboard", take);
const queryOf = (parameters) => new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== "")).toString();

// What the open view has asked for, by path and query, is pushed by the server once a second from then on. A numbered row
// has an `after`: the server pushes what is newer than its last push, and the view takes what is newer than its own.
let wanted = new Map(); // {path, query} of what the view asked for, in its latest refresh
let shown = ""; // what the server was asked to push, and in which connection
const pushes = new Map(); // {after, response} that no refresh has taken yet
let allCame = () => {};

export async function ask(path, parameters = {}, method = "GET") {
  const { after, ...rest } = parameters;
  const key = `${path}?${queryOf(rest)}`;
  if (method === "GET" && !path.includes("/")) wanted.set(key, { path, query: queryOf(rest) }); // one process is asked for
  const came = pushes.get(key);
  pushes.delete(key);
  if (came && (after === undefined || came.after <= after)) return newer(came.response, after ?? 0);
  try {
    return await live.ask("ask", { method, path, query: queryOf(parameters) }, token());
  } catch (error) {
    if (error instanceof Refusal) throw new Refused(error.response.status ?? 503, error.message);
    if (error instanceof NotConnected) await explain();
    throw error;
  }
}

function newer(response, after) {
  const rows = ["seconds", "lines"].filter((name) => response[name]);
  return { ...response, ...Object.fromEntries(rows.map((name) => [name, response[name].filter(({ number }) => number > after)])) };
}

function take(event, { path, query, after, status, response }) {
  const key = `${path}?${query}`;
  if (event !== "shown" || status >= 300 || !wanted.has(key)) return;
  pushes.set(key, { after, response });
  if ([...wanted.keys()].every((each) => pushes.has(each))) allCame();
}

/** Before a refresh: what it asks for is what is shown from then on. */
export function refreshing() {
  wanted = new Map();
  allCame = () => {};
}

/** `came` is called each time that all of it has come. False: the server doesn't push it, so ask again. */
export async function showOn(came) {
  allCame = came;
  const views = [...wanted.values()];
  const now = JSON.stringify([live.openings, views]);
  if (now === shown) return true;
  shown = now;
  pushes.clear();
  return live.ask("show", { views }, token()).then(() => true, () => false);
}

/** Nothing is shown: the page is hidden, or paused. */
export async function showNothing() {
  refreshing();
  if (hasToken() && shown !== "") await live.ask("show", { views: [] }, token()).catch(() => {});
  shown = "";
}

// A browser does not say why a websocket was refused: the same token over HTTP tells.
async function explain() {
  const response = await fetch("/dashboard/api/nodes", {
    headers: { authorization: `Bearer ${token()}` },
    signal: AbortSignal.timeout(5000),
  });
  if (!response.ok) throw new Refused(response.status, response.statusText);
}
