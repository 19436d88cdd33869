#pragma once
/// \file
/// A tree that is built at its first use, by the thread that uses it first.

#include <atomic>
#include <memory>
#include <utility>

#include "json/json.h"

namespace phx::serializer {

/// Empty until get(). Several threads may call get() at once; every other call needs exclusive
/// access. Copies share a tree that is already built.
class LazyJson {
 public:
  LazyJson() = default;
  LazyJson(const LazyJson& other) : tree_(copy_of(other.tree_.load(std::memory_order_acquire))) {}
  LazyJson(LazyJson&& other) noexcept : tree_(other.release()) {}
  LazyJson& operator=(LazyJson other) noexcept {
    delete_tree(release());
    tree_.store(other.release(), std::memory_order_relaxed);
    return *this;
  }
  ~LazyJson() { delete_tree(release()); }

  /// The result of the first `build()`. If two threads build at once, one discards its tree, and
  /// both get the other's.
  template <class Build>
  const Json& get(Build&& build) const {
    const Json* known = tree_.load(std::memory_order_acquire);
    if (known != nullptr) return *known;
    auto built = std::make_unique<const Json>(build());
    if (!tree_.compare_exchange_strong(known, built.get(), std::memory_order_acq_rel)) {
      return *known;
    }
    return *built.release();
  }

 private:
  static const Json* copy_of(const Json* tree) {
    return tree == nullptr ? nullptr : std::make_unique<const Json>(*tree).release();
  }
  static void delete_tree(const Json* tree) { const std::unique_ptr<const Json> owned(tree); }
  /// No exchange: no other thread reads it now, and a locked instruction in each move would cost
  /// time.
  const Json* release() {
    const Json* tree = tree_.load(std::memory_order_relaxed);
    tree_.store(nullptr, std::memory_order_relaxed);
    return tree;
  }

  mutable std::atomic<const Json*> tree_ = nullptr;  ///< Owned.
};

}  // namespace phx::serializer
