/// L: a channel's end as its `terminate` sees it and reports it to the observer.

#include <fmt/format.h>

#include <array>
#include <set>

#include "conformance/suite/core/violation.h"
#include "conformance/suite/rules/observer.h"

namespace phx::conformance {
namespace {

void join(Client& client) {
  client.send(R"(["1","1","{topic}","phx_join",{}])");
  client.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
}

RULE("L-19", must, contract, "a channel that refuses its join ends at once, with shutdown",
     "Channel.Server.channel_join ({:stop, :shutdown})") {
  Client& observer = observe(t);
  Client& client = t.connect();
  client.send(R"(["1","1","{topic}","phx_join",{"join":"error"}])");
  client.expect(R"(["1","1","{topic}","phx_reply",{"status":"error","response":{any}}])");
  expect_observed_reason(observer, "shutdown");
  // One that crashes in its join has no socket yet, so `terminate` is not called.
  client.send(R"(["2","2","{topic}","phx_join",{"join":"crash"}])");
  client.expect(R"(["2","2","{topic}","phx_reply",{"status":"error","response":{any}}])");
  client.expect_silence();
  observer.expect_silence();
}

RULE("L-20", must, contract, "terminate gets the reason for which a channel stops or crashes",
     "GenServer.terminate") {
  Client& observer = observe(t);
  Client& client = t.connect();
  std::set<std::string> graceful;
  constexpr std::array<std::pair<const char*, const char*>, 3> stops{
      {{"stop", "normal"}, {"stop_shutdown", "shutdown"}, {"stop_shutdown_tuple", "bye"}}};
  for (const auto& [event, word] : stops) {
    join(client);
    client.send(fmt::format(R"(["1","2","{{topic}}","{}",{{}}])", event));
    client.expect(R"([{any},{any},"{topic}","phx_close",{any}])");
    graceful.insert(expect_observed_reason(observer, word));
  }
  for (const char* event : {"stop_error", "exit", "crash", "bad_return", "no_such_event"}) {
    join(client);
    client.send(fmt::format(R"(["1","2","{{topic}}","{}",{{}}])", event));
    client.expect(R"(["1","1","{topic}","phx_error",{any}])");
    const bool named =
        std::string_view("stop_error exit crash").find(event) != std::string_view::npos;
    const std::string reason =
        named ? expect_observed_reason(observer, "boom") : observed_reason(observer);
    for (const std::string& end : graceful) {
      if (reason.starts_with(end)) throw Violation("the crash's own reason", "\"" + reason + "\"");
    }
  }
}

/// The observer's topic reports other channels' ends too: they are skipped.
void expect_own_last_words(Client& client, const std::string& reason) {
  while (true) {
    const Received received = client.take("its own last words, with \"" + reason + "\"");
    const auto frame = parse_json(received.payload);
    if (!frame) throw Violation("a frame", described(received), client.name());
    const Json payload = (*frame)[4];
    if ((*frame)[3].text() == "phx_error") {  // its end comes after its last messages
      throw Violation("its last words before phx_error", described(received), client.name());
    }
    if ((*frame)[3].text() == "terminated" && payload["topic"].text() == "conformance:observer" &&
        payload["reason"].text().find(reason) != std::string::npos) {
      return;
    }
  }
}

RULE("L-27", must, contract, "a channel's broadcast in terminate also reaches its own client",
     "GenServer.terminate comes before the subscription's end") {
  Client& client = t.connect();
  client.forget();  // others may end at any time
  constexpr std::array<std::pair<const char*, const char*>, 3> ends{
      {{"phx_leave", "left"}, {"stop", "normal"}, {"crash", "boom"}}};
  for (const auto& [event, reason] : ends) {
    client.send(R"(["1","1","conformance:observer","phx_join",{}])");
    client.expect_at_last(R"(["1","1","conformance:observer","phx_reply",{ok}])");
    client.send(fmt::format(R"(["1","2","conformance:observer","{}",{{}}])", event));
    expect_own_last_words(client, reason);
  }
}

RULE("L-21", must, contract, "terminate is not called for a channel that a second join replaces",
     "an exit signal to a process that traps none") {
  Client& observer = observe(t);
  Client& client = t.connect();
  join(client);
  client.send(R"(["2","2","{topic}","phx_join",{}])");
  client.expect_in_any_order(
      {R"(["2","2","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
  client.send(R"(["2","3","{topic}","phx_leave",{}])");
  client.expect_in_any_order(
      {R"(["2","3","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
  expect_observed_reason(observer, "left");
  observer.expect_silence();
}

RULE("L-22", must, contract,
     "if a connection ends while one of its channels or joins is busy, that ends too",
     "Channel.Server monitors the transport_pid") {
  Client& observer = observe(t);
  Client& handling = t.join();
  handling.send(R"(["1","2","{topic}","slow",{"ms":150}])");
  handling.expect_silence();
  handling.reset();
  handling.expect_any_end();
  observed_reason(observer);

  // The same at the same time, each in its own way.
  Client& closing = t.join();
  Client& babbling = t.join();
  Client& finishing = t.join();
  for (Client* client : {&closing, &babbling, &finishing}) {
    client->forget();
    client->send(R"(["1","2","{topic}","slow",{"ms":100}])");
  }
  closing.send_frame({.opcode = Opcode::close, .payload = close_payload(1000)});
  babbling.send_frame({.payload = "this is no JSON"});
  finishing.finish();
  for (int left = 3; left > 0; --left) observed_reason(observer);

  Client& joining = t.connect();
  joining.send(R"(["1","1","{topic}","phx_join",{"join":"slow","ms":150}])");
  joining.finish();  // after the join, which a reset might have overtaken
  joining.forget();  // the join's reply may still come this way
  observed_reason(observer);
  observer.expect_silence();
}

RULE("L-23", must, contract, "terminate gets another reason for a bad message than for a close",
     "Channel.Server (:DOWN of the transport_pid with its reason)") {
  Client& observer = observe(t);
  Client& closing = t.join();
  closing.send_frame({.opcode = Opcode::close, .payload = close_payload(1000)});
  closing.expect_any_end();
  const std::string closed = expect_observed_reason(observer, "closed");
  for (const char* text : {"this is no JSON", "{}", R"(["1","2","t","e",01])"}) {
    Client& babbling = t.join();
    babbling.send_frame({.payload = text});
    babbling.expect_any_end();
    const std::string reason = observed_reason(observer);
    if (reason == closed) throw Violation("the exception for a reason", "\"" + reason + "\"");
  }
}

RULE("L-24", must, contract, "a connection's end ends all of its channels",
     "one monitor a channel") {
  constexpr int topics = 12;
  Client& observer = observe(t);  // of {topic}, and of all topics that begin with it
  std::vector<std::string> joins, ends;
  for (int n = 1; n <= topics; ++n) {
    joins.push_back(fmt::format(R"(["{0}","{0}","{{topic}}:{0}","phx_join",{{}}])", n));
    ends.push_back(fmt::format(
        R"([{{any}},{{any}},"conformance:observer","terminated",{{"topic":"{{topic}}:{}","reason":{{any}}}}])",
        n));
  }
  Client& client = t.connect();
  client.send_together(joins);
  for (int n = 1; n <= topics; ++n) {
    client.expect(fmt::format(R"(["{0}","{0}","{{topic}}:{0}","phx_reply",{{ok}}])", n));
  }
  client.reset();
  client.expect_any_end();
  observer.expect_in_any_order(ends);
  observer.expect_silence();
}

}  // namespace
}  // namespace phx::conformance
