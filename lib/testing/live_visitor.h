#pragma once
/// \file
/// An application of two live pages, and a client with one of them: for tests of the session.

#include <thread>

#include "live_view/live.h"
#include "live_view/session.h"
#include "testing/case.h"
#include "testing/fakes.h"
#include "transport/longpoll.h"

namespace phx::testing {

struct Add {
  int by;
};

struct Counter : LiveView {
  Assign<int> count = 0;
  Assign<std::string> place;

  void mount(const Json& params, const Json&) override {
    if (params.has("away")) redirect("/other");
    if (params.has("refused")) throw std::runtime_error("no");
    subscribe("counts");
  }
  void handle_params(const Json& params, std::string_view) override {
    place = params["place"].string_or("here");
    if (place.get() == "loop") push_patch("/counter?place=loop");
  }
  Html render() override { return html("<p>{} {}</p>", count, place); }
  Result handle_event(std::string_view event, const Json& value) override {
    if (event == "answer") return Reply::ok({{"got", value}});
    if (event == "away") {
      put_flash("info", "bye");
      redirect("/other");
    } else if (event == "navigate") {
      push_navigate("/other");
    } else if (event == "elsewhere") {
      push_patch("/other");
    } else if (event == "outside") {
      redirect("//evil.example");
    } else if (event == "form") {
      place = value["_target"].dump() + value["item"].dump();
    } else if (event == "push") {
      for (long long i = 0; i < value.integer_or(0); ++i) push_event("tick");
    } else if (event == "subscribe") {
      subscribe("late");
    } else if (event == "share") {
      broadcast_from("counts", "count", {{"n", 7}});
    } else {
      return unhandled(event);
    }
    return NoReply{};
  }
  void handle_info(process::Message message) override {
    if (const auto* add = message.get_if<Add>()) count += add->by;
    if (const auto* event = pubsub::event_in<serializer::Broadcast>(message)) {
      count = static_cast<int>(event->payload["n"].integer_or(0));
    }
  }
};

struct Part : LiveComponent {
  Html render() override { return html("<b>part</b>"); }
};
struct Other : LiveView {
  Html render() override { return html("<p>other</p>{}", component<Part>("part")); }
};

inline std::string between(const std::string& text, const std::string& before) {
  const std::size_t begin = text.find(before) + before.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

inline const std::string secret = transport::random_secret();

/// An application of two pages, and its clients.
struct App {
  explicit App(const std::string& secret_key_base = secret) : live(options(secret_key_base)) {
    live.view<Counter>("/counter");
    live.view<Other>("/other");
  }

  /// A GET, as a browser sends it.
  http::Response get(const std::string& target, const std::string& cookie = "") {
    http::Request request{.method = "GET", .target = target, .headers = {{"host", "here"}}};
    if (!cookie.empty()) request.headers.emplace_back("cookie", cookie);
    return live.page(request);
  }

  std::unique_ptr<FakeClient> client(bool with_session = true) {
    Socket socket(shard.context(), *serializer::negotiate(mount.socket->serializers(), "2.0.0"));
    if (with_session) socket.assigns["live_session"] = Json::object();
    return std::make_unique<FakeClient>(shard, *mount.socket, std::move(socket));
  }

  static LiveOptions options(const std::string& secret_key_base) {
    return {.secret_key_base = secret_key_base,
            .root = [](const RootPage& page) { return html("<html>{}</html>", page.content); },
            .app =
                [](const AppPage& page) {
                  return html(
                      "<main>{}{}</main>", [&] { return page.flash("info"); }, page.content);
                }};
  }

  Live live;
  transport::Mount mount = live.mount();
  TestShard shard;
};

/// The next frames, once a worker has done its part.
inline std::vector<std::string> heard_from_worker(TestShard& shard, FakeClient& client) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  for (;;) {
    shard.settle();
    std::vector<std::string> heard = client.heard();
    if (!heard.empty()) return heard;
    expect(std::chrono::steady_clock::now() < deadline, "the worker answers");
    std::this_thread::yield();
  }
}

/// A client with the page that it has loaded.
struct Visitor {
  explicit Visitor(App& of, const std::string& target = "/counter")
      : app(of), page(of.get(target).body) {
    topic = "lv:" + between(page, "id=\"");
  }
  std::string join(const std::string& url, const std::string& session, const char* key = "url") {
    const Json params = Json::object({{key, "http://here" + url},
                                      {"session", session},
                                      {"static", nullptr},
                                      {"params", Json::object({{"_mounts", 0}})}});
    return send("phx_join", params);
  }
  std::string join() { return join("/counter", session()); }
  std::string session() const { return between(page, "data-phx-session=\""); }
  std::string send(const std::string& event, const Json& payload) {
    client->send(R"(["1","2",")" + topic + R"(",")" + event + R"(",)" + payload.dump() + "]");
    std::string all;
    for (const std::string& frame : client->heard()) {
      const Json json = Json::parse(frame);
      all += (all.empty() ? "" : " ") + json[3].string_or("") + json[4].dump();
    }
    return all;
  }
  std::string event(const std::string& name, const Json& value = Json::object()) {
    return send("event", Json::object({{"type", "click"}, {"event", name}, {"value", value}}));
  }

  App& app;
  const std::string page;
  std::string topic;
  std::unique_ptr<FakeClient> client = app.client();
};

inline constexpr const char* stale = R"(phx_reply{"response":{"reason":"stale"},"status":"error"})";
inline constexpr const char* join_crashed =
    R"(phx_reply{"response":{"reason":"join crashed"},"status":"error"})";
inline constexpr const char* unauthorized =
    R"(phx_reply{"response":{"reason":"unauthorized"},"status":"error"})";

}  // namespace phx::testing
