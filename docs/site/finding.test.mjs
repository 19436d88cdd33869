// What a reader types into the site's search, and what must come first.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import "../theme/finding.js";
import { indexOf, saidIn } from "./index.mjs";
import { planOf } from "./plan.mjs";

const MiniSearch = createRequire(import.meta.url)("minisearch");
const { Finder, context } = globalThis.Finding;

// A tag file as Doxygen writes it, of one class.
const TAGS = `<compound kind="class"><name>phx::Socket</name><filename>socket.html</filename>
<member kind="function"><name>Socket</name><anchorfile>socket.html</anchorfile><anchor>a0</anchor></member>
<member kind="function"><name>assign</name><anchorfile>socket.html</anchorfile><anchor>a1</anchor></member>
<member kind="function"><name>assign</name><anchorfile>socket.html</anchorfile><anchor>a2</anchor></member>
<member kind="function"><name>match</name><anchorfile>socket.html</anchorfile><anchor>a3</anchor></member>
</compound>`;
const finder = new Finder(indexOf(".", planOf("."), TAGS, (link) => link), MiniSearch);

/** The first few titles of a group for what was typed. */
const first = (query, group, count = 3) =>
  (finder.find(query).find((one) => one.group === group)?.found ?? [])
    .slice(0, count)
    .map(({ title, to }) => `${title} → ${to}`);

/** Words that a reader looks for: the group, and what one of its first three must say. */
const LOOKED_FOR = [
  ["J-07", "rules", /^J-07 /],
  ["j-07", "rules", /^J-07 /],
  ["J-07", "protocol", /a join fails/],
  ["W-01", "rules", /^W-01 /],
  ["on_topic", "names", /on_topic → lib\/socket/],
  ["on_topic", "book", /chapter-04/],
  ["take_turn", "names", /Scheduler::take_turn → lib\/process\/scheduler\.cc#L/],
  ["ake_tur", "names", /Scheduler::take_turn/],
  ["from_client", "names", /from_client → lib/],
  ["assign", "names", /^phx::Socket::assign → socket\.html#a1/],
  ["Socket", "names", /^phx::Socket → socket\.html$/],
  ["mailbox", "book", /chapter-09/],
  ["unmatched topic", "rules", /unmatched/],
  ["unmatched topic", "traces", /join-unknown-topic|event-never-joined/],
  ['"unmatched topic"', "protocol", /./],
  ["unmatched topic", "book", /chapter-04|exercise-04/],
  ["heartbeat", "protocol", /^7\. Heartbeats/],
  ["heartbeat", "traces", /^heartbeat/],
  ["phx_close", "protocol", /how-a-channel-ends|stopping/],
  ["phx_close", "rules", /^L-01/],
  ["presence_diff", "book", /chapter-12|chapter-18/],
  ["presence_diff", "rules", /^S-0/],
  ["check_origin", "book", /chapter-03|exercise-03/],
  ["1002", "protocol", /rfc-6455|close-codes/],
  ["1002", "rules", /with 1002/],
  ["long-poll", "book", /chapter-/],
  ["410", "protocol", /./],
  ["join-ok", "traces", /^join-ok → /],
  ["let it crash", "book", /chapter-09/],
  ["crash", "protocol", /^Crashing/],
  ["Redis", "book", /chapter-18/],
  ["CRDT", "book", /chapter-18/],
  ["origin", "pages", /./],
  ["systemd", "pages", /docs-deploy/],
  ["max_waiting_bytes", "pages", /docs-security/],
  ["drain", "book", /chapter-15|chapter-10/],
  ["binary", "rules", /^N-/],
  ["permessage-deflate", "rules", /./],
  ["fastlane", "book", /chapter-08/],
  ["intercept", "book", /chapter-08/],
  ["supervisor", "book", /09-processes/],
  ["MessagePack", "book", /chapter-07|exercise-07/],
  ["expected five bytes of head", "said", /^expected five bytes of head, got fewer → lib\/serializer\/v2_json\.cc#L\d/],
  ["expected an origin with a host", "said", /origin\.cc#L/],
  ["join crashed", "said", /joining\.cc#L/],
  ["reached max restart intensity", "said", /supervisor\.cc#L/],
  ["too many channels joined", "said", /joining\.cc#L/],
  ['expected a topic pattern such as "room:lobby" or "room:*", got "a*b"', "said", /topic\.cc#L/],
];

for (const [query, group, expected] of LOOKED_FOR) {
  test(`"${query}" finds ${expected} in ${group}`, () => {
    const found = first(query, group);
    assert.ok(found.some((line) => expected.test(line)), `found ${JSON.stringify(found)}`);
  });
}

/** Names and words of which the very first of a group is asked. */
const FIRST = [
  ["on_topic", "names", /^SocketProcess::on_topic → lib\/socket/],
  ["on_topic", "book", /chapter-04.*in-from-a-frame/],
  ["take_turn", "names", /^Scheduler::take_turn → lib\/process/],
  ["take_turn", "book", /chapter-09.*where-the-exception-goes/],
  ["start_channel", "names", /^SocketProcess::start_channel → lib\/socket/],
  ["start_channel", "book", /chapter-05.*two-processes/],
  ["check_origin", "book", /chapter-03.*where-a-page-may-come-from/],
  ["C-16", "rules", /^C-16  comes back by itself/],
  ["CRDT", "book", /glossary-crdt/],
  ["glossary", "book", /^Glossary/],
  ["split brain", "book", /chapter-18.*a-split/],
  ["make conformance", "pages", /two-commands|build-and-test/],
  ["LongpollSession", "names", /LongpollSession::|phx::transport::LongpollSession/],
  ["match", "names", /^phx::Socket::match → socket\.html/],
];

for (const [query, group, expected] of FIRST) {
  test(`the first in ${group} for "${query}" is ${expected}`, () => {
    assert.match(first(query, group, 1)[0] ?? "", expected);
  });
}

test("a call is not found as a definition", () => {
  const found = first("from_client", "names", 99).filter((line) => /channel_process\.cc/.test(line));
  assert.deepEqual(found, []);
});

test("the beginning of a word is enough, and so is a word with a fault", () => {
  for (const query of ["heartb", "hartbeat"]) assert.match(first(query, "rules", 1)[0] ?? "", /heartbeat/);
});

test("a sentence of the code is found whole, and on its line", () => {
  const source = '#include "a b c"\n\n// "no three words"\nthrow Error(\n    "expected one thing, "\n    "got \\"another\\""); f("Two words");\n';
  assert.deepEqual(saidIn(source), [{ text: 'expected one thing, got "another"', line: 5 }]);
});

test("nothing is found for nothing", () => {
  for (const query of ["", "  ", '""', "xyzzyplugh"]) assert.deepEqual(finder.find(query), []);
});

test("a hint is not found, and an overload is found once", () => {
  const all = finder.entries.map(({ to }) => to);
  assert.deepEqual(all.filter((to) => to.includes("-hint-")), []);
  assert.equal(first("phx::Socket::assign", "names", 9).filter((line) => /assign → socket/.test(line)).length, 1);
});

test("the line of context has the words round what was asked for", () => {
  const text = `${"before ".repeat(40)}a needle ${"after ".repeat(40)}`;
  const { before, word, after } = context({ text }, "Needle");
  assert.equal(word, "needle");
  assert.match(before, /^… (before )+a $/);
  assert.ok(after.length < 120 && after.startsWith(" after"));
  assert.deepEqual(context({ text: "short" }, "none"), { before: "", word: "", after: "short" });
});
