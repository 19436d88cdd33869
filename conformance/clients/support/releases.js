// phoenix.js as released over the years, and phoenix-channels, a fork of 1.2 that people use in
// Node: each from npm, unchanged. What each can't do is listed here, so that its tests are left
// out.

import { createRequire } from "node:module";
import { WebSocket } from "ws";
import XMLHttpRequest from "xhr2";
import * as client from "./client.js";
import { Mailbox } from "./deadline.js";
import "./timers.js"; // 1.5 forgets the timer of its heartbeat

// Before 1.8 they look for these in a browser's window, the first of them as they are loaded.
Object.assign(globalThis, { window: globalThis, XMLHttpRequest });
const load = createRequire(import.meta.url);

export const releases = [
  {
    name: "phoenix-channels 1.0.0",
    from: "phoenix-channels",
    vsn: "1.0.0",
    sendsJoinRef: false,
    binary: false,
    transport: undefined,
    retryAfterMs: client.retryPatientlyAfterMs,
  },
  { name: "phoenix 1.3.5", from: "phoenix-1-3", binary: false },
  { name: "phoenix 1.4.18", from: "phoenix-1-4", binary: false },
  { name: "phoenix 1.5.14", from: "phoenix-1-5" },
  { name: "phoenix 1.6.16", from: "phoenix-1-6" },
  { name: "phoenix 1.7.23", from: "phoenix-1-7", polledBinary: true },
  { name: "phoenix 1.8.0", from: "phoenix-1-8-0", polledBinary: true },
  { name: "phoenix, the newest", from: "phoenix", polledBinary: true },
].map((release) => ({
  vsn: "2.0.0", // the version it asks for by itself
  sendsJoinRef: true,
  binary: true, // sends and takes bytes
  polledBinary: false, // sends them by long-poll, too
  transport: WebSocket, // the one passed to it; phoenix-channels has its own
  retryAfterMs: client.retryAfterMs,
  ...load(release.from), // Socket, Presence, LongPoll
  ...release,
}));

/** A connected Socket of this release. */
export const connect = (t, server, { Socket, transport, retryAfterMs }, options = {}) =>
  client.connect(t, server, { Socket, transport, reconnectAfterMs: retryAfterMs, ...options });

/**
 * The presence list of `channel`, as this release derives it from the state and the diffs. Before
 * 1.4 there is no object for that: the page keeps the list, as the documentation of that time says.
 */
export function presences({ Presence }, channel) {
  const synced = new Mailbox(`a change of the list on ${channel.topic}`);
  let list;
  if (typeof Presence === "function") {
    const presence = new Presence(channel);
    presence.onSync(() => synced.put(presence.state));
    list = () => presence.state;
  } else {
    let state = {};
    const change = (how) => (news) => synced.put((state = Presence[how](state, news)));
    channel.on("presence_state", change("syncState"));
    channel.on("presence_diff", change("syncDiff"));
    list = () => state;
  }
  return { synced, get names() { return namesOf(list()); } };
}

/** `{key: names}`, a name for each connection; their order does not matter. */
function namesOf(state) {
  const named = ([key, { metas }]) => [key, metas.map(({ name }) => name).sort()];
  return Object.fromEntries(Object.entries(state).map(named));
}
