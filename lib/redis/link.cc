/// Attempts to connect one after the other, and checks now and then whether the other side is
/// alive.

#include "redis/link.h"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "redis/events.h"

namespace phx::redis {

Millis backoff(Millis first, Millis last, unsigned attempt, double random) {
  constexpr double growth = 1.5;  // redix's
  const double grown =
      static_cast<double>(first.count()) * std::pow(growth, std::min(attempt, 64U));
  const double whole = std::min(static_cast<double>(last.count()), grown);
  return Millis{static_cast<Millis::rep>(whole * (0.5 + random / 2))};
}

Link::Link(Loop& loop, const Options& options, const char* role,
           const telemetry::Telemetry& telemetry, Log log, Hooks hooks)
    : loop_(loop),
      options_(options),
      role_(role),
      telemetry_(telemetry),
      log_(std::move(log)),
      hooks_(std::move(hooks)),
      retry_(loop.timer([this] { try_again(); })),
      heartbeat_(loop.timer([this] { beat(); })) {}

Address Link::next_address() {
  if (master_) return *std::exchange(master_, std::nullopt);
  return options_.addresses[next_++ % options_.addresses.size()];
}

void Link::try_again() {
  waits_ = false;
  with_sentinel_ = !options_.sentinel_master.empty() && !master_;
  address_ = next_address();
  Options options = options_;
  if (with_sentinel_) {  // the login is for the master
    options.user.clear();
    options.password.clear();
    options.database = 0;
  }
  connection_ =
      std::make_unique<Connection>(loop_, static_cast<Connection::Host&>(*this), address_, options);
}

void Link::connected() {
  if (with_sentinel_) return ask_sentinel();
  up_ = true;
  alive();
  heartbeat_->start(options_.heartbeat);
  hooks_.up(*connection_);
}

void Link::works() {
  alive();
  if (std::exchange(works_, true)) return;
  attempts_ = 0;
  said_.clear();
  const std::string at = to_string(address_);
  telemetry_.execute(Connected{role_, at});
  log_.info("connected to Redis", {{"role", role_}, {"address", at}});
}

/// `[host, port]`, or nil if the Sentinel knows no such master.
void Link::ask_sentinel() {
  connection_->command({"SENTINEL", "get-master-addr-by-name", options_.sentinel_master},
                       [this](const redisReply* reply) {
                         if (reply == nullptr) return;
                         std::uint16_t port = 0;
                         if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 2) {
                           const std::string_view text = text_of(reply->element[1]);
                           std::from_chars(text.data(), text.data() + text.size(), port);
                         }
                         if (port == 0)
                           return connection_->close("the Sentinel knows no such master");
                         master_ = Address{std::string(text_of(reply->element[0])), port};
                         retry_->start(Millis{0});
                       });
}

void Link::closed(const std::string& reason) {
  heartbeat_->stop();
  works_ = false;
  const bool refused = connection_->refused();
  if (std::exchange(was_refused_, refused) != refused) attempts_ = 0;
  const Millis last = refused ? options_.last_backoff_refused : options_.last_backoff;
  const Millis wait = backoff(options_.first_backoff, last, attempts_++,
                              std::uniform_real_distribution<>()(random_));
  telemetry_.execute(Disconnected{role_, reason, wait});
  if (said_ != reason) {
    log_.warn("no connection to Redis", {{"role", role_},
                                         {"address", to_string(address_)},
                                         {"reason", reason},
                                         {"retry_ms", std::to_string(wait.count())}});
    said_ = reason;
  }
  waits_ = true;
  retry_->start(wait);
  if (std::exchange(up_, false)) hooks_.down();
}

void Link::beat() {
  if (silent_for_ >= options_.max_silence) {
    return connection_->close("Redis said nothing for " + std::to_string(silent_for_.count()) +
                              " ms");
  }
  silent_for_ += options_.heartbeat;
  hooks_.heartbeat(*connection_);
  heartbeat_->start(options_.heartbeat);
}

}  // namespace phx::redis
