/// Connects, stays connected, and routes messages to their topics.

#include "client/session.h"

#include <algorithm>
#include <random>

#include "base/option_error.h"
#include "client/thrown.h"
#include "serializer/serializer.h"

namespace phx::client {

/// One connection. Once its session uses another one, it only closes.
struct Session::Link final : TransportUser {
  explicit Link(Session& of) : session(of) {}
  void opened() override {
    if (current()) session.opened();
  }
  void received(serializer::Frame frame) override {
    if (current()) session.received(std::move(frame));
  }
  void written() override {
    if (current()) session.count_waiting();
  }
  void closed(const Ending& ending) override {
    has_ended = true;
    if (current()) return session.lost(ending);
    session.timers_.cancel(release);
    release = session.timers_.after(Millis{0}, [this] { forget(); });
  }
  bool current() const { return session.link_.get() == this; }
  /// In a turn of its own, so that no transport is destroyed while it calls us.
  void forget() {
    auto& all = session.retired_;
    const auto self =
        std::find_if(all.begin(), all.end(), [&](auto& l) { return l.get() == this; });
    const std::unique_ptr<Link> last = std::move(*self);
    all.erase(self);
  }

  Session& session;
  std::unique_ptr<Transport> transport;
  bool has_ended = false;
  std::optional<Timers::Id> release;
};

namespace {

Version checked(const std::string& vsn) {
  const auto version = version_of(vsn);
  if (version) return *version;
  throw OptionError("ClientOptions::vsn", "expected 2.0.0 or 1.0.0, got \"" + vsn + "\"");
}

}  // namespace

Session::Session(std::string_view url, ClientOptions options, Timers& timers, Dialer dial)
    : url_(parse_endpoint_url(url)),
      options_(std::move(options)),
      version_(checked(options_.vsn)),
      fallback_(options_, (url_.secure ? "wss://" : "ws://") + url_.authority() + url_.path),
      timers_(timers),
      dial_(std::move(dial)) {}

Session::~Session() {
  for (const auto& topic : topics_) topic->release();
  for (const auto& push : kept_) push->release();
}

// --- Connecting ---------------------------------------------------------------------------------

void Session::connect() {
  wanted_ = true;
  if (status_ == ClientStatus::closed || status_ == ClientStatus::waiting) try_to_connect();
}

void Session::try_to_connect() {
  timers_.cancel(retry_);
  status_ = ClientStatus::connecting;
  const auto attempt = next_attempt();
  if (!attempt) return;
  link_ = std::make_unique<Link>(*this);
  link_->transport = dial_(*attempt, *link_);
  opening_ = timers_.after(options_.connecting, [this] {
    opening_.reset();
    give_up("the server did not answer the handshake in time");
  });
  fall_back_later("the websocket did not open in time");
}

void Session::fall_back_later(const char* why) {
  timers_.cancel(falling_back_);
  if (!fallback_.patience()) return;
  falling_back_ = timers_.after(*fallback_.patience(), [this, why] {
    falling_back_.reset();
    fallback_.late();
    give_up(std::string(why) + "; going over to long-polling");
  });
}

/// Parameters and token may have expired since the last try.
std::optional<Attempt> Session::next_attempt() try {
  const Json params = options_.params ? options_.params() : Json::object();
  const std::string vsn = "vsn=" + percent_encoded(options_.vsn);
  const bool longpoll = fallback_.begin();
  return Attempt{.longpoll = longpoll,
                 .target = url_.target(longpoll ? "longpoll" : "websocket", params, vsn),
                 .token = options_.token ? std::optional(options_.token()) : std::nullopt};
} catch (...) {
  retry_later();
  report("the parameters of a connection: " + what_was_thrown());
  return {};
}

//! [retry_later]
void Session::retry_later() {
  const Millis wait = delay(options_.reconnect_after, tries_);
  ++tries_;
  retry_after(wait);
}
//! [retry_later]

void Session::retry_after(Millis wait) {
  status_ = ClientStatus::waiting;
  retry_ = timers_.after(wait, [this] {
    retry_.reset();
    try_to_connect();
  });
}

Millis Session::delay(const std::vector<Millis>& table, std::size_t tries) const {
  if (table.empty()) return Millis{1'000};
  const Millis wait = table[std::min(tries, table.size() - 1)];
  if (options_.jitter <= 0) return wait;
  thread_local std::minstd_rand random{std::random_device{}()};
  std::uniform_real_distribution<double> part(0, options_.jitter);
  return wait + Millis(static_cast<Millis::rep>(static_cast<double>(wait.count()) * part(random)));
}

void Session::opened() {
  status_ = ClientStatus::open;
  timers_.cancel(opening_);
  fallback_.opened();
  check_health();
  beat_later();
  const auto topics = topics_;
  for (const auto& topic : topics) topic->connected();
  const auto callbacks = on_open_;
  for (const auto& callback : callbacks) guard(callback);
}

/// A proxy may let a handshake through, and no frames.
void Session::check_health() {
  fall_back_later("the websocket opened and passed nothing on");
  if (!falling_back_) return;
  health_ref_ = make_ref();
  send({"", health_ref_, "phoenix", "heartbeat", Payload()});
}

// --- Losing the connection ----------------------------------------------------------------------

void Session::lost(const Ending& ending) {
  const bool goodbye = ending.code == 1000 && !options_.reconnect_after_normal_close;
  const bool goes_over = fallback_.ended(is_open());
  retire();
  if (goodbye) wanted_ = false;
  status_ = ClientStatus::closed;
  if (wanted_ && goes_over) retry_after(Millis{0});
  if (wanted_ && !goes_over) retry_later();
  const auto topics = topics_;
  const std::string why = ending.reason.empty() ? "connection_closed" : ending.reason;
  for (const auto& topic : topics) topic->connection_lost(why);
  if (!ending.reason.empty()) report(ending.reason);
  const auto callbacks = on_close_;
  for (const auto& callback : callbacks) guard([&] { callback(ending); });
}

void Session::retire() {
  timers_.cancel(opening_);
  timers_.cancel(falling_back_);
  timers_.cancel(next_beat_);
  beat_ref_.clear();
  health_ref_.clear();
  if (!link_) return;
  Link& link = *link_;
  retired_.push_back(std::move(link_));
  count_waiting();
  if (link.has_ended) link.closed({});
}

void Session::disconnect() {
  wanted_ = false;
  timers_.cancel(retry_);
  if (!link_) {
    status_ = ClientStatus::closed;
    return;
  }
  link_->transport->close(1000);
  lost({.code = 1000});
}

void Session::give_up(const std::string& why) {
  link_->transport->close(1000);
  lost({.code = 1006, .reason = why});
}

// --- The heartbeat ------------------------------------------------------------------------------

void Session::beat_later() {
  if (!link_->transport->needs_heartbeat()) return;
  timers_.cancel(next_beat_);
  next_beat_ = timers_.after(options_.heartbeat, [this] { beat(); });
}

void Session::beat() {
  next_beat_.reset();
  if (!beat_ref_.empty()) return give_up("heartbeat timeout");
  beat_ref_ = make_ref();
  send({"", beat_ref_, "phoenix", "heartbeat", Payload()});
  if (link_) next_beat_ = timers_.after(options_.heartbeat, [this] { beat(); });
}

void Session::beat_answered(const Incoming& message) {
  if (!message.is_reply() || message.ref.empty()) return;
  if (message.ref == health_ref_) {
    fallback_.passed();
    timers_.cancel(falling_back_);
  } else if (message.ref == beat_ref_) {
    beat_ref_.clear();
    beat_later();
  }
}

// --- Messages -----------------------------------------------------------------------------------

std::optional<std::string> Session::send(const Outgoing& message) try {
  if (!is_open()) return "the connection is closed";
  link_->transport->send(encode(version_, message));
  count_waiting();
  return {};
} catch (const serializer::EncodeError& error) {
  return error.what();
}

void Session::received(serializer::Frame frame) {
  Incoming message{.topic = {}, .event = {}, .payload = {}};
  try {
    message = decode(version_, std::move(frame));
  } catch (const serializer::DecodeError& error) {
    return report(std::string("a message that can't be read: ") + error.what());
  }
  tries_ = 0;
  if (message.topic == "phoenix") return beat_answered(message);
  const auto found = by_name_.find(message.topic);
  if (found == by_name_.end()) return;
  const auto topics = found->second;  // a callback may add and remove
  for (const auto& topic : topics) topic->received(message);
}

void Session::guard(const std::function<void()>& callback) {
  try {
    callback();
  } catch (...) {
    report("a callback threw: " + what_was_thrown());
  }
}

/// An error callback that throws is skipped: its error has nowhere to go.
void Session::report(const std::string& error) {
  const auto callbacks = on_error_;
  for (const auto& callback : callbacks) {
    try {
      callback(error);
    } catch (...) {
      continue;
    }
  }
}

/// Of those, some may wait for the network.
std::size_t Session::written_bytes() const {
  return link_ && is_open() ? link_->transport->waiting() : 0;
}

const char* Session::full(std::size_t bytes) const {
  if (waiting_pushes_ >= options_.max_waiting_pushes) return "too many pushes wait";
  return buffered_ + written_bytes() + bytes > options_.max_waiting_bytes ? "too many bytes wait"
                                                                          : nullptr;
}

// --- Topics -------------------------------------------------------------------------------------

void Session::add(std::shared_ptr<TopicState> topic) {
  by_name_[topic->name()].push_back(topic);
  topics_.push_back(std::move(topic));
}

void Session::remove(const TopicState& topic) {
  const auto is_it = [&](const auto& other) { return other.get() == &topic; };
  const auto found = by_name_.find(topic.name());
  if (found == by_name_.end()) return;
  std::erase_if(found->second, is_it);
  if (found->second.empty()) by_name_.erase(found);
  std::erase_if(topics_, is_it);
}

void Session::leave_others(const TopicState& topic) {
  const auto found = by_name_.find(topic.name());
  if (found == by_name_.end()) return;
  const auto others = found->second;
  for (const auto& other : others) {
    if (other.get() != &topic) other->make_way();
  }
}

}  // namespace phx::client
