// A shim for phoenix.js of any release: it reads commands, drives the client, and reports what the
// client tells its user. docs/client-contract.md says which lines go each way.
//
//     node phoenix.js            the newest release of conformance/clients
//     node phoenix.js 1-4        another one of its aliases: 1-3, 1-4, 1-5, 1-6, 1-7, 1-8-0

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Shim, base64, bytes, table } from "./shim.js";
import { browserLike } from "./browser.js";

const load = createRequire(new URL("../clients/package.json", import.meta.url));
const { WebSocket } = load("ws");

const words = process.argv.slice(2);
const release = words[0] ?? "newest";
const name = release === "newest" ? "phoenix" : `phoenix-${release}`;
const window = browserLike(load("xhr2"));
const { Socket, Presence } = load(name);
const { version } = JSON.parse(readFileSync(new URL(`../clients/node_modules/${name}/package.json`, import.meta.url)));
const [major, minor] = version.split(".").map(Number);
const since = (oldest) => major > 1 || minor >= oldest;

const lacks = {};
if (!since(5)) lacks.binary = "before 1.5 it sends and takes text only";
if (!since(8)) lacks.token = "auth tokens came with 1.8";
if (!since(7)) lacks.fallback = "before 1.7 it does not fall back by itself";

const shim = new Shim({ client: "phoenix.js", version, lacks });
window.onerror = (error) => shim.tell({ on: "error", reason: `${error}` });
const channels = new Map();
let socket;

shim.on("connect", ({ url, params = {}, options = {} }) => {
  let tries = 0;
  const given = {
    transport: window.watched(WebSocket),
    params: options.count_tries ? () => ({ ...params, try: ++tries }) : params,
    heartbeatIntervalMs: options.heartbeat_ms,
    timeout: options.timeout_ms,
    reconnectAfterMs: table(options.reconnect_ms),
    rejoinAfterMs: table(options.rejoin_ms),
    authToken: options.token,
    longPollFallbackMs: options.fallback_ms,
    sessionStorage: window.storage,
  };
  socket = new Socket(url, given);
  socket.onOpen(() => shim.tell({ on: "open" }));
  socket.onClose(() => shim.tell({ on: "closed" }));
  socket.onError((error) => shim.tell({ on: "error", reason: `${error?.message ?? error}` }));
  socket.connect();
});

/** A response or a payload, which may be bytes. */
const data = (member, value) => (value instanceof ArrayBuffer ? { binary: base64(value) } : { [member]: value });

shim.on("join", ({ channel: id, topic, payload = {}, events = [], presence = false }) => {
  const channel = socket.channel(topic, payload);
  channels.set(id, channel);
  for (const event of events) {
    channel.on(event, (message) => shim.tell({ on: "message", channel: id, event, ...data("payload", message) }));
  }
  if (presence) follow(id, channel);
  channel.onError(() => shim.tell({ on: "error", channel: id }));
  channel.onClose(() => shim.tell({ on: "closed", channel: id }));
  channel
    .join()
    .receive("ok", (response) => shim.tell({ on: "joined", channel: id, response }))
    .receive("error", (response) => shim.tell({ on: "refused", channel: id, response }))
    .receive("timeout", () => shim.tell({ on: "timeout", channel: id }));
});

/** Reports the channel's presences; before 1.4 the page keeps the list itself, as its documentation says. */
function follow(id, channel) {
  const told = (state) => {
    const entries = Object.getOwnPropertyNames(state).map((key) => [key, state[key].metas]);
    shim.tell({ on: "presence", channel: id, list: Object.fromEntries(entries) });
  };
  if (typeof Presence === "function") {
    const presence = new Presence(channel);
    presence.onSync(() => told(presence.state));
    return;
  }
  let state = {};
  channel.on("presence_state", (news) => told((state = Presence.syncState(state, news))));
  channel.on("presence_diff", (news) => told((state = Presence.syncDiff(state, news))));
}

shim.on("push", ({ channel, id, event, payload, binary }) => {
  const reply = (status) => (response) => shim.tell({ on: "reply", id, status, ...data("response", response) });
  channels
    .get(channel)
    .push(event, binary === undefined ? payload : bytes(binary))
    .receive("ok", reply("ok"))
    .receive("error", reply("error"))
    .receive("timeout", () => shim.tell({ on: "timeout", id }));
});

shim.on("leave", ({ channel }) => {
  const left = () => shim.tell({ on: "left", channel });
  channels.get(channel).leave().receive("ok", left).receive("timeout", left);
});

shim.on("disconnect", () => socket.disconnect());
shim.begin();
