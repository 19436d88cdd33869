// Waits for events, with a time limit whose error names the missing one.

import { setTimeout as pause } from "node:timers/promises";

const LOOK_AGAIN_MS = 20;
export const PATIENCE_MS = 20_000; // only a failure takes this long, even on a busy machine

/** Resolves as `promise` does, or rejects after `ms` with a sentence naming `what` was awaited. */
export function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The result of `look`, once there is one: for events without a notification. */
export async function eventually(what, look, ms = PATIENCE_MS) {
  for (const end = Date.now() + ms; ; await pause(LOOK_AGAIN_MS)) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
  }
}

/** Events in order: put() by a callback, taken by the test. */
export class Mailbox {
  #name;
  #items = [];
  #wake = () => {};

  constructor(name) {
    this.#name = name;
  }

  put(item) {
    this.#items.push(item);
    this.#wake();
  }

  /** The oldest item; waits for one if there is none. One reader at a time. */
  async next(ms = PATIENCE_MS) {
    if (this.#items.length === 0) {
      await within(ms, this.#name, new Promise((resolve) => (this.#wake = resolve)));
    }
    return this.#items.shift();
  }

  /** The next `count` items. */
  async take(count) {
    const taken = [];
    while (taken.length < count) taken.push(await this.next());
    return taken;
  }

  /** All events not taken yet. */
  get rest() {
    return [...this.#items];
  }
}
