/// M: a cluster of nodes. The first client of a case is at one node, the second at the next, and so
/// on.
///
/// A node's broadcast reaches another node later than the publisher's own clients, and broadcasts
/// of two nodes have no order. Those of one publisher keep theirs: that a client does *not* get a
/// broadcast is proved by a later one of the same publisher.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/rules/presence_list.h"
#include "conformance/suite/wire/binary.h"

namespace phx::conformance {
namespace {

/// Two members of {topic} on each node, in the order of the nodes, twice.
std::vector<Client*> crowd(Trial& t, std::size_t each = 1) {
  std::vector<Client*> members;
  while (members.size() < each * t.nodes()) members.push_back(&t.join());
  return members;
}

std::string broadcasted(int n) {
  return fmt::format(R"([null,null,"{{topic}}","broadcasted",{{"n":{}}}])", n);
}

/// The publisher broadcasts on {topic}: it gets its own copy and the reply.
void broadcast(Client& publisher, int n) {
  publisher.send(fmt::format(R"(["1","b","{{topic}}","broadcast",{{"n":{}}}])", n));
  publisher.expect_in_any_order({broadcasted(n), R"(["1","b","{topic}","phx_reply",{ok}])"});
}

/// Waits until a node has removed an ended channel: Phoenix's Registry does so a moment after the
/// client was notified, and another node's broadcast may come in between.
constexpr Millis forgotten{50};

RULE("M-01", must, contract, "a broadcast reaches the members at every node, each once",
     "Phoenix.PubSub.Redis (mode except)") {
  const auto members = crowd(t, 2);
  int n = 0;
  for (Client* publisher : members) {
    broadcast(*publisher, ++n);
    for (Client* member : members) {
      if (member != publisher) member->expect(broadcasted(n));
    }
  }
}

RULE("M-02", must, contract,
     "broadcast_from leaves out only its sender, and no member at another node",
     "Phoenix.Channel.Server.dispatch (pid == from)") {
  const auto members = crowd(t, 2);
  for (Client* publisher : members) {
    publisher->send(R"(["1","2","{topic}","broadcast_from",{"n":1}])");
    publisher->expect(R"(["1","2","{topic}","phx_reply",{ok}])");
    broadcast(*publisher, 2);
    for (Client* member : members) {
      if (member == publisher) continue;
      member->expect(broadcasted(1));
      member->expect(broadcasted(2));
    }
  }
}

RULE("M-03", must, contract, "one publisher's broadcasts arrive in order at the other nodes too",
     "one process publishes by one connection") {
  constexpr int count = 200;
  const auto members = crowd(t);
  std::vector<std::string> events;
  for (int n = 0; n < count; ++n) {
    events.push_back(fmt::format(R"(["1","{0}","{{topic}}","broadcast_from",{{"n":{0}}}])", n));
  }
  members.front()->send_together(events);
  for (int n = 0; n < count; ++n) {
    members.front()->expect(fmt::format(R"(["1","{}","{{topic}}","phx_reply",{{ok}}])", n));
    for (std::size_t i = 1; i < members.size(); ++i) members[i]->expect(broadcasted(n));
  }
}

RULE("M-04", must, contract, "each node's own channels see an intercepted event first",
     "Phoenix.Channel handle_out") {
  std::vector<Client*> members;
  for (std::size_t i = 0; i < t.nodes(); ++i) {
    members.push_back(&t.join({.query = fmt::format("user_id=u{}", i)}));
  }
  members.back()->send(R"(["1","2","{topic}","intercept",{"x":1}])");
  for (std::size_t i = 0; i < members.size(); ++i) {
    members[i]->expect(fmt::format(
        R"(["1",null,"{{topic}}","intercepted",{{"x":1,"intercepted_for":"u{}"}}])", i));
  }
}

RULE("M-05", must, contract, "a binary broadcast reaches the other nodes byte for byte",
     "Phoenix.Socket.Broadcast with {:binary, _}") {
  const std::string& topic = t.word("topic");
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  const std::string frame = encode(BinaryBroadcast{topic, "broadcasted_binary", bytes});
  const auto members = crowd(t);
  members.front()->send_binary(encode(BinaryPush{"1", "2", topic, "broadcast_binary", bytes}));
  members.front()->expect_binary(frame);
  members.front()->expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  for (std::size_t i = 1; i < members.size(); ++i) members[i]->expect_binary(frame);
}

RULE("M-06", must, contract, "a payload is the same JSON at the other nodes",
     "term_to_binary of what Jason decoded") {
  const char* payload =
      R"({"text":"q\" b\\ \n\u0001 é 😀","empty":"","nested":{"a":[1,[],{}]},"null":null,)"
      R"("bools":[true,false],"ints":[0,-1,255,256,2147483648,-9007199254740991],)"
      R"("floats":[0.5,-1.25e300,1.5e-7],"bytes":[0,1,255],"":{"":[]},"nil":"nil","key é":1})";
  const auto members = crowd(t);
  members.front()->send(fmt::format(R"(["1","2","{{topic}}","broadcast_from",{}])", payload));
  members.front()->expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  for (std::size_t i = 1; i < members.size(); ++i) {
    members[i]->expect(fmt::format(R"([null,null,"{{topic}}","broadcasted",{}])", payload));
  }
}

RULE("M-07", must, contract, "a disconnect closes the connections of the socket's id at every node",
     "Phoenix.Socket.__info__ (disconnect)") {
  const std::string id = "user_id=" + t.word("topic");  // no other user's
  std::vector<Client*> own;
  for (std::size_t node = 0; node < t.nodes(); ++node) own.push_back(&t.join({.query = id}));
  std::vector<Client*> others;
  for (std::size_t node = 0; node < t.nodes(); ++node) {
    others.push_back(&t.join({.query = id + "-other"}));
  }
  own.front()->send(R"(["1","2","{topic}","disconnect",{}])");
  for (Client* client : own) client->expect_end({1001});
  for (Client* client : others) {
    client->send(R"(["1","2","{topic}","ack",{}])");
    client->expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  }
}

RULE("M-08", must, contract, "a client that leaves at one node gets nothing more from another",
     "Phoenix.PubSub subscriptions") {
  Client& publisher = t.join();
  Client& left = t.join();
  for (Client* client : {&publisher, &left}) {
    client->send(R"(["o","o","{other}","phx_join",{}])");
    client->expect(R"(["o","o","{other}","phx_reply",{ok}])");
  }
  left.send(R"(["1","2","{topic}","phx_leave",{}])");
  left.expect_in_any_order(
      {R"(["1","2","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
  t.wait(forgotten);
  broadcast(publisher, 1);
  publisher.send(R"(["o","3","{other}","broadcast_from",{"later":true}])");
  publisher.expect(R"(["o","3","{other}","phx_reply",{ok}])");
  left.expect(R"([null,null,"{other}","broadcasted",{"later":true}])");
}

RULE("M-09", must, contract, "a crash at one node does not affect another",
     "a supervisor a channel, a node a table of them") {
  const auto members = crowd(t);
  members.front()->send(R"(["1","2","{topic}","crash",{}])");
  members.front()->expect(R"([{any},{any},"{topic}","phx_error",{any}])");
  members.front()->send(R"(["3","3","{topic}","phx_join",{}])");
  members.front()->expect(R"(["3","3","{topic}","phx_reply",{ok}])");
  t.wait(forgotten);
  broadcast(*members.back(), 1);
  for (Client* member : members) {
    if (member != members.back()) member->expect(broadcasted(1));
  }
}

// --- Presence -----------------------------------------------------------------------------------

/// A client on the case's presence topic, with the list that it makes from its messages.
class Present {
 public:
  Present(Trial& t, const std::string& key)
      : topic_("presence:" + t.word("topic")), client_(t.connect({.query = "user_id=" + key})) {
    send("1", "phx_join", R"({"name":"N"})");
    client_.expect(fmt::format(R"(["1","1","{}","phx_reply",{{ok}}])", topic_));
    client_.forget();  // diffs may come at any time
  }

  void send(const std::string& ref, const std::string& event, const std::string& payload) {
    client_.send(fmt::format(R"(["1","{}","{}","{}",{}])", ref, topic_, event, payload));
  }
  void reset() { client_.reset(); }

  /// Takes frames until `wanted` holds. \throws NothingCame.
  template <class Wanted>
  void follow(const std::string& expected, Wanted wanted) {
    while (!wanted(list_)) {
      const Received received = client_.take(expected + ", and not " + list_.text());
      const auto frame = parse_json(received.payload);
      if (!frame) continue;
      const std::string event = (*frame)[3].text();
      if (event == "presence_state") list_.take_state((*frame)[4]);
      if (event == "presence_diff") list_.take_diff((*frame)[4]);
    }
  }
  void follow_until_has(const std::string& key) {
    follow(key + " in the list", [&key](const PresenceList& list) { return list.has(key); });
  }
  void follow_until_lacks(const std::string& key) {
    follow(key + " out of the list", [&key](const PresenceList& list) { return !list.has(key); });
  }
  std::string list() const { return list_.text(); }

 private:
  const std::string topic_;
  Client& client_;
  PresenceList list_;
};

RULE("M-10", must, contract, "presence lists of the members at all nodes become equal",
     "Phoenix.Tracker") {
  std::vector<std::unique_ptr<Present>> members;
  for (std::size_t i = 0; i < t.nodes(); ++i) {
    members.push_back(std::make_unique<Present>(t, fmt::format("u{}", i)));
  }
  for (auto& member : members) {
    for (std::size_t i = 0; i < members.size(); ++i)
      member->follow_until_has(fmt::format("u{}", i));
  }
  for (auto& member : members) {
    if (member->list() != members.front()->list()) {
      throw Violation("the list " + members.front()->list(), member->list());
    }
  }
}

RULE("M-11", must, contract, "a presence that leaves at one node leaves the lists at the others",
     "Phoenix.Tracker (a delta's clouds)") {
  Present ann(t, "ann");
  Present ben(t, "ben");
  ben.follow_until_has("ann");
  ann.follow_until_has("ben");
  ann.send("2", "phx_leave", "{}");
  ben.follow_until_lacks("ann");
}

RULE("M-12", must, contract,
     "a presence whose connection drops leaves the lists at the other nodes",
     "Phoenix.Tracker (a link ends)") {
  Present ann(t, "ann");
  Present ben(t, "ben");
  ben.follow_until_has("ann");
  ann.reset();
  ben.follow_until_lacks("ann");
}

RULE("M-13", must, contract, "an update at one node replaces the meta in the lists at the others",
     "Phoenix.Tracker.update (a leave and a join in one diff)") {
  Present ann(t, "ann");
  Present ben(t, "ben");
  ben.follow_until_has("ann");
  ann.send("2", "update", R"({"name":"fresh"})");
  ben.follow("one meta of ann, the fresh one", [](const PresenceList& list) {
    const std::string text = list.text();
    return text.find("fresh") != text.npos;
  });
  if (ben.list().find(R"("N")", ben.list().find("ann")) < ben.list().find("ben")) {
    throw Violation("ann's old meta to be gone", ben.list());
  }
}

}  // namespace
}  // namespace phx::conformance
