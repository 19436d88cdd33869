/// A view's session: events and their answers, where a view goes, and the dead page.

#include "testing/live_visitor.h"

using namespace phx;
using namespace phx::testing;

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

PHX_TEST("a patch to no view ends it, and so do cids that are not a list") {
  App app;
  const std::string crash = R"(phx_error{"reason":"channel_crash"})";
  for (const auto& [name, payload] :
       {std::pair<const char*, Json>{"live_patch", Json::object({{"url", "http://here/nowhere"}})},
        {"live_patch", Json::object({{"url", 4}})},
        {"live_patch", Json::object()},
        {"cids_will_destroy", Json::object()},
        {"cids_destroyed", Json::object({{"cids", 1}})}}) {
    Visitor visitor(app);
    visitor.join();
    expect_eq(visitor.send(name, payload), crash);
  }
}

PHX_TEST("a component has no flash to clear") {
  App app;
  Visitor visitor(app, "/other");
  visitor.join("/other", visitor.session());
  expect_eq(visitor.send("event", Json::object({{"type", "click"},
                                                {"event", "lv:clear-flash"},
                                                {"value", Json::object()},
                                                {"cid", 1}})),
            R"(phx_reply{"response":{},"status":"ok"})");
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
  expect(next.body.find("<main>bye<p>other</p><b>part</b></main>") != std::string::npos, next.body);
  const auto header = [&](const std::string& value) {
    return std::count(next.headers.begin(), next.headers.end(),
                      std::pair(std::string("set-cookie"), value));
  };
  expect_eq(header("__phoenix_flash__=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; max-age=0; "
                   "HttpOnly"),
            1);
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
