/// \file
/// Many connections, each joined to one topic: the start of nearly every case.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/load/client/connection.h"
#include "conformance/load/client/frames.h"

namespace phx::bench {

/// A resource: neither copied nor moved. Connections are named by their place, 0 to size - 1.
class Crowd : Listener {
 public:
  using OnText = std::function<void(Connection&, std::string_view text)>;
  /// The member's first topic, and the `nth` after it.
  using Topic = std::function<std::string(std::size_t index, std::size_t nth)>;

  Crowd(Loop&, const Target&);
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  /// Opens `count` connections more, a bounded number at a time; each joins `topics` topics, one
  /// after the other, with join_ref "1". Returns when all have their ok replies.
  void grow(std::size_t count, Topic topic, std::size_t topics = 1);
  /// Closes every connection and returns when the server has ended all.
  void leave();

  /// Gets the frames after the join's reply.
  void listen(OnText on_text) { on_text_ = std::move(on_text); }
  Connection& operator[](std::size_t index) { return *members_[index]; }
  std::size_t size() const { return members_.size(); }

 private:
  /// Asks for the next topic, or counts the member as ready.
  void join_next(Connection&);
  void opened(Connection& connection) override { join_next(connection); }
  void received(Connection&, std::string_view text) override;
  void closed(Connection&) override { ++gone_; }

  Loop& loop_;
  const Target& target_;
  OnText on_text_;
  Topic topic_;
  std::size_t topics_ = 1;
  std::vector<std::size_t> joined_;  // topics, by member
  std::size_t ready_ = 0;
  std::size_t gone_ = 0;
  std::vector<std::unique_ptr<Connection>> members_;
};

}  // namespace phx::bench
