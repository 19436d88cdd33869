/// Q: live pages, by the app of docs/liveview-contract.md: what the page is, as its client has it,
/// after each step of a user.

#include <fmt/format.h>

#include "conformance/suite/core/live_page.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

constexpr const char* counter = "/counter";

/// Joined, at the beginning of its story.
LivePage joined(Trial& t) {
  LivePage page(t, counter);
  page.join();
  return page;
}

std::string closing(const LivePage& page) {
  return fmt::format(R"(["{}","{}","{}","phx_close",{{}}])", page.join_ref(), page.join_ref(),
                     page.topic());
}

void expect_response(const Json& response, const std::string& expected) {
  if (!matches(*parse_json(expected), response)) throw Violation(expected, response.dump());
}

/// A join with these tokens is refused for this reason, and the connection stays.
void expect_refused(LivePage& page, const std::string& payload, const std::string& reason) {
  page.client().send(fmt::format(R"(["7","7","{}","phx_join",{}])", page.topic(), payload));
  page.client().expect(
      fmt::format(R"(["7","7","{}","phx_reply",{{"status":"error","response":{{"reason":"{}"}}}}])",
                  page.topic(), reason));
  page.client().expect_silence();
}

// --- The page, and the join ----------------------------------------------------------------------

RULE("Q-01", must, contract,
     "a live view's page comes whole, with the tokens by which it is joined",
     "LiveView.Static.render") {
  const LivePage page(t, counter);
  page.expect(page.first().status == 200, "a page with status 200");
  page.expect(page.attribute("id").starts_with("phx-"), "a view's element with an id");
  for (const char* token : {"data-phx-session", "data-phx-static"})
    page.expect(!page.attribute(token).empty(), std::string("a view's element with ") + token);
  for (const char* part : {R"(<b id="count">0</b>)", R"(<li id="items-1">one )",
                           R"(<button id="step" phx-click="step" phx-target="1">step by 2: 0)"})
    page.expect(page.first_content().find(part) != std::string::npos,
                std::string("in the page: ") + part);
  page.expect(page.first().body.find("name=\"csrf-token\"") != std::string::npos, "a csrf token");
}

RULE("Q-02", must, contract, "a join is answered with the page that came over HTTP, in parts",
     "LiveView.Channel.reply_mount") {
  const LivePage page = joined(t);
  const std::string first = without_names(page.first_content());
  if (without_names(page.html()) != first) throw Violation(first, without_names(page.html()));
}

RULE("Q-03", must, contract,
     "a join is refused as stale if a token is missing, forged, or of another page",
     "LiveView.Session.verify_session") {
  const LivePage other(t, counter);
  LivePage page(t, counter);
  page.connect();
  const std::string session = page.attribute("data-phx-session");
  const std::string own = page.attribute("data-phx-static");
  const std::string others = other.attribute("data-phx-session");
  std::string forged = session;
  forged[forged.size() / 2] = forged[forged.size() / 2] == 'A' ? 'B' : 'A';
  for (const std::string& token : {std::string(), forged, others})
    expect_refused(page, page.join_payload(counter, token, own), "stale");
  expect_refused(page, page.join_payload(counter, session, other.attribute("data-phx-static")),
                 "stale");
}

RULE("Q-04", must, contract, "a view's token joins no other view by its URL",
     "LiveView.Channel.authorize_session") {
  LivePage page(t, counter);
  page.connect();
  const std::string session = page.attribute("data-phx-session");
  const std::string own = page.attribute("data-phx-static");
  expect_refused(page, page.join_payload("/other", session, own), "unauthorized");
  expect_refused(page, page.join_payload("/nowhere", session, own, "redirect"), "unauthorized");
}

RULE("Q-05", must, contract, "a connection without the page's csrf token joins no view",
     "LiveView.Channel.mount (connect_info session)") {
  for (const char* csrf : {"", "forged"}) {
    LivePage page(t, counter);
    page.connect(csrf);
    expect_refused(page,
                   page.join_payload(counter, page.attribute("data-phx-session"),
                                     page.attribute("data-phx-static")),
                   "stale");
  }
}

// --- Events --------------------------------------------------------------------------------------

RULE("Q-06", must, contract, "a click is answered with what it changed in the page",
     "LiveView.Channel.handle_changed") {
  LivePage page = joined(t);
  for (const char* count : {"1", "2", "3"}) {
    page.event("inc", R"({"by":"1","value":""})");
    page.expect_text("count", count);
    page.expect_text("page", "1");
  }
  page.expect_html(R"(<p id="many">more than one</p>)");
}

RULE("Q-07", should, contract, "a diff has no text that the client has already",
     "LiveView.Diff.render") {
  LivePage page = joined(t);
  for (int count = 1; count <= 3; ++count) {
    const Json response = page.event("inc", R"({"by":"1"})");
    const std::string diff = response.dump();
    const bool has_texts = diff.find("\"s\":") != std::string::npos;
    // At the second click a new part comes, with its texts.
    if (has_texts != (count == 2) || diff.size() > 120)
      throw Violation(count == 2 ? "the texts of the new part, and no others" : "no texts", diff);
  }
}

RULE("Q-08", must, contract, "an event of a component changes the component",
     "LiveView.Channel.component_handle") {
  LivePage page = joined(t);
  for (const char* clicks : {"2", "4"}) {
    page.answer(
        page.send("event", R"({"type":"click","event":"step","value":{"value":""},"cid":1})"));
    page.expect_text("step", std::string("step by 2: ") + clicks);
  }
  page.expect_text("count", "0");
}

RULE("Q-09", must, contract, "a form's change and submit come as nested values, and lists grow",
     "LiveView.Channel.decode_event_type") {
  LivePage page = joined(t);
  page.form("validate", "item%5Bname%5D=ab", "item[name]");
  page.expect_html(R"( value="ab")");
  page.expect_html(R"(<span class="error">too short</span>)");
  page.form("validate", "item%5Bname%5D=abc", "item[name]");
  page.refute_html("too short");
  page.form("save", "item%5Bname%5D=abc");
  page.expect_html(R"(<ul id="plain"><li>a</li><li>b</li><li>abc</li></ul>)");
  page.expect_html(R"( value="")");
}

RULE("Q-10", must, contract, "what a user typed is text in the page, whatever it looks like",
     "Phoenix.HTML.Safe") {
  LivePage page = joined(t);
  page.form("save", "item%5Bname%5D=%3Cb%3E%26%22%27%3C%2Fb%3E");
  page.refute_html("<b>&");
  page.expect_html("<li>&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;</li>");
}

RULE("Q-11", must, contract, "a stream's diff says what is inserted, where, and what is deleted",
     "LiveView.LiveStream") {
  const auto stream_of = [](const Json& response) {
    const std::string all = response.dump();
    const std::size_t at = all.find("\"stream\":");
    if (at == std::string::npos) throw Violation("a diff with a stream", all);
    return all.substr(at + 9);
  };
  LivePage page = joined(t);
  const std::string inserted = stream_of(page.form("save", "item%5Bname%5D=abc"));
  if (!inserted.starts_with(R"(["0",[["items-3",-1,null,false]],[]])"))
    throw Violation("an insert of items-3 at the end", inserted);
  page.expect_html(R"(<li id="items-3">abc )");
  const std::string deleted = stream_of(page.event("delete", R"({"id":"1"})"));
  if (!deleted.starts_with(R"(["0",[],["items-1"]])"))
    throw Violation("a delete of items-1", deleted);
}

RULE("Q-12", must, contract, "a hook gets its reply, and the events that are pushed to it",
     "LiveView.Diff.render_private") {
  LivePage page = joined(t);
  expect_response(
      page.answer(page.send("event", R"({"type":"hook","event":"ask","value":{"q":6}})")),
      R"({"diff":{"r":{"answer":42}}})");
  expect_response(page.event("tell"), R"({"diff":{"e":[["told",{"n":1}]]}})");
}

RULE("Q-13", must, contract, "a new title and a flash come with the diff", "LiveView.Diff (t)") {
  LivePage page = joined(t);
  expect_response(page.event("title"), R"({"diff":{"t":"Renamed"}})");
  page.event("flash");
  page.expect_text("flash", "hello");
  page.event("lv:clear-flash", R"({"key":"info"})");
  page.expect_text("flash", "");
}

RULE("Q-14", must, contract, "what changes without an event is pushed",
     "LiveView.Channel.push_diff") {
  LivePage page = joined(t);
  expect_response(page.event("tick"), "{}");
  page.pushed("diff");
  page.expect_text("count", "10");
}

// --- Elsewhere -----------------------------------------------------------------------------------

RULE("Q-15", must, contract, "a patch changes the address and the page, and the view stays",
     "LiveView.Channel.handle_redirect (live, patch)") {
  LivePage page = joined(t);
  page.event("inc", R"({"by":"1"})");
  const std::string ref = page.send("event", R"({"type":"click","event":"patch","value":{}})");
  expect_response(page.pushed("live_patch"), R"({"kind":"push","to":"/counter?page=2"})");
  page.answer(ref);
  page.expect_text("page", "2");
  page.answer(page.send("live_patch", fmt::format(R"({{"url":"{}/counter?page=3"}})", t.origin())));
  page.expect_text("page", "3");
  page.expect_text("count", "1");
  expect_response(
      page.answer(page.send("live_patch", fmt::format(R"({{"url":"{}/other"}})", t.origin()))),
      R"({"link_redirect":true})");
}

RULE("Q-16", must, contract, "a view that goes elsewhere says where to, and closes",
     "LiveView.Channel.handle_redirect") {
  for (const auto& [event, response] :
       {std::pair{"redirect", R"({"redirect":{"status":302,"to":"/other"}})"},
        {"navigate", R"({"live_redirect":{"kind":"push","to":"/other"}})"}}) {
    LivePage page = joined(t);
    const std::string ref =
        page.send("event", fmt::format(R"({{"type":"click","event":"{}","value":{{}}}})", event));
    page.client().expect_perhaps_after(
        fmt::format(R"(["{}",null,"{}","diff",{{"e":[]}}])", page.join_ref(), page.topic()),
        fmt::format(R"(["{}","{}","{}","phx_reply",{{"status":"ok","response":{}}}])",
                    page.join_ref(), ref, page.topic(), response));
    page.client().expect(closing(page));
    page.client().expect_silence();
  }
}

RULE("Q-17", must, contract,
     "a navigation leaves one view and joins another on the same connection",
     "LiveView.Session.authorize_root_redirect") {
  LivePage page = joined(t);
  page.navigate("/other");
  page.expect_html(R"(<h1 id="other">Other</h1>)");
  page.navigate(counter);
  page.expect_text("count", "0");
}

RULE("Q-18", must, contract,
     "an exception ends the view alone; the next join starts from the beginning",
     "LiveView.Channel (GenServer)") {
  LivePage page = joined(t);
  page.event("inc", R"({"by":"1"})");
  page.send("event", R"({"type":"click","event":"crash","value":{}})");
  page.client().expect(fmt::format(R"(["{}","{}","{}","phx_error",{{any}}])", page.join_ref(),
                                   page.join_ref(), page.topic()));
  page.join();
  page.expect_text("count", "0");
}

RULE("Q-19", should, contract, "a view that is left closes, and then answers",
     "LiveView.Channel.handle_info (phx_leave)") {
  LivePage page = joined(t);
  const std::string ref = page.send("phx_leave", "{}");
  page.client().expect(closing(page));
  page.client().expect(
      fmt::format(R"(["{}","{}","{}","phx_reply",{{"status":"ok","response":{{}}}}])",
                  page.join_ref(), ref, page.topic()));
}

// --- Uploads -------------------------------------------------------------------------------------

std::string file(std::size_t size) {
  return fmt::format(
      R"([{{"ref":"0","name":"a.bin","relative_path":"","type":"application/octet-stream","size":{},"last_modified":1}}])",
      size);
}

std::string binary_push(const std::string& ref, const std::string& bytes) {
  const auto size = [](const std::string& text) { return static_cast<char>(text.size()); };
  const std::string join_ref = "u", topic = "lvu:0", event = "chunk";
  return std::string(1, '\0') + size(join_ref) + size(ref) + size(topic) + size(event) + join_ref +
         ref + topic + event + bytes;
}

RULE("Q-20", must, contract,
     "a file comes in chunks on a channel of its own, and is there when it is used",
     "LiveView.UploadChannel") {
  LivePage page = joined(t);
  const std::string html = page.html();
  const std::string before = "data-phx-upload-ref=\"";
  const std::size_t begin = html.find(before);
  page.expect(begin != std::string::npos, "a file's field with an upload's ref");
  const std::size_t from = begin + before.size();
  const std::string upload = html.substr(from, html.find('"', from) - from);
  page.answer(page.send(
      "event",
      fmt::format(
          R"({{"type":"form","event":"up-validate","value":"","meta":{{"_target":"file"}},"uploads":{{"{}":{}}}}})",
          upload, file(2'500))));
  page.expect_html(R"(data-phx-active-refs="0")");
  const Json allowed = page.answer(page.send(
      "allow_upload", fmt::format(R"({{"ref":"{}","entries":{}}})", upload, file(2'500))));
  Client& client = page.client();
  client.send(fmt::format(R"(["u","u","lvu:0","phx_join",{{"token":{}}}])",
                          as_json(allowed["entries"]["0"].text())));
  client.expect(R"(["u","u","lvu:0","phx_reply",{"status":"ok","response":{}}])");
  page.pushed("diff");
  for (const auto& [ref, size, progress] :
       {std::tuple{"c1", 1'000, 40}, {"c2", 1'000, 80}, {"c3", 500, 100}}) {
    client.send_binary(binary_push(ref, std::string(static_cast<std::size_t>(size), 'x')));
    client.expect(
        fmt::format(R"(["u","{}","lvu:0","phx_reply",{{"status":"ok","response":{{}}}}])", ref));
    page.answer(page.send(
        "progress", fmt::format(R"({{"event":null,"ref":"{}","entry_ref":"0","progress":{}}})",
                                upload, progress)));
  }
  const std::string ref =
      page.send("event", R"({"type":"form","event":"up-save","value":"","meta":{}})");
  client.expect(R"(["u","u","lvu:0","phx_close",{}])");
  page.answer(ref);
  page.expect_text("flash", "got [2500]");
  page.pushed("diff");
  page.expect_html(R"(data-phx-active-refs="")");
}

RULE("Q-21", must, contract, "an upload's channel is refused without its token",
     "LiveView.UploadChannel.init") {
  LivePage page = joined(t);
  page.client().send(R"(["u","u","lvu:0","phx_join",{"token":"forged"}])");
  page.client().expect(
      R"(["u","u","lvu:0","phx_reply",{"status":"error","response":{"reason":"invalid_token"}}])");
}

}  // namespace
}  // namespace phx::conformance
