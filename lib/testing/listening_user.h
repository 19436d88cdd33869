#pragma once
/// \file
/// What a client's transport tells its user, line by line, for tests to compare.

#include <string>
#include <utility>
#include <vector>

#include "client/transport.h"

namespace phx::testing {

/// A derived class says how a message reads.
struct ListeningUser : client::TransportUser {
  void opened() override { heard.emplace_back("opened"); }
  void closed(const client::Ending& ending) override {
    heard.push_back("closed " + std::to_string(ending.code) + " " + ending.reason);
  }

  /// What has come since the last call.
  std::vector<std::string> told() { return std::exchange(heard, {}); }

  std::vector<std::string> heard;
};

}  // namespace phx::testing
