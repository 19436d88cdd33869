/// R: bursts of one client, and their effect on it and on others.

#include <fmt/format.h>

#include <set>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

RULE("R-36", must, contract,
     "a channel's messages to itself are handled in order, however many wait",
     "handle_info (one mailbox)") {
  constexpr int messages = 500;
  Client& client = t.join();
  // While the channel is busy they all wait, and each then adds another.
  std::vector<std::string> events{R"(["1","slow","{topic}","slow",{"ms":50}])"};
  for (int n = 1; n <= messages; ++n) {
    events.push_back(fmt::format(R"(["1",null,"{{topic}}","info",{{"n":{}}}])", n));
  }
  client.send_together(events);
  client.expect(R"(["1","slow","{topic}","phx_reply",{ok}])");
  for (int n = 1; n <= messages; ++n) {
    client.expect(fmt::format(R"(["1",null,"{{topic}}","info",{{"n":{}}}])", n));
  }
  client.expect_silence();
}

/// The topics of the pushes that come, each once and with this payload.
void expect_pushed_on_all(Client& client, const std::vector<std::string>& topics) {
  std::set<std::string> missing(topics.begin(), topics.end());
  while (!missing.empty()) {
    const std::string expected = fmt::format("a push on {}", *missing.begin());
    const Received received = client.take(expected);
    const auto frame = parse_json(received.payload);
    const bool push = frame && (*frame)[3].text() == "intercepted";
    if (!push || missing.erase((*frame)[2].text()) == 0) {
      throw Violation(expected, described(received), client.name());
    }
  }
}

RULE("R-37", must, contract, "thousands of channels with work at the same time all do it",
     "the scheduler's run queues") {
  constexpr int members = 42, topics = 100;  // so that there are more than 4,096
  std::vector<std::string> names, joins, events;
  for (int n = 0; n < topics; ++n) {
    names.push_back(t.fill(fmt::format("{{topic}}:{}", n)));
    joins.push_back(fmt::format(R"(["1","{}","{}","phx_join",{{}}])", n, names.back()));
    events.push_back(fmt::format(R"(["1",null,"{}","intercept",{{}}])", names.back()));
  }
  std::vector<Client*> clients;
  for (int i = 0; i < members; ++i) {
    clients.push_back(&t.connect());
    clients.back()->send_together(joins);
  }
  for (Client* client : clients) {
    for (int n = 0; n < topics; ++n) {
      client->expect(fmt::format(R"(["1","{}","{}","phx_reply",{{ok}}])", n, names[n]));
    }
  }
  clients.front()->send_together(events);
  for (Client* client : clients) expect_pushed_on_all(*client, names);
}

RULE("R-43", must, contract,
     "many channels of one client that are slow at the same time all answer",
     "one process a channel") {
  constexpr int topics = 20;
  Client& client = t.connect();
  std::vector<std::string> joins, events, joined, replies;
  for (int n = 0; n < topics; ++n) {
    joins.push_back(fmt::format(R"(["{0}","1","{{topic}}:{0}","phx_join",{{}}])", n));
    joined.push_back(fmt::format(R"(["{0}","1","{{topic}}:{0}","phx_reply",{{ok}}])", n));
    for (const char* ref : {"2", "3"}) {
      events.push_back(fmt::format(R"(["{0}","{1}","{{topic}}:{0}","slow",{{"ms":2}}])", n, ref));
      replies.push_back(fmt::format(
          R"(["{0}","{1}","{{topic}}:{0}","phx_reply",{{"status":"ok","response":{{"ms":2}}}}])", n,
          ref));
    }
  }
  client.send_together(joins);
  for (const std::string& reply : joined) client.expect(reply);
  client.send_together(events);
  client.expect_in_any_order(replies);
}

RULE("R-38", must, contract,
     "thousands of messages in one write are answered, and so are other clients in the meantime",
     "one process a connection") {
  constexpr int messages = 3'000;
  Client& bystander = t.join();
  Client& client = t.join();
  std::vector<std::string> events;
  for (int n = 1; n <= messages; ++n) {
    events.push_back(fmt::format(R"(["1","{0}","{{topic}}","echo",{{"n":{0}}}])", n));
  }
  client.send_together(events);
  bystander.send(R"(["1","2","{topic}","echo",{"n":2}])");
  bystander.expect(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":{"n":2}}])");
  for (int n = 1; n <= messages; ++n) {
    client.expect(fmt::format(
        R"(["1","{0}","{{topic}}","phx_reply",{{"status":"ok","response":{{"n":{0}}}}}])", n));
  }
}

}  // namespace
}  // namespace phx::conformance
