/// The way of a message: inbox, connection, answer; or the list of those that are lost.

#include "redis/client.h"

#include <hiredis/hiredis.h>

#include <utility>

namespace phx::redis {

namespace {

/// What a message takes while it waits: its bytes, and of hiredis' what stands around them in its
/// buffer, and who is called with the answer.
std::size_t cost_of(std::size_t size) {
  constexpr std::size_t around = 200;
  return size + around;
}

}  // namespace

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
                    tell_losses();
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
  tell_losses();
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
void Client::publish(std::string message, bool repeated) {
  bool fits = false;
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    fits = pending_bytes_ + cost_of(message.size()) <= options_.max_pending_bytes;
    if (fits) {
      pending_bytes_ += cost_of(message.size());
      first = inbox_.empty();
      inbox_.push_back({std::move(message), repeated});
    }
  }
  if (first) loop_.post([this] { drain(); });
  if (!fits) lose(Loss::overflow, repeated);
}
//! [publish]

void Client::drain() {
  std::vector<Pending> messages;
  {
    const std::lock_guard lock(mutex_);
    messages.swap(inbox_);
  }
  for (auto& [message, repeated] : messages) {
    if (publisher_.connection() != nullptr) {
      send(std::move(message), repeated);
    } else if (!repeated) {
      keep(std::move(message));
    } else {
      miss(message.size(), repeated);
    }
  }
}

void Client::send(std::string message, bool repeated) {
  ++unanswered_;
  // As small as it is, a std::function keeps it in itself.
  const auto size = static_cast<std::uint32_t>(message.size());
  publisher_.connection()->command(
      {"PUBLISH", channel_, message},
      [this, size, repeated](const redisReply* reply) { answered(size, repeated, reply); });
}

void Client::answered(std::size_t size, bool repeated, const redisReply* reply) {
  --unanswered_;
  settle(size);
  finish_if_all_is_answered();
  if (reply == nullptr) return lose(Loss::broken, repeated);
  publisher_.alive();
  if (reply->type == REDIS_REPLY_ERROR) return lose(Loss::refused, repeated);
  if (telemetry_.attached<Published>()) {
    telemetry_.execute(Published{static_cast<std::size_t>(reply->integer), repeated});
  }
}

void Client::settle(std::size_t size) {
  const std::lock_guard lock(mutex_);
  pending_bytes_ -= cost_of(size);
}

//! [keep]
/// The oldest go first.
void Client::keep(std::string message) {
  kept_.push_back({std::move(message), Clock::now()});
  while (kept_.size() > options_.keep_messages) {
    miss(kept_.front().message.size(), false);
    kept_.pop_front();
  }
}
//! [keep]

void Client::send_kept() {
  std::deque<Kept> kept;
  kept.swap(kept_);
  for (Kept& one : kept) {
    if (Clock::now() - one.since <= options_.keep_for) {
      send(std::move(one.message), false);
    } else {
      miss(one.message.size(), false);
    }
  }
  tell_losses();
}

void Client::miss(std::size_t size, bool repeated) {
  settle(size);
  lose(Loss::away, repeated);
}

void Client::lose(Loss why, bool repeated) {
  ++lost_;
  telemetry_.execute(MessagesLost{1, why, repeated});
  if (!telling_.exchange(true)) {
    log_.warn("messages to other nodes are being lost", {{"why", to_string(why)}});
  }
}

/// As often as the publisher's heart beats, and when it is back: no more lines than that.
void Client::tell_losses() {
  const std::size_t lost = lost_ - told_;
  told_ += lost;
  if (lost == 0) {
    telling_ = false;
  } else {
    log_.warn("messages to other nodes were lost", {{"count", std::to_string(lost)}});
  }
}

}  // namespace phx::redis
