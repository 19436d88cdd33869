// `make cluster`, in a real browser: people behind nginx reach different nodes, see who is where,
// and chat.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Person, launch } from "./support/browser.js";
import { start as program } from "./support/children.js";
import { PATIENCE_MS, within } from "./support/deadline.js";

const SCRIPT = fileURLToPath(new URL("../../chapters/18-more-than-one-machine/cluster", import.meta.url));
let browser, cluster, url;

/** Starts it on five ports in a row, below those that the kernel gives to clients; rejects if one is taken. */
async function start() {
  const port = 20_000 + 10 * Math.floor(Math.random() * 1_000);
  const words = [String(port), process.env.CHAT_SERVER || "build/plain/phx-chat"];
  cluster = program(SCRIPT, words, { stdio: ["ignore", "pipe", "pipe"] }, "SIGINT"); // as Ctrl-C does
  let said = "";
  const open = new Promise((resolve, reject) => {
    for (const stream of [cluster.stdout, cluster.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        said += text;
        if (said.includes("The chat is open at")) resolve();
      });
    }
    cluster.once("exit", () => reject(new Error(`the cluster ended: ${said}`)));
  });
  await within(PATIENCE_MS, "the cluster", open);
  url = `http://localhost:${port}`;
}

before(async () => {
  for (let left = 5; left > 0; --left) {
    try {
      await start();
      break;
    } catch (error) {
      if (left === 1 || !/in use/.test(error.message)) throw error;
    }
  }
  browser = await launch();
});
after(async () => {
  await browser?.close();
  if (cluster?.exitCode === null) {
    const ended = once(cluster, "exit");
    cluster.kill("SIGINT"); // as Ctrl-C does
    const [status] = await within(PATIENCE_MS, "the cluster's end", ended);
    assert.equal(status, 0);
    await assert.rejects(fetch(url), "nothing listens any more");
  }
});

test("three people chat, each sees who is on which node, and one who leaves is gone everywhere", async (t) => {
  const people = [];
  for (const name of ["Ada", "Ben", "Cat"]) {
    const person = await Person.arrives(t, browser, url, name);
    await person.is("Connected");
    people.push(person);
  }
  const [ada, ben, cat] = people;
  await ada.says("Hello from my node");
  for (const person of [ben, cat]) await person.sees("Ada", "Hello from my node");

  const nodes = ({ page }) => page.getByRole("list", { name: "Who is here" });
  for (const person of people) {
    for (const name of ["Ada", "Ben", "Cat"]) await nodes(person).getByText(name).waitFor();
  }
  const lines = await nodes(ada).getByRole("listitem").allTextContents();
  assert.ok(lines.length > 1, `people are on several nodes: ${lines}`);
  for (const line of lines) assert.match(line, /^node-[123] /);
  for (const person of [ben, cat]) assert.deepEqual(await nodes(person).getByRole("listitem").allTextContents(), lines);

  await cat.page.close();
  await nodes(ada).getByText("Cat").waitFor({ state: "detached" });
  assert.deepEqual([...ada.complaints, ...ben.complaints], []);
});
