#pragma once
/// \file
/// One connection to Redis: hiredis writes and reads its protocol, on a Loop.

#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redis/loop.h"
#include "redis/options.h"

struct redisContext;
struct redisReply;

namespace phx::redis {

/// Redis's answer; null if the connection ended first. Valid during the call.
using OnReply = std::function<void(const redisReply* reply)>;
/// An answer's text; nothing if it is of another kind.
std::string_view text_of(const redisReply* reply);

/// Not hiredis' asynchronous API: that looks up each message's channel in a table whose hash anyone
/// can make collide, and drops a channel that is subscribed again at once. Loop thread only.
/// Neither copied nor moved.
class Connection {
 public:
  /// Never destroys the connection within these calls.
  class Host {
   public:
    virtual ~Host() = default;
    /// It is logged in, and has chosen its database.
    virtual void connected() = 0;
    /// It has ended, or could not be made. Called once, unless the connection is destroyed.
    virtual void closed(const std::string& reason) = 0;
  };

  /// Begins to connect.
  Connection(Loop& loop, Host& host, const Address& address, const Options& options);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Sent at the end of this turn of the loop, with its other commands. REQUIRES: connected, and
  /// not subscribed.
  void command(const std::vector<std::string_view>& words, OnReply on_reply);
  /// `on_message` gets each message, and each confirmation that a channel is subscribed or
  /// unsubscribed, as an array of three.
  void listen(OnReply on_message) { on_message_ = std::move(on_message); }
  /// Any number of channels in one command. REQUIRES: listen() was called.
  void subscribe(std::span<const std::string> channels) { say("SUBSCRIBE", channels); }
  void unsubscribe(std::span<const std::string> channels) { say("UNSUBSCRIBE", channels); }
  /// Ends it; the host soon gets `reason`.
  void close(std::string reason);
  /// Whether it ended because Redis said no.
  bool refused() const { return refused_; }

 private:
  struct Free {
    void operator()(redisContext* context) const;
  };

  void ready(bool readable, bool writable);
  void established();
  void log_in();
  void expect_ok(const redisReply* reply, const char* what);
  void read();
  void answered(const redisReply* reply);
  void write();
  void send(std::span<const std::string_view> words);
  void say(std::string_view what, std::span<const std::string> channels);
  void ended();
  void answer_nothing();

  Host& host_;
  const Options options_;
  std::unique_ptr<redisContext, Free> redis_;  ///< Null once it has ended.
  std::unique_ptr<Loop::Watch> watch_;
  const std::unique_ptr<Loop::Timer> patience_;
  const std::unique_ptr<Loop::Timer> soon_;
  const std::unique_ptr<Loop::Timer> turn_ends_;
  std::deque<OnReply> waiting_;  ///< Callbacks for the answers to come, in order.
  OnReply on_message_;
  std::size_t unfinished_bytes_ = 0;  ///< Read since the last complete reply.
  std::string reason_;                ///< Why it ends, once it does.
  bool refused_ = false;
  bool established_ = false;
  bool writing_ = true;  ///< write() will be called soon, or once the socket takes more.
};

}  // namespace phx::redis
