/// A loop that runs until Redis has answered, or every address has failed.

#include "conformance/publish/publisher.h"

#include <hiredis/hiredis.h>

#include <optional>

#include "net/redis_loop.h"
#include "redis/events.h"
#include "redis/link.h"

namespace phx::publish {
namespace {

class Publisher {
 public:
  Publisher(const redis::Options& redis, const std::string& channel, const std::string& message,
            Millis patience)
      : channel_(channel),
        message_(message),
        tries_left_(redis.addresses.size()),
        patience_(loop_.timer([this, patience] {
          fail("Redis did not answer within " + std::to_string(patience.count()) + " ms");
        })),
        link_(loop_, redis, "publisher", telemetry_, Log::silent(),
              {[this](redis::Connection& to) { send(to); }, [] {}, [](redis::Connection&) {}}) {
    telemetry_.attach("phx-publish",
                      {telemetry::on<redis::Disconnected>([this](const redis::Disconnected& event) {
                        if (--tries_left_ == 0) fail(event.reason);
                      })});
    patience_->start(patience);
  }

  std::size_t run() {
    link_.start();
    loop_.run();
    if (!receivers_) throw NotPublished(failure_);
    return *receivers_;
  }

 private:
  void send(redis::Connection& to) {
    to.command({"PUBLISH", channel_, message_},
               [this](const redisReply* reply) { answered(reply); });
  }

  /// Not tried again once it was sent, because Redis may have passed it on.
  void answered(const redisReply* reply) {
    if (done_) return;
    if (reply == nullptr) return fail("the connection ended before Redis answered");
    if (reply->type != REDIS_REPLY_INTEGER) {
      return fail("Redis refused the message: " + std::string(redis::text_of(reply)));
    }
    receivers_ = static_cast<std::size_t>(reply->integer);
    end();
  }

  void fail(const std::string& why) {
    if (failure_.empty()) failure_ = why;
    end();
  }
  void end() {
    done_ = true;
    loop_.stop();
  }

  const std::string& channel_;
  const std::string& message_;
  std::size_t tries_left_;
  std::string failure_;
  std::optional<std::size_t> receivers_;
  bool done_ = false;
  telemetry::Telemetry telemetry_;
  net::RedisLoop loop_;
  const std::unique_ptr<redis::Loop::Timer> patience_;
  redis::Link link_;
};

/// A long wait before the second address would use up the patience.
redis::Options impatient(redis::Options redis, Millis patience) {
  constexpr Millis between_addresses{10};
  redis.first_backoff = redis.last_backoff = between_addresses;
  redis.connect_patience = patience;
  return redis;
}

}  // namespace

std::size_t publish(const redis::Options& redis, const std::string& channel,
                    const std::string& message, Millis patience) {
  return Publisher(impatient(redis, patience), channel, message, patience).run();
}

}  // namespace phx::publish
