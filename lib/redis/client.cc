/// A message's way: inbox, connection, answer; or the list of lost messages.

#include "redis/client.h"

#include <hiredis/hiredis.h>

#include <utility>

namespace phx::redis {

namespace {

/// What a message takes while it waits: its bytes, their framing in hiredis' buffer, and the
/// callback for the answer.
std::size_t cost_of(std::size_t size) {
  constexpr std::size_t around = 200;
  return size + around;
}

}  // namespace

Client::Client(Loop& loop, const Options& options, std::string channel,
               const telemetry::Telemetry& telemetry, const Log& log, Hooks hooks)
    : loop_(loop),
      options_(options),
      channel_(std::move(channel)),
      telemetry_(telemetry),
      log_(log),
      hooks_(std::move(hooks)),
      ask_again_(loop.timer([this] { ask(); })),
      subscriber_(loop, options, "subscriber", telemetry, log,
                  {[this](Connection& connection) { subscriber_up(connection); },
                   [this] { subscriber_down(); },
                   // On a subscribed connection, subscribing again is the only command that all
                   // Redis versions answer.
                   [this](Connection& connection) {
                     connection.subscribe({&channel_, 1});
                   }}),
      publisher_(loop, options, "publisher", telemetry, log,
                 {[this](Connection&) {
                    publisher_.works();
                    subscriber_.hurry();
                    publishing_ = true;
                    send_kept();
                    if (hearing_) hooks_.healthy();
                  },
                  [this] { publishing_ = false; },
                  [this](Connection& connection) {
                    log_losses();
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
  log_losses();
  finish_if_all_is_answered();
}

void Client::finish_if_all_is_answered() {
  if (done_ && (unanswered_ == 0 || publisher_.connection() == nullptr)) done_();
}

// --- Receiving ----------------------------------------------------------------------------------

void Client::subscriber_up(Connection& connection) {
  publisher_.hurry();
  connection.listen([this](const redisReply* reply) { heard(reply); });
  connection.subscribe({&channel_, 1});
  subscriptions_.connected();
  ask();
}

void Client::subscriber_down() {
  hearing_ = false;
  subscriptions_.disconnected();
  if (std::exchange(channels_, 0) > 0) telemetry_.execute(ChannelsAsked{0, 0, 0});
}

/// `[message, channel, bytes]`, or `[subscribe, channel, count]`, or `[unsubscribe, …]`.
void Client::heard(const redisReply* reply) {
  if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3) return;
  subscriber_.works();
  const std::string_view kind = text_of(reply->element[0]);
  const std::string_view channel = text_of(reply->element[1]);
  if (kind != "message") return confirmed(channel, kind == "subscribe");
  const std::string_view message = text_of(reply->element[2]);
  const process::TraceScope trace(hooks_.traces(message), true);
  process::hop("from Redis, on channel", channel);
  hooks_.received(message);
}

void Client::confirmed(std::string_view channel, bool subscribed) {
  if (channel == channel_) {
    if (!hearing_.exchange(true) && publishing_) hooks_.healthy();
  } else {
    subscriptions_.confirmed(channel, subscribed);
    ask();
  }
}

// --- Channels -----------------------------------------------------------------------------------

void Client::subscribe(std::string_view channel) {
  if (subscriptions_.want(channel)) loop_.post([this] { ask(); });
}

void Client::unsubscribe(std::string_view channel) {
  if (subscriptions_.unwant(channel, Clock::now())) loop_.post([this] { ask(); });
}

void Client::ask() {
  Connection* connection = subscriber_.connection();
  if (connection == nullptr) return;
  const Subscriptions::Ask ask = subscriptions_.next(Clock::now());
  connection->unsubscribe(ask.unsubscribe);
  connection->subscribe(ask.subscribe);
  if (ask.again_after) ask_again_->start(*ask.again_after);
  if (ask.subscribe.empty() && ask.unsubscribe.empty()) return;
  channels_ += ask.subscribe.size();
  channels_ -= ask.unsubscribe.size();
  telemetry_.execute(ChannelsAsked{ask.subscribe.size(), ask.unsubscribe.size(), channels_});
}

// --- Publishing ---------------------------------------------------------------------------------

//! [publish]
void Client::publish(std::string message, bool repeated, std::string channel) {
  Pending pending{std::move(channel), std::move(message), repeated};
  const std::size_t cost = cost_of(pending.size());
  bool fits = false;
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    fits = pending_bytes_ + cost <= options_.max_pending_bytes;
    if (fits) {
      pending_bytes_ += cost;
      first = inbox_.empty();
      inbox_.push_back(std::move(pending));
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
  for (Pending& one : messages) {
    if (publisher_.connection() != nullptr) {
      send(one);
    } else if (!one.repeated) {
      keep(std::move(one));
    } else {
      miss(one.size(), one.repeated);
    }
  }
}

void Client::send(const Pending& pending) {
  const std::string& channel = pending.channel.empty() ? channel_ : pending.channel;
  ++unanswered_;
  ++sent_;
  if (!timed_) timed_ = Timed{sent_, Clock::now()};
  // Small enough for a std::function to hold without allocating.
  const auto size = static_cast<std::uint32_t>(pending.size());
  publisher_.connection()->command(
      {"PUBLISH", channel, pending.message},
      [this, size, repeated = pending.repeated](const redisReply* reply) {
        answered(size, repeated, reply);
      });
}

void Client::answered(std::size_t size, bool repeated, const redisReply* reply) {
  --unanswered_;
  Clock::duration took{};
  if (timed_ && timed_->message == sent_ - unanswered_) {  // Redis answers in order
    took = Clock::now() - std::exchange(timed_, std::nullopt)->since;
  }
  settle(size);
  finish_if_all_is_answered();
  if (reply == nullptr) return lose(Loss::broken, repeated);
  publisher_.alive();
  if (reply->type == REDIS_REPLY_ERROR) return lose(Loss::refused, repeated);
  if (telemetry_.attached<Published>()) {
    telemetry_.execute(Published{static_cast<std::size_t>(reply->integer), repeated, took});
  }
}

void Client::settle(std::size_t size) {
  const std::lock_guard lock(mutex_);
  pending_bytes_ -= cost_of(size);
}

//! [keep]
/// The oldest are dropped first.
void Client::keep(Pending pending) {
  kept_.push_back({std::move(pending), Clock::now()});
  while (kept_.size() > options_.keep_messages) {
    miss(kept_.front().pending.size(), false);
    kept_.pop_front();
  }
}
//! [keep]

void Client::send_kept() {
  std::deque<Kept> kept;
  kept.swap(kept_);
  for (Kept& one : kept) {
    if (Clock::now() - one.since <= options_.keep_for) {
      send(one.pending);
    } else {
      miss(one.pending.size(), false);
    }
  }
  log_losses();
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

/// Logged at each heartbeat of the publisher, and when it is back, and no more often.
void Client::log_losses() {
  const std::size_t lost = lost_ - logged_;
  logged_ += lost;
  if (lost == 0) {
    telling_ = false;
  } else {
    log_.warn("messages to other nodes were lost", {{"count", std::to_string(lost)}});
  }
}

}  // namespace phx::redis
