// Waiting: for what should happen, and giving up with a sentence that says what did not.

import { setTimeout as pause } from "node:timers/promises";

const LOOK_AGAIN_MS = 20;
export const PATIENCE_MS = 20_000; // only a failure takes so long, be the machine ever so busy

/** Resolves as `promise` does, or rejects after `ms` with a sentence naming `what` was awaited. */
export function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms in vain for ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** What `look` finds, once it finds something: for what nobody tells of when it has happened. */
export async function eventually(what, look, ms = PATIENCE_MS) {
  for (const end = Date.now() + ms; ; await pause(LOOK_AGAIN_MS)) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`looked ${ms} ms in vain for ${what}`);
  }
}

/** What happened and was not yet looked at, in order: put() by a callback, taken by the test. */
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

  /** All that came and nobody took. */
  get rest() {
    return [...this.#items];
  }
}
