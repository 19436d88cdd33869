// phoenix.js, unchanged, with promises where a test wants to wait for its callbacks.

import { LongPoll, Socket as Newest } from "phoenix";
import { Mailbox, PATIENCE_MS, within } from "./deadline.js";

// Node has a WebSocket of its own from version 22 on.
const WebSocket = globalThis.WebSocket ?? (await import("ws")).WebSocket;

export { LongPoll };

/** How long before the next try, to connect or to join: less than real clients wait, but twice as long each time. */
export const retryAfterMs = (tries) => Math.min(20 * 2 ** (tries - 1), 10_000);

/**
 * The same for clients that, before 1.3, give up their join for ever once they try again: an answer must come in
 * between, on a busy machine too.
 */
export const retryPatientlyAfterMs = (tries) => 500 * tries;

/** A connected Socket, the newest or another release's, that ends with the test `t`. `options` are its own. */
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

/** How the server answered: `{status, response}`; phoenix.js's own status is "timeout". */
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

/** Pushes what the server will not answer; phoenix.js's timer for the answer is kept short. */
export function tell(channel, event, payload = {}) {
  channel.push(event, payload, 1);
}

/** What the channel is told under `event`, from now on. */
export function heard(channel, event) {
  const mailbox = new Mailbox(`${event} on ${channel.topic}`);
  channel.on(event, (payload) => mailbox.put(payload));
  return mailbox;
}

/** Each time the channel is joined again, from now on. */
export function rejoins(channel) {
  const mailbox = new Mailbox(`a new join of ${channel.topic}`);
  let past = true; // receive() tells at once of a join that is over
  channel.joinPush.receive("ok", (response) => past || mailbox.put(response));
  past = false;
  return mailbox;
}

/** What the socket goes through under "open", "close", "error" or "message", from now on. */
export function seen(socket, kind) {
  const mailbox = new Mailbox(`the socket's ${kind}`);
  const register = { open: "onOpen", close: "onClose", error: "onError", message: "onMessage" };
  socket[register[kind]]((event) => mailbox.put(event));
  return mailbox;
}

/** A heartbeat, there and back: what the server sent before it has arrived by then. */
export function roundTrip(socket) {
  return within(PATIENCE_MS, "a heartbeat's reply", new Promise((done) => socket.ping(done)));
}
