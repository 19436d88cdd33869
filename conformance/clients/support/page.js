// A page with only phoenix.js, from a server of its own; the test controls it.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { PATIENCE_MS } from "./deadline.js";

const CLIENT = new URL("../node_modules/phoenix/priv/static/phoenix.mjs", import.meta.url);
const PAGE = `<!DOCTYPE html><html lang="en"><title>A page</title><link rel="icon" href="data:,">
<script type="module">import * as phoenix from "/phoenix.mjs"; window.phoenix = phoenix;</script>`;

/** Serves the page until the test `t` ends; returns its port. */
export async function servePage(t) {
  const client = await readFile(CLIENT);
  const server = createServer(({ url }, answer) => {
    const [type, body] = url === "/phoenix.mjs" ? ["javascript", client] : ["html", PAGE];
    answer.writeHead(200, { "content-type": `text/${type}; charset=utf-8` }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return server.address().port;
}

/** A page from `origin` that uses another server by long-polling. */
export class Visitor {
  static async arrives(t, browser, origin) {
    const context = await browser.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const visitor = new Visitor(page);
    await page.goto(origin);
    return visitor;
  }

  constructor(page) {
    this.page = page;
  }

  /** Connects to `address` and joins `topic`; returns "ok", "error", or the transport's error. */
  async joins(address, topic, options = {}) {
    await this.page.waitForFunction(() => window.phoenix);
    return this.page.evaluate(begin, { address, topic, options });
  }

  /** Pushes, and returns `{status, response}`. */
  asks(event, payload = {}) {
    return this.page.evaluate(push, { event, payload });
  }

  /** Waits until the channel has been joined `times` times. */
  async hasJoined(times) {
    await this.page.waitForFunction((times) => window.joins >= times, times);
  }

  /** Waits until `count` broadcasts have come, and returns all that have. */
  async heard(count) {
    await this.page.waitForFunction((count) => window.heard.length >= count, count);
    return this.page.evaluate(() => window.heard);
  }
}

// The following runs in the page.

function begin({ address, topic, options }) {
  const { Socket, LongPoll } = window.phoenix;
  const soon = () => 50;
  const retry = { reconnectAfterMs: soon, rejoinAfterMs: soon };
  const socket = new Socket(address, { transport: LongPoll, ...retry, ...options });
  const channel = socket.channel(topic);
  Object.assign(window, { channel, heard: [], joins: 0 });
  channel.on("broadcasted", (payload) => window.heard.push(payload));
  socket.connect();
  return new Promise((resolve) => {
    socket.onError((error) => {
      if (window.joins === 0) {
        socket.disconnect();
        resolve(error);
      }
    });
    const joining = channel.join();
    joining.receive("error", () => resolve("error"));
    joining.receive("ok", () => {
      window.joins += 1;
      resolve("ok");
    });
  });
}

function push({ event, payload }) {
  return new Promise((resolve) => {
    const sent = window.channel.push(event, payload);
    for (const status of ["ok", "error", "timeout"]) {
      sent.receive(status, (response) => resolve({ status, response }));
    }
  });
}
