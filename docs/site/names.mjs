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
  const all = har.log.entries
    .flatMap(({ _webSocketMessages: messages = [] }) => messages)
    .sort((one, other) => one.time - other.time)
    .map(({ data }) => parsed(data))
    .map((message) => (Array.isArray(message) ? message[2] : message?.topic));
  return [...new Set(all.filter(own))];
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // binary, or broken on purpose
  }
}

/** Every string of a value, each through `change`. */
function mapped(value, change) {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one) => mapped(one, change));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapped(one, change)]));
}

function withTopics(har, names) {
  const topics = topicsOf(har);
  if (topics.length !== names.length) {
    throw new Fault(`topics= names ${names.length}, and the recording has ${topics.length}: ${topics.join(", ")}`);
  }
  // The longest first: one topic may begin with another.
  const pairs = topics.map((topic, index) => [topic, names[index]]);
  pairs.sort(([one], [other]) => other.length - one.length);
  return mapped(har, (text) => pairs.reduce((so, [from, to]) => so.replaceAll(from, to), text));
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
