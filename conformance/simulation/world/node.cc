/// Shards that a world drives, each on a host of its own.

#include "conformance/simulation/world/node.h"

#include <fmt/format.h>

#include <utility>

#include "base/bucket_walk.h"
#include "cluster/redis_adapter.h"
#include "conformance/simulation/machine/loop.h"
#include "conformance/simulation/machine/redis_loop.h"
#include "conformance/simulation/world/redis.h"
#include "process/census.h"

namespace phx::simulation {

/// One shard. Whatever runs on its host runs as on its thread.
struct Node::Part final : process::Chooser {
  Part(Machine& machine, const Node& node, std::uint32_t number, const Log& log,
       process::Workers& workers, server::MemoryBudget& memory, server::Draining& draining)
      : host(node.name() + "." + std::to_string(number), machine.seed),
        agenda(machine.agenda),
        turns(machine.seed, "turns", number),
        shortcuts(machine.seed, "shortcuts", number) {
    host.enter = [this] {
      if (shard) shard->scheduler().adopt_thread();
    };
    host.leave = [this] {
      if (shard) shard->scheduler().await_thread();
    };
    host.drift = node.options_.drift;
    machine.on(host, [&] {
      shard = std::make_unique<server::Shard>(number, node.endpoint_, log, workers, memory,
                                              draining, node.options_.shard);
      if (node.options_.chooses) shard->scheduler().choose_by(*this);
    });
  }
  std::size_t choose(std::size_t count) override {
    return agenda.choices() != nullptr ? agenda.choices()->turn(count) : turns.below(count);
  }
  /// A scene keeps the mailbox: its orders are to be of turns alone.
  bool at_once() override { return agenda.choices() == nullptr && shortcuts.below(4) != 0; }

  Host host;
  const Agenda& agenda;
  Random turns;      ///< Whose turn is next, and which timer fires first.
  Random shortcuts;  ///< Whether a process at rest takes a frame at once.
  std::unique_ptr<server::Shard> shard;
};

/// What net/redis_pubsub.cc is to a server, on a host in place of a thread.
class Node::Adapter final : public cluster::RedisAdapter {
 public:
  Adapter(Machine& machine, const Options& options, const Settings& settings)
      : RedisAdapter(settings),
        to_redis_(*options.to_redis),
        host_(options.name + ".redis", machine.seed) {
    host_.drift = options.drift;
  }
  Host& host() { return host_; }

  void open(std::vector<pubsub::PubSub*> hubs, const telemetry::Telemetry& telemetry,
            const Log& log) override {
    loop_.emplace(host_, to_redis_);
    begin(*loop_, std::move(hubs), telemetry, log);
  }
  /// Without a last word: see flushed().
  void close() override {
    if (!loop_) return;
    end();
    loop_.reset();
    Machine::here().agenda.forget(host_);
  }
  /// Whether all that was published has gone out. The first call begins to wait for it.
  bool flushed() {
    if (!std::exchange(flushes_, true)) {
      finish([this] { flushed_ = true; });
    }
    return flushed_;
  }

 private:
  const Access& to_redis_;
  Host host_;
  std::optional<RedisLoop> loop_;
  bool flushes_ = false;
  bool flushed_ = false;
};

std::shared_ptr<Node::Adapter> Node::adapter_of(Machine& machine, const Options& options) {
  if (options.cluster_name.empty()) return nullptr;
  redis::Options redis;
  redis.addresses = {{Redis::name, 6379}};
  redis.keep_messages = options.kept_messages;
  return std::make_shared<Adapter>(
      machine, options,
      Adapter::Settings{.redis = std::move(redis),
                        .node_name = options.cluster_name,
                        .channels = {"World.PubSub", options.channel_per},
                        .messages = options.messages});
}

EndpointOptions Node::endpoint_of(const Options& options, std::shared_ptr<Adapter> adapter) {
  EndpointOptions endpoint = options.endpoint;
  endpoint.secret_key_base = "the secret of a simulated server, of more than 64 characters in all";
  endpoint.pubsub = std::move(adapter);
  return endpoint;
}

Node::Node(Machine& machine, const Options& options, const Log& log,
           const std::function<void(Endpoint&)>& fill)
    : machine_(machine),
      options_(options),
      memory_(1'000'000'000, options.shards),
      adapter_(adapter_of(machine, options)),
      endpoint_(endpoint_of(options, adapter_)) {
  fill(endpoint_);
  std::vector<process::Scheduler*> schedulers;
  std::vector<pubsub::PubSub*> hubs;
  for (std::uint32_t i = 0; i < options_.shards; ++i) {
    parts_.push_back(std::make_unique<Part>(machine, *this, i, log, workers_, memory_, draining_));
    schedulers.push_back(&parts_.back()->shard->scheduler());
    hubs.push_back(&parts_.back()->shard->pubsub());
  }
  process::Scheduler::connect(schedulers);
  pubsub::PubSub::connect(hubs);
  endpoint_.broadcaster().open(hubs, endpoint_.telemetry(), log);
  for (const auto& part : parts_) {
    machine.on(part->host, [&] { part->shard->begin(); });
  }
  machine.network.listen(name(), parts_.front()->host,
                         [this](int socket, net::Peer peer) { accept(socket, std::move(peer)); });
}

/// As Server: nothing of the shards runs any more, and the workers go first.
Node::~Node() {
  close_port();
  workers_.stop(Millis{0});
  endpoint_.broadcaster().close();
  for (const auto& part : parts_) {
    machine_.on(part->host, [&] { part->shard->scheduler().clear(); });
  }
  for (const auto& part : parts_) {
    part->shard.reset();
    machine_.agenda.forget(part->host);
  }
}

/// To the emptiest shard, as Server does.
void Node::accept(int socket, net::Peer peer) {
  std::size_t best = next_;
  for (std::size_t i = 1; i < parts_.size(); ++i) {
    const std::size_t other = (next_ + i) % parts_.size();
    if (parts_[other]->shard->load() < parts_[best]->shard->load()) best = other;
  }
  next_ = (best + 1) % parts_.size();
  parts_[best]->shard->adopt(socket, {std::move(peer)}, nullptr);
}

std::vector<Host*> Node::hosts() {
  std::vector<Host*> all;
  for (const auto& part : parts_) all.push_back(&part->host);
  return all;
}

void Node::move_calendar(std::chrono::seconds by) {
  for (const auto& part : parts_) part->host.ahead += by;
  if (adapter_) adapter_->host().ahead += by;
}

/// Its successor may have opened it again.
void Node::close_port() {
  if (std::exchange(listens_, false)) machine_.network.close_port(name());
}

void Node::drain() {
  close_port();
  machine_.on(parts_.front()->host, [this] {
    for (const auto& part : parts_) part->shard->stop();
  });
}

bool Node::has_drained() {
  for (const auto& part : parts_) {
    if (!has_stopped(part->shard->loop())) return false;
  }
  return adapter_ == nullptr || adapter_->flushed();
}

std::size_t Node::connections() const {
  std::size_t all = 0;
  for (const auto& part : parts_) all += part->shard->load();
  return all;
}

std::size_t Node::processes() const {
  std::size_t all = 0;
  const auto leaves = [](const process::Process& process) {
    return process.name() != "supervisor" && !process.name().starts_with("presence ");
  };
  for (const auto& part : parts_) all += part->shard->scheduler().pids_of(leaves).size();
  return all;
}

std::set<std::string> Node::undone() const {
  std::set<std::string> all;
  const auto look = [&](const process::Entry& entry) {
    const process::Process& process = entry.process;
    const auto unless_none = [&](std::size_t count, const char* what) {
      if (count > 0) all.insert(fmt::format("{} of {} on {}", what, process.name(), name()));
    };
    unless_none(entry.mailbox, "messages");
    unless_none(process.unsent_bytes() + process.held_bytes(), "bytes");
    unless_none(entry.awaiting || entry.working ? 1 : 0, "an answer");
    // A few of the dead may be kept: see Scheduler::forget_dead_watchers.
    const std::size_t most = 2 * process.children().size() + 8;
    unless_none(entry.monitors > most ? entry.monitors : 0, "monitors");
  };
  for (const auto& part : parts_) {
    process::Census census(part->shard->scheduler());
    while (census.step(look)) {
    }
  }
  return all;
}

std::set<std::string> Node::topics() const {
  std::set<std::string> all;
  for (const auto& part : parts_) {
    BucketWalk walk;
    const auto visit = [&](const pubsub::Topic& topic) {
      const std::string name(*topic.name);
      if (!name.starts_with("phx_presence:")) all.insert(name);
    };
    while (part->shard->pubsub().step(walk, visit, [] {})) {
    }
  }
  return all;
}

std::size_t Node::subscribers(const std::string& topic) const {
  std::size_t all = 0;
  for (const auto& part : parts_) all += part->shard->pubsub().subscribers(topic);
  return all;
}

}  // namespace phx::simulation
