// Long-polling in a real browser: across origins, through reloads, and for the whole chat.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Person, launch } from "./support/browser.js";
import { Visitor, servePage } from "./support/page.js";
import { withoutWebSockets } from "./support/proxy.js";
import { chatServer, contractServer } from "./support/server.js";

const [contract, chat] = [contractServer(), chatServer()];
let browser;
before(async () => (browser = await launch()));
beforeEach(() => Promise.all([contract.start(), chat.start()])); // again, if one is away
after(async () => {
  await browser?.close();
  await Promise.all([contract.stop(), chat.stop()]);
});

const ALLOWED = "localhost"; // the contract's mounts accept pages from this host on any port
const OTHER = "127.0.0.1";

/** Two people on a page from another port, who have both joined `topic`. */
async function pair(t, topic) {
  const origin = `http://${ALLOWED}:${await servePage(t)}`;
  const people = await Promise.all([1, 2].map(() => Visitor.arrives(t, browser, origin)));
  const address = contract.mount("/socket");
  for (const person of people) assert.equal(await person.joins(address, topic), "ok");
  return { people, address };
}

test("two pages from another origin chat, each request allowed by its preflight", async (t) => {
  const { people } = await pair(t, "conformance:pages");
  const [ann, ben] = people;
  const payload = { text: "é世😀" };
  const { status } = await ann.asks("broadcast_from", payload);
  assert.equal(status, "ok");
  assert.deepEqual(await ben.heard(1), [payload]);
  await ben.asks("broadcast", { n: 1 });
  assert.deepEqual([await ann.heard(1), await ben.heard(2)], [[{ n: 1 }], [payload, { n: 1 }]]);
});

test("a page from a host that is not allowed is refused", async (t) => {
  const ann = await Visitor.arrives(t, browser, `http://${OTHER}:${await servePage(t)}`);
  const answered = ann.page.waitForResponse((response) => /longpoll/.test(response.url()));
  const outcome = await ann.joins(contract.mount("/socket"), "conformance:refused");
  assert.equal(outcome, 403, "the page can read why, because any page may read the refusal");
  assert.deepEqual(await (await answered).json(), { status: 403 });
});

test("an auth token crosses origins in its header", async (t) => {
  const ann = await Visitor.arrives(t, browser, `http://${ALLOWED}:${await servePage(t)}`);
  const authToken = "secret-token";
  const joined = await ann.joins(contract.mount("/auth"), "conformance:token", { authToken });
  assert.equal(joined, "ok");
  const { response } = await ann.asks("connect_info");
  assert.equal(response.auth_token, authToken);
});

test("a reloaded page is a new visitor, and gets everything once", async (t) => {
  const topic = "conformance:reloaded";
  const { people, address } = await pair(t, topic);
  const [ann, ben] = people;
  await ann.asks("count");
  await ann.page.reload();
  assert.equal(await ann.joins(address, topic), "ok");
  assert.deepEqual((await ann.asks("count")).response, { count: 1 }, "its state is fresh");
  await ben.asks("broadcast", { n: 1 });
  await ben.asks("broadcast", { n: 2 });
  assert.deepEqual(await ann.heard(2), [{ n: 1 }, { n: 2 }]);
  assert.deepEqual(await ben.heard(2), [{ n: 1 }, { n: 2 }]);
});

for (const end of ["stop", "kill"]) {
  test(`after the server's ${end} and start both pages join again`, async (t) => {
    const { people } = await pair(t, `conformance:${end}`);
    const [ann, ben] = people;
    await contract[end]();
    await contract.start();
    await Promise.all(people.map((person) => person.hasJoined(2)));
    await ann.asks("broadcast", { n: 1 });
    assert.deepEqual([await ann.heard(1), await ben.heard(1)], [[{ n: 1 }], [{ n: 1 }]]);
  });
}

test("behind a proxy without websockets the chat falls back to long-polling, and works", async (t) => {
  const proxy = await withoutWebSockets(t, chat);
  const people = await Promise.all(
    ["Ada", "Ben"].map((name) => Person.arrives(t, browser, proxy.url, name)),
  );
  const [ada, ben] = people;
  const connected = () => Promise.all(people.map((person) => person.is("Connected")));
  await connected();
  assert.ok(proxy.refused.length >= 2, "each tried a websocket first");
  await ada.says("Hello, Ben");
  await ben.sees("Ada", "Hello, Ben");

  await ben.page.reload();
  await ben.is("Connected");
  await ada.says("Are you back?");
  await ben.sees("Ada", "Are you back?");

  await chat.kill();
  await Promise.all(people.map((person) => person.is("Reconnecting")));
  await chat.start();
  await connected();
  await ben.says("We both are");
  await ada.sees("Ben", "We both are");
});
