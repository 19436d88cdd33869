/// H and P: which clients are accepted, at every mount and by both transports, and a poll's
/// parameters.

#include <fmt/format.h>

#include "conformance/suite/core/poller.h"
#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

constexpr const char* foreign_origins[] = {"http://evil.example.com",  "http://localhost.evil.com",
                                           "http://evillocalhost",     "http://localhost@evil.com",
                                           "http://sub.localhost",     "null",
                                           "http://evil.com#localhost"};

RULE("H-47", must, contract, "every mount checks the origin, for websockets and for long-poll",
     "Socket.Transport.check_origin") {
  const std::vector<std::string> with_longpoll{"/socket", "/short", "/tenant/acme/socket", "/auth"};
  const std::vector<std::string> without{"/small", "/deflate", "/subproto"};
  const bool auth = t.release() >= reads_auth_tokens;
  for (const auto* mounts : {&with_longpoll, &without}) {
    for (const std::string& mount : *mounts) {
      if (mount == "/auth" && !auth) continue;
      const Request upgrade = t.upgrade({.mount = mount});
      for (const char* foreign : foreign_origins) {
        t.expect_status(upgrade.with("Origin", foreign), 403);
      }
      t.expect_status(upgrade.with("Origin", "http://localhost"), 101);
      t.expect_status(upgrade, 101);
    }
  }
  if (!t.has_longpoll()) return;
  for (const std::string& mount : with_longpoll) {
    if (mount == "/auth" && !auth) continue;
    const Request poll = t.longpoll({.mount = mount});
    for (const char* foreign : foreign_origins) {
      t.expect_json(poll.with("Origin", foreign), R"({"status":403})");
    }
    t.expect_json(poll.with("Origin", "http://localhost"),
                  R"({"status":410,"token":{any},"messages":[]})");
  }
}

RULE("P-44", must, core, "a foreign page's request with a session's token is refused too",
     "LongPoll.call (check_origin, then dispatch)") {
  Poller& poller = t.poll();
  poller.post(R"([null,"1","phoenix","heartbeat",{}])");
  for (const char* foreign : {"http://evil.example.com", "null", "http://localhost.evil.com"}) {
    const Request post = poller.request("POST", R"([null,"2","phoenix","heartbeat",{}])");
    t.expect_json(post.with("Origin", foreign), R"({"status":403})");
    t.expect_json(poller.request("GET").with("Origin", foreign), R"({"status":403})");
  }
  // No message was handled or taken.
  poller.expect(R"([null,"1","phoenix","phx_reply",{any}])");
  poller.expect_silence();
}

RULE("P-45", must, core, "without vsn a session speaks version 1, whatever a later request says",
     "Phoenix.Socket.__connect__ (vsn defaults to 1.0.0)") {
  const std::string beat = R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"})";
  const std::string beaten =
      R"({"topic":"phoenix","event":"phx_reply","payload":{"status":"ok","response":{}},"ref":"1"})";
  Poller& v1 = t.poll({.vsn = std::nullopt});
  v1.post(beat);
  v1.expect(beaten);
  Poller& newer = t.poll({.vsn = "2.0.9"});
  newer.forget();
  newer.post(R"([null,"1","phoenix","heartbeat",{}])");
  newer.expect(R"([null,"1","phoenix","phx_reply",{"status":"ok","response":{}}])");
  // The token is all that a request needs.
  Poller& poller = t.poll();
  for (const char* query : {"", "vsn=1.0.0&", "vsn=9.9.9&", "user_id=somebody&"}) {
    const auto with_query = [&](Request request) {
      const std::size_t token = request.target.rfind("token=");
      request.target = request.target.substr(0, request.target.find('?') + 1) + query +
                       request.target.substr(token);
      return request;
    };
    const Request post = poller.request("POST", R"([null,"2","phoenix","heartbeat",{}])");
    t.expect_json(with_query(post), R"({"status":200})");
    const Json polled = t.expect_json(with_query(poller.request("GET")),
                                      R"({"status":200,"token":{any},"messages":[{any}]})");
    const auto message = parse_json(polled["messages"][std::size_t{0}].text());
    const auto wanted =
        parse_json(t.fill(R"([null,"2","phoenix","phx_reply",{"status":"ok","response":{}}])"));
    if (!message || !matches(*wanted, *message)) throw Violation(wanted->dump(), polled.dump());
    if (polled["token"].text() != poller.token()) throw Violation("its own token", polled.dump());
  }
}

RULE("P-46", must, contract, "sessions opened over one connection live side by side",
     "LongPoll.new_session (a process each)") {
  constexpr std::size_t sessions = 12;
  if (t.release() < takes_poll_tokens_in_a_header) {
    throw Skipped("before 1.8.10 a token came by the query alone");
  }
  t.need_longpoll();
  Connection& connection = t.dial("a connection that opens sessions");
  std::vector<std::string> tokens;
  const auto asked = [&](const Request& request, const char* body) {
    connection.begin(request);
    const auto response = connection.response(t.deadline());
    if (!response) throw Violation("an HTTP response", "none", t.name_of(connection));
    return checked_body(*response, t.fill(body), t.name_of(connection));
  };
  for (std::size_t n = 0; n < sessions; ++n) {
    tokens.push_back(
        asked(t.longpoll(), R"({"status":410,"token":{any},"messages":[]})")["token"].text());
  }
  const auto with_token = [&](std::size_t n) {
    return t.longpoll().with("X-Phoenix-Longpoll-Token", tokens[n]);
  };
  for (std::size_t n = 0; n < sessions; ++n) {
    Request post = with_token(n).by("POST");
    post.body = t.fill(fmt::format(R"(["{0}","{0}","{{topic}}","phx_join",{{}}])", n));
    asked(post, R"({"status":200})");
  }
  // Each gets its own messages, from the last to the first.
  for (std::size_t n = sessions; n-- > 0;) {
    const Json polled = asked(with_token(n), R"({"status":200,"token":{any},"messages":[{any}]})");
    const auto message = parse_json(polled["messages"][std::size_t{0}].text());
    const auto wanted =
        parse_json(t.fill(fmt::format(R"(["{0}","{0}","{{topic}}","phx_reply",{{ok}}])", n)));
    if (!message || !matches(*wanted, *message)) throw Violation(wanted->dump(), polled.dump());
  }
  // A broadcast by one of them reaches all.
  Request post = with_token(0).by("POST");
  post.body = t.fill(R"(["0","b","{topic}","broadcast_from",{"n":1}])");
  asked(post, R"({"status":200})");
  for (std::size_t n = 1; n < sessions; ++n) {
    const Json polled = asked(with_token(n), R"({"status":200,"token":{any},"messages":[{any}]})");
    const auto message = parse_json(polled["messages"][std::size_t{0}].text());
    const auto wanted = parse_json(t.fill(R"([null,null,"{topic}","broadcasted",{"n":1}])"));
    if (!message || !matches(*wanted, *message)) throw Violation(wanted->dump(), polled.dump());
  }
}

RULE("P-47", must, core, "a connection that has served requests can still become a websocket",
     "RFC 9110, 7.8") {
  const Request nowhere{.target = "/no-such-page", .headers = {{"Host", t.authority()}}};
  Request with_body = nowhere;
  with_body.body = "an unexpected body";
  for (const Request& first : {nowhere, nowhere.by("HEAD"), with_body}) {
    Connection& connection = t.dial("a page, and then a websocket");
    connection.begin(first);
    const auto page = connection.response(t.deadline());
    if (!page || page->status != 404) throw Violation("HTTP 404", "another answer");
    if (page->header("connection").value_or("") == "close") continue;  // a server may
    const auto response = connection.ask(t.upgrade(), t.deadline());
    if (!response || response->status != 101) {
      throw Violation("HTTP 101", response ? fmt::format("HTTP {}", response->status) : "no answer",
                      t.name_of(connection));
    }
    t.adopt(connection).expect_silence();
  }
}

RULE("P-48", must, core, "many requests in one segment are each handled, and answered in order",
     "RFC 9112, 9.3.2") {
  constexpr int requests = 60;
  Poller& poller = t.poll();
  Connection& connection = t.dial("sixty requests in one segment");
  std::string all;
  std::vector<std::string> replies;
  for (int ref = 1; ref <= requests; ++ref) {
    if (ref % 3 == 0) {
      all += t.longpoll().by("OPTIONS").text();
      continue;
    }
    all += poller.request("POST", fmt::format(R"([null,"{}","phoenix","heartbeat",{{}}])", ref))
               .text();
    replies.push_back(fmt::format(R"([{{any}},"{}","phoenix","phx_reply",{{any}}])", ref));
  }
  connection.send_bytes(all, "sixty requests");
  for (int ref = 1; ref <= requests; ++ref) {
    const auto response = connection.response(t.deadline());
    if (!response) throw Violation("an HTTP response", "none", t.name_of(connection));
    if (ref % 3 != 0) checked_body(*response, R"({"status":200})", t.name_of(connection));
    if (ref % 3 == 0 && response->status != 200) {
      throw Violation("HTTP 200", fmt::format("HTTP {}", response->status), t.name_of(connection));
    }
  }
  poller.expect_in_any_order(replies);  // Cowboy handles several at a time
}

}  // namespace
}  // namespace phx::conformance
