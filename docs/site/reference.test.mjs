// A class's page on the site: what it begins with, and in which order its members stand.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { MET, asClassPage, classPage, isAbout, isEmpty, storyOf, withExamples } from "./reference.mjs";

const table = (id, title, ...rows) =>
  `<table class="memberdecls">\n<tr class="heading"><td colspan="2"><h2 class="groupheader"><a id="${id}" name="${id}"></a>\n${title}</h2></td></tr>\n` +
  rows.map((row, at) => `<tr class="memitem:${id}${at}"><td>${row}</td></tr>\n<tr class="separator:${id}${at}"><td>&#160;</td></tr>\n`).join("") +
  "</table>";
const details = (html) =>
  `<a name="details" id="details"></a><h2 class="groupheader">Detailed Description</h2>\n<div class="textblock">${html}\n<p class="definition">Definition in file <a>x</a>.</p>\n</div>`;
const page = (inside) => `<main><div class="contents">${inside}</div><!-- contents --></main>`;

test("each class that an application meets has a description and an example at the head of its header", () => {
  for (const [name, header] of Object.entries(MET)) {
    const text = readFileSync(`lib/${header}`, "utf8");
    const own = name.split("::").at(-1);
    assert.match(text, new RegExp(`^class ${own}\\b`, "m"), `lib/${header} defines ${own}`);
    const comment = /^\/\/\/ \\file\n((?:\/\/\/.*\n)+)/m.exec(text)?.[1] ?? "";
    assert.match(comment, /^\/\/\/ \w.*[.:]?$/m, `lib/${header} says what ${own} is for`);
    assert.match(comment, /^\/\/\/ {5}.*[;{]/m, `lib/${header} shows how ${own} is used`);
  }
});

test("a header's comment is about the class of its name, or the one that it is listed for", () => {
  assert.ok(isAbout("phx::UserSocket", "socket/user_socket.h"));
  assert.ok(isAbout("phx::TokenSigner", "tokens/token.h"));
  assert.ok(!isAbout("phx::ServerOptions", "server/server.h"));
  assert.equal(classPage("serializer::Payload"), "classphx_1_1serializer_1_1Payload.html");
});

test("a class's page begins with its story and its contract; what a user calls comes first", () => {
  const story = storyOf(page(details('<p >Serves.</p>\n<pre class="fragment">Server one(endpoint);\n</pre>')));
  const made = asClassPage(
    page(
      `<p>Any thread. <a href="#details">More...</a></p>\n<p><code>#include &lt;server.h&gt;</code></p>\n` +
        table("nested-classes", "Classes", '<a href="structServer_1_1Impl.html">Impl</a>') +
        table("pub-types", "Public Types", "using Page") +
        table("pub-methods", "Public Member Functions", "Server (const Server &)=delete", "void start ()") +
        `${details("<p>Any thread.</p>")}<h2 class="groupheader">Member Function Documentation</h2>start</div>`,
    ),
    story,
  );
  const order = ["Serves.", "listing cpp", "Any thread.", "#include", "void start", "using Page", "Documentation"];
  const places = order.map((one) => made.indexOf(one));
  assert.ok(places.every((at, index) => at > (places[index - 1] ?? -1)), `${order} stand at ${places}`);
  assert.doesNotMatch(made, /=delete|Impl|More\.\.\.|Detailed Description/);
  assert.match(made, /<\/div><!-- contents --><\/main>$/);
});

test("a file's page with nothing but its comment is empty, one with a function is not", () => {
  const namespaces = table("namespaces", "Namespaces", "phx");
  assert.ok(isEmpty(page(namespaces + details("<p>The loop's turn.</p>"))));
  assert.ok(!isEmpty(page(namespaces + table("func-members", "Functions", "void f ()") + details("<p>F.</p>"))));
});

test("a comment's example is C++, unless it is typed in a shell", () => {
  assert.match(withExamples('<pre class="fragment">for (;;) break;\n</pre>'), /listing cpp"><pre tabindex="0"><code><span class="hljs-keyword">for/);
  assert.match(withExamples('<pre class="fragment">g++ -std=c++20 a.cc\n</pre>'), /listing bash/);
  assert.match(withExamples('<pre class="fragment">a while, and for nothing\n</pre>'), /listing text"><pre tabindex="0"><code>a while/);
});
