/// The conversations that were recorded from Phoenix LiveView: the client's frames in, the same
/// frames out.
///
/// Tokens and ids are new each time; all else must be equal, byte for byte.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "base/base64.h"
#include "demo.h"
#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;

namespace {

std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const std::size_t begin = text.find(before);
  if (begin == std::string::npos) return {};
  const std::size_t from = begin + before.size();
  return text.substr(from, text.find(after, from) - from);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  if (from.empty()) return text;
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// What is random in the recording, and the same thing in our run.
class Names {
 public:
  void pair(const std::string& recorded, const std::string& ours) {
    if (!recorded.empty() && !ours.empty()) pairs_.emplace_back(recorded, ours);
  }
  std::string to_ours(std::string text) const {
    for (const auto& [recorded, ours] : pairs_) text = replaced(std::move(text), recorded, ours);
    return text;
  }
  std::string to_recorded(std::string text) const {
    for (const auto& [recorded, ours] : pairs_) text = replaced(std::move(text), ours, recorded);
    return text;
  }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// What a page and its recording call by other names.
void pair_pages(Names& names, const std::string& recorded, const std::string& ours) {
  for (const char* before : {"<div id=\"", "data-phx-session=\"", "data-phx-static=\"",
                             "data-phx-upload-ref=\"", "name=\"csrf-token\" content=\""}) {
    names.pair(between(recorded, before, "\""), between(ours, before, "\""));
  }
}

/// One recorded conversation, played against the demo.
class Replay {
 public:
  explicit Replay(const std::filesystem::path& file) : entries_(parsed(file)["log"]["entries"]) {
    demo::add_views(live_);
  }

  /// The entries come in the order in which they were begun; here each ends before the next begins.
  void play() {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const Json entry = entries_[i];
      if (entry.has("_webSocketMessages")) {
        connect();
        play_frames(entry["_webSocketMessages"]);
        if (entry.has("_events")) client_->hang_up();  // its fin
      } else {
        get(entry);
      }
    }
  }

  std::vector<std::string> expected, heard;  ///< The server's frames, in the recording's names.
  std::vector<std::pair<std::string, std::string>> pages;  ///< Expected, and ours.

 private:
  static Json parsed(const std::filesystem::path& file) {
    std::ifstream in(file);
    return Json::parse(std::string(std::istreambuf_iterator<char>(in), {}));
  }

  void play_frames(const Json& messages) {
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const Json message = messages[i];
      if (message["type"].string_or("") == "receive") {
        flush();
        expected.push_back(message["data"].string_or(""));
      } else {
        waiting_.push_back(message);
      }
    }
    flush();
  }

  void get(const Json& entry) {
    const std::string url = entry["request"]["url"].string_or("");
    http::Request request{.method = "GET", .target = url.substr(url.find('/', 8))};
    if (!cookie_.empty()) request.headers = {{"cookie", cookie_}};
    const http::Response page = live_.page(request);
    for (const auto& [name, value] : page.headers) {
      if (name == "set-cookie") cookie_ = value.substr(0, value.find(';'));
    }
    const std::string recorded = entry["response"]["content"]["text"].string_or("");
    pair_pages(names_, recorded, page.body);
    pages.emplace_back(recorded, names_.to_recorded(page.body));
  }

  /// The names of the dead page are known: the client joins by them.
  void connect() {
    const transport::Mount mount = live_.mount();
    Socket socket(shard_.context(), *serializer::negotiate(mount.socket->serializers(), "2.0.0"));
    ConnectInfo info;
    info.session = mount.connect_info.session->read(
        {.method = "GET", .target = "/", .headers = {{"cookie", cookie_}}});
    const Json none = Json::object();
    mount.socket->connect({none, info}, socket);
    client_ = std::make_unique<FakeClient>(shard_, *mount.socket, std::move(socket));
  }

  /// Frames that the client sent in one breath arrive together.
  void flush() {
    std::vector<std::string> together;
    for (const Json& message : std::exchange(waiting_, {})) {
      if (message["opcode"].integer_or(1) == 2) {
        send(std::exchange(together, {}));
        client_->send(
            {serializer::Frame::binary, base64::decode(message["data"].string_or("")).value()});
        listen();
      } else {
        together.push_back(names_.to_ours(message["data"].string_or("")));
      }
    }
    send(together);
    shard_.pass(Millis{60});  // a tick comes after 50 ms
    listen();
  }

  void send(const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    client_->send_together(texts);
    listen();
  }

  void listen() {
    if (!client_) return;
    for (const std::string& frame : client_->heard()) {
      const std::size_t at = heard.size();
      // Upload refs and tokens come in frames: they are the recorded ones at the same place.
      const std::string recorded = recorded_frame(at);
      names_.pair(between(recorded, "data-phx-upload-ref=\\\"", "\\\""),
                  between(frame, "data-phx-upload-ref=\\\"", "\\\""));
      names_.pair(between(recorded, R"("entries":{"0":")", "\""),
                  between(frame, R"("entries":{"0":")", "\""));
      heard.push_back(names_.to_recorded(frame));
    }
  }

  /// Of all connections.
  std::string recorded_frame(std::size_t at) const {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const Json messages = entries_[i]["_webSocketMessages"];
      for (std::size_t j = 0; j < messages.size(); ++j) {
        if (messages[j]["type"].string_or("") == "receive" && at-- == 0)
          return messages[j]["data"].string_or("");
      }
    }
    return {};
  }

  const Json entries_;
  Live live_{demo::options(phx::random_secret())};
  TestShard shard_;
  Names names_;
  std::string cookie_;
  std::unique_ptr<FakeClient> client_;
  std::vector<Json> waiting_;
};

/// A topic's frames come from one process, in order; those of two topics cross as they may.
std::map<std::string, std::vector<std::string>> by_topic(const std::vector<std::string>& frames) {
  std::map<std::string, std::vector<std::string>> topics;
  for (const std::string& frame : frames)
    topics[Json::parse(frame)[2].string_or("")].push_back(frame);
  return topics;
}

void replay(const std::string& name) {
  Replay replay("traces/liveview/" + name + ".har");
  replay.play();
  expect(!replay.expected.empty(), "the recording has frames");
  for (const auto& [recorded, ours] : replay.pages) expect_eq(ours, recorded);
  for (const auto& [topic, frames] : by_topic(replay.expected))
    expect_eq(by_topic(replay.heard)[topic], frames);
  expect_eq(replay.heard.size(), replay.expected.size());
  // Only an upload has two processes that speak at once.
  if (name != "upload") expect_eq(replay.heard, replay.expected);
}

}  // namespace

PHX_TEST("recorded: mount") { replay("mount"); }
PHX_TEST("recorded: click") { replay("click"); }
PHX_TEST("recorded: form") { replay("form"); }
PHX_TEST("recorded: component") { replay("component"); }
PHX_TEST("recorded: flash") { replay("flash"); }
PHX_TEST("recorded: info-diff") { replay("info-diff"); }
PHX_TEST("recorded: page-title") { replay("page-title"); }
PHX_TEST("recorded: push-event") { replay("push-event"); }
PHX_TEST("recorded: push-patch") { replay("push-patch"); }
PHX_TEST("recorded: stream-delete") { replay("stream-delete"); }
PHX_TEST("recorded: heartbeat") { replay("heartbeat"); }
PHX_TEST("recorded: client-navigate") { replay("client-navigate"); }
PHX_TEST("recorded: server-redirect") { replay("server-redirect"); }
PHX_TEST("recorded: disconnect-reconnect") { replay("disconnect-reconnect"); }
PHX_TEST("recorded: crash-rejoin") { replay("crash-rejoin"); }
PHX_TEST("recorded: upload") { replay("upload"); }
