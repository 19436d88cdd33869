#pragma once
/// \file
/// The command line of phx-publish.

#include <optional>
#include <string>

#include "base/time.h"
#include "cluster/channels.h"
#include "redis/options.h"

namespace phx::publish {

/// The command line's options.
struct Options {
  redis::Options redis;
  std::string pubsub = "Phoenix.PubSub";
  cluster::ChannelPer channel_per = cluster::ChannelPer::cluster;
  Millis patience{5'000};
  bool quiet = false;
  std::string topic;
  std::string event;
  std::string payload = "{}";  ///< As typed, or read.
  bool binary = false;         ///< The payload is bytes, not JSON.
};

/// Parses, and reads the payload; or prints help or a complaint and leaves the exit status (0 or 2)
/// in `status`.
std::optional<Options> parse_options(int argc, char** argv, int& status);

}  // namespace phx::publish
