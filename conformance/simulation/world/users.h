#pragma once
/// \file
/// What a server of a world serves: rooms for people, dens and a strict mount for liars.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "channel/events.h"
#include "cluster/envelope.h"
#include "cluster/exchange.h"
#include "conformance/simulation/machine/random.h"
#include "conformance/simulation/world/hall.h"
#include "conformance/simulation/world/room.h"
#include "conformance/simulation/world/scene.h"
#include "redis/events.h"
#include "redis/options.h"
#include "socket/events.h"

namespace phx::simulation {

/// Where liars are at home: no invariant speaks of it.
struct Den final : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    constexpr std::size_t much = 20'000;
    if (event == "echo") return Reply::ok(payload);
    if (event != "blast") return unhandled(event);
    socket.broadcast("blast", {{"filler", std::string(much, 'x')}});
    return NoReply{};
  }
};

struct Users final : UserSocket {
  Users(Oracle& oracle, const std::string& node, std::size_t most) : max_channels_(most) {
    channel("room:*",
            [this, &oracle, node] { return std::make_unique<Room>(oracle, *presence, node); });
    channel<Den>("den:*");
  }
  ConnectResult connect(Connect connect, Socket& socket) const override {
    socket.assigns["who"] = connect.params["who"];
    return Accepted{};
  }
  std::optional<std::string> id(const Socket& socket) const override {
    return "user:" + socket.assigns.find("who")->second.string_or("");
  }
  std::size_t max_channels() const override { return max_channels_; }
  const std::unique_ptr<Presence> presence = std::make_unique<Presence>();

 private:
  const std::size_t max_channels_;
};

/// A mount that asks all that it may of its clients: only liars come there.
inline transport::Mount strict_mount(const std::shared_ptr<const UserSocket>& users) {
  transport::Mount mount{"/strict/:tenant", users};
  mount.websocket->subprotocols = {"phoenix", "chat"};
  mount.websocket->compress = true;
  mount.longpoll = transport::LongpollOptions{.max_waiting_frames = 10, .bind_session = true};
  mount.check_origin = transport::Origins::list({"//example.com", "https://*.example.com:443"});
  mount.connect_info.peer_data = mount.connect_info.uri = mount.connect_info.user_agent = true;
  mount.connect_info.x_headers = mount.connect_info.trace_context_headers = true;
  mount.connect_info.sec_websocket_headers = true;
  mount.auth_token = true;
  mount.message_rate = socket::MessageRate{1, 20};
  mount.byte_rate = socket::ByteRate{1'000, 10'000};
  mount.transport_log = Level::info;
  return mount;
}

inline auto timing() {
  return telemetry::on<HandleInTimed>([](const HandleInTimed&) {});
}

/// What is measured must not change what happens.
inline void measure_all(telemetry::Telemetry& telemetry) {
  telemetry.attach("measures",
                   {telemetry::on<ChannelJoined>([](const ChannelJoined&) {}),
                    telemetry::on<ChannelHandledIn>([](const ChannelHandledIn&) {}),
                    telemetry::on<SocketConnected>([](const SocketConnected&) {}),
                    telemetry::on<cluster::BroadcastHeard>([](const cluster::BroadcastHeard&) {}),
                    telemetry::on<HandleInTimed>([](const HandleInTimed&) {})});
}

/// A quarter of the clusters have names that no node of Phoenix has.
inline std::string node_name_of(std::uint64_t seed, std::string name) {
  constexpr std::size_t long_enough = 100;
  if (Random(seed, "odd names").chance(75)) return name;
  return name + "@-:Host[1]{zZ9}~" + std::string(long_enough, 'x');
}

/// Messages between nodes may be limited, or compressed.
inline cluster::EnvelopeOptions envelopes_of(std::uint64_t seed) {
  Random random(seed, "envelopes");
  cluster::EnvelopeOptions options;
  if (random.chance(50)) options.compression_level = random.between(std::size_t{1}, std::size_t{9});
  if (random.chance(50)) {
    options.max_bytes = 150'000;
    options.max_transfer_bytes = 3'000'000;
  }
  return options;
}

/// Its connections to Redis are made again in time: half a second after one that worked, and a
/// second later at most. What this run of the node says goes there, or is reported as lost.
inline void watch_redis(telemetry::Telemetry& telemetry, Oracle& oracle, const std::string& node,
                        const std::string& run) {
  const auto tries = std::make_shared<std::map<std::string, unsigned>>();  // by role
  telemetry.attach(
      "redis",
      {telemetry::on<redis::Connected>(
           [tries](const redis::Connected& now) { (*tries)[std::string(now.role)] = 0; }),
       telemetry::on<redis::Published>([&oracle, run](const redis::Published& now) {
         if (!now.repeated) oracle.settles_broadcast(run);
       }),
       telemetry::on<redis::MessagesLost>([&oracle, run](const redis::MessagesLost& now) {
         if (!now.repeated) oracle.settles_broadcast(run);
       }),
       telemetry::on<redis::Disconnected>([tries, &oracle, node](const redis::Disconnected& now) {
         const redis::Options options;
         const bool first = (*tries)[std::string(now.role)]++ == 0;
         const Millis most = first ? options.first_backoff : options.last_backoff;
         if (now.retry_after >= options.first_backoff / 2 && now.retry_after <= most) return;
         oracle.violated(invariants::patient,
                         fmt::format("{}'s {} waits {} ms for Redis, and its options say {} to {}",
                                     node, now.role, now.retry_after.count(),
                                     options.first_backoff.count() / 2, most.count()));
       })});
}

/// The first batch must keep to the limit. A later one may exceed it: when its time is up, the
/// drainer takes everyone who is left.
inline void watch_drains(telemetry::Telemetry& telemetry, Oracle& oracle, const Scene& scene) {
  const std::size_t most = std::max<std::size_t>(scene.drained_at_once / scene.shards, 1);
  telemetry.attach(
      "drains", {telemetry::on<SocketDrain>([&oracle, most](const SocketDrain& batch) {
        if (batch.path != "/socket" || batch.index > 1 || batch.count <= most) return;
        oracle.violated(
            invariants::in_batches,
            fmt::format("{} connections are drained at once, of {} at most", batch.count, most));
      })});
}

/// Fills a server's endpoint. `node` names it in what it says. Returns its presences.
inline const Presence* serve(Endpoint& endpoint, Oracle& oracle, const std::string& node,
                             const Scene& scene, std::uint64_t seed) {
  const auto users = std::make_shared<Users>(oracle, node, scene.max_channels);
  presence::ClusterOptions presences{.name = "World.Presence"};
  Random random(seed, "presences");
  presences.permdown_on_shutdown = random.chance(70);
  if (random.chance(30)) presences.tracker.permdown_period = Millis{70'000};
  if (random.chance(20)) presences.tracker.down_period = Millis{28'000};
  if (random.chance(50)) presences.tracker.max_delta_sizes = {1, 2, 4};
  endpoint.presence(*users->presence, std::move(presences));
  transport::Mount mount{"/socket", users};
  mount.longpoll = transport::LongpollOptions{.max_waiting_bytes = scene.max_waiting_bytes};
  mount.drainer.batch_size = scene.drained_at_once;
  if (random.chance(20)) mount.drainer.shutdown = Millis{1'000};  // then all at once
  mount.check_origin = transport::Origins::any();
  endpoint.socket(std::move(mount));
  endpoint.socket(strict_mount(users));
  mount_guests(endpoint, *users->presence);
  watch_drains(endpoint.telemetry(), oracle, scene);
  Random measures(seed, "measures");
  if (measures.chance(50)) measure_all(endpoint.telemetry());
  if (measures.chance(20)) endpoint.telemetry().attach("times", {timing()});
  return users->presence.get();
}

}  // namespace phx::simulation
