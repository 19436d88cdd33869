// @supabase/realtime-js, unchanged, with mailboxes for what it tells by callbacks.

import * as newest from "@supabase/realtime-js";
import * as before from "realtime-js-2.99";
import { WebSocket } from "ws"; // handed to it, since before Node 22 there is none of Node's own
import { Mailbox, PATIENCE_MS, within } from "./deadline.js";

const MOUNT = "/realtime/v1";
const RETRY_MS = 20;

/** Two of its releases, in the two versions of the wire that each speaks. */
export const dialects = [
  { release: "2.119", RealtimeClient: newest.RealtimeClient },
  { release: "2.99", RealtimeClient: before.RealtimeClient },
].flatMap((of) => ["1.0.0", "2.0.0"].map((vsn) => ({ ...of, vsn, name: `${of.release}, ${vsn}` })));

/** A client that ends with the test `t`. It connects when it first subscribes. */
export function client(t, server, { RealtimeClient, vsn }, options = {}) {
  const made = new RealtimeClient(server.mount(MOUNT), {
    vsn,
    transport: WebSocket,
    params: { apikey: "anon" }, // it insists on one
    timeout: PATIENCE_MS,
    reconnectAfterMs: () => RETRY_MS,
    ...options,
  });
  t.after(() => unhurried(() => made.disconnect()));
  return made;
}

/** Some of its calls leave timers of seconds behind, which are not to keep Node from ending. */
export function unhurried(call) {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (...given) => setTimeout(...given).unref();
  try {
    return call();
  } finally {
    globalThis.setTimeout = setTimeout;
  }
}

/** Subscribes; what becomes of it, from now on, as `{status, error}`. */
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

/** The first of its kind; realtime-js tells some of the others twice. */
export async function until(mailbox, wanted) {
  for (;;) {
    const { status, error } = await mailbox.next();
    if (status === wanted) return error;
  }
}

/** Broadcasts that come in under `event`, from now on. */
export function broadcasts(channel, event) {
  const mailbox = new Mailbox(`the broadcast ${event} on ${channel.topic}`);
  channel.on("broadcast", { event }, ({ payload }) => mailbox.put(payload));
  return mailbox;
}

/** Sends a broadcast; "ok", "error" or "timed out". */
export function say(channel, event, payload, options = {}) {
  const sent = channel.send({ type: "broadcast", event, payload }, options);
  return within(PATIENCE_MS, `${event} to be sent`, sent);
}

/** Presence: each state of the topic, as `{key: [what each says]}`, from now on. */
export function states(channel) {
  const mailbox = new Mailbox(`the presence of ${channel.topic}`);
  channel.on("presence", { event: "sync" }, () => {
    const said = ({ presence_ref, ...rest }) => rest;
    const entries = Object.entries(channel.presenceState());
    mailbox.put(Object.fromEntries(entries.map(([key, all]) => [key, all.map(said)])));
  });
  return mailbox;
}
