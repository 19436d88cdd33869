#pragma once
/// \file
/// Whether any hub of this node has a subscriber of a topic: asked of each message from another
/// node before it is decoded, as most are for others.

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/keyed_hash.h"

namespace phx::cluster {

/// Counts topics by a hash, so that nobody takes a lock: it may say yes where there is none, and
/// never no where there is one. Any thread. Neither copied nor moved.
class Interest {
 public:
  void opened(std::string_view topic) { slot(topic).fetch_add(1, std::memory_order_release); }
  /// REQUIRES: it was opened.
  void closed(std::string_view topic) { slot(topic).fetch_sub(1, std::memory_order_release); }
  bool possible(std::string_view topic) const {
    return slot(topic).load(std::memory_order_acquire) != 0;
  }
  /// Nothing is open. Before any other thread asks.
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
