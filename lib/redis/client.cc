/// The way of a message: inbox, connection, answer; or the list of those that are lost.

#include "redis/client.h"

#include <hiredis/hiredis.h>

#include <utility>

namespace phx::redis {

Client::Client(Loop& loop, const Options& options, std::string channel,
               const telemetry::Telemetry& telemetry, const Log& log,
               std::function<void(std::string_view message)> received)
    : loop_(loop),
      options_(options),
      channel_(std::move(channel)),
      telemetry_(telemetry),
      log_(log),
      received_(std::move(received)),
      subscriber_(
          loop, options, "subscriber", telemetry, log,
          {[this](Connection& connection) { subscribe(connection); }, [this] { hearing_ = false; },
           // Where a connection has subscribed, this is the one question that hiredis and
           // all Redis versions agree on.
           [this](Connection& connection) { subscribe(connection); }}),
      publisher_(loop, options, "publisher", telemetry, log,
                 {[this](Connection&) {
                    publisher_.works();
                    publishing_ = true;
                    send_kept();
                  },
                  [this] { publishing_ = false; },
                  [this](Connection& connection) {
                    connection.command({"PING"}, [this](const redisReply* reply) {
                      if (reply != nullptr) publisher_.alive();
                    });
                  }}) {}

void Client::start() {
  subscriber_.start();
  publisher_.start();
}

void Client::finish(std::function<void()> done) {
  constexpr Millis farewell{1'000};
  done_ = std::move(done);
  farewell_ = loop_.timer([this] { done_(); });
  farewell_->start(farewell);
  drain();
  finish_if_all_is_answered();
}

void Client::finish_if_all_is_answered() {
  if (done_ && (unanswered_ == 0 || publisher_.connection() == nullptr)) done_();
}

// --- Hearing ------------------------------------------------------------------------------------

void Client::subscribe(Connection& connection) {
  connection.subscribe(channel_, [this](const redisReply* reply) { heard(reply); });
}

/// `[message, channel, bytes]`, or `[subscribe, channel, count]`.
void Client::heard(const redisReply* reply) {
  if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3) return;
  subscriber_.works();
  const std::string_view kind = text_of(reply->element[0]);
  if (kind == "message") return received_(text_of(reply->element[2]));
  if (kind == "subscribe") hearing_ = true;
}

// --- Publishing ---------------------------------------------------------------------------------

//! [publish]
void Client::publish(std::string message, bool may_wait) {
  bool fits = false;
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    fits = pending_bytes_ + message.size() <= options_.max_pending_bytes;
    if (fits) {
      pending_bytes_ += message.size();
      first = inbox_.empty();
      inbox_.push_back({std::move(message), may_wait});
    }
  }
  if (first) loop_.post([this] { drain(); });
  if (!fits) lose(1, Loss::overflow);
}
//! [publish]

void Client::drain() {
  std::vector<Published> messages;
  {
    const std::lock_guard lock(mutex_);
    messages.swap(inbox_);
  }
  for (auto& [message, may_wait] : messages) {
    if (publisher_.connection() != nullptr) {
      send(std::move(message));
    } else if (may_wait) {
      keep(std::move(message));
    } else {
      miss(message.size());
    }
  }
}

void Client::send(std::string message) {
  ++unanswered_;
  publisher_.connection()->command(
      {"PUBLISH", channel_, message},
      [this, size = message.size()](const redisReply* reply) { answered(size, reply); });
}

void Client::answered(std::size_t size, const redisReply* reply) {
  --unanswered_;
  settle(size);
  finish_if_all_is_answered();
  if (reply == nullptr) return lose(1, Loss::broken);
  publisher_.alive();
  if (reply->type == REDIS_REPLY_ERROR) lose(1, Loss::refused);
}

void Client::settle(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  pending_bytes_ -= bytes;
}

//! [keep]
/// The oldest go first.
void Client::keep(std::string message) {
  kept_.push_back({std::move(message), Clock::now()});
  while (kept_.size() > options_.keep_messages) {
    miss(kept_.front().message.size());
    kept_.pop_front();
  }
}
//! [keep]

void Client::send_kept() {
  std::deque<Kept> kept;
  kept.swap(kept_);
  for (Kept& one : kept) {
    if (Clock::now() - one.since <= options_.keep_for) {
      send(std::move(one.message));
    } else {
      miss(one.message.size());
    }
  }
  if (const std::size_t lost = lost_ - lost_before_; lost > 0) {
    lost_before_ += lost;
    log_.warn("messages to other nodes were lost", {{"count", std::to_string(lost)}});
  }
}

void Client::miss(std::size_t bytes) {
  settle(bytes);
  lose(1, Loss::away);
}

void Client::lose(std::size_t count, Loss why) {
  lost_ += count;
  telemetry_.execute(MessagesLost{count, why});
}

}  // namespace phx::redis
