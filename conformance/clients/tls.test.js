// The same conversations over TLS: wss by a certificate that is verified, and https.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { after, beforeEach, test } from "node:test";
import { LongPoll } from "phoenix";
import { WebSocket } from "ws";
import { selfSigned } from "./support/certificate.js";
import { ask, connect, heard, join, rejoins } from "./support/client.js";
import { contractServer } from "./support/server.js";

const LARGE = 1_000_000; // characters

const folder = mkdtempSync(path(tmpdir(), "phx-tls-"));
const [cert, key] = [path(folder, "cert.pem"), path(folder, "key.pem")];
selfSigned(cert, key);

// Node's fetch can't be given a certificate; the long-poll tests accept any.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";

/** Trusts this one certificate, whatever the line above says. */
class Trusting extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols, { ca: readFileSync(cert), rejectUnauthorized: true });
  }
}

const server = contractServer({ TLS_CERT: cert, TLS_KEY: key });
beforeEach(() => server.start()); // again, if a test failed while it was away
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

for (const [name, transport] of Object.entries({ wss: Trusting, https: LongPoll })) {
  test(`${name}: a topic is joined, a push answered, and connect gets https`, async (t) => {
    const channel = await join(await connect(t, server, { transport }), `conformance:${name}`);
    assert.deepEqual(await ask(channel, "echo", { text: "é世😀" }), { text: "é世😀" });
    const { uri } = await ask(channel, "connect_info");
    assert.equal(new URL(uri).origin, server.url);
  });

  test(`${name}: a large message survives a round trip`, async (t) => {
    const channel = await join(await connect(t, server, { transport }), `conformance:${name}-1`);
    const text = "x".repeat(LARGE);
    assert.deepEqual(await ask(channel, "echo", { text }), { text });
  });

  test(`${name}: after a server restarts, its channels are joined again`, async (t) => {
    const channel = await join(await connect(t, server, { transport }), `conformance:${name}-2`);
    await ask(channel, "count");
    const again = rejoins(channel);
    await server.stop();
    await server.start();
    await again.next();
    assert.deepEqual(await ask(channel, "count"), { count: 1 });
  });
}

test("a client by wss and one polling over https get each other's messages", async (t) => {
  const [secure, polled] = [
    await join(await connect(t, server, { transport: Trusting }), "conformance:mixed"),
    await join(await connect(t, server, { transport: LongPoll }), "conformance:mixed"),
  ];
  const [a, b] = [heard(secure, "broadcasted"), heard(polled, "broadcasted")];
  await ask(secure, "broadcast", { n: 1 });
  assert.deepEqual([await a.next(), await b.next()], [{ n: 1 }, { n: 1 }]);
});
