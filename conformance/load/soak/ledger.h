/// \file
/// Checks one connection: its requests on each topic, and their answers.
///
/// Every ref gets exactly one reply, in the order of its topic; every subscriber gets each number
/// of its feed once and in order; a channel's end comes once, and nothing after it. Pure: a Ledger
/// gets the messages in both directions, and reports faults to Findings.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/load/soak/feed.h"
#include "conformance/suite/wire/json.h"

namespace phx::soak {

/// One frame of the server's, parsed. A null ref is empty.
struct Message {
  std::string join_ref, ref, topic, event;
  conformance::Json payload;
};
/// Nothing for text that is not a message of version 2.
std::optional<Message> read_message(std::string_view text);

/// The expected reply. `response` is JSON.
struct Answer {
  std::string status = "ok";
  std::string response = "{}";
};

/// A request's effect on its channel, once it is answered.
enum class Effect {
  none,
  waits,    ///< None, but its answer takes a while: its latency is not counted.
  joins,    ///< The topic is joined if the answer is ok.
  leaves,   ///< The reply comes, and then phx_close.
  stops,    ///< The same, decided by the channel.
  crashes,  ///< No reply comes, but phx_error.
};

class Ledger {
 public:
  enum class State : std::uint8_t { idle, joining, joined, ending };

  /// `who` names the connection in findings, which must outlive it; it is connected to the node
  /// `node`.
  Ledger(Findings& findings, std::string who, std::size_t node = 0)
      : findings_(findings), who_(std::move(who)), node_(node) {}

  /// A request is sent. `feed`, for a join, is the topic's feed, and outlives the ledger. REQUIRES:
  /// the topic's channel is not ending.
  void asked(const std::string& topic, const std::string& join_ref, std::uint64_t ref,
             Answer expected, Effect effect, Instant now, Feed* feed = nullptr);
  /// A frame came. Returns the latency of its request, if that has no effect.
  std::optional<Instant::duration> received(std::string_view text, Instant now);
  /// Reports messages that should have come before `then`.
  void check_patience(Instant then);

  State state_of(const std::string& topic) const;
  std::string join_ref_of(const std::string& topic) const;
  /// Nothing is due on that topic.
  bool quiet(const std::string& topic) const;
  /// Nothing is due: no reply, and no end of a channel.
  bool settled() const;
  /// And every broadcast number has arrived.
  bool heard_all() const;

 private:
  struct Question {
    std::uint64_t ref;
    std::string join_ref;
    Answer expected;
    Effect effect;
    Instant sent;
  };
  struct Room {
    State state = State::idle;
    std::string join_ref;                 ///< Of the latest join.
    std::deque<Question> questions;       ///< Unanswered, in the order of sending.
    std::deque<Question> overtaken;       ///< A later one was answered first, which was reported.
    std::deque<std::string> closing;      ///< Join refs whose phx_close is due.
    std::optional<std::string> crashing;  ///< The join ref whose phx_error is due.
    Instant ending_since{};
    Feed* feed = nullptr;
    std::string listening;  ///< The join ref of the ears: until a second join's reply, the first's.
    /// Pushes of the first join's channel may come after the second's reply.
    std::string former;
    std::optional<Ear> former_ear;
    std::map<std::string, Ear, std::less<>> ears;  ///< By event.
  };

  void replied(Room& room, const Message& message, Instant now,
               std::optional<Instant::duration>& took);
  /// Removes the request that this reply answers; nothing if there is none.
  std::optional<Question> answered(Room& room, const Message& message);
  void strange_reply(const Message& message);
  void take_effect(Room& room, const Question& question);
  void join(Room& room, const Question& question);
  void closed(Room& room, const Message& message);
  void crashed(Room& room, const Message& message);
  void heard(Room& room, const Message& message);
  static void ended(Room& room);
  static bool owes_nothing(const Room& room);
  void check_patience(const std::string& topic, Room& room, Instant then);
  void complain(Wrong kind, const std::string& sentence) {
    findings_.add(kind, who_ + ": " + sentence);
  }

  Findings& findings_;
  std::string who_;
  std::size_t node_;
  std::map<std::string, Room, std::less<>> rooms_;
  std::uint64_t highest_ref_ = 0;
};

}  // namespace phx::soak
