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

const live = new LiveTopic("/dashboard/live", "dashboard");

export async function ask(path, parameters = {}, method = "GET") {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ""));
  try {
    return await live.ask("ask", { method, path, query: query.toString() }, token());
  } catch (error) {
    if (error instanceof Refusal) throw new Refused(error.response.status ?? 503, error.message);
    if (error instanceof NotConnected) await explain();
    throw error;
  }
}

// A browser does not say why a websocket was refused: the same token over HTTP tells.
async function explain() {
  const response = await fetch("/dashboard/api/nodes", {
    headers: { authorization: `Bearer ${token()}` },
    signal: AbortSignal.timeout(5000),
  });
  if (!response.ok) throw new Refused(response.status, response.statusText);
}
