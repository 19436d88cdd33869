// The honest client of this folder's programs: its echoes, one after the other, and how long they took.

import { createRequire } from "node:module";
import { setTimeout } from "node:timers/promises";

const { WebSocket } = createRequire(new URL("../../clients/package.json", import.meta.url))("ws");
const PAUSE_MS = 1; // between two echoes

/** One connected client; `ask` resolves to the status, and `heard` is called with each push. */
export async function client(url, heard = () => {}) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: () => reject(new Error("no connection")) }));
  const waiting = new Map();
  socket.onmessage = ({ data }) => {
    const [, ref, , event, payload] = JSON.parse(data);
    if (ref === null) return heard(event, payload);
    waiting.get(ref)?.(payload?.status);
    waiting.delete(ref);
  };
  let last = 0;
  const ask = (topic, event, payload = {}) =>
    new Promise((resolve) => {
      const ref = String((last += 1));
      waiting.set(ref, resolve);
      socket.send(JSON.stringify([topic, ref, topic, event, payload]));
    });
  return { ask, close: () => socket.close() };
}

/** Milliseconds of each echo, for some seconds. */
export async function echoes({ ask }, topic, seconds) {
  const took = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await setTimeout(PAUSE_MS)) {
    const began = performance.now();
    await ask(topic, "echo", { n: took.length });
    took.push(performance.now() - began);
  }
  return took;
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(2);
export function show(name, took, more = "") {
  const sorted = took.toSorted((a, b) => a - b);
  console.log(`${name.padEnd(22)} p50 ${at(sorted, 0.5)} ms  p99 ${at(sorted, 0.99)} ms  ${sorted.length} echoes${more}`);
}
