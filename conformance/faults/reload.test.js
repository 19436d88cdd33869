// A certificate is renewed and the log is rotated, while clients are connected.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { after, before, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { selfSigned } from "../clients/support/certificate.js";
import { ask, connect, join } from "../clients/support/client.js";
import { eventually } from "../clients/support/deadline.js";
import { contractServer } from "../clients/support/server.js";
import { TakesAny } from "../clients/support/trusting.js";

const folder = mkdtempSync(path(tmpdir(), "phx-reload-"));
const [cert, key, log] = ["cert.pem", "key.pem", "server.log"].map((name) => path(folder, name));

/** Writes another certificate to where the server reads it. `kind` is what its key is. */
const renew = (kind) => selfSigned(cert, key, kind);

const options = ["--log-file", log, "--log", "info"];
const server = contractServer({ TLS_CERT: cert, TLS_KEY: key }, { options });
before(() => {
  renew();
  return server.start();
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** The fingerprint of the certificate that a new client gets. `servername` is the name it asks for. */
function shown(servername) {
  return new Promise((resolve, reject) => {
    const port = new URL(server.url).port;
    const socket = connectTls({ host: "127.0.0.1", port, servername, rejectUnauthorized: false });
    socket.once("error", reject).once("secureConnect", () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
  });
}

const lines = (text) => readFileSync(log, "utf8").split(text).length - 1;

/** Makes the server read its files again, and waits for the line with the result. */
async function reload(expected) {
  const before = existsSync(log) ? lines(expected) : 0;
  server.signal("SIGHUP");
  await eventually(`a line with: ${expected}`, () => existsSync(log) && lines(expected) > before);
}

test("SIGHUP gives new clients a new certificate, and no connection ends", async (t) => {
  const socket = await connect(t, server, { transport: TakesAny });
  const closes = [];
  socket.onClose((event) => closes.push(event));
  const channel = await join(socket, "conformance:reload");
  await ask(channel, "count");
  for (const kind of [["rsa:2048"], undefined]) {
    const old = await shown();
    renew(kind);
    assert.equal(await shown(), old, "before the signal");
    await reload("new clients get the certificate");
    const fresh = await shown();
    assert.notEqual(fresh, old);
    assert.equal(await shown("localhost"), fresh, "a client that asks for the name gets it too");
  }
  assert.deepEqual(await ask(channel, "count"), { count: 2 });
  assert.deepEqual(closes, []);
});

test("with an invalid certificate the old one stays, and the log says what is wrong", async (t) => {
  const channel = await join(await connect(t, server, { transport: TakesAny }), "conformance:b");
  const old = await shown();
  writeFileSync(cert, "-----BEGIN CERTIFICATE-----\nnone\n");
  await reload("could not be read again, and the old one stays");
  assert.equal(await shown(), old);
  assert.deepEqual(await ask(channel, "echo", { a: 1 }), { a: 1 });
  renew();
  await reload("new clients get the certificate");
  assert.notEqual(await shown(), old);
});

test("a log that was moved away goes on in a new file", async () => {
  renameSync(log, `${log}.1`);
  await reload("reloaded");
  assert.ok(lines("reloaded") > 0);
});
