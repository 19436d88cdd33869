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
