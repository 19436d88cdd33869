// Drives phoenix.js by the commands of the suite. The proof drives broken ones the same way: see
// conformance/proof/clients.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { browserLike } from "./browser.js";
import { Shim, base64, bytes, table } from "./shim.js";

const require = createRequire(new URL("../clients/package.json", import.meta.url));

/** The parts of a release: `newest`, or an alias of conformance/clients such as `1-4`. */
export function load(release) {
  const name = release === "newest" ? "phoenix" : `phoenix-${release}`;
  const XMLHttpRequest = require("xhr2");
  const window = browserLike(XMLHttpRequest);
  const { version } = JSON.parse(readFileSync(new URL(`../clients/node_modules/${name}/package.json`, import.meta.url)));
  const WebSocket = window.watched(require("ws").WebSocket);
  return { ...require(name), version, window, WebSocket, XMLHttpRequest, lacks: lacking(version) };
}

function lacking(version) {
  const [major, minor] = version.split(".").map(Number);
  const since = (oldest) => major > 1 || minor >= oldest;
  const lacks = {};
  if (!since(5)) lacks.binary = "before 1.5 it sends and takes text only";
  if (!since(8)) lacks.token = "auth tokens came with 1.8";
  if (!since(7)) lacks.fallback = "before 1.7 it does not fall back by itself";
  return lacks;
}

/** A response or a payload, which may be bytes. */
const data = (member, value) => (value instanceof ArrayBuffer ? { binary: base64(value) } : { [member]: value });

/** Obeys until its input ends. `changes` make a broken client; a good one has none. */
export function drive(parts, changes = {}) {
  const { Socket, Presence, WebSocket, window = {}, client = "phoenix.js", version, lacks, fixed = {} } = parts;
  const { options: changed = (given) => given, socket: made = () => {}, push: pushed = (payload) => payload } = changes;
  const shim = changes.shim ?? new Shim({ client, version, lacks, fixed });
  const channels = changes.channels ?? new Map();
  let socket;
  window.onerror = (error) => shim.tell({ on: "error", reason: `${error}` });

  shim.on("connect", ({ url, params = {}, options = {} }) => {
    let tries = 0;
    const given = {
      transport: WebSocket,
      params: options.count_tries ? () => ({ ...params, try: ++tries }) : params,
      heartbeatIntervalMs: options.heartbeat_ms,
      timeout: options.timeout_ms,
      reconnectAfterMs: fixed.reconnect_ms ? undefined : table(options.reconnect_ms),
      rejoinAfterMs: fixed.rejoin_ms ? undefined : table(options.rejoin_ms),
      authToken: options.token,
      longPollFallbackMs: options.fallback_ms,
      sessionStorage: window.storage,
    };
    socket = new Socket(url, changed(given));
    socket.onOpen(() => shim.tell({ on: "open" }));
    socket.onClose(() => shim.tell({ on: "closed" }));
    socket.onError((error) => shim.tell({ on: "error", reason: `${error?.message ?? error}` }));
    made(socket);
    socket.connect();
  });

  shim.on("join", ({ channel: id, topic, payload = {}, events = [], presence = false }) => {
    const channel = socket.channel(topic, payload);
    channels.set(id, channel);
    for (const event of events) {
      channel.on(event, (message) => shim.tell({ on: "message", channel: id, event, ...data("payload", message) }));
    }
    if (presence) follow(shim, Presence, id, channel);
    channel.onError(() => shim.tell({ on: "error", channel: id }));
    channel.onClose(() => shim.tell({ on: "closed", channel: id }));
    channel
      .join()
      .receive("ok", (response) => shim.tell({ on: "joined", channel: id, response }))
      .receive("error", (response) => shim.tell({ on: "refused", channel: id, response }))
      .receive("timeout", () => shim.tell({ on: "timeout", channel: id }));
  });

  shim.on("push", ({ channel, id, event, payload, binary }) => {
    const reply = (status) => (response) => shim.tell({ on: "reply", id, status, ...data("response", response) });
    channels
      .get(channel)
      .push(event, pushed(binary === undefined ? payload : bytes(binary)))
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
}

/** Reports the channel's presences; before 1.4 the page keeps the list itself, as its documentation says. */
function follow(shim, Presence, id, channel) {
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
