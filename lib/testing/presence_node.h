#pragma once
/// \file
/// A test's cluster nodes: each one's messages are kept, and the test delivers them to the others.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "etf/reader.h"
#include "presence/presence.h"
#include "presence/wire.h"
#include "pubsub/adapter.h"
#include "pubsub/term_event.h"
#include "testing/fakes.h"

namespace phx::testing {

/// The tracker's options of the recorded nodes, with this time between two heartbeats.
inline presence::ClusterOptions beating_every(Millis period) {
  presence::ClusterOptions options{.name = "ContractWeb.Presence"};
  options.tracker.broadcast_period = period;
  options.tracker.max_silent_periods = 3;
  options.tracker.down_period = Millis{3'000};
  options.tracker.permdown_period = Millis{8'000};
  options.tracker.first_tick = Millis{0};
  return options;
}

/// One message between nodes.
struct Mail {
  std::string from;
  std::optional<etf::Term> to;  ///< None: all others
  std::string topic;
  pubsub::EventPtr event;

  etf::Term term() const {
    return etf::decode_whole(pubsub::as<pubsub::WrittenTerm>(*event)->bytes);
  }
};

/// Keeps one node's messages.
class Outbox final : public pubsub::Adapter {
 public:
  explicit Outbox(std::string node) : node_(std::move(node)) {}
  const std::string& node_name() const override { return node_; }
  void open(std::vector<pubsub::PubSub*>, const telemetry::Telemetry&, const Log&) override {}
  void close() override {}
  void broadcast(std::string_view topic, const pubsub::EventPtr& event) override {
    sent.push_back({node_, {}, std::string(topic), event});
  }
  void direct_broadcast(const etf::Term& node, std::string_view topic,
                        const pubsub::EventPtr& event) override {
    sent.push_back({node_, node, std::string(topic), event});
  }

  std::deque<Mail> sent;

 private:
  const std::string node_;
};

/// As in the contract: tracked under the user's id.
struct PresentRoom : Channel {
  PresentRoom(Presence& presence, std::string key) : presence_(presence), key_(std::move(key)) {}
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

struct PresentUser : UserSocket {
  PresentUser(Presence& presence, const std::string& id) {
    channel("*", [&presence, id] { return std::make_unique<PresentRoom>(presence, id); });
  }
};

/// A node: a shard of its own, and its clients.
struct PresenceNode {
  enum Trackers : bool { at_once, later };
  PresenceNode(const std::string& name, const presence::ClusterOptions& cluster,
               Trackers when = at_once)
      : outbox(std::make_shared<Outbox>(name)) {
    presence.connect(outbox, cluster);
    for (std::size_t i = 0; when == at_once && i < cluster.pool_size; ++i) start(i);
  }
  void start(std::size_t tracker) {
    trackers.push_back(
        shard.scheduler.spawn(presence.trackers().at(tracker).start(shard.context())));
    shard.settle();
  }
  FakeClient& client(const std::string& name, const std::string& user) {
    users.push_back(std::make_unique<PresentUser>(presence, user));
    return *clients.emplace(name, std::make_unique<FakeClient>(shard, *users.back())).first->second;
  }
  void receive(const Mail& mail) { hear(mail.topic, mail.term()); }
  void hear(const std::string& topic, const etf::Term& term) {
    shard.pubsub.broadcast(topic, presence::tracker_event_in(term));
    shard.settle();
  }

  Presence presence;
  std::string logged;  ///< A line each.
  TestShard shard{
      {}, Log::to(Level::warn, [this](Level, const std::string& line) { logged += line + "\n"; })};
  std::shared_ptr<Outbox> outbox;
  std::vector<process::Pid> trackers;
  std::vector<std::unique_ptr<PresentUser>> users;
  std::map<std::string, std::unique_ptr<FakeClient>> clients;
};

}  // namespace phx::testing
