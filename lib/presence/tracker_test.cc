/// Presences of several nodes as their clients see them; and the recordings of two Phoenix nodes,
/// with ours in the place of one.

#include <fmt/format.h>

#include <deque>
#include <optional>

#include "etf/reader.h"
#include "presence/presence.h"
#include "presence/wire.h"
#include "pubsub/adapter.h"
#include "pubsub/term_event.h"
#include "testing/case.h"
#include "testing/fakes.h"
#include "testing/recording.h"

using namespace phx;
using namespace phx::testing;

namespace {

using etf::Term;
using Heard = std::vector<std::string>;

/// One message between nodes.
struct Mail {
  std::string from;
  std::optional<Term> to;  ///< None: all others
  std::string topic;
  pubsub::EventPtr event;

  Term term() const { return etf::decode_whole(pubsub::as<pubsub::WrittenTerm>(*event)->bytes); }
};

/// Keeps what one node publishes.
class Outbox final : public pubsub::Adapter {
 public:
  explicit Outbox(std::string node) : node_(std::move(node)) {}
  const std::string& node_name() const override { return node_; }
  void open(std::vector<pubsub::PubSub*>, const telemetry::Telemetry&, const Log&) override {}
  void close() override {}
  void broadcast(std::string_view topic, const pubsub::EventPtr& event) override {
    sent.push_back({node_, {}, std::string(topic), event});
  }
  void direct_broadcast(const Term& node, std::string_view topic,
                        const pubsub::EventPtr& event) override {
    sent.push_back({node_, node, std::string(topic), event});
  }

  std::deque<Mail> sent;

 private:
  const std::string node_;
};

/// As the contract's: tracked under the user's id.
struct Room : Channel {
  Room(Presence& presence, std::string key) : presence_(presence), key_(std::move(key)) {}
  JoinResult join(std::string_view, Payload params, Socket& socket) override {
    name_ = params["name"];
    socket.send_self(1);
    return Joined{};
  }
  Result handle_info(process::Message, Socket& socket) override {
    presence_.track(socket, key_, Json::object({{"online_at", "0"}, {"name", name_}}));
    socket.push("presence_state", presence_.list(socket.topic()));
    return NoReply{};
  }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "update") presence_.update(socket, key_, payload.json());
    if (event == "untrack") presence_.untrack(socket, key_);
    return Reply::ok();
  }

  Presence& presence_;
  const std::string key_;
  Json name_;
};

struct User : UserSocket {
  User(Presence& presence, const std::string& id) {
    channel("*", [&presence, id] { return std::make_unique<Room>(presence, id); });
  }
};

presence::ClusterOptions options(Millis period) {
  presence::ClusterOptions options{.name = "ContractWeb.Presence"};
  options.tracker.broadcast_period = period;
  options.tracker.max_silent_periods = 3;
  options.tracker.down_period = Millis{3'000};
  options.tracker.permdown_period = Millis{8'000};
  options.tracker.first_tick = Millis{0};
  return options;
}

/// A node: a shard of its own, and its clients.
struct Node {
  Node(const std::string& name, const presence::ClusterOptions& cluster)
      : outbox(std::make_shared<Outbox>(name)) {
    presence.connect(outbox, cluster);
    for (auto& each : presence.trackers()) {
      trackers.push_back(house.scheduler.spawn(each.start(house.context())));
    }
    house.settle();
  }
  FakeClient& client(const std::string& name, const std::string& user) {
    users.push_back(std::make_unique<User>(presence, user));
    return *clients.emplace(name, std::make_unique<FakeClient>(house, *users.back())).first->second;
  }
  void receive(const Mail& mail) { hear(mail.topic, mail.term()); }
  void hear(const std::string& topic, const Term& term) {
    house.pubsub.broadcast(topic, presence::said_in(term));
    house.settle();
  }

  Presence presence;
  TestHouse house;
  std::shared_ptr<Outbox> outbox;
  std::vector<process::Pid> trackers;
  std::vector<std::unique_ptr<User>> users;
  std::map<std::string, std::unique_ptr<FakeClient>> clients;
};

/// All of them hear each other.
void pass(const std::vector<Node*>& nodes, Millis time) {
  for (; time > Millis::zero(); time -= Millis{50}) {
    for (Node* node : nodes) node->house.pass(Millis{50});
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

PHX_TEST("clients of each node see who comes, changes and goes on the other") {
  Node a("a", options(Millis{300})), b("b", options(Millis{300}));
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

PHX_TEST("a node that falls silent leaves after its time, and a late one hears of all others") {
  Node a("a", options(Millis{300})), b("b", options(Millis{300}));
  a.client("ann", "ann").send(join);
  FakeClient& bob = b.client("bob", "bob");
  bob.send(join);
  pass({&a, &b}, Millis{900});
  expect_eq(seen(bob.heard()), std::string("+bob+ann"));
  Node c("c", options(Millis{300}));
  pass({&a, &b, &c}, Millis{2'100});
  expect(c.presence.list("t") == b.presence.list("t"), c.presence.list("t").dump());
  pass({&b, &c}, Millis{2'000});
  expect_eq(seen(bob.heard()), std::string(""));
  pass({&b, &c}, Millis{1'600});
  expect_eq(seen(bob.heard()), std::string("-ann"));
  expect(!c.presence.list("t").has("ann"), "nor is she listed there");
}

PHX_TEST("a node that stops says so, and its presences leave at once") {
  Node a("a", options(Millis{300})), b("b", options(Millis{300}));
  a.client("ann", "ann").send(join);
  FakeClient& bob = b.client("bob", "bob");
  bob.send(join);
  pass({&a, &b}, Millis{900});
  bob.heard();
  a.house.scheduler.exit(a.trackers[0], {process::ExitReason::shutdown});
  pass({&a, &b}, Millis{50});
  expect_eq(seen(bob.heard()), std::string("-ann"));
}

PHX_TEST("a node whose name is an atom is asked, and answered, under that name") {
  Node b("b", options(Millis{300}));
  const Term name = Term::atom("a@host"), ref = Term::tuple({name, 1});
  const Term clocks = Term::tuple({ref, Term::map({{ref, 5}})});
  const auto say = [&](std::vector<Term> message) {
    b.hear("phx_presence:Elixir.ContractWeb.Presence_shard0", Term::tuple(std::move(message)));
  };
  say({Term::atom("pub"), Term::atom("heartbeat"), ref, Term::atom("empty"), clocks});
  b.house.pass(Millis{600});
  say({Term::atom("pub"), Term::atom("transfer_req"), 1, ref, clocks});
  std::vector<Term> to;
  for (const Mail& mail : b.outbox->sent) {
    if (mail.to) to.push_back(*mail.to);
  }
  expect(to == std::vector<Term>{name, name}, "a request, and an answer");
}

PHX_TEST("a transfer of thousands is merged in slices, and the tracker is not kept waiting") {
  Node a("a", options(Millis{300})), b("b", options(Millis{300}));
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
  expect_eq(presence::said_in(ack)->messages.size(), 3u);
  b.hear(topic, ack);
  expect_eq(b.presence.list("t").size(), 2'500u);
  b.outbox->sent.clear();
  b.house.pass(Millis{1'200});  // it knows all of it, so it asks nobody
  for (const Mail& mail : b.outbox->sent) expect(!mail.to, "a request");
}

PHX_TEST("what is no tracker's message is refused before it gets there") {
  for (const Term& term : {Term(), Term::tuple({Term::atom("pub"), Term::atom("hello"), 1})}) {
    expect_throw<presence::WireError>([&] { presence::said_in(term); });
  }
  Node a("a", options(Millis{300}));
  a.house.pubsub.broadcast("phx_presence:Elixir.ContractWeb.Presence_shard0",
                           std::make_shared<const pubsub::TermEvent>(Term()));
  a.house.settle();
  expect(a.house.scheduler.alive(a.trackers[0]), "code that publishes there does no harm");
}

namespace {

bool is_ref_of_b(const std::vector<Term>& items) {
  return items.size() == 2 && items[0] == Term("b") && items[1].get<long long>() != nullptr;
}

/// Without what differs from run to run: b's version, pids, b's phx_refs, refs of requests; and
/// keys of metas are texts.
Term masked(const Term& term) {
  if (const auto* tuple = term.get<etf::Tuple>()) {
    if (is_ref_of_b(tuple->items)) return Term::atom("b's ref");
    std::vector<Term> items;
    for (const Term& item : tuple->items) items.push_back(masked(item));
    if (items.size() == 5 && items[1].is_atom("transfer_ack")) items[2] = Term();
    if (items.size() == 5 && items[1].is_atom("transfer_req")) items[2] = Term();
    return Term::tuple(std::move(items));
  }
  if (term.get<etf::Pid>() != nullptr) return Term::atom("a pid");
  const auto* map = term.get<etf::Map>();
  if (map == nullptr) return term;
  const bool is_meta = term.find_atom("phx_ref") != nullptr;
  const Term* mode = term.find_atom("mode");
  std::vector<etf::Map::Pair> pairs;
  for (const auto& [key, value] : map->pairs) {
    const auto* name = key.get<etf::Atom>();
    if (is_meta) {
      const bool is_phx_ref = name != nullptr && name->name.starts_with("phx_ref");
      pairs.emplace_back(name != nullptr ? Term(name->name) : key,
                         is_phx_ref ? Term() : masked(value));
    } else if (mode != nullptr && mode->is_atom("normal") &&
               (key.is_atom("clouds") || key.is_atom("replicas"))) {
      continue;  // there may be what the context has already, and who is gone for good
    } else {
      pairs.emplace_back(masked(key), masked(value));
    }
  }
  return Term::map(std::move(pairs));
}

/// An empty heartbeat says nothing new; when it comes depends on the clock of the recording.
bool is_empty_beat(const Term& term) {
  const auto* items = term.tuple_of(5);
  return items != nullptr && (*items)[3].is_atom("empty");
}

/// A frame with the same ref for all metas, which come sorted: Phoenix has them in the order of
/// pids, another one on each node.
std::string masked(const std::string& frame) {
  std::string text = Json::parse(frame).dump();
  for (std::size_t at = 0; (at = text.find("\"phx_ref", at)) != std::string::npos;) {
    at = text.find(":\"", at) + 2;
    text.replace(at, text.find('"', at) - at, "R");
  }
  for (std::size_t at = 0; (at = text.find("\"metas\":[", at)) != std::string::npos;) {
    at += 9;
    const std::size_t end = text.find(']', at);
    Heard metas;
    for (std::size_t i = at; i < end; i = text.find('}', i) + 2) {
      metas.push_back(text.substr(i, text.find('}', i) + 1 - i));
    }
    std::sort(metas.begin(), metas.end());
    text.replace(at, end - at, fmt::format("{}", fmt::join(metas, ",")));
  }
  return text;
}

/// b's side of a recording, played by a node of ours.
class Replay {
 public:
  Replay(const std::string& file, const presence::ClusterOptions& cluster, long long until)
      : events_(recording("lib/presence/recorded/" + file)), cluster_(cluster), until_(until) {}

  void run() {
    for (const Recorded& event : events_) {
      if (event.at_ms > until_) break;
      if (!b_) {
        if (event.what == "message" && event.first == "b") start(event.at_ms);
        if (!b_) continue;
      }
      b_->house.pass(Millis{event.at_ms - now_});
      now_ = event.at_ms;
      play(event);
      collect();
    }
    expect(messages_ > 1, "there was something to compare");
    expect_eq(published_.size(), expected_.size());
    for (const auto& [topic, messages] : expected_) expect_same(published_[topic], messages);
    for (const auto& [client, frames] : expected_frames_) expect_eq(frames_[client], frames);
  }

 private:
  void start(long long at) {
    now_ = at;
    b_ = std::make_unique<Node>("b", cluster_);
  }

  void play(const Recorded& event) {
    if (event.what == "connect") {
      b_->client(event.first, event.rest);
    } else if (event.what == "sent") {
      b_->clients.at(event.first)->send(event.rest);
    } else if (event.what == "cut") {
      b_->clients.at(event.first)->hang_up();
    } else if (event.what == "received") {
      expected_frames_[event.first].push_back(masked(event.rest));
    } else if (event.what == "message") {
      message(event);
    }
  }

  void message(const Recorded& event) {
    const Term term = etf::decode_whole(event.rest);
    if (event.first == "b") {
      ++messages_;
      if (is_empty_beat(term)) return;
      const auto to = event.to == "*" ? std::nullopt : std::optional<Term>(event.to);
      expected_[topic_of(event.shard)].push_back({to, masked(term)});
    } else if (event.to == "*" || event.to == "b") {
      b_->hear(topic_of(event.shard), with_our_ref(term, event.shard));
    }
  }

  static std::string topic_of(const std::string& shard) {
    return "phx_presence:Elixir.ContractWeb.Presence_shard" + shard;
  }
  static Term ref_in(const Term& message) { return (*message.tuple_of(5))[2]; }

  /// What names the recorded b means ours.
  Term with_our_ref(const Term& term, const std::string& shard) {
    if (const auto* tuple = term.get<etf::Tuple>()) {
      if (is_ref_of_b(tuple->items) && term == recorded_ref(shard))
        return our_refs_[topic_of(shard)];
      std::vector<Term> items;
      for (const Term& item : tuple->items) items.push_back(with_our_ref(item, shard));
      return Term::tuple(std::move(items));
    }
    const auto* map = term.get<etf::Map>();
    if (map == nullptr) return term;
    std::vector<etf::Map::Pair> pairs;
    for (const auto& [key, value] : map->pairs) {
      pairs.emplace_back(with_our_ref(key, shard), with_our_ref(value, shard));
    }
    return Term::map(std::move(pairs));
  }
  Term recorded_ref(const std::string& shard) const {
    for (const Recorded& event : events_) {
      if (event.what != "message" || event.first != "b" || event.shard != shard) continue;
      return ref_in(etf::decode_whole(event.rest));
    }
    throw Failure("expected a message of b");
  }

  void collect() {
    for (; !b_->outbox->sent.empty(); b_->outbox->sent.pop_front()) {
      const Mail& mail = b_->outbox->sent.front();
      const Term said = mail.term();
      if (const auto* items = said.tuple_of(5); items && (*items)[1].is_atom("heartbeat")) {
        our_refs_[mail.topic] = (*items)[2];
      }
      if (is_empty_beat(said)) continue;
      published_[mail.topic].push_back({mail.to, masked(said)});
    }
    for (auto& [name, client] : b_->clients) {
      for (const std::string& frame : client->heard()) frames_[name].push_back(masked(frame));
    }
  }

  using Published = std::vector<std::pair<std::optional<Term>, Term>>;
  static std::string kind(const Term& term) {
    const auto* items = term.get<etf::Tuple>();
    return items == nullptr ? "?" : (*items).items[1].get<etf::Atom>()->name;
  }
  static std::string text(const std::optional<Term>& node) {
    return node ? *node->get<std::string>() : "*";
  }
  static void expect_same(const Published& ours, const Published& theirs) {
    Heard ours_said, theirs_said;
    for (const auto& [to, term] : ours) ours_said.push_back(kind(term) + " " + text(to));
    for (const auto& [to, term] : theirs) theirs_said.push_back(kind(term) + " " + text(to));
    expect_eq(ours_said, theirs_said);
    for (std::size_t i = 0; i < ours.size(); ++i) {
      expect(ours[i].second == theirs[i].second, fmt::format("message {} is as recorded", i));
    }
  }

  const std::vector<Recorded> events_;
  const presence::ClusterOptions cluster_;
  const long long until_;
  long long now_ = 0;
  std::size_t messages_ = 0;
  std::map<std::string, Term> our_refs_;  // by the trackers' topics
  std::unique_ptr<Node> b_;
  std::map<std::string, Published> published_, expected_;  // by the trackers' topics
  std::map<std::string, Heard> frames_, expected_frames_;
};

}  // namespace

PHX_TEST("in b's place: presences one at a time, updates, two and three metas under one key") {
  presence::ClusterOptions defaults{.name = "ContractWeb.Presence"};
  defaults.tracker.first_tick = Millis{0};
  Replay("010-presence.txt", defaults, 63'000).run();
}
PHX_TEST("in b's place: a late join asks for all and gets it") {
  Replay("011-late-join.txt", options(Millis{301}), 99'000).run();
}
PHX_TEST("in b's place: a foreign replica comes, falls silent, comes back, leaves, starts again") {
  Replay("040-foreign-replica.txt", options(Millis{301}), 99'000).run();
}
