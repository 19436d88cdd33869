/// \file
/// The soak itself: its members, its time, and its result.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "conformance/load/soak/cluster.h"
#include "conformance/load/soak/findings.h"
#include "conformance/load/soak/member.h"
#include "conformance/load/soak/outages.h"
#include "conformance/load/soak/samples.h"

namespace phx::soak {

/// How much load, and for how long. A value.
struct Load {
  double seconds = 600;
  std::size_t websockets = 200;
  std::size_t polls = 20;
  std::size_t feeds = 8;
  double actions = 1'500;  ///< A second, of all members together.
  double broadcasts = 10;  ///< A second, of each feed, plain and intercepted.
  double vandals = 3;      ///< A second.
  /// For a reply or a broadcast. A slow reader is slow for three seconds at most.
  std::chrono::seconds patience{15};
  std::uint64_t seed = 0;
  std::size_t outages = 0;  ///< Outages of the cluster's Redis, if there is a cluster.
  /// Its nodes have a Redis channel for each topic.
  bool channel_per_topic = false;
};

/// The result. A value.
struct Outcome {
  std::vector<Sample> samples;
  Tally tally;  ///< Of the whole run; its latencies are those of the last second.
  MemoryVerdict memory;
  std::optional<std::size_t> descriptors_before, descriptors_after;
  bool server_ended = false;
  bool gave_up_early = false;  ///< There were so many faults that the run was stopped.
  Outages::Count outages;
  std::vector<Books> books;  ///< Of each node of a cluster, at the end.
  std::vector<Truth> truths;
};

using OnSample = std::function<void(const Sample&)>;

/// Runs it against a server that accepts, or against several nodes. If their processes are known,
/// it measures their memory. `cluster` is the nodes' cluster, if we have started it.
Outcome soak(const Load& load, const std::vector<Target>& nodes, Cluster* cluster,
             Findings& findings, const OnSample& on_sample);

}  // namespace phx::soak
