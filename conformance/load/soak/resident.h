/// \file
/// A client that stays for the whole run and does nothing wrong: the library's own. What it loses
/// is the server's fault.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "client/client.h"
#include "conformance/load/client/loop.h"
#include "conformance/load/soak/member.h"

struct uv_loop_s;

namespace phx::soak {

/// The libuv loop that the residents live on, turned by the soak's own. Neither copied nor moved.
class ResidentsLoop : bench::Watcher {
 public:
  explicit ResidentsLoop(bench::Loop& loop);
  ~ResidentsLoop() override;
  ResidentsLoop(const ResidentsLoop&) = delete;
  ResidentsLoop& operator=(const ResidentsLoop&) = delete;

  uv_loop_s* uv() const { return uv_.get(); }
  /// Timers cause no event on the soak's loop: call this between its turns.
  void turn();

 private:
  void ready(std::uint32_t) override { turn(); }

  bench::Loop& loop_;
  const std::unique_ptr<uv_loop_s> uv_;
};

/// How often a quiet client sends a heartbeat: a server closes a silent one.
constexpr std::chrono::seconds heartbeat_period{20};

/// A client of the library's, on one topic. A connection or a channel that ends before it goes is
/// reported, once. Neither copied nor moved.
class Resident {
 public:
  /// `name` is its name in findings.
  Resident(World& world, std::size_t node, std::string name, std::string topic);

  Topic& topic() { return topic_; }
  const std::string& name() const { return name_; }
  bool connected() const { return client_.status() == ClientStatus::open; }
  bool joined() const { return topic_.status() == TopicStatus::joined; }
  bool gone() const { return gone_; }
  /// Connects, and joins; `joined` is called once the join was answered ok. REQUIRES: the topic's
  /// callbacks are set.
  void come(std::function<void()> joined);
  void go();
  void complain(Wrong kind, const std::string& sentence);

 private:
  void lost(Wrong kind, const std::string& sentence);

  World& world_;
  const std::string name_;
  Client client_;
  Topic topic_;
  bool gone_ = false;
};

}  // namespace phx::soak
