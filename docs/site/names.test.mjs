// What a page's own names do to a recording, and which it refuses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { renamed } from "./names.mjs";

const message = (time, data) => ({ type: "send", time, data: JSON.stringify(data) });
const HAR = {
  log: {
    entries: [
      {
        _connection: "a",
        request: { url: "ws://h/socket/websocket?user_id=alice" },
        _webSocketMessages: [
          message(2, ["2", "2", "conformance:x2", "phx_join", { a: 1 }]),
          message(1, ["1", "1", "conformance:x", "phx_join", { user: "alice" }]),
          message(3, [null, "3", "phoenix", "heartbeat", {}]),
        ],
      },
    ],
  },
};
const after = (...renames) => renamed(JSON.stringify(HAR), renames);
const dataOf = (har) => har.log.entries[0]._webSocketMessages.map(({ data }) => JSON.parse(data));

test("topics are named in the order in which they appear, even if one begins with another", () => {
  const topics = dataOf(after("topics=room:lobby,room:kitchen")).map(([, , topic]) => topic);
  assert.deepEqual(topics, ["room:kitchen", "room:lobby", "phoenix"]);
});

test("a binary frame's topic is changed, and the size of it with it", () => {
  const bytes = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part))).toString("base64");
  const old = "conformance:x";
  const messages = [
    message(1, ["1", "1", old, "phx_join", {}]),
    { type: "send", time: 2, opcode: 2, data: bytes([0, 1, 1, 13, 4], "12", old, "echo", [0, 255]) },
    { type: "receive", time: 3, opcode: 2, data: bytes([0, 1, 13, 4], "1", old, "echo", [7]) },
    { type: "receive", time: 4, opcode: 2, data: bytes([1, 1, 1, 13, 2], "12", old, "ok") },
    { type: "receive", time: 5, opcode: 2, data: bytes([2, 13, 4], old, "echo", old) },
    { type: "receive", time: 6, opcode: 2, data: bytes([9, 9]) },
  ];
  const har = renamed(JSON.stringify({ log: { entries: [{ request: {}, _webSocketMessages: messages }] } }), ["topics=room:a"]);
  assert.deepEqual(har.log.entries[0]._webSocketMessages.slice(1).map(({ data }) => data), [
    bytes([0, 1, 1, 6, 4], "12room:aecho", [0, 255]),
    bytes([0, 1, 6, 4], "1room:aecho", [7]),
    bytes([1, 1, 1, 6, 2], "12room:aok"),
    bytes([2, 6, 4], "room:aecho", old),
    bytes([9, 9]),
  ]);
});

test("a topic that is only polled for is found in what was posted", () => {
  const postData = { text: '["1","1","conformance:lp","phx_join",{}]\n["1","2","conformance:lp","echo",{}]' };
  const entries = [{ startedDateTime: "2026-11-29T12:00:00Z", request: { postData } }];
  const har = renamed(JSON.stringify({ log: { entries } }), ["topics=room:a"]);
  assert.match(har.log.entries[0].request.postData.text, /"room:a","phx_join".*\n.*"room:a","echo"/);
});

test("a connection's name is changed and no word like it", () => {
  const har = after("a=ada");
  assert.equal(har.log.entries[0]._connection, "ada");
  assert.deepEqual(dataOf(har)[0][4], { a: 1 });
});

test("a word that names no connection is changed in frames and addresses", () => {
  const har = after("alice=ada");
  assert.match(har.log.entries[0].request.url, /user_id=ada$/);
  assert.deepEqual(dataOf(har)[1][4], { user: "ada" });
});

for (const [what, rename, expected] of [
  ["a name that nothing has", "bob=ada", /nothing in the recording is called bob/],
  ["too few topics", "topics=room:lobby", /names 1, and the recording has 2/],
  ["anything but a pair", "ada", /expected OLD=NEW/],
]) {
  test(`${what} is refused`, () => assert.throws(() => after(rename), expected));
}
