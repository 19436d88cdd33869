// names.mjs: a recorded conversation with readable names. A recording's topics are named after what
// they test; a page may show others in their place:
//
//     <!-- frames traces/disconnect.har 13-21 topics=room:lobby a=ada b=bob -->
//
// `topics=` names the recording's topics in the order in which they appear; OLD=NEW renames a
// connection or, where none is called that, a word. Everything else stays as it was recorded.

import { Fault } from "./pages.mjs";

const own = (topic) => typeof topic === "string" && topic !== "phoenix" && !topic.startsWith("users_socket:");

/** The topics of a recording's frames, each once, in the order of time. */
function topicsOf(har) {
  const sent = har.log.entries.flatMap((entry) => {
    const polled = (entry.request.postData?.text ?? "").split("\n");
    const time = Date.parse(entry.startedDateTime) / 1000;
    return [...(entry._webSocketMessages ?? []), ...polled.map((data) => ({ time, data }))];
  });
  const all = sent
    .sort((one, other) => one.time - other.time)
    .map(({ data }) => parsed(data))
    .map((message) => (Array.isArray(message) ? message[2] : message?.topic));
  return [...new Set(all.filter(own))];
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // binary, empty, or broken on purpose
  }
}

/** Every string of a value, each through `change`. */
function mapped(value, change) {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one) => mapped(one, change));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapped(one, change)]));
}

/** How many sizes stand in a binary frame's head after its kind, and which of them is the topic's. */
function head(kind, fromClient) {
  if (fromClient) return { sizes: 4, topic: 2 };
  return [{ sizes: 3, topic: 1 }, { sizes: 4, topic: 2 }, { sizes: 2, topic: 0 }][kind];
}

/** A binary frame with its topic, and the size of it, changed. */
function withBinaryTopic(message, change) {
  const bytes = Buffer.from(message.data, "base64");
  const { sizes, topic } = head(bytes[0], message.type === "send") ?? {};
  if (!sizes) return message;
  const begins = 1 + sizes + bytes.subarray(1, 1 + topic).reduce((sum, size) => sum + size, 0);
  const ends = begins + bytes[1 + topic];
  const name = Buffer.from(change(bytes.toString("utf8", begins, ends)));
  const renamed = Buffer.concat([bytes.subarray(0, begins), name, bytes.subarray(ends)]);
  renamed[1 + topic] = name.length;
  return { ...message, data: renamed.toString("base64") };
}

const BINARY = 2;

function withBinaryTopics(har, change) {
  const entries = har.log.entries.map((entry) => {
    if (!entry._webSocketMessages) return entry;
    const messages = entry._webSocketMessages.map((one) => (one.opcode === BINARY ? withBinaryTopic(one, change) : one));
    return { ...entry, _webSocketMessages: messages };
  });
  return { ...har, log: { ...har.log, entries } };
}

function withTopics(har, names) {
  const topics = topicsOf(har);
  if (topics.length !== names.length) {
    throw new Fault(`topics= names ${names.length}, and the recording has ${topics.length}: ${topics.join(", ")}`);
  }
  // The longest first: one topic may begin with another.
  const pairs = topics.map((topic, index) => [topic, names[index]]);
  pairs.sort(([one], [other]) => other.length - one.length);
  const change = (text) => pairs.reduce((so, [from, to]) => so.replaceAll(from, to), text);
  return withBinaryTopics(mapped(har, change), change);
}

function withName(har, from, to) {
  let used = false;
  const entries = har.log.entries.map((entry) => {
    if (entry._connection !== from) return entry;
    used = true;
    return { ...entry, _connection: to };
  });
  if (used) return { ...har, log: { ...har.log, entries } };
  const word = new RegExp(`(?<![\\w-])${from}(?![\\w-])`, "g");
  const renamed = mapped(har, (text) => {
    used ||= text.search(word) >= 0;
    return text.replace(word, to);
  });
  if (!used) throw new Fault(`nothing in the recording is called ${from}`);
  return renamed;
}

/** The recording's text with the names that `renames` give: "topics=A,B", "OLD=NEW". */
export function renamed(text, renames) {
  return renames.reduce((har, rename) => {
    const [, from, to] = /^([^=]+)=(.+)$/.exec(rename) ?? [];
    if (!to) throw new Fault(`expected OLD=NEW after the steps, got "${rename}"`);
    return from === "topics" ? withTopics(har, to.split(",")) : withName(har, from, to);
  }, JSON.parse(text));
}
