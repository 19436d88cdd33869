// @supabase/realtime-js, unchanged, with mailboxes for its callbacks.

import { createRequire } from "node:module";
import { setImmediate } from "node:timers/promises";
import { WebSocket } from "ws"; // passed to the later ones, because Node has none of its own before version 22
import { retryAfterMs, retryPatientlyAfterMs } from "./client.js";
import { Mailbox, PATIENCE_MS, within } from "./deadline.js";
import { CLIENT_PATIENCE_MS } from "./timers.js";

const MOUNT = "/realtime/v1";
const EAGER = 1_000; // messages a second; the early ones would send only ten

const load = createRequire(import.meta.url);

/** Its releases, in each version of the wire that they support. */
export const dialects = [
  { release: "2.119", from: "@supabase/realtime-js", versions: ["1.0.0", "2.0.0"] },
  { release: "2.99", from: "realtime-js-2.99", versions: ["1.0.0", "2.0.0"] },
  // These have their own WebSocket, no private topics, and only version 1.
  { release: "2.9", from: "realtime-js-2.9", versions: ["1.0.0"], early: true },
  { release: "2.0", from: "realtime-js-2.0", versions: ["1.0.0"], early: true },
].flatMap(({ versions, release, from, early = false }) =>
  versions.map((vsn) => ({ ...load(from), vsn, early, name: `${release}, ${vsn}` })),
);

/** A client that ends with the test `t`. It connects when it first subscribes. */
export function client(t, server, { RealtimeClient, vsn, early }, options = {}) {
  const made = new RealtimeClient(server.mount(MOUNT), {
    vsn,
    transport: early ? undefined : WebSocket,
    params: { apikey: "anon", eventsPerSecond: EAGER }, // the later ones insist on a key
    timeout: CLIENT_PATIENCE_MS,
    reconnectAfterMs: early ? retryPatientlyAfterMs : retryAfterMs,
    ...options,
  });
  t.after(() => unhurried(() => made.disconnect()));
  // The early ones would join again for ever.
  if (early) t.after(() => made.getChannels().map((channel) => channel.unsubscribe(1)));
  return made;
}

/** Options for a client that counts answered heartbeats; `told` gets one item for each. */
export function heartbeats({ early }, told) {
  if (!early) return { heartbeatCallback: (status) => status === "ok" && told.put(status) };
  return { logger: (kind, what) => kind === "receive" && what.includes("phoenix phx_reply") && told.put(what) };
}

/** Some of its calls leave timers of seconds, which must not keep Node from ending. */
export function unhurried(call) {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (...given) => setTimeout(...given).unref();
  try {
    return call();
  } finally {
    globalThis.setTimeout = setTimeout;
  }
}

/** Subscribes; returns its states from now on, as `{status, error}`. */
export function statuses(channel) {
  const mailbox = new Mailbox(`the status of ${channel.topic}`);
  channel.subscribe((status, error) => mailbox.put({ status, error }));
  return mailbox;
}

/** Subscribes, and returns once the server has said ok. */
export async function subscribed(channel) {
  const mailbox = statuses(channel);
  await until(mailbox, "SUBSCRIBED");
  return mailbox;
}

/** The first of its kind; realtime-js reports some of the others twice. */
export async function until(mailbox, wanted) {
  for (;;) {
    const { status, error } = await mailbox.next();
    if (status === wanted) return error;
  }
}

/** Broadcasts under `event`, from now on. */
export function broadcasts(channel, event) {
  const mailbox = new Mailbox(`the broadcast ${event} on ${channel.topic}`);
  channel.on("broadcast", { event }, ({ payload }) => mailbox.put(payload));
  return mailbox;
}

/** Sends a broadcast; "ok", "error" or "timed out". */
export const say = (channel, event, payload, options = {}) =>
  sent(() => channel.send({ type: "broadcast", event, payload }, options));

/** The result of `send`. The early ones refuse a message within a millisecond of the last: then it is sent again. */
export async function sent(send) {
  for (;;) {
    const outcome = await within(PATIENCE_MS, "a message to be sent", unhurried(send));
    if (outcome !== "rate limited") return outcome;
    await setImmediate();
  }
}

/** Presence: each state of the topic, as `{key: [metas]}`, from now on. */
export function states(channel) {
  const mailbox = new Mailbox(`the presence of ${channel.topic}`);
  channel.on("presence", { event: "sync" }, () => {
    const said = ({ presence_ref, ...rest }) => rest;
    const entries = Object.entries(channel.presenceState());
    mailbox.put(Object.fromEntries(entries.map(([key, all]) => [key, all.map(said)])));
  });
  return mailbox;
}
