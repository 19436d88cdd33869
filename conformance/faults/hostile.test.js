// An attacker's input: other clients notice nothing, and it appears nowhere that it should not.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { residentBytes } from "./support/metrics.js";
import { Raw, frame, message, told, upgrade } from "./support/raw.js";
import { witnessOf } from "./support/witness.js";
import { chatServer, contractServer } from "../clients/support/server.js";

const MEGABYTE = 1_048_576;
const CHANNELS = 100; // UserSocket::max_channels

const server = contractServer({}, { options: ["--log", "debug"] });
const chat = chatServer();
before(() => Promise.all([server.start(), chat.start()]));
after(() => Promise.all([server.stop(), chat.stop()]));

const unaffected = witnessOf(server);

test("ten thousand joins on one socket: a hundred are accepted, each of the others is refused", async (t) => {
  await unaffected(t, async () => {
    const raw = await Raw.opens(t, server);
    const before = residentBytes(server.pid);
    const joins = Array.from({ length: 10_000 }, (_, n) =>
      message(`${n}`, `${n}`, `room:${n}`, "phx_join", {}),
    );
    raw.write(Buffer.concat(joins));
    const replies = await raw.messages.take(joins.length);
    const ok = replies.filter(([, , , , { status }]) => status === "ok");
    assert.equal(ok.length, CHANNELS);
    assert.ok(replies.every(([, , , event]) => event === "phx_reply"));
    const grown = residentBytes(server.pid) - before;
    assert.ok(grown < 20 * MEGABYTE, `memory grew by ${Math.round(grown / MEGABYTE)} MB`);
    raw.write(message("5", "x", "room:5", "ping", { still: "joined" }));
    assert.deepEqual((await raw.reply("x")).response, { still: "joined" });
  });
});

const DEEP = 1_000_000;
for (const [what, payload] of Object.entries({
  lists: "[".repeat(DEEP) + "]".repeat(DEEP),
  objects: '{"a":'.repeat(DEEP) + "1" + "}".repeat(DEEP),
  "lists that never end": "[".repeat(DEEP),
})) {
  test(`a million nested ${what} end at most the connection that sent them`, async (t) => {
    await unaffected(t, async () => {
      const raw = await Raw.opens(t, server);
      await raw.joins("conformance:deep");
      raw.write(frame(`["1","2","conformance:deep","echo",${payload}]`));
      raw.write(message(null, "3", "phoenix", "heartbeat", {}));
      await raw.reply("3"); // or the end
    });
    await unaffected(t, async () => {
      const raw = await Raw.opens(t, server);
      raw.write(frame(payload));
      await raw.ended;
      assert.equal(raw.code, 1011);
    });
  });
}

test("a head of megabytes is refused as soon as it is too long, not at its end", async (t) => {
  await unaffected(t, async () => {
    for (const bytes of [
      `GET /${"x".repeat(8 * MEGABYTE)}`,
      `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(8 * MEGABYTE)}`,
      `GET / HTTP/1.1\r\nHost: x\r\n${"X: y\r\n".repeat(MEGABYTE)}`,
      `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;${"x".repeat(8 * MEGABYTE)}`,
    ]) {
      assert.match(await told(t, server, bytes), /^(HTTP\/1.1 4\d\d [^]*)?$/); // the answer, unless a reset ate it
    }
  });
});

// In a header's value, a path, a query and a path's parameter: line breaks, plain and escaped.
const ENDS = ["\r\n", "\n", "\r", "%0d%0a", "%0a", "%E5%98%8A%E5%98%8D", "\\r\\n"];

test("a client can't inject a header into an answer, refused or not", async (t) => {
  for (const end of ENDS) {
    const injected = `${end}Injected: yes${end}${end}<script>`;
    for (const request of [
      `GET /${injected} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `GET /socket/websocket?vsn=${injected} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `GET /tenant/${injected}/socket/longpoll?vsn=2.0.0 HTTP/1.1\r\nHost: x\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: x${injected}\r\n\r\n`,
      `GET /socket/longpoll HTTP/1.1\r\nHost: x\r\nOrigin: http://localhost${injected}\r\n\r\n`,
      upgrade("/subproto/websocket?vsn=2.0.0", `Sec-WebSocket-Protocol: phoenix${injected}\r\n`),
      upgrade("/socket/websocket?vsn=9.9.9", `X-Request-Id: 0123456789012345678${injected}\r\n`),
      upgrade(`/socket/websocket?vsn=2.0.0&token=expired${injected}`),
    ]) {
      for (const each of [server, chat]) {
        const answer = await told(t, each, request);
        const [head, body = ""] = answer.split("\r\n\r\n");
        assert.doesNotMatch(head, /^injected/im, `${request}\n${answer}`);
        assert.doesNotMatch(body, /<script>/, `${request}\n${answer}`);
      }
    }
  }
});

// name=value; a value with a space, a `=` or a quote is in double quotes.
const LOGFMT = /^\w+=([^\s"=]*|"([^"\\]|\\.)*")( \w+=([^\s"=]*|"([^"\\]|\\.)*"))*$/;

test("a client can't start a line or a field of the log, nor move the cursor", async (t) => {
  const forged = (n) =>
    `x${n}\r\ntime=2026-01-01T00:00:00.000+00:00 level=error msg=FORGED\u001b[2J\u0000\u009b1A\u2028FORGED \u007f`;
  await unaffected(t, async () => {
    const raw = await Raw.opens(
      t,
      server,
      `/socket/websocket?vsn=2.0.0&user_id=${encodeURIComponent(forged(1))}`,
    );
    await raw.joins(`conformance:${forged(2)}`, { forged: forged(3), [forged(4)]: 1 });
    raw.write(message("1", "2", `conformance:${forged(2)}`, forged(5), { forged: forged(6) })); // crashes the channel
    raw.write(message("1", "3", forged(7), forged(8), {}));
    raw.write(message(null, "4", "phoenix", "heartbeat", {}));
    await raw.reply("4");
    for (const end of ENDS) {
      const more = `User-Agent: ${end}FORGED\r\nX-Request-Id: 01234567890123456789${end}FORGED\r\nOrigin: http://x${end}FORGED\r\n`;
      await told(t, server, upgrade(`/socket/websocket?vsn=${end}FORGED`, more));
    }
  });
  const lines = server.output.split("\n").slice(1, -1); // the first may be half a line
  assert.ok(
    lines.some((line) => line.includes("FORGED")),
    "it was logged at all",
  );
  for (const line of lines) {
    assert.match(
      line,
      /^(time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d level=(debug|info|warn|error) msg=|The contract server)/,
    );
    assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    if (line.startsWith("time=")) assert.match(line, LOGFMT);
  }
});

test("the page's files are served by name, and no path leaves their folder", async (t) => {
  const file = "etc/passwd";
  const ups = ["..", "%2e%2e", ".%2e", "%252e%252e", "..%00", "%c0%ae%c0%ae", "....", "..;"];
  const slashes = ["/", "%2f", "%5c", "\\", "//", "%252f"];
  for (const from of ["", "/assets", "/chat.js"]) {
    for (const up of ups) {
      for (const slash of slashes) {
        const path = `${from}/${(up + slash).repeat(8)}${file}`;
        const answer = await told(t, chat, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
        assert.match(answer, /^HTTP\/1.1 (404|400) /, path);
        assert.doesNotMatch(answer, /root:/, path);
      }
    }
  }
  for (const path of [
    "/room.cc",
    "/page/index.html",
    "/index.html",
    "/chat.js%00.css",
    "/chat.js/",
    "/./chat.js",
    "//chat.js",
    "/assets/",
    "/assets/../chat.js",
    "/proc/self/environ",
    "file:///etc/passwd",
  ]) {
    const answer = await told(t, chat, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    assert.match(answer, /^HTTP\/1.1 (404|400) /, path);
  }
  const found = await told(t, chat, "GET /chat.js HTTP/1.1\r\nHost: x\r\n\r\n");
  assert.match(found, /^HTTP\/1.1 200 /);
});
