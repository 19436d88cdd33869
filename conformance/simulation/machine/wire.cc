/// Bytes between two ends, and how the ends end.

#include "conformance/simulation/machine/wire.h"

#include <algorithm>
#include <utility>

namespace phx::simulation {
namespace {

constexpr std::size_t read_at_once = 65'536;

}  // namespace

Wire::Wire(Network& network, int number, const Access& access, std::string to, Random random,
           Traffic& traffic)
    : network_(network),
      number_(number),
      access_(access),
      traffic_(traffic),
      to_(std::move(to)),
      random_(random) {}

Micros Wire::delay() {
  const Micros takes = random_.between(access_.min_delay, access_.max_delay);
  traffic_.send(agenda().now(), agenda().now() + takes);
  return takes;
}

/// When bytes that are sent now arrive: never before those that were sent earlier.
Clock::time_point Wire::arrival(Way& way) {
  return way.latest = std::max(way.latest, agenda().now() + delay());
}

// --- Connecting ---------------------------------------------------------------------------------

void Wire::connect(Host& host, Millis patience) {
  Side& mine = sides_[client];
  mine.host = &host;
  mine.linger = agenda().after(patience, host, "gives up connecting", [self = shared_from_this()] {
    self->close(client, "connecting to " + self->to_ + ": no answer in time");
  });
}

/// The request to connect has reached `port`, or there is none.
void Wire::arrive(const Network::Port* port) {
  if (sides_[client].stage != Stage::connecting || !carries()) return;
  if (port == nullptr) return refuse("Connection refused");
  sides_[server].host = port->host;
  sides_[server].stage = Stage::open;
  agenda().after(delay(), *sides_[client].host, "connects", [self = shared_from_this()] {
    Side& mine = self->sides_[client];
    if (mine.stage != Stage::connecting || !self->carries()) return;
    self->agenda().cancel(mine.linger);
    mine.stage = Stage::open;
    static_cast<net::DialUser*>(mine.user)->opened();
    self->plan_delivery(client);
  });
  port->accept(number_, {.address = access_.address, .port = 40'000});
}

void Wire::refuse(const std::string& why) {
  agenda().after(delay(), *sides_[client].host, "is refused", [self = shared_from_this(), why] {
    if (self->carries()) self->close(client, "connecting to " + self->to_ + ": " + why);
  });
}

void Wire::adopted(Host& host, WireStream& socket) {
  sides_[server].host = &host;
  sides_[server].socket = &socket;
}

void WireStream::set_user(net::StreamUser& user) {
  wire_->sides_[end_].user = &user;
  wire_->plan_delivery(end_);
  wire_->tell_end(end_);  // it may have been reset before anyone took it over
}

// --- Bytes --------------------------------------------------------------------------------------

std::size_t Wire::write(End end, std::string_view bytes) {
  if (sides_[end].stage != Stage::open) return 0;
  Way& way = sides_[other(end)].in;
  const std::size_t room = access_.window - std::min(access_.window, way.waiting);
  std::size_t taken = std::min(bytes.size(), room);
  if (taken > 1 && random_.chance(access_.short_writes)) taken = random_.between(1, taken);
  if (taken > 0) {
    way.pieces.push_back({arrival(way), std::string(bytes.substr(0, taken))});
    way.waiting += taken;
    plan_delivery(other(end));
  }
  if (taken < bytes.size()) {
    way.writer_waits = true;
    if (taken < room) make_room(end);
  }
  return taken;
}

bool Wire::can_deliver(End end) const {
  const Side& side = sides_[end];
  const bool reads = side.stage == Stage::open || side.stage == Stage::finishing;
  if (end == client && access_.reads_nothing) return false;
  return reads && carries() && !side.paused && side.user != nullptr;
}

void Wire::plan_delivery(End end) {
  Side& side = sides_[end];
  if (side.delivery || !can_deliver(end)) return;
  if (side.in.pieces.empty() && !side.in.end_arrives) return;
  const auto when = side.in.pieces.empty() ? *side.in.end_arrives : side.in.pieces.front().arrives;
  side.delivery = agenda().at(when, *side.host, "reads", [self = shared_from_this(), end] {
    self->sides_[end].delivery.reset();
    self->deliver(end);
  });
}

void Wire::deliver(End end) {
  if (!can_deliver(end)) return;
  Side& side = sides_[end];
  const std::string bytes = take_arrived(end);
  if (side.in.writer_waits) make_room(other(end));
  if (!bytes.empty() && side.stage == Stage::open) {
    if (network_.watcher_ != nullptr) network_.watcher_->carried(*this, end == client, bytes);
    side.user->received(bytes);
  }
  const bool over = side.in.pieces.empty() && side.in.end_arrives &&
                    *side.in.end_arrives <= agenda().now() && can_deliver(end);
  if (over) return close(end, "");
  plan_delivery(end);
}

/// What one read gives: all that has come, or less.
std::string Wire::take_arrived(End end) {
  Way& way = sides_[end].in;
  std::string bytes;
  while (!way.pieces.empty() && way.pieces.front().arrives <= agenda().now() &&
         bytes.size() < read_at_once) {
    way.taken = way.pieces.front().arrives;
    bytes += way.pieces.front().bytes;
    way.pieces.pop_front();
    if (access_.piecewise) break;
  }
  if (bytes.size() > 1 && random_.chance(access_.short_reads)) {
    const std::size_t size = random_.between(1, bytes.size() - 1);
    way.pieces.push_front({way.taken, bytes.substr(size)});
    bytes.resize(size);
  }
  way.waiting -= bytes.size();
  return bytes;
}

/// The other end has read some bytes, so `end` is notified that it may write.
void Wire::make_room(End end) {
  Side& side = sides_[end];
  if (side.room || side.stage != Stage::open) return;
  side.room = agenda().after(delay(), *side.host, "may write", [self = shared_from_this(), end] {
    self->sides_[end].room.reset();
    self->writable(end);
  });
}

void Wire::writable(End end) {
  Way& way = sides_[other(end)].in;
  if (sides_[end].stage != Stage::open || !carries() || sides_[end].user == nullptr) return;
  if (way.waiting >= access_.window || !std::exchange(way.writer_waits, false)) return;
  sides_[end].user->writable();
}

void Wire::set_paused(End end, bool paused) {
  sides_[end].paused = paused;
  if (!paused) plan_delivery(end);
}

Millis Wire::quiet_for(End end) const {
  const Way& way = sides_[end].in;
  Clock::time_point last = way.taken;
  for (const Way::Piece& piece : way.pieces) {
    if (piece.arrives <= agenda().now() && carries()) last = std::max(last, piece.arrives);
  }
  return std::chrono::floor<Millis>(agenda().now() - last);
}

// --- The end ------------------------------------------------------------------------------------

void Wire::send_end(End from) {
  Side& peer = sides_[other(from)];
  if (!peer.in.end_arrives) peer.in.end_arrives = arrival(peer.in);
  plan_delivery(other(from));
}

void Wire::finish(End end, Millis linger) {
  Side& side = sides_[end];
  if (side.stage == Stage::finishing || side.stage == Stage::ended) return;
  if (side.stage == Stage::connecting) return close(end, "dropped");
  side.stage = Stage::finishing;
  send_end(end);
  set_paused(end, false);
  side.linger = agenda().after(linger, *side.host, "lingered",
                               [self = shared_from_this(), end] { self->close(end, ""); });
}

/// As when the kernel closes a socket: if bytes are unread, the peer gets a reset, and may lose the
/// last of ours.
void Wire::close(End end, const std::string& why) {
  Side& side = sides_[end];
  if (side.stage == Stage::ended) return;
  side.stage = Stage::ended;
  side.failure = why;
  for (auto* entry : {&side.delivery, &side.room, &side.reset, &side.linger}) {
    agenda().cancel(*entry);
  }
  const bool unread = side.in.waiting > 0;
  side.in = {};
  if (sides_[other(end)].stage != Stage::ended && sides_[other(end)].host != nullptr) {
    unread ? be_reset(other(end)) : send_end(end);
  }
  if (network_.watcher_ != nullptr) network_.watcher_->ended(*this, end == client, why);
  if (side.user == nullptr || side.socket == nullptr) return forget_if_over();
  tell_end(end);
}

void Wire::tell_end(End end) {
  Side& side = sides_[end];
  if (side.stage != Stage::ended || side.told) return;
  side.told =
      agenda().after(Millis{0}, *side.host, "hears the end", [self = shared_from_this(), end] {
        self->sides_[end].told.reset();
        self->sides_[end].user->closed();
      });
}

void Wire::be_reset(End end) {
  Side& side = sides_[end];
  if (side.stage == Stage::ended || side.reset || side.host == nullptr) return;
  side.reset = agenda().after(delay(), *side.host, "is reset", [self = shared_from_this(), end] {
    self->sides_[end].reset.reset();
    if (!self->carries()) return;
    self->sides_[end].in = {};
    self->close(end, "Connection reset by peer");
  });
}

void Wire::release(End end) {
  Side& side = sides_[end];
  side.socket = nullptr;
  side.user = nullptr;
  close(end, "released");
  agenda().cancel(side.told);
  forget_if_over();
}

void Wire::forget_if_over() {
  for (const Side& side : sides_) {
    const bool begun = side.host != nullptr;
    if (begun && (side.stage != Stage::ended || side.socket != nullptr)) return;
  }
  network_.forget(*this);
}

/// Its access or its host has changed.
void Wire::go_on() {
  for (const End end : {client, server}) {
    if (sides_[end].host == nullptr) continue;
    plan_delivery(end);
    if (sides_[other(end)].in.writer_waits) make_room(end);
  }
}

}  // namespace phx::simulation
