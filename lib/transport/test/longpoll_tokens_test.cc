/// Which session a token names, and where.

#include "testing/case.h"
#include "testing/longpoll.h"

using namespace phx;
using namespace phx::testing::polling;
using namespace phx::testing;
using namespace phx::transport;

PHX_TEST("an invalid, forged or foreign token is 410") {
  Fixture f;
  f.begin();
  const std::string good = f.token;
  for (const std::string& bad :
       {std::string(), std::string("x"), good.substr(1),
        LongpollTokens("a secret of more than twenty bytes").sign({0, 1}, "")}) {
    f.token = bad;
    expect_eq(f.status_of(f.post("[]")), 410);
    expect_eq(f.status_of(f.get()), 410);
  }
}

PHX_TEST("a session is known at other mounts of its endpoint too, with their window") {
  Fixture f;
  Mount other = f.mount;
  other.path = "/short";
  other.longpoll->window = Millis{100};
  f.begin();
  expect(f.known_at(other), "as in Phoenix");
  f.get();
  const auto poll = f.ask_at(other, {"GET", "/short/longpoll?token=" + f.token});
  f.shard.pass(Millis{100});
  expect_eq(f.status_of(poll), 204);
}

PHX_TEST("a bound session is known only at its own mount, and no other session is known there") {
  for (const bool by_auth_token : {true, false}) {
    Fixture f;
    Mount bound = f.mount, also_bound = f.mount;
    bound.path = "/auth";
    also_bound.path = "/other";
    for (Mount* mount : {&bound, &also_bound}) {
      if (by_auth_token) mount->auth_token = true;
      if (!by_auth_token) mount->longpoll->bind_session = true;
    }
    f.begin();
    expect(f.known_at(f.mount) && !f.known_at(bound), "a session that began elsewhere");
    const auto opened = f.ask_at(bound, {"GET", "/auth/longpoll?vsn=2.0.0&token=" + f.token});
    expect_eq(f.status_of(opened), 410);
    f.token = f.body_of(opened)["token"].string_or("");
    expect(f.known_at(bound), "its own");
    expect(!f.known_at(f.mount) && !f.known_at(also_bound), "nowhere else");

    bound.longpoll->bind_session = false;
    f.begin();
    expect(f.known_at(bound), "binding can be switched off");
  }
}

PHX_TEST("a bound session is known only under its path parameters") {
  Fixture f;
  f.mount.path = "/tenant/:tenant/socket";
  f.mount.longpoll->bind_session = true;
  const PathParams ours{{"tenant", "ours"}}, theirs{{"tenant", "theirs"}};
  const auto opened = f.ask_at(f.mount, {"GET", "/tenant/ours/socket/longpoll?vsn=2.0.0"}, ours);
  f.token = f.body_of(opened)["token"].string_or("");
  expect(f.known_at(f.mount, ours) && !f.known_at(f.mount, theirs), "another tenant's path");
}

PHX_TEST("a session keeps its first version, whatever later requests say") {
  Fixture f;
  f.begin();
  http::Request request{"POST", "/socket/longpoll?vsn=1.0.0&token=" + f.token};
  request.body = R"(["1","1","t","phx_join",{}])";
  expect_eq(f.status_of(f.ask(request)), 200);
  const auto poll = f.ask({"GET", "/socket/longpoll?vsn=3.0.0&token=" + f.token});
  expect_eq(f.body_of(poll)["messages"][0].string_or(""),
            std::string(R"(["1","1","t","phx_reply",{"response":{},"status":"ok"}])"));
}

PHX_TEST("the header's token overrides the query's") {
  Fixture f;
  f.join();
  http::Request request{"POST", "/socket/longpoll?vsn=2.0.0&token=rubbish"};
  request.headers = {{"x-phoenix-longpoll-token", f.token}};
  request.body = R"(["1","2","t","echo",{}])";
  expect_eq(f.status_of(f.ask(request)), 200);
}
