/// Joins of a live view: which tokens and addresses open it, and how it refuses the others.

#include "testing/live_visitor.h"

using namespace phx;
using namespace phx::testing;

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

PHX_TEST("a page's two tokens may be exchanged; one of them twice ends the join") {
  App app;
  const auto join = [&](const char* session, const char* page, const Json& more = {}) {
    Visitor visitor(app);
    const auto token = [&](const char* which) -> Json {
      if (which == nullptr) return {};
      return between(visitor.page, std::string("data-phx-") + which + "=\"");
    };
    return visitor.send("phx_join", Json::object({{"url", "http://here/counter"},
                                                  {"session", token(session)},
                                                  {"static", token(page)},
                                                  {"params", more}}));
  };
  expect(join("static", "session").find("rendered") != std::string::npos, "exchanged");
  for (const auto& [session, page] :
       {std::pair{"static", "static"}, {"session", "session"}, {"static", nullptr}}) {
    expect_eq(join(session, page), join_crashed);
  }
  expect_eq(join("session", "static", "no object"), join_crashed);
}

PHX_TEST("a join whose tokens or address are not what they must be crashes") {
  App app;
  Visitor visitor(app);
  const auto join = [&](const char* name, const Json& value) {
    Json params = Json::object({{"url", "http://here/counter"}, {"session", visitor.session()}});
    params.set(name, value);
    return visitor.send("phx_join", params);
  };
  for (const auto& [name, value] : {std::pair<const char*, Json>{"session", 4},
                                    {"static", 4},
                                    {"url", 4},
                                    {"url", nullptr},
                                    {"url", "/counter"}}) {
    expect_eq(join(name, value), join_crashed);
  }
}

PHX_TEST("an address may have empty segments, as Plug reads it") {
  App app;
  Visitor visitor(app, "/counter/");
  expect(visitor.join("//counter/", visitor.session()).find("rendered") != std::string::npos,
         "the same view");
}

PHX_TEST("a page's tokens are good for two weeks") {
  App app;
  const auto token = [&](const Visitor& visitor, std::chrono::seconds age) {
    const Json data = Json::object({{"id", visitor.topic.substr(3)}, {"view", "/counter"}});
    return TokenSigner(secret, "live view")
        .sign(Json::object({{"for", "page"}, {"data", data}}),
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
