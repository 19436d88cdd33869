/// The process that exchanges messages with other nodes for one tracker of the pool: it has the
/// clock and the wire, and its replica decides what to send.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <random>

#include "base/check.h"
#include "etf/phash2.h"
#include "presence/cluster.h"
#include "presence/events.h"
#include "presence/meta_term.h"
#include "process/scheduler.h"
#include "pubsub/term_event.h"

namespace phx {
namespace {

using presence::Diffs;
using presence::Replica;
using presence::ReplicaRef;
using presence::Skip;
using presence::TrackerMessage;

/// To itself: a period has passed.
struct Tick {};
/// To itself: more is to be merged, or the list is to be updated.
struct GoOn {};
struct ToMerge {
  pubsub::EventPtr event;  ///< Holds it.
  const presence::TrackerEvent* said;
  std::size_t index;  ///< Of the next.
};

/// Slices of long transfers, a thousand presences each: more than a node requests at a time.
/// Transfers beyond are requested again.
constexpr std::size_t max_to_merge = 2'000;

/// A version, unique to each run of a replica: microseconds since 1970, and its number in this
/// program.
long long new_vsn() {
  static std::atomic<long long> runs = 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  return presence::own_vsn(micros + ++runs);
}

std::string topic_of(const std::string& presence, std::size_t shard) {
  return "phx_presence:Elixir." + presence + "_shard" + std::to_string(shard);
}

/// For the log.
const char* reason_of(Skip why) {
  switch (why) {
    case Skip::unreadable: return "a presence of another node can't be shown";
    case Skip::own_name: return "it is of a node with this node's name";
    case Skip::replicas: return "there are too many replicas";
    case Skip::clocks: return "too many clocks wait for the next period";
    case Skip::requests: return "too many nodes wait for a long list";
    case Skip::transfers: return "too many transfers wait to be merged";
  }
  return "";
}

/// A node name that no Phoenix node has. Only letters and digits: it becomes an atom.
std::string node_atom(std::string name) {
  if (name.size() > 100) name.resize(100);
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z'); },
      '_');
  return name + "@phx";
}

}  // namespace

class Presence::TrackerProcess final : public process::Process {
 public:
  TrackerProcess(Presence& presence, Context context, std::size_t shard)
      : presence_(presence),
        cluster_(*presence.cluster_),
        context_(context),
        shard_(shard),
        topic_(topic_of(cluster_.options.name, shard)) {}
  std::string name() const override { return "presence tracker " + std::to_string(shard_); }

 protected:
  void init() override {
    subscription_ = context_.pubsub->subscribe(topic_, self(), nullptr, pubsub::Wants::notices);
    std::minstd_rand random(static_cast<unsigned>(new_vsn()));
    const Millis by_chance(static_cast<long long>(random()) % (period().count() / 4 + 1));
    tick_after(cluster_.options.tracker.first_tick.value_or(by_chance));
    go_on_later();  // after a predecessor
  }

  void handle(process::Message message) override {
    if (message.holds<GoOn>()) {
      go_on();
    } else if (message.holds<Tick>()) {
      tick_after(period());
      turn([this](Replica& replica) { return replica.tick(scheduler().now()); });
    } else if (const auto* said = pubsub::event_in<presence::TrackerEvent>(message)) {
      hear(*said, *message.get_if<pubsub::EventPtr>());
    } else if (const auto* own = pubsub::event_in<presence::OwnName>(message)) {
      hear_own_name(own->ref);
    } else if (pubsub::event_in<presence::Reconnected>(message) != nullptr) {
      turn([this](Replica& replica) { return replica.reconnected(scheduler().now()); });
    }
  }

  bool traps_exits() const override { return true; }  // for the last messages

  /// The server stops. After a crash, instead, a successor goes on with the same replica.
  void terminate(const process::ExitReason& reason) override {
    if (reason.kind == process::ExitReason::crash) return;
    Replica::Turn last;
    {
      const std::lock_guard lock(presence_.mutex_);
      auto& replica = cluster_.replicas[shard_];
      last = replica->leave(cluster_.options.permdown_on_shutdown);
      replica = std::make_unique<Replica>(ReplicaRef(replica->self().name(), new_vsn()),
                                          presence_.state_, cluster_.options.tracker);
    }
    publish(last.send);
  }

 private:
  Millis period() const { return cluster_.options.tracker.broadcast_period; }
  void tick_after(Millis delay) { scheduler().send_after(delay, self(), Tick{}); }

  /// The rest of a long transfer follows, one slice for each message to itself, as do the presences
  /// of a node that came or went: channels get the lock, and the thread, in between.
  void hear(const presence::TrackerEvent& said, const pubsub::EventPtr& event) {
    if (said.unreadable > 0) skip(Skip::unreadable, said.unreadable);
    if (!to_merge_.empty() && slices_ + said.messages.size() > max_to_merge) {
      return skip(Skip::transfers);
    }
    receive(said.messages.front());
    if (said.messages.size() == 1) return;
    to_merge_.push_back({event, &said, 1});
    slices_ += said.messages.size() - 1;
    go_on_later();
  }
  void go_on_later() {
    if (!std::exchange(going_on_, true)) scheduler().send_regardless(self(), GoOn{});
  }
  void go_on() {
    going_on_ = false;
    merge_next();
    turn([](Replica& replica) { return replica.go_on(); });
    if (!to_merge_.empty()) go_on_later();
  }
  void merge_next() {
    if (to_merge_.empty()) return;
    ToMerge& next = to_merge_.front();
    receive(next.said->messages[next.index]);
    --slices_;
    if (++next.index == next.said->messages.size()) to_merge_.pop_front();
  }
  /// A message of this node's previous run may arrive late, but only once.
  void hear_own_name(const ReplicaRef& from) {
    const ReplicaRef self = [this] {
      const std::lock_guard lock(presence_.mutex_);
      return cluster_.replicas[shard_]->self();
    }();
    if (from == self) return;
    const bool began_before = from.vsn() < self.vsn();
    if (began_before && std::exchange(namesake_, from.vsn()) != from.vsn()) return;
    warn_of_shared_name(from.name());
  }

  /// Logs the 1st, 2nd, 4th, 8th …
  void warn_of_shared_name(const etf::Term& name) {
    if (!worth_a_line(++shared_names_)) return;
    context_.log().warn("two nodes have one name: each needs its own, or presences come and go",
                        {{"node", presence::text_of(name).value_or("?")},
                         {"topic", topic_},
                         {"count", std::to_string(shared_names_)}});
  }

  void receive(const TrackerMessage& said) {
    turn([&](Replica& replica) { return replica.receive(scheduler().now(), said); });
  }

  /// Sends the replica's messages to the others, and the changes to this node's members.
  template <class Act>
  void turn(Act act) {
    Replica::Turn turn;
    {
      const std::lock_guard lock(presence_.mutex_);
      Replica& replica = *cluster_.replicas[shard_];
      turn = act(replica);
      if (replica.lags()) go_on_later();
      for (Diffs& diffs : turn.changes) {
        for (auto& [topic, diff] : diffs) {
          presence_.enqueue(context_, self(), {topic, std::move(diff)});
        }
      }
    }
    for (const Skip why : turn.skipped) skip(why);
    if (turn.shared_name) warn_of_shared_name(*turn.shared_name);
    publish(turn.send);
    if (turn.piece) write(*turn.piece);
  }

  void publish(const std::vector<presence::Outgoing>& messages) const {
    for (const auto& [message, to] : messages) {
      publish(presence::encode(message, cluster_.pids), to);
    }
  }
  void publish(std::string message, const std::optional<etf::Term>& to) const {
    const auto event = std::make_shared<const pubsub::WrittenTerm>(std::move(message));
    to ? cluster_.adapter->direct_broadcast(*to, topic_, event)
       : cluster_.adapter->broadcast(topic_, event);
  }
  void write(const presence::OutgoingPiece& next) {
    if (next.piece.head) long_answer_ = std::make_unique<presence::LongAckWriter>(cluster_.pids);
    long_answer_->write(next.piece);
    if (next.piece.is_last) publish(std::exchange(long_answer_, nullptr)->take(), next.to);
  }

  static bool worth_a_line(std::size_t count) { return (count & (count - 1)) == 0; }
  /// All are counted; of each kind the log has the 1st, 2nd, 4th, 8th …
  void skip(Skip why, std::size_t count = 1) {
    context_.telemetry->execute(presence::TrackerSkipped{topic_, why, count});
    std::size_t& events = skipped_[static_cast<std::size_t>(why)];
    if (!worth_a_line(++events)) return;
    context_.log().warn(
        "a tracker's message was skipped",
        {{"topic", topic_}, {"reason", reason_of(why)}, {"count", std::to_string(events)}});
  }

  Presence& presence_;
  Cluster& cluster_;
  const Context context_;
  const std::size_t shard_;
  const std::string topic_;
  std::unique_ptr<pubsub::Subscription> subscription_;
  std::unique_ptr<presence::LongAckWriter> long_answer_;  ///< One that is being written.
  std::deque<ToMerge> to_merge_;
  std::size_t slices_ = 0;  ///< In there, still to be merged.
  bool going_on_ = false;   ///< A message to itself is on its way.
  std::array<std::size_t, presence::skips> skipped_{};
  std::size_t shared_names_ = 0;  ///< How often it was noticed.
  etf::Term namesake_;            ///< The version of a replica of our name.
};

/// Each tracker of the pool hears of each node: it is up if all do, and its clocks are added.
std::vector<Presence::Node> Presence::nodes() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, Node> all;
  if (!cluster_) return {};
  for (const auto& replica : cluster_->replicas) {
    for (const Replica::Node& node : replica->nodes()) {
      const std::string name = presence::text_of(node.name).value_or("?");
      Node& known = all.try_emplace(name, Node{name, true, node.heard, 0}).first->second;
      known.is_up = known.is_up && node.is_up;
      known.heard = std::max(known.heard, node.heard);
      known.clock += static_cast<std::uint64_t>(node.clock);
    }
  }
  std::vector<Node> nodes;
  for (auto& [name, node] : all) nodes.push_back(std::move(node));
  return nodes;
}

void Presence::connect(std::shared_ptr<pubsub::Adapter> adapter, presence::ClusterOptions options) {
  check(!cluster_, "a presence is connected once");
  check(options.pool_size > 0, "a pool has at least one tracker");
  const std::string node = adapter->node_name();
  cluster_ = std::make_unique<Cluster>();
  cluster_->adapter = std::move(adapter);
  cluster_->pids = {{node_atom(node)}, static_cast<std::uint32_t>(new_vsn()) | 1};
  for (std::size_t shard = 0; shard < options.pool_size; ++shard) {
    cluster_->replicas.push_back(
        std::make_unique<Replica>(ReplicaRef(node, new_vsn()), state_, options.tracker));
  }
  cluster_->options = std::move(options);
}

std::vector<Presence::Tracker> Presence::trackers() {
  std::vector<Tracker> trackers;
  const std::size_t size = cluster_ ? cluster_->options.pool_size : 0;
  for (std::size_t shard = 0; shard < size; ++shard) {
    trackers.push_back({cluster_->options.name + " tracker " + std::to_string(shard),
                        [this, shard](const Context& context) {
                          return std::make_unique<TrackerProcess>(*this, context, shard);
                        }});
  }
  return trackers;
}

/// REQUIRES: the lock is held, and there are other nodes.
void Presence::record(const Change& change) {
  const auto trackers = static_cast<std::uint32_t>(cluster_->options.pool_size);
  const std::uint32_t shard = etf::phash2(change.topic, trackers);
  cluster_->replicas[shard]->record(change.topic, change.diff);
}

Presence::Presence(PresenceOptions options) : options_(options) {}
Presence::~Presence() = default;

}  // namespace phx
