// reference.mjs: a class's page begins with what the class is for and an example, then the members
// that a user calls. Both stand in the header's first comment, which Doxygen shows on the page of
// the file. A file's page that has nothing but that comment gives way to the source itself.

import { unescape } from "./html.mjs";
import { highlighted } from "./show.mjs";

/** The classes that an application's author meets: their pages must have a description and an example. */
export const MET = {
  Server: "server/server.h",
  Endpoint: "endpoint/endpoint.h",
  UserSocket: "socket/user_socket.h",
  Channel: "channel/channel.h",
  Socket: "channel/socket.h",
  Presence: "presence/presence.h",
  Metrics: "metrics/metrics.h",
  Json: "json/json.h",
  TokenSigner: "tokens/token.h",
  "serializer::Payload": "serializer/payload.h",
  Client: "client/client.h",
  Topic: "client/topic.h",
  Push: "client/topic.h",
  PresenceList: "client/presence_list.h",
  LiveView: "live_view/live_view.h",
  LiveComponent: "live_view/component.h",
  Live: "live_view/live.h",
  Form: "live_view/form.h",
  Upload: "live_view/upload.h",
  Log: "base/log.h",
  "process::Process": "process/process.h",
  "testing::ChannelTest": "testing/channel_test.h",
  "testing::LiveViewTest": "testing/live_view_test.h",
};

const snake = (name) => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();

/** Doxygen's name of a class's page. */
export const classPage = (name) => `classphx_1_1${name.replaceAll("::", "_1_1")}.html`;

/** Whether the comment at the head of `header` is about this class more than about any other in it. */
export function isAbout(name, header) {
  if (MET[name.replace(/^phx::/, "")] === header) return true;
  return snake(name.split("::").at(-1)) === header.split("/").at(-1).replace(/\.h$/, "");
}

const DETAILS = /<a name="details" id="details"><\/a><h2 class="groupheader">Detailed Description<\/h2>\s*<div class="textblock">([^]*?)<\/div>(?=<h2|<\/div><!-- contents -->)/;
const DEFINITION = /\s*<p class="definition">[^]*?<\/p>\s*/g;
const CONTENTS = /<div class="contents">([^]*)<\/div><!-- contents -->/;

/** What a file's page says of the file, without the line that names it. */
export const storyOf = (filePage) => (DETAILS.exec(filePage)?.[1] ?? "").replace(DEFINITION, "").trim();

/** Whether a file's page has no more to show than its comment: no class, no function, no value. */
export function isEmpty(filePage) {
  const groups = [...filePage.matchAll(/<h2 class="groupheader">(?:<a [^>]*><\/a>\s*)?([^<]*)/g)];
  return groups.every(([, name]) => ["Namespaces", "Detailed Description"].includes(name.trim()));
}

const SHELL = /^(g\+\+|make|node|curl|build\/|phx-|\$ )/;

/** An example of a comment, coloured as what it is. */
export const withExamples = (text) =>
  text.replace(/<pre class="fragment">([^]*?)<\/pre>/g, (_, code) => {
    const plain = unescape(code).replace(/&#39;/g, "'").replace(/&#160;/g, " ").trimEnd();
    const language = SHELL.test(plain) ? "bash" : /;/.test(plain) ? "cpp" : "text";
    return `<div class="listing ${language}"><pre tabindex="0"><code>${highlighted(plain, language)}</code></pre></div>`;
  });

const ORDER = ["pub-methods", "pub-static-methods", "pub-attribs", "pub-static-attribs", "pro-methods",
  "pro-static-methods", "pro-attribs", "pub-types", "pro-types", "nested-classes", "related", "friends"];

/** Rows that a user can't do anything with: what the compiler makes or refuses, and the insides of a source. */
function withoutInsides(table) {
  const row = /<tr class="memitem:([^"]*)">((?:(?!<\/tr>)[^])*)<\/tr>\s*(<tr class="memdesc:\1">(?:(?!<\/tr>)[^])*<\/tr>\s*)?<tr class="separator:\1">(?:(?!<\/tr>)[^])*<\/tr>\s*/g;
  const kept = table.replace(row, (all, id, shown) => (/=(delete|default)<\/td>$|_1_1(Impl|Shared)\.html/.test(shown) ? "" : all));
  return /class="memitem:/.test(kept) ? kept : "";
}

function inOrder(tables) {
  const place = (table) => {
    const found = ORDER.indexOf(/<a id="([\w-]+)"/.exec(table)?.[1]);
    return found < 0 ? ORDER.length : found;
  };
  return tables.map(withoutInsides).filter(Boolean).sort((a, b) => place(a) - place(b));
}

/** A class's page as a reader needs it. `story` is what the header says of it, or nothing. */
export function asClassPage(page, story) {
  return page.replace(CONTENTS, (_, contents) => {
    const details = DETAILS.exec(contents);
    const contract = (details?.[1] ?? "").trim();
    const tables = [...contents.matchAll(/<table class="memberdecls">[^]*?<\/table>/g)].map(([table]) => table);
    const head = contents.slice(0, contents.indexOf('<table class="memberdecls">') + 1 || undefined);
    const include = /<p><code>#include [^]*?<\/code><\/p>/.exec(head)?.[0] ?? "";
    const heirs = [...contents.matchAll(/<p>(?:Inherited by|Inherits) [^]*?<\/p>/g)].map(([one]) => one).join("\n");
    const last = tables.at(-1);
    const after = details ? contents.indexOf(details[0]) + details[0].length : last ? contents.indexOf(last) + last.length : 0;
    return `<div class="contents">
<a name="details" id="details"></a><div class="textblock about">
${withExamples(`${story}\n${contract}`.trim())}
</div>
${include}
${inOrder(tables).join("\n")}
${heirs}
${withExamples(contents.slice(after))}</div><!-- contents -->`;
  });
}
