/// \file
/// Minimal channels: the members of each topic, and the answer to each message.
///
/// No processes, no channel state, no telemetry, no JSON except the envelope's. It uses no sockets,
/// so its test needs none.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "conformance/load/floor/frames.h"

namespace phx::floor {

class Topic;

/// The channels' state of one connection: its topics, and the frames to write. A resource: neither
/// copied nor moved, because its topics point to it.
class Member {
 public:
  Member() = default;
  virtual ~Member() = default;
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  std::string out;  ///< Finished frames.

 private:
  friend class Channels;
  struct Membership {
    Topic* topic;
    std::size_t place;  ///< In the topic's list.
    std::string join_ref;
  };
  std::vector<Membership> topics_;
};

/// A topic exists while it has members.
class Topic {
 public:
  explicit Topic(std::string name) : name_(std::move(name)) {}

 private:
  friend class Channels;
  std::string name_;
  std::vector<Member*> members_;
};

/// A resource: neither copied nor moved. One thread.
class Channels {
 public:
  /// Called with each member that a broadcast gave bytes to write.
  using OnOutput = std::function<void(Member&)>;
  explicit Channels(OnOutput on_output) : on_output_(std::move(on_output)) {}
  Channels(const Channels&) = delete;
  Channels& operator=(const Channels&) = delete;

  /// Handles one message; the replies are appended to `member.out`. False: the floor can't read the
  /// message, and the connection must end.
  bool handle(Member& member, std::string_view text);
  /// Takes the member out of all its topics.
  void leave_all(Member& member);
  std::size_t topics() const { return topics_.size(); }

 private:
  void join(Member& member, const Envelope& message);
  void leave(Member& member, Member::Membership& membership);
  void in_topic(Member& member, Member::Membership& membership, const Envelope& message);
  void broadcast(const Topic& topic, std::string_view payload);
  static Member::Membership* find(Member& member, std::string_view topic);

  OnOutput on_output_;
  std::unordered_map<std::string, std::unique_ptr<Topic>> topics_;
  std::string frame_;  // a broadcast, written once for all members
};

}  // namespace phx::floor
