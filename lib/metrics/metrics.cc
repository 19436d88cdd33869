/// The series, the handlers that count them, and the page; no other file includes prometheus-cpp.

#include "metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "channel/events.h"
#include "cluster/exchange.h"
#include "presence/events.h"
#include "redis/events.h"
#include "socket/events.h"
#include "telemetry/faults.h"
#include "telemetry/limits.h"
#include "telemetry/shard_measured.h"

namespace phx {
namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Registry;
using telemetry::on;

/// From the length of a turn to the time after which a client gives up.
const Histogram::BucketBoundaries seconds{0.000'01, 0.000'1, 0.001, 0.005, 0.01, 0.05,
                                          0.1,      0.5,     1,     5,     10};

double in_seconds(telemetry::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

Counter& counter(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

/// Durations by result.
struct Outcomes {
  Outcomes(Registry& registry, const char* name, const char* help,
           const prometheus::Labels& labels = {})
      : family(prometheus::BuildHistogram().Name(name).Help(help).Register(registry)),
        ok(family.Add(with(labels, "ok"), seconds)),
        error(family.Add(with(labels, "error"), seconds)) {}

  void observe(serializer::Status status, telemetry::Duration duration) {
    (status == serializer::Status::ok ? ok : error).Observe(in_seconds(duration));
  }
  static prometheus::Labels with(prometheus::Labels labels, const char* result) {
    labels["result"] = result;
    return labels;
  }

  prometheus::Family<Histogram>& family;
  Histogram& ok;
  Histogram& error;
};

/// Messages between nodes, and those that were lost. Presence sends again what it lost.
struct Nodes {
  static constexpr std::array kinds{"broadcast", "presence"};
  using PerKind = std::array<Counter*, kinds.size()>;
  static constexpr std::array losses{redis::Loss::away, redis::Loss::broken, redis::Loss::refused,
                                     redis::Loss::overflow};

  explicit Nodes(Registry& registry)
      : heard(counter(registry, "phoenix_cluster_broadcasts_heard_total",
                      "Broadcasts of other nodes that had a subscriber here.")),
        skipped(counter(registry, "phoenix_cluster_messages_skipped_total",
                        "Messages of other nodes that could not be read.")),
        kept(counter(registry, "phoenix_cluster_broadcasts_kept_total",
                     "Broadcasts that could not be sent to other nodes.")),
        presence_skipped(each_skip(registry)),
        connects(prometheus::BuildCounter()
                     .Name("phoenix_redis_connects_total")
                     .Help("Connections to Redis that succeeded.")
                     .Register(registry)),
        channels(prometheus::BuildGauge()
                     .Name("phoenix_redis_channels")
                     .Help("Channels of topics that Redis sends this node.")
                     .Register(registry)
                     .Add({})),
        subscriber(connects.Add({{"role", "subscriber"}})),
        publisher(connects.Add({{"role", "publisher"}})) {
    auto& taken = prometheus::BuildCounter()
                      .Name("phoenix_redis_published_total")
                      .Help("Messages that Redis accepted.")
                      .Register(registry);
    auto& passed_on = prometheus::BuildCounter()
                          .Name("phoenix_redis_receivers_total")
                          .Help("Deliveries of these messages by Redis, one for each node.")
                          .Register(registry);
    auto& missed = prometheus::BuildCounter()
                       .Name("phoenix_redis_messages_lost_total")
                       .Help("Messages lost on their way to other nodes.")
                       .Register(registry);
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
      published[kind] = &taken.Add({{"kind", kinds[kind]}});
      receivers[kind] = &passed_on.Add({{"kind", kinds[kind]}});
      for (const redis::Loss why : losses) {
        lost[kind][static_cast<std::size_t>(why)] =
            &missed.Add({{"kind", kinds[kind]}, {"why", std::string(to_string(why))}});
      }
    }
  }

  static std::array<Counter*, presence::skips> each_skip(Registry& registry) {
    auto& family = prometheus::BuildCounter()
                       .Name("phoenix_presence_skipped_total")
                       .Help("What trackers left out of other nodes' messages.")
                       .Register(registry);
    std::array<Counter*, presence::skips> counters{};
    for (std::size_t i = 0; i < counters.size(); ++i) {
      const auto why = static_cast<presence::Skip>(i);
      counters[i] = &family.Add({{"why", std::string(to_string(why))}});
    }
    return counters;
  }

  Counter& heard;
  Counter& skipped;
  Counter& kept;
  std::array<Counter*, presence::skips> presence_skipped;
  prometheus::Family<Counter>& connects;
  Gauge& channels;
  Counter& subscriber;
  Counter& publisher;
  PerKind published{};
  PerKind receivers{};
  std::array<std::array<Counter*, losses.size()>, kinds.size()> lost{};
};

}  // namespace

/// Lives as long as a handler on another thread may still count.
struct Metrics::Series {
  Registry registry;

  Outcomes websockets{registry,
                      "phoenix_socket_connect_duration_seconds",
                      "How long user sockets took to accept or refuse a connection.",
                      {{"transport", "websocket"}}};
  Outcomes longpolls{registry,
                     "phoenix_socket_connect_duration_seconds",
                     "How long user sockets took to accept or refuse a connection.",
                     {{"transport", "longpoll"}}};
  Outcomes joins{registry, "phoenix_channel_join_duration_seconds",
                 "How long channels took to let a client in or refuse it."};
  Histogram& handled = prometheus::BuildHistogram()
                           .Name("phoenix_channel_handle_in_duration_seconds")
                           .Help("How long channels took to handle an event from a client.")
                           .Register(registry)
                           .Add({}, seconds);
  Counter& drained = counter(registry, "phoenix_drained_connections_total",
                             "Connections drained by a server that stops.");

  Counter& crashes = counter(registry, "phoenix_process_crashes_total", "Processes that crashed.");
  Counter& overflows = counter(registry, "phoenix_mailbox_overflows_total",
                               "Processes that ended because their mailbox overflowed.");
  Counter& long_turns = counter(registry, "phoenix_long_turns_total",
                                "Handlers that ran too long and held up their thread.");
  Counter& unheard = counter(registry, "phoenix_broadcasts_lost_total",
                             "Broadcasts that a shard's subscribers missed: its inbox was full.");
  Counter& gave_up = counter(registry, "phoenix_supervisors_gave_up_total",
                             "Supervisors that stopped restarting a child.");
  Counter& slow = counter(registry, "phoenix_slow_consumers_total",
                          "Connections closed because their client read too slowly.");
  Counter& refused = counter(registry, "phoenix_connections_refused_total",
                             "Connections closed on arrival, at the connection limit.");
  prometheus::Family<Counter>& reached =
      prometheus::BuildCounter()
          .Name("phoenix_limits_reached_total")
          .Help("Requests, messages and connections that a limit refused or ended.")
          .Register(registry);
  std::array<Counter*, telemetry::limits> limits = each_limit();
  Counter& failed = counter(registry, "phoenix_telemetry_handler_failures_total",
                            "Telemetry handlers that threw and were detached.");

  Nodes nodes{registry};

  prometheus::Family<Gauge>& connections = prometheus::BuildGauge()
                                               .Name("phoenix_connections")
                                               .Help("Open connections: websockets and HTTP.")
                                               .Register(registry);
  prometheus::Family<Gauge>& processes =
      prometheus::BuildGauge()
          .Name("phoenix_processes")
          .Help("Living processes: sockets, channels and others.")
          .Register(registry);
  Gauge& sessions = prometheus::BuildGauge()
                        .Name("phoenix_longpoll_sessions")
                        .Help("Living long-poll sessions.")
                        .Register(registry)
                        .Add({});

  /// All exist from the start, so that a rate can be computed for each.
  std::array<Counter*, telemetry::limits> each_limit() {
    std::array<Counter*, telemetry::limits> counters{};
    for (std::size_t i = 0; i < counters.size(); ++i) {
      const std::string_view name = to_string(static_cast<telemetry::Limit>(i));
      counters[i] = &reached.Add({{"limit", std::string(name)}});
    }
    return counters;
  }

  /// The page, in Prometheus's text format.
  std::string text(std::size_t longpoll_sessions) {
    sessions.Set(static_cast<double>(longpoll_sessions));
    return prometheus::TextSerializer().Serialize(registry.Collect());
  }
  void measured(const telemetry::ShardMeasured& event) {
    const std::string shard = std::to_string(event.shard);  // at most 64 of them
    processes.Add({{"shard", shard}}).Set(static_cast<double>(event.processes));
    connections.Add({{"shard", shard}, {"protocol", "websocket"}})
        .Set(static_cast<double>(event.websockets));
    connections.Add({{"shard", shard}, {"protocol", "http"}})
        .Set(static_cast<double>(event.http_connections));
  }
};

namespace {

template <class E>
telemetry::Handler counts(const std::shared_ptr<void>& series, Counter& counter) {
  return on<E>([series, &counter](const E&) { counter.Increment(); });
}

}  // namespace

Metrics::Metrics(Endpoint& endpoint, std::string path)
    : endpoint_(endpoint), series_(std::make_shared<Series>()) {
  const auto& s = series_;
  endpoint.telemetry().attach(
      id, {on<SocketConnected>([s](const SocketConnected& event) {
             (event.transport == "websocket" ? s->websockets : s->longpolls)
                 .observe(event.result, event.duration);
           }),
           on<ChannelJoined>(
               [s](const ChannelJoined& event) { s->joins.observe(event.result, event.duration); }),
           on<HandleInTimed>(
               [s](const HandleInTimed& event) { s->handled.Observe(in_seconds(event.duration)); }),
           on<SocketDrain>([s](const SocketDrain& event) {
             s->drained.Increment(static_cast<double>(event.count));
           }),
           on<telemetry::ShardMeasured>(
               [s](const telemetry::ShardMeasured& event) { s->measured(event); }),
           on<telemetry::LimitReached>([s](const telemetry::LimitReached& event) {
             s->limits[static_cast<std::size_t>(event.limit)]->Increment();
           }),
           counts<telemetry::ProcessCrashed>(s, s->crashes),
           counts<telemetry::MailboxOverflowed>(s, s->overflows),
           counts<telemetry::LongTurn>(s, s->long_turns),
           counts<telemetry::BroadcastLost>(s, s->unheard),
           counts<telemetry::SupervisorGaveUp>(s, s->gave_up),
           counts<telemetry::SlowConsumer>(s, s->slow),
           counts<telemetry::ConnectionRefused>(s, s->refused),
           counts<telemetry::HandlerFailed>(s, s->failed),
           on<redis::Connected>([s](const redis::Connected& event) {
             (event.role == "publisher" ? s->nodes.publisher : s->nodes.subscriber).Increment();
           }),
           on<redis::Published>([s](const redis::Published& event) {
             s->nodes.published[event.repeated ? 1 : 0]->Increment();
             s->nodes.receivers[event.repeated ? 1 : 0]->Increment(
                 static_cast<double>(event.receivers));
           }),
           on<redis::MessagesLost>([s](const redis::MessagesLost& event) {
             s->nodes.lost[event.repeated ? 1 : 0][static_cast<std::size_t>(event.why)]->Increment(
                 static_cast<double>(event.count));
           }),
           on<redis::ChannelsAsked>([s](const redis::ChannelsAsked& event) {
             s->nodes.channels.Set(static_cast<double>(event.channels));
           }),
           on<presence::TrackerSkipped>([s](const presence::TrackerSkipped& event) {
             s->nodes.presence_skipped[static_cast<std::size_t>(event.why)]->Increment(
                 static_cast<double>(event.count));
           }),
           counts<cluster::BroadcastHeard>(s, s->nodes.heard),
           counts<cluster::MessageSkipped>(s, s->nodes.skipped),
           counts<cluster::BroadcastKept>(s, s->nodes.kept)});
  if (!path.empty()) endpoint.get(std::move(path), page());
}

Endpoint::Page Metrics::page() const {
  return [s = series_, &endpoint = endpoint_](const http::Request&) {
    return http::Response{200,
                          s->text(endpoint.longpoll_sessions()),
                          {{"content-type", "text/plain; version=0.0.4; charset=utf-8"}}};
  };
}

Metrics::~Metrics() { endpoint_.telemetry().detach(id); }

}  // namespace phx
