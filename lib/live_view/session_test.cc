/// A view's session: joins and their refusals, events and their answers, and where a view goes.

#include "live_view/session.h"

#include <thread>

#include "live_view/live.h"
#include "testing/case.h"
#include "testing/fakes.h"
#include "transport/longpoll.h"

using namespace phx;
using namespace phx::testing;

namespace {

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

struct Other : LiveView {
  Html render() override { return html("<p>other</p>"); }
};

std::string between(const std::string& text, const std::string& before) {
  const std::size_t begin = text.find(before) + before.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

const std::string secret = transport::random_secret();

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
std::vector<std::string> heard_from_worker(TestShard& shard, FakeClient& client) {
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

constexpr const char* stale = R"(phx_reply{"response":{"reason":"stale"},"status":"error"})";
constexpr const char* unauthorized =
    R"(phx_reply{"response":{"reason":"unauthorized"},"status":"error"})";

}  // namespace

// --- Joins ---------------------------------------------------------------------------------------

PHX_TEST("a view joins with the token of its own page, and gets all of it") {
  App app;
  Visitor visitor(app);
  expect_eq(
      visitor.join(),
      R"(phx_reply{"response":{"liveview_version":"1.1.33","rendered":{"0":"","1":{"0":"0","1":"here","r":1,"s":0},"p":{"0":["<p>"," ","</p>"],"1":["<main>","","</main>"]},"r":1,"s":1}},"status":"ok"})");
}

PHX_TEST("a token that is missing, forged, of another page or of another purpose is refused") {
  App app;
  const Visitor stranger(app);
  App elsewhere(transport::random_secret());
  const Visitor foreign(elsewhere);
  for (const std::string& token :
       {std::string(), std::string("forged"), stranger.session(), foreign.session(),
        between(Visitor(app).page, "data-phx-static=\"")}) {
    Visitor visitor(app);
    expect_eq(visitor.join("/counter", token), stale);
  }
}

PHX_TEST("a static token that is forged, empty or of another page is refused; none is allowed") {
  App app;
  const Visitor stranger(app);
  const auto join = [&](Visitor& visitor, const Json& page) {
    return visitor.send("phx_join", Json::object({{"url", "http://here/counter"},
                                                  {"session", visitor.session()},
                                                  {"static", page}}));
  };
  for (const std::string& token :
       {std::string(), std::string("forged"), between(stranger.page, "data-phx-static=\""),
        stranger.session()}) {
    Visitor visitor(app);
    expect_eq(join(visitor, token), stale);
  }
  Visitor visitor(app), without(app);
  expect(join(visitor, between(visitor.page, "data-phx-static=\"")).find("rendered") !=
             std::string::npos,
         "its own");
  expect(join(without, nullptr).find("rendered") != std::string::npos, "none");
}

PHX_TEST("a page's tokens are good for two weeks") {
  App app;
  const auto token = [&](const Visitor& visitor, std::chrono::seconds age) {
    const Json data = Json::object({{"id", visitor.topic.substr(3)}, {"view", "/counter"}});
    return TokenSigner(secret, "live view")
        .sign(Json::object({{"for", "session"}, {"data", data}}),
              std::chrono::system_clock::now() - age, TokenSigner::Seconds{1'209'600});
  };
  const std::chrono::seconds two_weeks{14 * 24 * 3'600}, minute{60};
  Visitor late(app), early(app);
  expect_eq(late.join("/counter", token(late, two_weeks + minute)), stale);
  const std::string joined = early.join("/counter", token(early, two_weeks - minute));
  expect(joined.find("rendered") != std::string::npos, joined);
}

PHX_TEST("a view's token does not open another view by its URL; a navigation may") {
  App app;
  Visitor visitor(app);
  expect_eq(visitor.join("/other", visitor.session()), unauthorized);
  expect_eq(visitor.join("/nowhere", visitor.session(), "redirect"), unauthorized);
  const std::string joined = visitor.join("/other", visitor.session(), "redirect");
  expect(joined.find(R"("container":["div",{}])") != std::string::npos, joined);
}

PHX_TEST("without the page's session, that is without its csrf token, nobody joins") {
  App app;
  Visitor visitor(app);
  visitor.client = app.client(false);
  expect_eq(visitor.join(), stale);
}

PHX_TEST("a view that throws in mount ends its join; one that goes away says where") {
  App app;
  Visitor visitor(app);
  const std::string crashed = visitor.join("/counter?refused=1", visitor.session());
  expect(crashed.find(R"("status":"error")") != std::string::npos, crashed);
  expect_eq(visitor.join("/counter?away=1", visitor.session()),
            R"(phx_reply{"response":{"redirect":{"status":302,"to":"/other"}},"status":"error"})");
}

// --- Events --------------------------------------------------------------------------------------

PHX_TEST("a hook gets its answer with the diff") {
  App app;
  Visitor visitor(app);
  visitor.join();
  expect_eq(visitor.event("answer", 5),
            R"(phx_reply{"response":{"diff":{"r":{"got":5}}},"status":"ok"})");
}

PHX_TEST("a form's names nest, and its target is their path") {
  App app;
  Visitor visitor(app);
  visitor.join();
  const Json form = Json::object({{"type", "form"},
                                  {"event", "form"},
                                  {"value", "item%5Bname%5D=a+b&item%5Btags%5D%5B%5D=x"},
                                  {"meta", Json::object({{"_target", "item[name]"}})}});
  const std::string answer = visitor.send("event", form);
  expect(
      answer.find(
          R"([&quot;item&quot;,&quot;name&quot;]{&quot;name&quot;:&quot;a b&quot;,&quot;tags&quot;:[&quot;x&quot;]})") !=
          std::string::npos,
      answer);
}

PHX_TEST("an event without its name, type or value ends the view, and only it") {
  App app;
  for (const char* missing : {"event", "type", "value"}) {
    Visitor visitor(app);
    visitor.join();
    Json payload = Json::object();
    for (const char* key : {"event", "type", "value"}) {
      if (key != std::string_view(missing)) payload.set(key, "answer");
    }
    expect_eq(visitor.send("event", payload), R"(phx_error{"reason":"channel_crash"})");
  }
}

PHX_TEST("a view that is left closes first, then answers") {
  App app;
  Visitor visitor(app);
  visitor.join();
  expect_eq(visitor.send("phx_leave", Json::object()),
            R"(phx_close{} phx_reply{"response":{},"status":"ok"})");
}

PHX_TEST("an event of more than 64 kB may subscribe: a worker only parses it") {
  process::Workers workers{1};
  App app;
  app.shard.scheduler.use_workers(workers);
  Visitor visitor(app);
  visitor.join();
  const std::string text(70'000, 'x');
  visitor.client->send(R"(["1","2",")" + visitor.topic +
                       R"(","event",{"type":"click","event":"subscribe","value":")" + text +
                       "\"}]");
  expect_eq(heard_from_worker(app.shard, *visitor.client),
            std::vector<std::string>{R"(["1","2",")" + visitor.topic +
                                     R"(","phx_reply",{"response":{},"status":"ok"}])"});
  app.shard.context().broadcast("late", "count", {{"n", 3}});
  app.shard.settle();
  expect_eq(visitor.client->heard(), std::vector<std::string>{R"(["1",null,")" + visitor.topic +
                                                              R"(","diff",{"1":{"0":"3"}}])"});
}

PHX_TEST("an address with a long query may subscribe in mount") {
  process::Workers workers{1};
  App app;
  app.shard.scheduler.use_workers(workers);
  Visitor visitor(app);
  const Json params = Json::object({{"url", "http://here/counter?t=" + std::string(70'000, 'x')},
                                    {"session", visitor.session()}});
  visitor.client->send(R"(["1","1",")" + visitor.topic + R"(","phx_join",)" + params.dump() + "]");
  const auto heard = heard_from_worker(app.shard, *visitor.client);
  expect_eq(heard.size(), 1u);
  expect(heard[0].find("rendered") != std::string::npos, heard[0]);
}

PHX_TEST("a handler that pushes events without end ends its view") {
  App app;
  for (const auto& [times, ends] : {std::pair{1'000, false}, {1'001, true}}) {
    Visitor visitor(app);
    visitor.join();
    const std::string answer = visitor.event("push", times);
    expect_eq(answer.find("channel_crash") != std::string::npos, ends);
    expect_eq(answer.find(R"(["tick",{}])") != std::string::npos, !ends);
  }
}

PHX_TEST("an event that the view doesn't know ends it, and only it") {
  App app;
  Visitor visitor(app);
  visitor.join();
  expect_eq(visitor.event("shout"), R"(phx_error{"reason":"channel_crash"})");
  expect(visitor.client->connected(), "the connection stays");
  Visitor other(app);
  other.join();
  expect_eq(other.event("lv:anything"), R"(phx_error{"reason":"channel_crash"})");
}

PHX_TEST("a redirect answers, and ends the view; its flash is signed") {
  App app;
  Visitor visitor(app);
  visitor.join();
  const std::string gone = visitor.event("away");
  expect(gone.starts_with(R"(diff{"e":[]} phx_reply{"response":{"redirect":{"flash":"SFMyNTY.)"),
         gone);
  expect(gone.ends_with(R"(","status":302,"to":"/other"}},"status":"ok"} phx_close{})"), gone);
  const std::string flash = between(gone, "\"flash\":\"");
  const http::Response next = app.get("/other", "__phoenix_flash__=" + flash);
  expect(next.body.find("<main>bye<p>other</p></main>") != std::string::npos, next.body);
  expect(app.get("/other", "__phoenix_flash__=forged").body.find("<main><p>") != std::string::npos,
         "a forged flash is none");
}

PHX_TEST("a navigation answers where to, and ends the view") {
  App app;
  Visitor visitor(app);
  visitor.join();
  expect_eq(
      visitor.event("navigate"),
      R"(diff{"e":[]} phx_reply{"response":{"live_redirect":{"kind":"push","to":"/other"}},"status":"ok"} phx_close{})");
}

PHX_TEST("a patch stays with its view, a redirect with its site, and neither goes round for ever") {
  App app;
  for (const char* wrong : {"elsewhere", "outside"}) {
    Visitor visitor(app);
    visitor.join();
    expect_eq(visitor.event(wrong), R"(phx_error{"reason":"channel_crash"})");
  }
  Visitor visitor(app);
  visitor.join();
  expect_eq(visitor.send("live_patch", Json::object({{"url", "http://here/other"}})),
            R"(phx_reply{"response":{"link_redirect":true},"status":"ok"})");
  expect_eq(visitor.send("live_patch", Json::object({{"url", "http://here/counter?place=there"}})),
            R"(phx_reply{"response":{"diff":{"1":{"1":"there"}}},"status":"ok"})");
  expect_eq(visitor.send("live_patch", Json::object({{"url", "http://here/counter?place=loop"}})),
            R"(phx_error{"reason":"channel_crash"})");
}

// --- Messages from elsewhere ---------------------------------------------------------------------

PHX_TEST("one view sees what another has broadcast") {
  App app;
  Visitor ada(app), bob(app);
  ada.join();
  bob.join();
  expect_eq(ada.event("share"), R"(phx_reply{"response":{},"status":"ok"})");
  expect_eq(bob.client->heard(), std::vector<std::string>{R"(["1",null,")" + bob.topic +
                                                          R"(","diff",{"1":{"0":"7"}}])"});
}

PHX_TEST("ten thousand messages at once become one diff") {
  App app;
  Visitor visitor(app);
  visitor.join();
  for (int i = 0; i < 10'000; ++i) {
    app.shard.context().broadcast("counts", "count", {{"n", i + 1}});
  }
  app.shard.settle();
  expect_eq(visitor.client->heard(), std::vector<std::string>{R"(["1",null,")" + visitor.topic +
                                                              R"(","diff",{"1":{"0":"10000"}}])"});
}

// --- The dead page -------------------------------------------------------------------------------

PHX_TEST("a page has its view inside, and a session cookie only if the browser has none") {
  App app;
  const http::Response first = app.get("/counter?place=there");
  expect_eq(first.status, 200);
  expect(first.body.find("<main><p>0 there</p></main></div></html>") != std::string::npos,
         first.body);
  std::string cookie;
  for (const auto& [name, value] : first.headers) {
    if (name == "set-cookie") cookie = value.substr(0, value.find(';'));
  }
  expect(cookie.starts_with("_phx_key=SFMyNTY."), cookie);
  for (const auto& [name, value] : app.get("/counter", cookie).headers)
    expect(name != "set-cookie", value);
}

PHX_TEST("a view that navigates while it mounts is answered with a redirect") {
  App app;
  const http::Response page = app.get("/counter?away=1");
  expect_eq(page.status, 302);
  expect_eq(page.headers.at(0).second, "/other");
}

PHX_TEST("what can't be served is said at the start") {
  const auto root = [](const RootPage& page) { return html("{}", page.content); };
  expect_throw<std::invalid_argument>(
      [] { Live({.secret_key_base = transport::random_secret()}); });
  expect_throw<std::invalid_argument>([&] { Live({.secret_key_base = "short", .root = root}); });
  expect_throw<std::invalid_argument>([&] {
    Live({.secret_key_base = transport::random_secret(),
          .session = {.key = "k", .signing_salt = "s", .encryption_salt = "e"},
          .root = root});
  });
}
