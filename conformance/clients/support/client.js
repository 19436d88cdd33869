// phoenix.js, unchanged, with promises where a test wants to wait for its callbacks.

import { LongPoll, Socket as Newest } from "phoenix";
import { Mailbox, PATIENCE_MS, within } from "./deadline.js";

// Node has its own WebSocket from version 22 on.
const WebSocket = globalThis.WebSocket ?? (await import("ws")).WebSocket;

export { LongPoll };

/** How long before the next try, to connect or to join: less than real clients wait, but twice as long each time. */
export const retryAfterMs = (tries) => Math.min(20 * 2 ** (tries - 1), 10_000);

/**
 * The same for clients before 1.3, which give up a join for ever once they retry: an answer must
 * come in between, even on a busy machine.
 */
export const retryPatientlyAfterMs = (tries) => 500 * tries;

/** A connected Socket, of the newest or another release, that ends with the test `t`. `options` are the Socket's. */
export async function connect(t, server, { Socket = Newest, mount = "/socket", ...options } = {}) {
  const socket = new Socket(server.mount(mount), {
    transport: WebSocket,
    timeout: PATIENCE_MS,
    reconnectAfterMs: retryAfterMs,
    rejoinAfterMs: retryAfterMs,
    ...options,
  });
  t.after(() => end(socket));
  const opened = new Promise((resolve) => socket.onOpen(resolve));
  socket.connect();
  await within(PATIENCE_MS, `a connection to ${mount}`, opened);
  return socket;
}

/** Disconnects for good: older releases would try for ever to connect and to join, and keep Node from ending. */
function end(socket) {
  socket.disconnect();
  socket.reconnectTimer.reset();
  clearInterval(socket.heartbeatTimer);
  for (const channel of [...socket.channels]) channel.leave(1);
}

/** Joins `topic` and returns the channel once the server has said ok. */
export async function join(socket, topic, params = {}) {
  const channel = socket.channel(topic, params);
  const { status, response } = await reply(channel.join(), `the join of ${topic}`);
  if (status !== "ok") throw new Error(`${topic} was not joined: ${JSON.stringify(response)}`);
  return channel;
}

/** The server's answer: `{status, response}`; phoenix.js's own status is "timeout". */
export function reply(push, what = `a reply to ${push.event}`) {
  const answered = new Promise((resolve) => {
    for (const status of ["ok", "error", "timeout"]) {
      push.receive(status, (response) => resolve({ status, response }));
    }
  });
  return within(PATIENCE_MS, what, answered);
}

/** Pushes and returns the response; anything but ok fails the test. */
export async function ask(channel, event, payload = {}) {
  const { status, response } = await reply(channel.push(event, payload));
  if (status !== "ok") throw new Error(`${event} was answered ${status}`);
  return response;
}

/** Pushes an event that the server will not answer, with a short timeout. */
export function tell(channel, event, payload = {}) {
  channel.push(event, payload, 1);
}

/** The channel's messages under `event`, from now on. */
export function heard(channel, event) {
  const mailbox = new Mailbox(`${event} on ${channel.topic}`);
  channel.on(event, (payload) => mailbox.put(payload));
  return mailbox;
}

/** Each time the channel is joined again, from now on. */
export function rejoins(channel) {
  const mailbox = new Mailbox(`a new join of ${channel.topic}`);
  let past = true; // receive() reports a finished join at once
  channel.joinPush.receive("ok", (response) => past || mailbox.put(response));
  past = false;
  return mailbox;
}

/** The socket's events of kind "open", "close", "error" or "message", from now on. */
export function seen(socket, kind) {
  const mailbox = new Mailbox(`the socket's ${kind}`);
  const register = { open: "onOpen", close: "onClose", error: "onError", message: "onMessage" };
  socket[register[kind]]((event) => mailbox.put(event));
  return mailbox;
}

/** A heartbeat and its reply: everything that the server sent before has then arrived. */
export function roundTrip(socket) {
  return within(PATIENCE_MS, "a heartbeat's reply", new Promise((done) => socket.ping(done)));
}
