/// What a client may say to a live page: each line of the input is one message, its first letter
/// says of which kind.
///
/// Whatever comes, at most the view ends; the connection stays, and each diff fits the page that
/// the client has, which stays well-formed.

#include <optional>

#include "base/utf8.h"
#include "live_view/live.h"
#include "testing/fakes.h"
#include "testing/fuzz.h"
#include "testing/page.h"
#include "testing/page_tree.h"

using namespace phx;
using namespace phx::testing;

namespace {

/// Shows whatever it was sent last.
class Parrot : public LiveView {
 public:
  void handle_params(const Json& params, std::string_view uri) override {
    said_ = params.dump() + std::string(uri);
  }
  Html render() override {
    return html(R"(<p title={}>{}</p>{}<ul>{}</ul><ul phx-update="stream">{}</ul>)", said_, said_,
                live_file_input(file_),
                each(
                    words_, [](const std::string& word) { return html("<li>{}</li>", word); },
                    [](const std::string& word) { return word; }),
                stream(rows_, [](const std::string& id, const Row& row) {
                  return html("<li id={}>{}</li>", id, row.id);
                }));
  }
  Result handle_event(std::string_view event, const Json& value) override {
    said_ = std::string(event) + value.dump();
    words_.change([&](std::vector<std::string>& words) {
      std::erase(words, said_.get());
      words.insert(words.begin(), said_.get());
      if (words.size() > 3) words.pop_back();
    });
    rows_.insert({"row-" + std::to_string(event.size())}, {.at = value.size() > 1 ? 0 : -1});
    if (event == "use") file_.consume();
    if (event == "drop") file_.cancel(value.string_or("0"));
    return Reply::ok({{"said", event}});
  }

 private:
  struct Row {
    std::string id;
  };
  Assign<std::string> said_;
  Assign<std::vector<std::string>> words_;
  Stream<Row> rows_{"rows", 0, [](const Row& row) { return row.id; }};
  Upload file_{*this, "file", {.accept = {".txt"}, .max_entries = 2, .max_file_size = 50}};
};

std::string between(const std::string& text, const std::string& before) {
  const std::size_t begin = text.find(before) + before.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

/// One client and its page.
class Browser {
 public:
  Browser() : mount_(live().mount()), client_(shard_, *mount_.socket, socket(shard_, mount_)) {
    const std::string page = live().page({.method = "GET", .target = "/"}).body;
    topic_ = "lv:" + between(page, " id=\"");
    session_ = between(page, "data-phx-session=\"");
    join();
  }

  void line(std::string_view text) {
    const bool chunk = text.starts_with('c');
    const std::string_view said = text.substr(std::min<std::size_t>(1, text.size()));
    if (!chunk && utf8_prefix(said) != said.size()) return;  // the serializer would refuse it
    const char kind = text.empty() ? ' ' : text.front();
    const std::string rest(said);
    const std::string quoted = Json(rest).dump();
    switch (kind) {
      case 'e': return send("event", rest);
      case 'f': return send("event", R"({"type":"form","event":"f","value":)" + quoted + "}");
      case 't':
        return send("event",
                    R"({"type":"form","event":"t","value":"","meta":{"_target":)" + quoted + "}}");
      case 'v': return send("event", R"({"type":"click","event":"v","value":)" + rest + "}");
      case 'x': return send("event", R"({"type":"click","event":)" + quoted + R"(,"value":{}})");
      case 'l': return send("live_patch", R"({"url":)" + quoted + "}");
      case 'a':
        return send("allow_upload", R"({"ref":")" + upload_ + R"(","entries":)" + rest + "}");
      case 'u': return upload(rest);
      case 'c':
        return say({serializer::Frame::binary, std::string("\0\1\1\5\5u1lvu:0chunk", 17) + rest});
      case 'p':
        return send("progress",
                    R"({"ref":")" + upload_ + R"(","entry_ref":"0","progress":)" + rest + "}");
      case 'd': return send("cids_will_destroy", R"({"cids":)" + rest + "}");
      case 'D': return send("cids_destroyed", R"({"cids":)" + rest + "}");
      default: return send(rest, "{}");
    }
  }

 private:
  static const Live& live() {
    static Live live({.secret_key_base = std::string(64, 's'),
                      .root = [](const RootPage& page) { return html("{}", page.content); }});
    static const bool made = [] {
      live.view<Parrot>("/");
      return true;
    }();
    must(made, "the page has its view");
    return live;
  }
  static Socket socket(TestShard& shard, const transport::Mount& mount) {
    Socket made(shard.context(), *serializer::negotiate(mount.socket->serializers(), "2.0.0"));
    made.assigns["live_session"] = Json::object();
    return made;
  }

  void join() {
    send("phx_join", R"({"url":"http://here/","session":)" + Json(session_).dump() + "}");
  }

  /// Only a payload that is JSON: anything else ends the connection, which is the serializer's.
  void send(const std::string& event, const std::string& payload) {
    try {
      Json::parse(payload);
      say({serializer::Frame::text,
           Json::array({Json("1"), Json("1"), Json(topic_), Json(event), Json::parse(payload)})
               .dump()});
    } catch (const JsonError&) {
    }
  }
  void upload(const std::string& rest) {
    const std::string token = rest.empty() ? token_ : rest;
    say({serializer::Frame::text, Json::array({Json("u"), Json("u"), Json("lvu:0"),
                                               Json("phx_join"), Json::object({{"token", token}})})
                                      .dump()});
  }

  void say(serializer::Frame frame) {
    client_.send(std::move(frame));
    must(client_.connected(), "the connection stays");
    bool ended = false;
    for (const std::string& text : client_.heard()) {
      const Json message = Json::parse(text);
      if (message[2] == Json(topic_)) ended = take(message) || ended;
    }
    if (ended) join();
  }

  /// Whether the view has ended.
  bool take(const Json& message) {
    const std::string event = message[3].string_or("");
    if (event == "phx_error" || event == "phx_close") return true;
    const Json response = event == "phx_reply" ? message[4]["response"] : Json();
    const Json entry = response["entries"]["0"];
    if (entry.is_string()) token_ = entry.string_or("");
    if (response.has("rendered")) {
      tree_ = PageTree();
      tree_.merge(response["rendered"]);
      upload_ = between(tree_.html(), "data-phx-upload-ref=\"");
    }
    if (response.has("diff")) tree_.merge(response["diff"]);
    if (event == "diff") tree_.merge(message[4]);
    PageElement::parse(tree_.html());
    return false;
  }

  TestShard shard_;
  const transport::Mount mount_;
  FakeClient client_;
  std::string topic_, session_, upload_, token_;
  PageTree tree_;
};

}  // namespace

FUZZ(input) {
  Browser browser;
  for (int lines = 0; !input.empty() && lines < 50; ++lines) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    browser.line(input.substr(0, end));
    input.remove_prefix(std::min(end + 1, input.size()));
  }
}
