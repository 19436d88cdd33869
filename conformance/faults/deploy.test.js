// docs/deploy fits this server: rules, dashboard, options, unit.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { contractServer } from "../clients/support/server.js";

const DEPLOY = fileURLToPath(new URL("../../docs/deploy/", import.meta.url));
const run = (command, ...args) => execFileSync(command, args, { cwd: DEPLOY, encoding: "utf8" });

test("each metric in the rules and on the dashboard is one of the server's", async (t) => {
  const server = await contractServer({}, { options: ["--metrics"] }).start();
  t.after(() => server.stop());
  const page = await (await fetch(`${server.url}/metrics`)).text();
  const known = new Set([...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  const dashboard = JSON.parse(readFileSync(`${DEPLOY}dashboard.json`, "utf8"));
  const asked = dashboard.panels.flatMap((panel) => panel.targets.map(({ expr }) => expr));
  asked.push(readFileSync(`${DEPLOY}alerts.yml`, "utf8"));
  const names = asked.flatMap((text) => text.match(/\bphoenix_\w+/g));
  assert.ok(names.length > 15, `${names}`);
  for (const name of names) {
    const family = name.replace(/_(bucket|count|sum)$/, "");
    assert.ok(known.has(family), `${name} is on the page of metrics`);
  }
});

test("promtool accepts the rules, and each fires when it should", () => {
  assert.match(run("promtool", "check", "rules", "alerts.yml"), /SUCCESS: 9 rules found/);
  assert.match(run("promtool", "test", "rules", "alerts.test.yml"), /SUCCESS/);
});

test("systemd rates the unit OK", () => {
  const rating = run("systemd-analyze", "security", "--offline=true", `${DEPLOY}phoenix-chat.service`);
  assert.match(rating, /Overall exposure level for phoenix-chat\.service: [0-3]\.\d OK/);
});

test("the chat accepts the options of the file", async () => {
  const program = process.env.CHAT_SERVER || "build/plain/phx-chat";
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const help = execFileSync(program, ["--config", `${DEPLOY}options.toml`, "--help"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const [, name] of readFileSync(`${DEPLOY}options.toml`, "utf8").matchAll(/^([\w-]+) = /gm)) {
    assert.ok(help.includes(`--${name}`), name);
  }
});
