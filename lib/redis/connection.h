#pragma once
/// \file
/// One connection to Redis: hiredis' asynchronous API on a Loop.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "redis/loop.h"
#include "redis/options.h"

struct redisAsyncContext;
struct redisReply;

namespace phx::redis {

/// What Redis answers; null where the connection ended first. Valid during the call.
using OnReply = std::function<void(const redisReply* reply)>;
/// An answer's text; nothing where it is of another kind.
std::string_view text_of(const redisReply* reply);

/// Loop thread only. Neither copied nor moved.
class Connection {
 public:
  /// Never destroys the connection within these calls.
  class Host {
   public:
    virtual ~Host() = default;
    /// It is logged in, and has chosen its database.
    virtual void connected() = 0;
    /// It has ended, or was never made. Called once, unless the connection is destroyed.
    virtual void closed(const std::string& reason) = 0;
  };

  /// Begins to connect.
  Connection(Loop& loop, Host& host, const Address& address, const Options& options);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Sent with all else that this turn of the loop sends. REQUIRES: connected.
  void command(const std::vector<std::string_view>& words, OnReply on_reply);
  /// Each message that comes on the channel, and each time that Redis confirms the subscription,
  /// comes to the one `on_reply`: an array of three. May be called again.
  void subscribe(std::string_view channel, OnReply on_reply);
  /// Ends it; the host hears `reason`, soon.
  void close(std::string reason);

 private:
  /// What hiredis keeps of us: it may call until it has freed its context.
  struct Context;

  const std::unique_ptr<Context> context_;
};

}  // namespace phx::redis
