/// \file
/// The checker of one connection: what was asked on each topic, and whether the answers are right.
///
/// Every ref gets exactly one reply, in the order of its topic; every subscriber hears each number
/// of its feed once and in order; a channel's end is told once, and nothing comes of it afterwards.
/// Pure: a Ledger is told what was sent and what came, and tells Findings what is wrong.
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

/// One frame of the server's, taken apart. A ref that is null is empty.
struct Message {
  std::string join_ref, ref, topic, event;
  conformance::Json payload;
};
/// Nothing for what is no message of version 2.
std::optional<Message> read_message(std::string_view text);

/// What a reply must say. `response` is JSON.
struct Answer {
  std::string status = "ok";
  std::string response = "{}";
};

/// What a question does to its channel, once it is answered.
enum class Effect {
  none,
  waits,    ///< None, but its answer takes a while: no latency is told of it.
  joins,    ///< The topic is joined if the answer is ok.
  leaves,   ///< The reply comes, and then phx_close.
  stops,    ///< The same, by the channel's own will.
  crashes,  ///< No reply comes, but phx_error.
  heard,    ///< What the feed's herald broadcasts: its reply confirms it to all listeners.
};

class Ledger {
 public:
  enum class State : std::uint8_t { idle, joining, joined, ending };

  /// `who` names the connection in findings, which must outlive it; it is with the node `node`.
  Ledger(Findings& findings, std::string who, std::size_t node = 0)
      : findings_(findings), who_(std::move(who)), node_(node) {}

  /// A question goes out. `feed`, of a join, is what is heard on the topic, and outlives the
  /// ledger. REQUIRES: none is sent on a topic whose channel is ending.
  void asked(const std::string& topic, const std::string& join_ref, std::uint64_t ref,
             Answer expected, Effect effect, Instant now, Feed* feed = nullptr);
  /// A frame came. Returns how long its question was on the way, when it was the answer
  /// to one without effect.
  std::optional<Instant::duration> received(std::string_view text, Instant now);
  /// Tells what should have come before `then`.
  void check_patience(Instant then);

  State state_of(const std::string& topic) const;
  std::string join_ref_of(const std::string& topic) const;
  /// Nothing is owed on that topic.
  bool quiet(const std::string& topic) const;
  /// Nothing is owed: no reply, and no end of a channel.
  bool settled() const;
  /// And every number that was said has been heard.
  bool heard_all() const;

 private:
  struct Question {
    std::uint64_t ref;
    std::string join_ref;
    Answer expected;
    Effect effect;
    Instant sent;
    Feed* feed;
    std::uint64_t confirms;
  };
  struct Room {
    State state = State::idle;
    std::string join_ref;                 ///< Of the latest join.
    std::deque<Question> questions;       ///< Unanswered, in the order in which they went.
    std::deque<Question> overtaken;       ///< A later one was answered first; that was told.
    std::deque<std::string> closing;      ///< Join refs whose phx_close is to come.
    std::optional<std::string> crashing;  ///< The join ref whose phx_error is to come.
    Instant ending_since{};
    Feed* feed = nullptr;
    std::string listening;  ///< The join ref of the ears: until a second join's reply, the first's.
    /// What the first join's channel had pushed may come behind the second's reply.
    std::string former;
    std::optional<Ear> former_ear;
    std::map<std::string, Ear, std::less<>> ears;  ///< By event.
  };

  void replied(Room& room, const Message& message, Instant now,
               std::optional<Instant::duration>& took);
  /// The question that this reply answers, taken out; nothing where there is none.
  std::optional<Question> answered(Room& room, const Message& message);
  void strange_reply(const Message& message);
  void take_effect(Room& room, const Question& question, Instant now);
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
