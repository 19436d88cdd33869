#pragma once
/// \file
/// Whether any hub of this node has a subscriber of a topic. Checked for each message of another
/// node before it is decoded, because most are for others.

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/keyed_hash.h"

namespace phx::cluster {

/// Counts topics by a hash, without a lock: it may say yes if there is none, and never no if there
/// is one. Any thread. Neither copied nor moved.
class Interest {
 public:
  void opened(std::string_view topic) { slot(topic).fetch_add(1, std::memory_order_release); }
  /// REQUIRES: opened() was called for it.
  void closed(std::string_view topic) { slot(topic).fetch_sub(1, std::memory_order_release); }
  bool possible(std::string_view topic) const {
    return slot(topic).load(std::memory_order_acquire) != 0;
  }
  /// Closes all topics. Call before other threads use it.
  void clear() {
    for (auto& slot : *slots_) slot = 0;
  }

 private:
  static constexpr std::size_t count = 65'536;
  std::atomic<std::uint32_t>& slot(std::string_view topic) const {
    return (*slots_)[KeyedHash{}(topic) % count];
  }
  const std::unique_ptr<std::array<std::atomic<std::uint32_t>, count>> slots_ =
      std::make_unique<std::array<std::atomic<std::uint32_t>, count>>();
};

}  // namespace phx::cluster
