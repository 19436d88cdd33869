/// \file
/// Many connections, each joined to one topic: the start of nearly every case.
#include "conformance/load/client/crowd.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/load/client/error.h"

namespace phx::bench {
namespace {

constexpr std::size_t max_at_once = 64;        // below any server's accept backlog
constexpr std::size_t max_leaving = 1'000;     // a server closes these in far less than that
constexpr Millis connection_patience{10'000};  // for any one connection; phoenix.js waits as long

}  // namespace

Crowd::Crowd(Loop& loop, const Target& target) : loop_(loop), target_(target) {}

void Crowd::grow(std::size_t count, Topic topic, std::size_t topics) {
  topic_ = std::move(topic);
  topics_ = topics;
  const auto wanted = members_.size() + count;
  Listener& self = *this;
  while (ready_ < wanted) {
    while (members_.size() < wanted && members_.size() - ready_ < max_at_once) {
      const auto index = members_.size();
      joined_.push_back(0);
      members_.push_back(std::make_unique<Connection>(loop_, target_, self, index));
    }
    loop_.run([this, before = ready_] { return ready_ > before; }, connection_patience,
              [this] {
                return fmt::format("no connection joined within 10 s; {} had joined before",
                                   ready_);
              });
  }
}

void Crowd::leave() {
  for (std::size_t first = 0; first < members_.size(); first += max_leaving) {
    const auto last = std::min(members_.size(), first + max_leaving);
    for (auto i = first; i < last; ++i) members_[i]->finish();
    loop_.run([this, last] { return gone_ >= last; }, connection_patience,
              [this, last] {
                return fmt::format(
                    "{} connections closed, and the server ended {} of them within 10 s", last,
                    gone_);
              });
  }
  members_.clear();
  joined_.clear();
  ready_ = gone_ = 0;
}

void Crowd::join_next(Connection& connection) {
  const auto nth = joined_[connection.index()];
  if (nth == topics_) {
    ++ready_;
  } else {
    connection.send(frame("1", 1, topic_(connection.index(), nth), "phx_join", "{}"));
  }
}

void Crowd::received(Connection& connection, std::string_view text) {
  const auto index = connection.index();
  if (joined_[index] == topics_) {
    if (on_text_) on_text_(connection, text);
    return;
  }
  ReplyCheck{"1", topic_(index, joined_[index]), "{}"}(text, 1);
  ++joined_[index];
  join_next(connection);
}

}  // namespace phx::bench
