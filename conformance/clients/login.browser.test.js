// The login on the page of chapter 1: names, refusals, logging out.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { WebSocket } from "ws";
import { Person, chatInBrowser } from "./support/browser.js";
import { ask, connect, heard, join } from "./support/client.js";
import { PATIENCE_MS, eventually, within } from "./support/deadline.js";
import { chatServer } from "./support/server.js";

const chat = chatInBrowser();
const { server } = chat;

const UNKNOWN = "This server does not know your login: log in again";

/** The server's answer to a name: `{status, name, token, error}`. */
async function login(name) {
  const body = new URLSearchParams({ name });
  const answer = await fetch(`${server.url}/login`, { method: "POST", body });
  return { status: answer.status, ...(await answer.json()) };
}

/** The HTTP status that refuses a websocket with this token. */
async function refusal(token) {
  const bearer = `base64url.bearer.phx.${Buffer.from(token).toString("base64url")}`;
  const address = `${server.mount("/socket")}/websocket?vsn=2.0.0`;
  const websocket = new WebSocket(address, ["phoenix", bearer]);
  websocket.on("error", () => {}); // given by the answer
  const answered = once(websocket, "unexpected-response");
  const [, answer] = await within(PATIENCE_MS, "a refusal", answered);
  answer.destroy();
  return answer.statusCode;
}

test("a login is required, and works with the keyboard alone", async (t) => {
  const ada = await Person.arrives(t, chat.browser, server.url);
  await ada.isAsked("");
  assert.equal(await ada.page.locator("#connection").getAttribute("data-state"), "arriving", "nothing is wrong yet");
  assert.equal(await ada.count("Logged out"), 0);
  const field = ada.page.getByLabel("Your name");
  assert.ok(await field.evaluate((input) => input === document.activeElement), "it has the focus");
  for (const key of ["Escape", "Escape", "Enter"]) await ada.page.keyboard.press(key);
  await ada.isAsked("");
  await ada.page.keyboard.type("Ada");
  await ada.page.keyboard.press("Enter");
  await ada.is("Connected");
  await ada.page.keyboard.type("without a question");
  await ada.page.keyboard.press("Enter");
  await ada.sees("Ada", "without a question");
  assert.deepEqual(ada.complaints, []);
});

test("an invalid name is refused, and the page says what to do", async (t) => {
  const ada = await Person.arrives(t, chat.browser, server.url, "Ada\u202eadA");
  await ada.isAsked("Expected a name of visible characters, got others: choose another one");
  await ada.logsIn("  Ada  ");
  await ada.is("Connected");
  await ada.page.locator("#user").getByText("Ada", { exact: true }).waitFor();

  assert.equal((await login("")).error, "Expected a name, got none: type one");
  assert.equal((await login("é".repeat(40))).name, "é".repeat(40));
  const { status, error } = await login("é".repeat(41));
  assert.equal(status, 400);
  assert.equal(error, "Expected at most 40 characters, got more: choose a shorter name");
});

test("a login survives a reload of the page, until the logout", async (t) => {
  const ada = await Person.arrives(t, chat.browser, server.url, "Ada");
  await ada.is("Connected");
  await ada.page.reload();
  await ada.is("Connected");
  await ada.says("still Ada");
  await ada.sees("Ada", "still Ada");

  await ada.page.getByRole("button", { name: "Log out" }).click();
  await ada.isAsked("");
  assert.equal(await ada.count("still Ada"), 0, "nothing is left for the next user");
  await ada.page.reload();
  await ada.isAsked("");
  await ada.logsIn("Ben");
  await ada.is("Connected");
  await ada.says("Ben now");
  await ada.sees("Ben", "Ben now");
});

test("the name comes from the token, whatever a client writes in its message", async (t) => {
  const ben = await Person.arrives(t, chat.browser, server.url, "Ben");
  await ben.is("Connected");
  const { token: authToken } = await login("Mallory");
  const room = await join(await connect(t, server, { authToken }), "room:lobby");
  const news = heard(room, "new_msg");
  await ask(room, "new_msg", { user: "Ben", body: "I am Ben" });
  assert.deepEqual(await news.next(), { user: "Mallory", body: "I am Ben" });
  await ben.sees("Mallory", "I am Ben");
});

test("a forged token is refused with 403 and a line in the log", async () => {
  const { token } = await login("Ada");
  const [head, data, signature] = token.split(".");
  const { token: other } = await login("Ben");
  const forged = [head, other.split(".")[1], signature].join(".");
  for (const bad of [forged, `${head}.${data}.`, "no token at all", ""]) {
    assert.equal(await refusal(bad), 403);
  }
  const line = /a login was refused.*This server does not know your login/;
  await eventually("a line of the log", () => line.test(server.output)); // it is written asynchronously
});

test("a page with a forged token says so, and asks for a name", async (t) => {
  const ada = await Person.arrives(t, chat.browser, server.url, "Ada");
  await ada.is("Connected");
  await ada.page.evaluate(() => {
    const login = JSON.parse(sessionStorage.getItem("login"));
    const token = login.token.replace(/.$/, (last) => (last === "A" ? "Q" : "A"));
    sessionStorage.setItem("login", JSON.stringify({ ...login, token }));
  });
  await ada.page.reload();
  await ada.isAsked(UNKNOWN);
  await ada.is("Logged out");
  await ada.logsIn("Ada");
  await ada.is("Connected");
});

test("a new secret ends all logins; waiting messages are sent after the login", async (t) => {
  const forgetful = chatServer(""); // an empty variable counts as unset
  await forgetful.start();
  t.after(() => forgetful.stop());
  const ada = await Person.arrives(t, chat.browser, forgetful.url, "Ada");
  await ada.is("Connected");
  await forgetful.stop();
  await ada.is("Reconnecting");
  await ada.says("Who was I?");
  await forgetful.start();
  await ada.isAsked(UNKNOWN);
  await ada.logsIn("Countess");
  const said = await ada.sees("Countess", "Who was I?");
  await said.and(ada.page.locator("[data-delivery=delivered]")).waitFor();
  assert.equal(await ada.count("Who was I?"), 1);
});
