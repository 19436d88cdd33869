/// \file
/// One client of a soak, which acts at random.
#include "conformance/load/soak/member.h"

#include <fmt/format.h>

#include "conformance/load/client/frames.h"

namespace phx::soak {
namespace {

constexpr std::size_t max_rooms = 4;
constexpr std::size_t own_topics = 3;
constexpr std::chrono::milliseconds longest_pause{3'000};

std::string with_reason(std::string_view reason) {
  return fmt::format(R"({{"reason":"{}"}})", reason);
}

}  // namespace

Member::Member(World& world, std::string name, Way way, std::size_t node)
    : world_(world), name_(std::move(name)), way_(way), node_(node), restless_(world.once_in(2)) {
  for (const auto& feed : world_.feeds) topics_.push_back(feed->topic());
  for (std::size_t i = 0; i < own_topics; ++i) {
    topics_.push_back(fmt::format("conformance:soak-{}-{}", name_, i));
  }
}

void Member::connect() {
  const std::string who = fmt::format("{}{} ({})", name_, lives_++ == 0 ? "" : ", come back",
                                      way_ == Way::websocket ? "websocket" : "long-poll");
  ledger_ = std::make_unique<Ledger>(world_.findings, who, node_);
  over_ = false;
  ++world_.tally.connections;
  LineListener& self = *this;
  line_ = way_ == Way::websocket ? open_websocket(world_.loop, world_.nodes[node_], self)
                                 : open_longpoll(world_.loop, world_.nodes[node_], self);
}

void Member::act(Instant now) {
  if (resting_ || over_) return;
  if (!line_) return connect();
  if (open_ && !paused_until_) speak(now);
}

void Member::speak(Instant now) {
  auto dice = static_cast<int>(world_.any(1'000));
  // Chances in a thousand.
  const auto falls_on = [&dice](int of_a_thousand) { return (dice -= of_a_thousand) < 0; };
  const auto topic = joined_topic();
  if (falls_on(restless_ ? 8 : 1)) return go(world_.once_in(3) ? Goodbye::abrupt : Goodbye::clean);
  if (falls_on(2)) return read_slowly(now);
  if (falls_on(20)) return join_in_vain(now);
  if (falls_on(10)) return unmatched(now);
  if (falls_on(50)) return heartbeat(now);
  if (falls_on(80) || !topic) return join(now, world_.once_in(2));
  if (falls_on(60)) return end_channel(now, *topic);
  if (falls_on(20)) return rejoin(now, *topic);
  if (falls_on(10)) return block(now, *topic);
  echo(now, *topic);
}

// --- Actions ------------------------------------------------------------------------------------

void Member::join(Instant now, bool feed) {
  std::size_t rooms = 0;
  for (const auto& topic : topics_) rooms += ledger_->state_of(topic) != Ledger::State::idle;
  const std::size_t feeds = world_.feeds.size();
  const auto& topic = topics_[feed ? world_.any(feeds) : feeds + world_.any(own_topics)];
  if (rooms >= max_rooms || !ledger_->quiet(topic)) return;
  if (ledger_->state_of(topic) != Ledger::State::idle) return;
  ++world_.tally.joins;
  ask(topic, std::to_string(next_ref_), "phx_join", "{}", {}, Effect::joins, now, feed_of(topic));
}

void Member::rejoin(Instant now, const std::string& topic) {
  if (!ledger_->quiet(topic)) return;  // a second join kills the first, and drops its mail
  ++world_.tally.rejoins;
  ask(topic, std::to_string(next_ref_), "phx_join", "{}", {}, Effect::joins, now, feed_of(topic));
}

void Member::join_in_vain(Instant now) {
  const std::string topic = fmt::format("conformance:soak-{}-vain", name_);
  const bool crash = world_.once_in(3);
  ++world_.tally.refused_joins;
  ask(topic, std::to_string(next_ref_), "phx_join",
      fmt::format(R"({{"join":"{}"}})", crash ? "crash" : "error"),
      {"error", with_reason(crash ? "join crashed" : "refused")}, Effect::joins, now);
}

void Member::echo(Instant now, const std::string& topic) {
  const std::size_t size = world_.once_in(300) ? 100'000 : 10 + world_.any(world_.any(2'000) + 1);
  const std::string payload = bench::payload_of(size);
  ++world_.tally.echoes;
  ask(topic, ledger_->join_ref_of(topic), "echo", payload, {"ok", payload}, Effect::none, now);
}

void Member::block(Instant now, const std::string& topic) {
  const std::string payload = fmt::format(R"({{"ms":{}}})", 1 + world_.any(20));
  ++world_.tally.blocking;
  ask(topic, ledger_->join_ref_of(topic), "slow", payload, {"ok", payload}, Effect::waits, now);
}

void Member::end_channel(Instant now, const std::string& topic) {
  const std::string join_ref = ledger_->join_ref_of(topic);
  switch (world_.any(3)) {
    case 0:
      ++world_.tally.crashes;
      return ask(topic, join_ref, "crash", "{}", {}, Effect::crashes, now);
    case 1: return ask(topic, join_ref, "stop_reply", "{}", {}, Effect::stops, now);
    default:
      ++world_.tally.leaves;
      return ask(topic, join_ref, "phx_leave", "{}", {}, Effect::leaves, now);
  }
}

void Member::heartbeat(Instant now) {
  ++world_.tally.heartbeats;
  ask("phoenix", "", "heartbeat", "{}", {}, Effect::none, now);
}

void Member::unmatched(Instant now) {
  ask("nowhere:at-all", "", "echo", "{}", {"error", with_reason("unmatched topic")}, Effect::none,
      now);
}

void Member::read_slowly(Instant now) {
  ++world_.tally.pauses;
  paused_until_ = now + std::chrono::milliseconds(world_.any(longest_pause.count()));
  line_->pause(true);
}

void Member::go(Goodbye how) {
  if (!line_ || over_ || !open_) return;
  ++(how == Goodbye::clean ? world_.tally.clean_goodbyes : world_.tally.abrupt_goodbyes);
  open_ = false;
  line_->leave(how);
}

// --- Results ------------------------------------------------------------------------------------

void Member::ask(const std::string& topic, const std::string& join_ref, const std::string& event,
                 const std::string& payload, Answer expected, Effect effect, Instant now,
                 Feed* feed) {
  const std::uint64_t ref = next_ref_++;
  ledger_->asked(topic, join_ref, ref, std::move(expected), effect, now, feed);
  line_->send(bench::frame(join_ref, ref, topic, event, payload));
  ++world_.tally.sent;
}

void Member::received(std::string_view text, Instant arrived) {
  ++world_.tally.received;
  const auto took = ledger_->received(text, arrived);
  const bool asked_and_read_at_once = took && !paused_until_ && arrived - *took > resumed_;
  if (asked_and_read_at_once && way_ == Way::websocket) world_.tally.latencies.add(*took);
}

void Member::ended(const std::string& why) {
  if (!why.empty()) world_.findings.add(Wrong::broken, name_ + ": " + why);
  open_ = false;
  over_ = true;
}

void Member::tend(Instant now, Instant then) {
  if (paused_until_ && now >= *paused_until_) {
    paused_until_.reset();
    resumed_ = now;
    if (line_) line_->pause(false);
  }
  if (over_) {
    line_.reset();
    ledger_.reset();
    paused_until_.reset();
    over_ = false;
  }
  if (open_) ledger_->check_patience(then);
}

void Member::rest() {
  resting_ = true;
  if (paused_until_) paused_until_ = Instant{};
}

std::optional<std::string> Member::joined_topic() {
  const std::size_t first = world_.any(topics_.size());
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    const auto& topic = topics_[(first + i) % topics_.size()];
    if (ledger_->state_of(topic) == Ledger::State::joined) return topic;
  }
  return std::nullopt;
}

Feed* Member::feed_of(const std::string& topic) const {
  for (const auto& feed : world_.feeds) {
    if (feed->topic() == topic) return feed.get();
  }
  return nullptr;
}

}  // namespace phx::soak
