// Asks the server, with the token that this tab keeps.

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
export const dropToken = () => sessionStorage.removeItem(KEY);

export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export async function ask(path, parameters = {}, method = "GET") {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ""));
  const response = await fetch(`/dashboard/api/${path}${query.size > 0 ? `?${query}` : ""}`, {
    method,
    headers: { authorization: `Bearer ${sessionStorage.getItem(KEY) ?? ""}` },
    signal: AbortSignal.timeout(5000),
  });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, body.errors?.detail ?? response.statusText);
  return body;
}
