#pragma once
/// \file
/// A room whose messages are numbered and kept for a while, so that who was away can catch up.
/// Chapter 13.

#include <deque>
#include <mutex>

#include "phoenix.h"

namespace shaping {

/// What was said in one room, the last hundred messages. Any thread that holds lock().
class Minutes {
 public:
  static constexpr std::size_t most = 100;

  /// Keeps the message, and returns it with its number.
  phx::Json write(phx::Json body) {
    said_.push_back(phx::Json::object({{"n", ++last_}, {"body", std::move(body)}}));
    if (said_.size() > most) said_.pop_front();
    return said_.back();
  }
  /// The messages after number `n` that are still kept, in order.
  phx::Json since(long long n) const {
    phx::Json missed = phx::Json::array();
    for (const phx::Json& one : said_) {
      if (one["n"].integer_or(0) > n) missed.append(one);
    }
    return missed;
  }
  std::mutex& lock() const { return mutex_; }

 private:
  mutable std::mutex mutex_;
  std::deque<phx::Json> said_;
  long long last_ = 0;
};

/// `log:*`: joins with `{"since": n}`, the last number that the client has seen.
class Numbered final : public phx::Channel {
 public:
  explicit Numbered(Minutes& minutes) : minutes_(minutes) {}

  //! [numbered]
  phx::JoinResult join(std::string_view, phx::Payload params, phx::Socket& socket) override {
    socket.send_self(CatchUp{params["since"].integer_or(0)});  // when we hear what is said
    return phx::Joined{};
  }

  phx::Result handle_info(phx::Message message, phx::Socket& socket) override {
    const auto* from = message.get_if<CatchUp>();
    if (from == nullptr) return phx::NoReply{};
    const std::lock_guard guard(minutes_.lock());
    socket.push("missed", phx::Json::object({{"messages", minutes_.since(from->since)}}));
    return phx::NoReply{};
  }

  phx::Result handle_in(std::string_view event, phx::Payload payload,
                        phx::Socket& socket) override {
    if (event != "say") return unhandled(event);
    const std::lock_guard guard(minutes_.lock());  // so that numbers go out in their order
    socket.broadcast("said", minutes_.write(payload["body"]));
    return phx::Reply::ok();
  }
  /// On a worker, so that a broadcast takes its turn in each shard's inbox, our own, too.
  bool blocking(std::string_view event, const phx::Payload&) const override {
    return event == "say";
  }
  //! [numbered]

 private:
  struct CatchUp {
    long long since;
  };
  Minutes& minutes_;
};

}  // namespace shaping
