// Two people chat on the page of chapter 1, in a real browser, while the server stops and restarts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Person, chatInBrowser } from "./support/browser.js";

const chat = chatInBrowser();
const { server } = chat;

async function pair(t) {
  const people = ["Ada", "Ben"].map((name) => Person.arrives(t, chat.browser, server.url, name));
  const [ada, ben] = await Promise.all(people);
  await Promise.all([ada.is("Connected"), ben.is("Connected")]);
  return [ada, ben];
}

/** While the server is away, the browser rightly logs each attempt. */
function unexpected({ complaints }) {
  const attempt = /^(WebSocket connection to .* failed|Failed to load resource: net::ERR_CONN)/;
  return complaints.filter((text) => !attempt.test(text));
}

test("two people chat, each with their own messages on the right", async (t) => {
  const [ada, ben] = await pair(t);
  await ada.says("Hello, Ben");
  await ben.sees("Ada", "Hello, Ben");
  await ben.says("Hello, Ada. 你好 😀");
  await ada.sees("Ben", "Hello, Ada. 你好 😀");

  assert.equal(await (await ada.sees("Ada", "Hello, Ben")).getAttribute("class"), "mine");
  assert.equal(await (await ben.sees("Ada", "Hello, Ben")).getAttribute("class"), "theirs");
  assert.equal(await ada.count("Hello, Ben"), 1);
  assert.deepEqual([...ada.complaints, ...ben.complaints], []);
});

test("each page shows who is in the room, and who has left", async (t) => {
  const [ada, ben] = await pair(t);
  const here = ({ page }, names) => page.getByRole("list", { name: "Who is here" }).getByText(names, { exact: true }).waitFor();
  await Promise.all([here(ada, "Ada, Ben"), here(ben, "Ada, Ben")]);
  await ben.page.close();
  await here(ada, "Ada");
});

test("any message is shown as text", async (t) => {
  const [ada, ben] = await pair(t);
  const rude = `<img src=x onerror="document.title='taken over'"> & <b>bold</b>`;
  await ada.says(rude);
  await ben.sees("Ada", rude);
  assert.equal(await ben.page.title(), "room:lobby");
  assert.deepEqual([...ada.complaints, ...ben.complaints], []);
});

for (const [how, end] of [["is stopped", "stop"], ["is killed", "kill"]]) {
  test(`when the server ${how}, the pages say so, and go on when it is back`, async (t) => {
    const [ada, ben] = await pair(t);
    await server[end]();
    await Promise.all([ada.is("Reconnecting"), ben.is("Reconnecting")]);
    await ada.says("Are you still there?");
    const waiting = await ada.sees("Ada", "Are you still there?");
    await waiting.getByText("waiting to be sent").waitFor();

    await server.start();
    await Promise.all([ada.is("Connected"), ben.is("Connected")]);
    // Ben may have come back after Ada's message went out, so only Ada must see it.
    await waiting.and(ada.page.locator("[data-delivery=delivered]")).waitFor();
    await ben.says("Back again");
    await ada.sees("Ben", "Back again");
    assert.equal(await ada.count("Are you still there?"), 1);
    assert.deepEqual([...unexpected(ada), ...unexpected(ben)], []);
  });
}

test("a message under way when the server died can be sent again", async (t) => {
  const [ada, ben] = await pair(t);
  await server.pause();
  await ada.says("Is this thing on?");
  const message = await ada.sees("Ada", "Is this thing on?");
  await message.and(ada.page.locator("[data-delivery=sent]")).waitFor();
  await server.kill();
  await ada.is("Reconnecting");
  await server.start();
  await Promise.all([ada.is("Connected"), ben.is("Connected")]);

  await message.getByRole("button", { name: "Send again" }).click();
  await ben.sees("Ada", "Is this thing on?");
  assert.deepEqual([...unexpected(ada), ...unexpected(ben)], []);
});

test("a page whose room is refused says why, and offers to try again", async (t) => {
  const ada = await Person.arrives(t, chat.browser, `${server.url}/#private`, "Ada");
  await ada.is("Gone");
  await ada.page.getByText("The room was refused: unauthorized").waitFor();
  await ada.page.getByRole("button", { name: "Join again" }).click();
  await ada.is("Gone");
  assert.equal(await ada.page.getByText("Open this page in a second tab").isVisible(), false, "it would be refused, too");
  await ada.page.getByRole("link", { name: "The lobby" }).click();
  await ada.is("Connected");
  await ada.page.getByText("Open this page in a second tab").waitFor();
  assert.equal(await ada.page.title(), "room:lobby");
  assert.deepEqual(ada.complaints, []);
});
