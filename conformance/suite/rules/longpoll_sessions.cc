/// P: times of long-polling: a poll, its window, a session.
///
/// The cases use the contract's mount /short, whose window is a second.

#include <fmt/format.h>

#include "conformance/suite/core/poller.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/rules/observer.h"

namespace phx::conformance {
namespace {

constexpr Millis window{1'000};             // of the mount /short
constexpr Millis lifetime{1'500};           // 1.5 windows without a poll
constexpr Millis default_window{10'000};    // LongPoll.default_config
constexpr Millis slack{100};                // between the clocks of two processes
constexpr Millis alive = lifetime - slack;  // certainly after a poll
const Opening brief{.mount = "/short"};

void expect_not_before(Clock::time_point start, Millis earliest, const char* what) {
  const auto lasted = std::chrono::duration_cast<Millis>(Clock::now() - start);
  if (lasted >= earliest - slack) return;
  throw Violation(fmt::format("{} to last for {} ms", what, earliest.count()),
                  fmt::format("it lasted {} ms", lasted.count()));
}

/// On a busy machine anything may come late: it is tried again.
void expect_not_after(Clock::time_point start, Millis latest, const char* what) {
  const auto lasted = std::chrono::duration_cast<Millis>(Clock::now() - start);
  if (lasted <= latest) return;
  throw SeenTooLate({fmt::format("{} to last for {} ms at most", what, latest.count()),
                     fmt::format("it lasted {} ms", lasted.count())});
}

RULE("P-04", must, contract, "a GET with nothing waiting is held until there is a message",
     "LongPoll.listen (now_available)") {
  Client& member = t.join();
  Poller& poller = t.poll();  // a window of ten seconds: longer than the suite waits
  poller.join();
  for (const char* n : {"1", "2"}) {
    poller.hold();
    member.expect_silence();
    member.send(fmt::format(R"(["1","2","{{topic}}","broadcast_from",{{"n":{}}}])", n));
    member.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
    const Json body = poller.expect_poll(R"({"status":200,"token":{any},"messages":[{any}]})");
    const auto message = parse_json(body["messages"][std::size_t{0}].text());
    const std::string wanted =
        t.fill(fmt::format(R"([{{any}},{{any}},"{{topic}}","broadcasted",{{"n":{}}}])", n));
    if (!message || !matches(*parse_json(wanted), *message)) throw Violation(wanted, body.dump());
  }
}

RULE("P-05", must, contract, "a poll without a message for the window is answered 204",
     "LongPoll.listen (window_ms)") {
  Poller& poller = t.poll(brief);
  const auto expect_204 = [&] {
    const auto start = Clock::now();
    const Json body = poller.expect_poll(R"({"status":204,"token":{any},"messages":[]})");
    expect_not_before(start, window, "the poll");
    if (body["token"].text() != poller.token()) throw Violation("the same token", body.dump());
  };
  const auto first_poll = Clock::now();
  expect_204();
  t.in_time(first_poll, alive, expect_204);
}

RULE("P-14", must, contract,
     "a session that is not polled for 1.5 windows ends, and its channels with it",
     "LongPoll.Server shutdown_if_inactive") {
  Client& observer = observe(t);
  Poller& poller = t.poll(brief);
  poller.join();
  const auto last_poll = Clock::now();
  poller.expect_poll(R"({"status":204,"token":{any},"messages":[]})");  // outlives the window
  t.in_time(last_poll, alive, [&] { poller.expect_silence(); });
  observed_reason(observer);
  expect_not_before(last_poll, window + lifetime, "the session");
  expect_not_after(last_poll, window + 2 * lifetime + t.patience() / 5, "the session");
  t.expect_json(poller.request("POST", R"([null,"1","phoenix","heartbeat",{}])"),
                R"({"status":410})");
  const Json opened = t.expect_json(poller.request("GET"), new_session);
  if (opened["token"].text() == poller.token()) throw Violation("a new token", "the old one");
  poller.forget();
}

RULE("P-17", should, core,
     "a body that is not a message ends the session: 408 after the window, then 410",
     "LongPoll.transport_dispatch") {
  Poller* held = nullptr;  // whose poll is held when its session ends, and stays held
  if (!t.core_only()) {
    held = &t.poll(brief);
    held->post(R"(["1","1","conformance:P-17","phx_join",{}])");
    held->expect(R"(["1","1","conformance:P-17","phx_reply",{ok}])");
  }
  // Without the contract the window is unknown; the framework's own is used.
  const Opening opening = t.core_only() ? Opening{} : brief;
  const Millis more = t.core_only() ? default_window : window;
  std::vector<std::pair<Poller*, Connection*>>
      posts;  // all at the same time: each takes a whole window
  const auto start = Clock::now();
  for (const char* body : {"hello", "{}", R"([["1","1","x:y","phx_join",{}]])", ""}) {
    Poller& poller = t.poll(opening);
    poller.forget();
    posts.emplace_back(&poller, &t.dial("a post that is not a message"));
    posts.back().second->begin(poller.request("POST", body));
  }
  Poller& lines = t.poll(opening);  // the text after the last line feed is a line too
  lines.forget();
  posts.emplace_back(&lines, &t.dial("a post whose last line is empty"));
  posts.back().second->begin(lines.request("POST", "[null,\"1\",\"phoenix\",\"heartbeat\",{}]\n")
                                 .with("Content-Type", "application/x-ndjson"));
  if (held) {
    held->hold();
    held->post(
        R"(["1","2","conformance:P-17","noreply",{}])");  // by now the session has seen the poll
    t.dial("a post of rubbish").begin(held->request("POST", "rubbish"));
    t.wait(window / 2);  // the posts take longer
    if (held->polls().response_has_begun()) {
      throw Violation("the poll to be held up to its window", "it was answered before",
                      t.name_of(held->polls()));
    }
  }
  for (const auto& [poller, post] : posts) {
    const auto response = post->response(t.deadline(more));
    if (!response) throw Violation("an HTTP response", "none", t.name_of(*post));
    t.in_time(start, alive, [&t, &response, &post] {
      checked_body(*response, R"({"status":408})", t.name_of(*post));
    });
    if (!t.core_only()) expect_not_before(start, window, "the post");
    poller->expect_post(poller->request("POST", R"([null,"1","phoenix","heartbeat",{}])"),
                        R"({"status":410})");
  }
  if (held) {
    held->expect_poll(R"({"status":204,"token":{any},"messages":[]})", window);
    expect_not_before(start, window, "the poll");
    held->forget();
  }
  t.expect_server_goes_on();
}

RULE("P-19", must, contract, "a poll that the client abandons loses no message",
     "LongPoll.listen (a poll that is gone leaves its messages)") {
  Client& member = t.join();
  Poller& poller = t.poll();
  poller.join();
  poller.hold();
  member.expect_silence();
  poller.give_up();
  // Cowboy first closes the connection and then ends the poll, which no client can see.
  for (int turn = 0; turn < 5; ++turn) {
    member.expect_silence();
    t.wait(Millis{50});
  }
  member.send(R"(["1","2","{topic}","broadcast_from",{"n":1}])");
  member.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  poller.post(R"(["1","3","{topic}","echo",{"n":2}])");
  poller.expect_in_any_order(
      {R"([{any},{any},"{topic}","broadcasted",{"n":1}])",
       R"(["1","3","{topic}","phx_reply",{"status":"ok","response":{"n":2}}])"});
}

RULE("P-20", should, contract, "POSTs alone do not keep a session alive",
     "LongPoll.Server (last_client_poll)") {
  constexpr Millis between{250};    // often enough to keep a session alive, if that were possible
  const auto start = Clock::now();  // before the session can begin
  Poller& poller = t.poll(brief);
  poller.forget();
  const auto deadline = t.deadline();
  while (true) {
    const Request post = poller.request("POST", R"([null,"1","phoenix","heartbeat",{}])");
    const Json body = t.expect_json(post, R"({"status":{any}})");
    const std::string status = body["status"].dump();
    // 408: it ended between the request and the answer.
    if (status == "410" || status == "408") break;
    if (status != "200") throw Violation(R"({"status":200} or 410)", body.dump());
    if (Clock::now() > deadline) {
      throw Violation(R"({"status":410})",
                      fmt::format("{} for {} ms, with no poll", body.dump(), t.patience().count()));
    }
    t.wait(between);
  }
  expect_not_before(start, lifetime, "the session");
}

RULE("P-31", should, contract, "a post is answered once its messages have been handled",
     "LongPoll.transport_dispatch ({:ok, ref})") {
  constexpr Millis busy{550};  // twice this is more than the window, which counts for each message
  const auto start = Clock::now();
  Poller& poller = t.poll(brief);
  const std::string slow = fmt::format(R"("phx_join",{{"join":"slow","ms":{}}}])", busy.count());
  t.in_time(start, alive, [&] {
    poller.post_lines({R"(["1","1","{topic}",)" + slow, R"(["2","2","{other}",)" + slow});
    expect_not_before(start, 2 * busy, "the post");
    poller.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
    poller.expect(R"(["2","2","{other}","phx_reply",{ok}])");
  });
}

RULE("P-32", must, contract,
     "of two polls at the same time the later gets the messages; the earlier ends with 204",
     "LongPoll.Server flush (client_ref)") {
  Client& member = t.join();
  Poller& poller = t.poll(brief);
  poller.join();
  constexpr Millis under_way{50};  // by then a poll has reached the session
  const auto expect_told = [&](int n) {
    member.send(fmt::format(R"(["1","2","{{topic}}","broadcast_from",{{"n":{}}}])", n));
    member.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
    const Json body = poller.expect_poll(R"({"status":200,"token":{any},"messages":[{any}]})");
    const std::string message = body["messages"][std::size_t{0}].text();
    const std::string wanted =
        t.fill(fmt::format(R"([{{any}},{{any}},"{{topic}}","broadcasted",{{"n":{}}}])", n));
    const auto came = parse_json(message);
    if (!came || !matches(*parse_json(wanted), *came)) throw Violation(wanted, message);
  };
  const auto expect_204 = [&t](Connection& earlier) {
    const auto response = earlier.response(t.deadline(window));
    if (!response) throw Violation("an HTTP response", "none", t.name_of(earlier));
    checked_body(*response, t.fill(R"({"status":204,"token":{any},"messages":[]})"),
                 t.name_of(earlier));
  };
  auto start = Clock::now();
  Connection& earlier = t.dial("the earlier poll");
  earlier.begin(poller.request("GET"));
  t.wait(under_way);
  poller.hold();
  t.wait(under_way);
  t.in_time(start, 3 * under_way, [&] { expect_told(1); });
  expect_204(earlier);
  // So is one that is still held when the earlier has ended.
  start = Clock::now();
  Connection& ended = t.dial("an earlier poll that ends first");
  ended.begin(poller.request("GET"));
  t.wait(window / 2);
  poller.hold();
  expect_204(ended);
  t.in_time(start, window * 3 / 2, [&] { expect_told(2); });
}

RULE("P-34", must, contract, "a session that is polled within 1.5 windows lives",
     "LongPoll.Server shutdown_if_inactive") {
  constexpr Millis pause{1'200};
  Poller& poller = t.poll(brief);
  const auto last_poll = Clock::now();
  poller.join();
  t.wait(pause);
  t.in_time(last_poll, alive, [&poller] {
    poller.post(R"(["1","2","{topic}","ack",{}])");
    poller.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  });
}

}  // namespace
}  // namespace phx::conformance
