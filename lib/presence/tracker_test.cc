/// Presences of several nodes as their clients see them.

#include <algorithm>
#include <map>

#include "presence/events.h"
#include "pubsub/term_event.h"
#include "testing/case.h"
#include "testing/presence_node.h"

using namespace phx;
using namespace phx::testing;

namespace {

using etf::Term;
using Node = PresenceNode;
using Heard = std::vector<std::string>;

/// All nodes are connected.
void pass(const std::vector<Node*>& nodes, Millis time) {
  for (; time > Millis::zero(); time -= Millis{50}) {
    for (Node* node : nodes) node->shard.pass(Millis{50});
    for (bool quiet = false; !quiet;) {
      quiet = true;
      for (Node* from : nodes) {
        while (!from->outbox->sent.empty()) {
          quiet = false;
          const Mail mail = from->outbox->sent.front();
          from->outbox->sent.pop_front();
          for (Node* to : nodes) {
            const Term name = to->outbox->node_name();
            if (to != from && mail.to.value_or(name) == name) to->receive(mail);
          }
        }
      }
    }
  }
}

/// `+ann` for each key that joins in these frames, `-ann` for each that leaves.
std::string seen(const Heard& heard) {
  std::string all;
  for (const std::string& text : heard) {
    const Json frame = Json::parse(text);
    if (frame[3] != Json("presence_diff")) continue;
    for (const auto& [key, metas] : frame[4]["leaves"].sorted_members()) all += "-" + key;
    for (const auto& [key, metas] : frame[4]["joins"].sorted_members()) all += "+" + key;
  }
  return all;
}

constexpr const char* join = R"(["1","1","t","phx_join",{}])";

}  // namespace

PHX_TEST("each node's clients get the joins, updates and leaves of the other") {
  Node a("a", beating_every(Millis{300})), b("b", beating_every(Millis{300}));
  const std::vector<Node*> both{&a, &b};
  pass(both, Millis{300});
  FakeClient& ann = a.client("ann", "ann");
  ann.send(join);
  ann.heard();
  FakeClient& bob = b.client("bob", "bob");
  pass(both, Millis{300});
  bob.send(join);
  const Heard first = bob.heard();
  expect(Json::parse(first.back())[4].has("ann"), first.back());
  expect_eq(seen(ann.heard()), std::string(""));
  pass(both, Millis{300});
  expect_eq(seen(ann.heard()), std::string("+bob"));
  ann.send(R"(["1","2","t","update",{"away":true}])");
  pass(both, Millis{300});
  expect_eq(seen(bob.heard()), std::string("-ann+ann"));
  expect(a.presence.list("t") == b.presence.list("t"), "one list");
  ann.hang_up();
  pass(both, Millis{300});
  expect_eq(seen(bob.heard()), std::string("-ann"));
}

PHX_TEST("a silent node leaves after its time, and a late one gets all others") {
  Node a("a", beating_every(Millis{300})), b("b", beating_every(Millis{300}));
  a.client("ann", "ann").send(join);
  FakeClient& bob = b.client("bob", "bob");
  bob.send(join);
  pass({&a, &b}, Millis{900});
  expect_eq(seen(bob.heard()), std::string("+bob+ann"));
  Node c("c", beating_every(Millis{300}));
  pass({&a, &b, &c}, Millis{2'100});
  expect(c.presence.list("t") == b.presence.list("t"), c.presence.list("t").dump());
  pass({&b, &c}, Millis{2'000});
  expect_eq(seen(bob.heard()), std::string(""));
  pass({&b, &c}, Millis{1'600});
  expect_eq(seen(bob.heard()), std::string("-ann"));
  expect(!c.presence.list("t").has("ann"), "nor is Ann listed there");
}

PHX_TEST("a node that stops sends a farewell, and its presences leave at once") {
  Node a("a", beating_every(Millis{300})), b("b", beating_every(Millis{300}));
  a.client("ann", "ann").send(join);
  FakeClient& bob = b.client("bob", "bob");
  bob.send(join);
  pass({&a, &b}, Millis{900});
  bob.heard();
  a.shard.scheduler.exit(a.trackers[0], {process::ExitReason::shutdown});
  pass({&a, &b}, Millis{50});
  expect_eq(seen(bob.heard()), std::string("-ann"));
}

PHX_TEST("a meta that other nodes can't read ends its channel, and hides no other presence") {
  Node a("a", beating_every(Millis{300})), b("b", beating_every(Millis{300}));
  const std::string digits(10'001, '1');
  for (const std::string& meta : {std::string(300, '[') + std::string(300, ']'), digits}) {
    FakeClient& ann = a.client(meta, "ann");
    ann.send(join);
    ann.send(R"(["1","2","t","update",{"x":)" + meta + "}]");
    expect_eq(Json::parse(ann.heard().back())[3], Json("phx_error"));
  }
  a.client("eve", "eve").send(join);
  pass({&a, &b}, Millis{900});
  expect(b.presence.list("t").has("eve"), "a later presence is seen");
  expect(!b.presence.list("t").has("ann"), "and the crashed one has left");
}

PHX_TEST("a node whose name is an atom is sent requests and answers under that name") {
  Node b("b", beating_every(Millis{300}));
  const Term name = Term::atom("a@host"), ref = Term::tuple({name, 1});
  const Term clocks = Term::tuple({ref, Term::map({{ref, 5}})});
  const auto say = [&](std::vector<Term> message) {
    b.hear("phx_presence:Elixir.ContractWeb.Presence_shard0", Term::tuple(std::move(message)));
  };
  say({Term::atom("pub"), Term::atom("heartbeat"), ref, Term::atom("empty"), clocks});
  b.shard.pass(Millis{600});
  say({Term::atom("pub"), Term::atom("transfer_req"), 1, ref, clocks});
  std::vector<Term> to;
  for (const Mail& mail : b.outbox->sent) {
    if (mail.to) to.push_back(*mail.to);
  }
  expect(to == std::vector<Term>{name, name}, "a request, and an answer");
}

PHX_TEST("a transfer of thousands is merged in slices, and does not block the tracker") {
  Node a("a", beating_every(Millis{300})), b("b", beating_every(Millis{300}));
  pass({&a, &b}, Millis{300});
  const Term ref = Term::tuple({"a", 7});
  std::vector<etf::Map::Pair> values;
  for (int i = 1; i <= 2'500; ++i) {
    const Term meta = Term::map({{Term::atom("phx_ref"), std::to_string(i)}});
    values.emplace_back(Term::tuple({ref, i}), Term::tuple({"pid", "t", std::to_string(i), meta}));
  }
  const Term none = Term::map();
  const Term state = Term::map({{Term::atom("mode"), Term::atom("normal")},
                                {Term::atom("context"), Term::map({{ref, 2'500}})},
                                {Term::atom("clouds"), none}});
  const Term clocks = Term::tuple({ref, Term::map({{ref, 2'500}})});
  const std::string topic = "phx_presence:Elixir.ContractWeb.Presence_shard0";
  b.hear(topic, Term::tuple({Term::atom("pub"), Term::atom("heartbeat"), ref, Term::atom("empty"),
                             clocks}));
  const Term ack = Term::tuple({Term::atom("pub"), Term::atom("transfer_ack"), 1, ref,
                                Term::tuple({state, Term::map(std::move(values))})});
  expect_eq(presence::tracker_event_in(ack)->messages.size(), 3u);
  b.hear(topic, ack);
  expect_eq(b.presence.list("t").size(), 2'500u);
  b.outbox->sent.clear();
  b.shard.pass(Millis{1'200});  // it knows everything, so it requests nothing
  for (const Mail& mail : b.outbox->sent) expect(!mail.to, "a request");
}

PHX_TEST("long transfers that wait to be merged have a limit: each one beyond is reported") {
  Node b("b", beating_every(Millis{300}));
  std::map<presence::Skip, std::size_t> skipped;
  const auto count = [&](const presence::TrackerSkipped& event) {
    skipped[event.why] += event.count;
  };
  b.shard.telemetry.attach("ear", {telemetry::on<presence::TrackerSkipped>(count)});
  const Term ref = Term::tuple({"a", 7});
  std::vector<etf::Map::Pair> values;
  for (int i = 1; i <= 300'000; ++i) {
    values.emplace_back(Term::tuple({ref, i}), Term::tuple({1, "t", 1, Term::map()}));
  }
  const Term state = Term::map({{Term::atom("mode"), Term::atom("normal")},
                                {Term::atom("context"), Term::map({{ref, 300'000}})},
                                {Term::atom("clouds"), Term::map()}});
  const auto said =
      presence::tracker_event_in(Term::tuple({Term::atom("pub"), Term::atom("transfer_ack"), 1, ref,
                                              Term::tuple({state, Term::map(std::move(values))})}));
  for (int i = 0; i < 8; ++i) {  // from an unknown replica: no presence of it is listed
    b.shard.pubsub.broadcast("phx_presence:Elixir.ContractWeb.Presence_shard0", said);
  }
  b.shard.settle();
  expect(b.logged.find("too many transfers wait") != std::string::npos, b.logged);
  // Six of them have 1,800 slices; this map's presences have no key that is a text.
  expect_eq(skipped[presence::Skip::transfers], 2u);
  expect_eq(b.presence.list("t").size(), 0u);
}

PHX_TEST("another node with this one's name is logged, and a node's own messages are not") {
  Node a("a", beating_every(Millis{300}));
  const std::string topic = "phx_presence:Elixir.ContractWeb.Presence_shard0";
  const auto hear = [&](const etf::Term& vsn) {
    a.shard.pubsub.broadcast(
        topic, std::make_shared<const presence::OwnName>(presence::ReplicaRef("a", vsn)));
    a.shard.settle();
  };
  a.shard.pass(Millis{300});
  const Term own = (*(*a.outbox->sent.at(0).term().tuple_of(5))[2].tuple_of(2))[1];
  hear(own);
  hear(1);  // perhaps the previous run's last message
  expect_eq(a.logged, std::string());
  hear(1);
  expect(a.logged.find("two nodes have one name") < a.logged.size(), a.logged);
  expect(a.logged.find("node=a") < a.logged.size(), a.logged);
  a.logged.clear();
  hear(*own.get<long long>() + 1);  // started after this one
  expect(a.logged.find("count=2") < a.logged.size(), a.logged);
}

PHX_TEST("two other nodes with one name are logged, and a restart is not") {
  Node a("a", beating_every(Millis{300}));
  const auto beat = [&](int vsn) {
    const Term ref = Term::tuple({"b", vsn});
    a.hear("phx_presence:Elixir.ContractWeb.Presence_shard0",
           Term::tuple({Term::atom("pub"), Term::atom("heartbeat"), ref, Term::atom("empty"),
                        Term::tuple({ref, Term::map({{ref, 0}})})}));
  };
  for (const int vsn : {1, 1, 2, 2, 3}) beat(vsn);
  expect_eq(a.logged, std::string());
  beat(2);
  expect(a.logged.find("two nodes have one name") < a.logged.size(), a.logged);
  expect(a.logged.find("node=b") < a.logged.size(), a.logged);
  a.logged.clear();
  for (const int vsn : {3, 2, 3, 2, 3, 2, 3}) beat(vsn);  // 8 in all
  expect_eq(std::count(a.logged.begin(), a.logged.end(), '\n'), 3);
}

PHX_TEST("a message that is not a tracker's is refused before it gets there") {
  for (const Term& term : {Term(), Term::tuple({Term::atom("pub"), Term::atom("hello"), 1})}) {
    expect_throw<presence::WireError>([&] { presence::tracker_event_in(term); });
  }
  Node a("a", beating_every(Millis{300}));
  a.shard.pubsub.broadcast("phx_presence:Elixir.ContractWeb.Presence_shard0",
                           std::make_shared<const pubsub::TermEvent>(Term()));
  a.shard.settle();
  expect(a.shard.scheduler.alive(a.trackers[0]), "code that publishes on its topic does no harm");
}
