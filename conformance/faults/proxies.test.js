// nginx and HAProxy in front, configured as in docs/deploy: websockets, long-polling, and the
// client's address.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { start } from "../clients/support/children.js";
import { LongPoll, ask, connect, heard, join } from "../clients/support/client.js";
import { PATIENCE_MS, eventually, within } from "../clients/support/deadline.js";
import { Phx } from "../clients/support/phx.js";
import { freePort } from "../clients/support/port.js";
import { contractServer } from "../clients/support/server.js";
import { TakesAny } from "../clients/support/trusting.js";

const DEPLOY = fileURLToPath(new URL("../../docs/deploy/", import.meta.url));
const CLIENT = "127.0.0.2"; // another address than the proxy's own

process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // for the long-poll's fetch

const folder = mkdtempSync(path(tmpdir(), "phx-proxies-"));
const [cert, key, both] = ["cert.pem", "key.pem", "both.pem"].map((name) => path(folder, name));

before(() => {
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const who = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", key, "-out", cert];
  execFileSync("openssl", ["req", "-x509", ...ec, ...files, ...who], { stdio: "ignore" });
  writeFileSync(both, readFileSync(cert, "utf8") + readFileSync(key, "utf8"));
});
after(() => rmSync(folder, { recursive: true }));

/** A server with these options that trusts the proxy; ended with the test `t`. */
async function trusting(t, ...options) {
  const all = ["--trusted-proxies", "127.0.0.1", "--log", "info", "--access-log", "-", ...options];
  const server = await contractServer({}, { options: all }).start();
  t.after(() => server.stop());
  return server;
}

/** The configuration of docs/deploy, with other ports and paths in place of its own. */
function configured(name, changes) {
  let text = readFileSync(DEPLOY + name, "utf8");
  for (const [from, to] of changes) {
    assert.ok(text.includes(from), `${name} has ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** Runs a proxy until the test `t` ends; returns it as a server that clients connect to. */
async function proxied(t, command, args, port) {
  const child = start(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
  t.after(async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await within(PATIENCE_MS, `the end of ${command}`, ended);
  });
  const accepts = () =>
    new Promise((resolve) => {
      const socket = createConnection({ port, host: "127.0.0.1" });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
  await eventually(`${command} to listen`, async () => {
    assert.equal(child.exitCode, null, `${command} ended: ${said}`);
    return accepts();
  });
  return {
    url: `https://127.0.0.1:${port}`,
    mount: (mount) => `wss://127.0.0.1:${port}${mount}`,
  };
}

async function nginx(t, server) {
  const port = await freePort();
  const site = configured("nginx.conf", [
    ["listen 443 ssl", `listen 127.0.0.1:${port} ssl`],
    ["127.0.0.1:4000", new URL(server.url).host],
    ["/etc/ssl/chat/cert.pem", cert],
    ["/etc/ssl/chat/key.pem", key],
  ]);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(" ");
  const file = path(folder, "nginx.conf");
  const main = `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr;
    events {} http { access_log off; ${temporary} ${site} }`;
  writeFileSync(file, main);
  return proxied(t, "nginx", ["-p", folder, "-c", file], port);
}

async function haproxy(t, server, admin, version) {
  const port = await freePort();
  const file = path(folder, "haproxy.cfg");
  const text = configured("haproxy.cfg", [
    ["maxconn 20000", "maxconn 100"],
    ["bind :443", `bind 127.0.0.1:${port}`],
    ["/etc/ssl/chat/both.pem", both],
    ["127.0.0.1:4000", new URL(server.url).host],
    ["send-proxy-v2 check port 9000", `${version} check port ${admin}`],
  ]);
  writeFileSync(file, text);
  return proxied(t, "haproxy", ["-db", "-f", file], port);
}

/** A WebSocket from an address that is not the proxy's. */
class FromElsewhere extends TakesAny {
  static options = { localAddress: CLIENT };
}

/** Both transports through the proxy, and the server's view of the client. */
async function converses(t, server, front, topic) {
  const socket = await connect(t, front, { transport: FromElsewhere });
  const secure = await join(socket, topic);
  const polled = await join(await connect(t, front, { transport: LongPoll }), topic);
  const [a, b] = [heard(secure, "broadcasted"), heard(polled, "broadcasted")];
  await ask(secure, "broadcast", { n: 1 });
  assert.deepEqual([await a.next(), await b.next()], [{ n: 1 }, { n: 1 }]);
  const text = "x".repeat(300_000);
  assert.deepEqual(await ask(secure, "echo", { text }), { text });
  assert.equal((await ask(secure, "connect_info")).peer, CLIENT);
  socket.disconnect();
  const line = new RegExp(`msg=GET peer=${CLIENT} path=/socket/websocket status=101 bytes=3\\d{5} `);
  await eventually("a line in the access log", () => line.test(server.output));
}

test("nginx in front: websocket, long-poll, and the client's address by X-Forwarded-For", async (t) => {
  const server = await trusting(t);
  await converses(t, server, await nginx(t, server), "conformance:nginx");
});

for (const way of ["--color=never", "--longpoll"]) {
  test(`our own client behind nginx, with ${way}: pushes go both ways, and it comes back after a restart`, async (t) => {
    const server = await trusting(t);
    const front = await nginx(t, server);
    const phx = new Phx([front.mount("/socket"), "conformance:nginx", "--ca", cert, way]);
    t.after(() => phx.child.kill("SIGKILL"));
    const text = "x".repeat(10_000); // more would need a folder that nginx may write to
    phx.type(`echo "${text}"\n`);
    await phx.until("the reply", ({ said }) => said === `ok echo "${text}"\n`);
    await server.kill();
    await phx.until("the loss", ({ noted }) => /reconnecting|trying again/.test(noted));
    phx.said = "";
    phx.type('echo "meanwhile"\n');
    await server.start();
    await phx.until("the reply", ({ said }) => said === 'ok echo "meanwhile"\n');
    assert.match(phx.noted, /joined conformance:nginx again/);
    assert.equal((await phx.end()).status, 0);
  });
}

for (const version of ["send-proxy-v2", "send-proxy"]) {
  test(`HAProxy in front, with ${version}: websocket, long-poll, and the client's address`, async (t) => {
    const admin = await freePort();
    const server = await trusting(t, "--proxy-protocol", "--admin-port", `${admin}`);
    const front = await haproxy(t, server, admin, version);
    await converses(t, server, front, `conformance:${version}`);
  });
}

test("through nginx, a limit of one connection for each address counts the client's address", async (t) => {
  const server = await trusting(t, "--max-connections-per-address", "1");
  const front = await nginx(t, server);
  await connect(t, front, { transport: FromElsewhere });
  const second = new FromElsewhere(`${front.mount("/socket/websocket")}?vsn=2.0.0`);
  const [response] = await once(second, "unexpected-response").then(([, answer]) => [answer]);
  assert.equal(response.statusCode, 503);
  second.on("error", () => {});
  second.terminate();
});
