/// J: messages around a slow join, and places that become free.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

RULE("J-24", must, contract,
     "all frames for a socket that waits for a join come after the join's reply",
     "Channel.Server.join (receive: the rest stays in the mailbox)") {
  const Millis busy = t.length("busy", Millis{150});
  constexpr int broadcasts = 40;
  Client& publisher = t.connect();
  Client& client = t.connect();
  for (Client* each : {&publisher, &client}) {
    each->send(R"(["o","o","{other}","phx_join",{}])");
    each->expect(R"(["o","o","{other}","phx_reply",{ok}])");
  }
  const auto began = Clock::now();
  client.send(R"(["1","1","{topic}","phx_join",{"join":"slow","ms":{busy}}])");
  t.wait(Millis{30});
  std::vector<std::string> events;
  for (int n = 0; n < broadcasts; ++n) {
    events.push_back(fmt::format(R"(["o","{0}","{{other}}","broadcast_from",{{"n":{0}}}])", n));
    events.push_back(fmt::format(R"(["o",null,"{{other}}","intercept",{{"n":{}}}])", n));
  }
  t.in_time(began, busy, [&] {
    publisher.send_together(events);
    std::vector<std::string> said;
    for (int n = 0; n < broadcasts; ++n) {
      said.push_back(fmt::format(R"(["o","{}","{{other}}","phx_reply",{{ok}}])", n));
      said.push_back(fmt::format(
          R"(["o",null,"{{other}}","intercepted",{{"n":{},"intercepted_for":null}}])", n));
    }
    publisher.expect_in_any_order(said);
    client.expect_nothing_yet();
  });
  client.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
  std::vector<std::string> missed;
  for (int n = 0; n < broadcasts; ++n) {
    missed.push_back(fmt::format(R"([null,null,"{{other}}","broadcasted",{{"n":{}}}])", n));
    missed.push_back(fmt::format(
        R"(["o",null,"{{other}}","intercepted",{{"n":{},"intercepted_for":null}}])", n));
  }
  client.expect_in_any_order(missed);
  client.expect_silence();
}

RULE("J-25", must, contract,
     "a leave, a second join and an end sent after a slow join take effect after it",
     "Channel.Server.join waits") {
  const std::string slow = R"("phx_join",{"join":"slow","ms":60}])";
  Client& client = t.connect();
  // A second join after the first, and a leave after that.
  client.send_together({R"(["1","1","{topic}",)" + slow, R"(["1","2","{topic}","count",{}])",
                        R"(["3","3","{topic}",)" + slow, R"(["3","4","{topic}","count",{}])",
                        R"(["3","5","{topic}","phx_leave",{}])"});
  client.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
  // The first channel may handle its messages or not: the second join ends it.
  client.expect_perhaps_after(
      R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])",
      R"(["3","3","{topic}","phx_reply",{ok}])");
  client.expect_perhaps_after(
      R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])",
      R"(["1","1","{topic}","phx_close",{}])");
  client.expect(R"(["3","4","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
  client.expect(R"(["3","5","{topic}","phx_reply",{ok}])");
  client.expect(R"(["3","3","{topic}","phx_close",{}])");
  // A stop and a crash.
  for (const char* how : {"stop", "crash"}) {
    client.send_together(
        {R"(["6","6","{topic}",)" + slow, fmt::format(R"(["6","7","{{topic}}","{}",{{}}])", how)});
    client.expect(R"(["6","6","{topic}","phx_reply",{ok}])");
    client.expect(fmt::format(R"(["6","6","{{topic}}","{}",{{any}}])",
                              how == std::string_view("stop") ? "phx_close" : "phx_error"));
    client.expect_silence();
  }
}

RULE("J-26", must, contract,
     "a place among the hundred topics is free again, however its channel ended",
     "Phoenix.Socket, state.channels") {
  const bool limited = t.release() >= limits_topics;
  constexpr int most = 100;
  Client& client = t.connect();
  const auto join = [](int n, const char* payload = "{}") {
    return fmt::format(R"(["{0}","{0}","{{topic}}:{0}","phx_join",{1}])", n, payload);
  };
  const auto joined = [](int n) {
    return fmt::format(R"(["{0}","{0}","{{topic}}:{0}","phx_reply",{{ok}}])", n);
  };
  std::vector<std::string> joins;
  for (int n = 1; n < most; ++n) joins.push_back(join(n));
  client.send_together(joins);
  for (int n = 1; n < most; ++n) client.expect(joined(n));
  // Different topics take the last place one after the other.
  int n = most;
  const std::vector<std::pair<const char*, std::vector<const char*>>> ends{
      {"phx_leave", {"phx_reply", "phx_close"}},
      {"stop", {"phx_close"}},
      {"stop_reply", {"phx_reply", "phx_close"}},
      {"crash", {"phx_error"}},
      {"exit", {"phx_error"}}};
  for (int round = 0; round < 8; ++round) {
    for (const auto& [how, told] : ends) {
      client.send(join(n));
      client.expect(joined(n));
      client.send(fmt::format(R"(["{0}","e","{{topic}}:{0}","{1}",{{}}])", n, how));
      for (const char* event : told) {
        client.expect(fmt::format(R"(["{0}",{{any}},"{{topic}}:{0}","{1}",{{any}}])", n, event));
      }
      ++n;
    }
    for (const char* payload : {R"({"join":"error"})", R"({"join":"crash"})"}) {
      client.send(join(n, payload));
      client.expect(fmt::format(R"(["{0}","{0}","{{topic}}:{0}","phx_reply",{{refused}}])", n));
    }
  }
  client.send(join(n));
  client.expect(joined(n));
  if (!limited) return;
  client.send(join(n + 1));
  client.expect(fmt::format(
      R"(["{0}","{0}","{{topic}}:{0}","phx_reply",
          {{"status":"error","response":{{"reason":"too many channels joined"}}}}])",
      n + 1));
  client.send(fmt::format(R"(["{0}","e","{{topic}}:{0}","echo",{{}}])", n + 1));
  client.expect(fmt::format(R"([null,"e","{{topic}}:{}","phx_reply",{{unmatched}}])", n + 1));
  // The limit is each connection's own.
  Client& other = t.connect();
  other.send(join(1));
  other.expect(joined(1));
}

}  // namespace
}  // namespace phx::conformance
