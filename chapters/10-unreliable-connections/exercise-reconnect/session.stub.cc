/// Connects, stays connected, and routes messages to their topics.

#include "client/session.h"

#include <algorithm>
#include <random>

#include "base/option_error.h"
#include "chapters/not_written.h"
#include "client/thrown.h"
#include "serializer/serializer.h"

namespace phx::client {

using exercise::not_written;  // goes with the last part that you write

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

/// [1] The next try comes after delay() of the table of reconnects, by the number of tries so far.
/// [2] That number is one larger then, and retry_after() has set the timer.
void Session::retry_later() {
  // Yours: Session::retry_later
  not_written("Session::retry_later");
}

void Session::retry_after(Millis wait) {
  status_ = ClientStatus::waiting;
  retry_ = timers_.after(wait, [this] {
    retry_.reset();
    try_to_connect();
  });
}

/// [3] The table's entry for that many tries. [4] Its last one for all further tries. [5] With a
/// jitter of 0.5 the wait is up to half as long again, by chance, and never shorter.
///
/// An empty table means one second.
Millis Session::delay(const std::vector<Millis>& table, std::size_t tries) const {
  // Yours: Session::delay
  not_written("Session::delay", table, tries);
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

/// The connection has ended, or did not open:
///
/// - [6] After the server's 1000 no more tries are wanted. [7] With the option
///   `reconnect_after_normal_close` they are.
/// - [8] Where `fallback_.ended(is_open())` is true the next try comes at once.
/// - [9] retire() puts the link away.
/// - [10] Where no try is wanted the status is closed.
/// - [11] Each topic hears the reason, or else "connection_closed", by connection_lost.
/// - [12] A reason goes to report(). [13] The ending goes to each callback of on_close_, by
/// guard().
///
/// A callback may add topics and callbacks, and connect: go over copies, and be in order before.
void Session::lost(const Ending& ending) {
  // Yours: Session::lost
  not_written("Session::lost", ending);
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

/// [14] No more tries are wanted. [15] One that waits is cancelled. [16] A link is closed with
/// 1000. [17] Then it is lost: the server's answer is not waited for.
void Session::disconnect() {
  // Yours: Session::disconnect
  not_written("Session::disconnect");
}

void Session::give_up(const std::string& why) {
  link_->transport->close(1000);
  lost({.code = 1006, .reason = why});
}

// --- The heartbeat ------------------------------------------------------------------------------

/// [18] The next heartbeat comes after the interval from now on.
void Session::beat_later() {
  if (!link_->transport->needs_heartbeat()) return;
  timers_.cancel(next_beat_);
  // Yours: Session::beat_later
  not_written("Session::beat_later");
}

/// Its time has come:
///
/// - [19] Where the last one was not answered the connection is given up, with "heartbeat timeout".
/// - [20] Else one goes out: to the topic phoenix, the event heartbeat, with an empty payload, no
///   join_ref, and a ref that is remembered. [21] The answer must come within the same interval.
void Session::beat() {
  // Yours: Session::beat
  not_written("Session::beat");
}

/// What came on the topic phoenix:
///
/// - [22] After a reply to the heartbeat that waits, nothing waits any more. [23] The next one
///   comes after the interval from this reply on.
/// - [24] After a reply to `health_ref_` the fallback has passed(), and its timer is cancelled.
void Session::beat_answered(const Incoming& message) {
  // Yours: Session::beat_answered
  not_written("Session::beat_answered", message);
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
