// Runs as a process of its own: well-behaved clients of every kind, with every round trip timed and
// every message counted. siege.js asks for their report.

import http from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as nap } from "node:timers/promises";
import { ask, connect, heard, join, seen } from "../../clients/support/client.js";
import { Raw, message } from "./raw.js";

const [url] = process.argv.slice(2);
const server = { url, mount: (mount) => url.replace(/^http/, "ws") + mount };
const PAUSE_MS = 5; // between two round trips of one client
const NEWCOMER_PAUSE_MS = 30;
const t = { after: () => {} }; // the process ends, with all its clients

/** By kind, each round trip's time in ms. Emptied by each report. */
let times = {};
let errors = [];
const lag = monitorEventLoopDelay({ resolution: 1 }); // of this process: not caused by the server

/** Repeats it, and records how long it took. */
async function keepsDoing(kind, pause, act) {
  for (;;) {
    const began = performance.now();
    try {
      await act();
      (times[kind] ??= []).push(performance.now() - began);
    } catch (error) {
      errors.push(`${kind}: ${error.message}`);
      await nap(100);
    }
    await nap(pause);
  }
}

async function member(topic) {
  const socket = await connect(t, server);
  const channel = await join(socket, topic);
  for (const kind of ["close", "error"]) {
    const mailbox = seen(socket, kind);
    mailbox.put = () => errors.push(`${topic}: the socket's ${kind}`);
  }
  channel.onError((reason) => errors.push(`${topic}: the channel's error, ${JSON.stringify(reason ?? "")}`));
  return channel;
}

async function echoes(n) {
  const channel = await member(`conformance:honest-${n}`);
  let said = 0;
  keepsDoing("echo", PAUSE_MS, async () => {
    const sent = { n, said: ++said };
    const { said: back } = await ask(channel, "echo", sent);
    if (back !== said) throw new Error(`an echo of ${said} is ${back}`);
  });
}

/** Four in a room: all get the first one's messages, once and in order. */
async function room() {
  const members = [];
  for (let n = 0; n < 4; ++n) members.push(await member("conformance:honest"));
  const heards = members.map((channel) => heard(channel, "broadcasted"));
  let said = 0;
  keepsDoing("broadcast", PAUSE_MS, async () => {
    members[0].push("broadcast", { said: ++said });
    for (const mailbox of heards) {
      const { said: got } = await mailbox.next();
      if (got !== said) throw new Error(`received ${got} where ${said} was sent`);
    }
  });
}

async function blocks() {
  const channel = await member("conformance:honest-blocking");
  keepsDoing("blocking 1 ms", PAUSE_MS, () => ask(channel, "slow", { ms: 1 }));
}

async function newcomers() {
  keepsDoing("newcomer", NEWCOMER_PAUSE_MS, async () => {
    const ends = [];
    const raw = await Raw.opens({ after: (end) => ends.push(end) }, server);
    const { status } = await raw.joins("conformance:honest-newcomer");
    for (const end of ends) end();
    if (status !== "ok") throw new Error(`a join was answered ${status}`);
  });
}

async function presences() {
  keepsDoing("presence", NEWCOMER_PAUSE_MS, async () => {
    const ends = [];
    const raw = await Raw.opens({ after: (end) => ends.push(end) }, server, "/socket/websocket?vsn=2.0.0&user_id=honest");
    raw.write(message("1", "1", "presence:honest", "phx_join", {}));
    for (;;) {
      const next = await raw.messages.next();
      if (next === null) throw new Error("the connection ended");
      if (next[3] === "presence_state") break;
    }
    for (const end of ends) end();
  });
}

/** A client that polls. */
async function polls() {
  const agent = new http.Agent({ keepAlive: true });
  const request = (method, token, body) =>
    new Promise((resolve, reject) => {
      const query = token ? `&token=${encodeURIComponent(token)}` : "";
      const asked = http.request(`${url}/socket/longpoll?vsn=2.0.0${query}`, { method, agent }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part) => (text += part));
        answer.on("end", () => resolve(JSON.parse(text))).on("error", reject);
      });
      asked.on("error", reject).end(body);
    });
  const { token } = await request("GET");
  let said = 0;
  const push = async (event, payload) => {
    const ref = `${++said}`;
    const [posted, polled] = await Promise.all([
      request("POST", token, JSON.stringify(["1", ref, "conformance:honest-poll", event, payload])),
      request("GET", token),
    ]);
    if (posted.status !== 200 || polled.status !== 200) throw new Error(`status ${posted.status}, ${polled.status}`);
    const [, itsRef, , , { status }] = JSON.parse(polled.messages[0]);
    if (itsRef !== ref || status !== "ok") throw new Error(`asked ${ref}, was answered ${itsRef}: ${status}`);
  };
  await push("phx_join", {});
  keepsDoing("poll", PAUSE_MS, () => push("echo", { said }));
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** The report since the last one. */
function report() {
  const kinds = Object.fromEntries(
    Object.entries(times).map(([kind, all]) => {
      const sorted = all.sort((a, b) => a - b);
      return [kind, { count: sorted.length, p50: at(sorted, 0.5), p99: at(sorted, 0.99), max: sorted.at(-1) }];
    }),
  );
  const result = { kinds, errors, lag: lag.max / 1e6 };
  times = {};
  errors = [];
  lag.reset();
  return result;
}

for (let n = 0; n < 3; ++n) await echoes(n);
await room();
await blocks();
await newcomers();
await presences();
await polls();
lag.enable();
process.on("message", () => process.send(report()));
process.on("disconnect", () => process.exit());
process.send("ready");
