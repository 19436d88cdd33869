#pragma once
/// \file
/// What a room says to a client, predicted from what that client sent: the plain model of a channel
/// with which each frame of one connection is compared.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/time.h"
#include "conformance/simulation/world/oracle.h"

namespace phx::simulation {

/// A text frame of version 2 of the wire. Views of the frame.
struct SeenFrame {
  std::string_view join_ref, ref, topic, event;  ///< Empty for null.
  std::string_view payload;
};
/// False: the text is not such a frame.
bool see(std::string_view text, SeenFrame& seen);

/// One connection's frames as its client sent them, and what is still to come of them. A value.
class Predicted {
 public:
  /// A message has reached the server.
  void asked(const SeenFrame& message, Clock::time_point now);

  /// A frame has reached the client. What is wrong with it; nothing: it is as it had to be.
  /// `alone`: there is one server, so nobody leaves a list but by leaving.
  std::optional<std::string> wrong(const SeenFrame& frame, const Oracle& oracle, bool alone);

  /// At rest: a message that the server must have answered by now, and has not.
  std::optional<std::string> unanswered(Clock::time_point now) const;

 private:
  struct Message {
    std::string topic, join_ref, event, payload;
    Clock::time_point when;
  };
  struct Join {
    std::string topic;
    Oracle::Number member = 0;
    bool lists = false;   ///< It has got its list of presences.
    bool ends = false;    ///< Its client has asked for its end, in one of several ways.
    bool breaks = false;  ///< It stops or crashes, and what comes after that is not answered.
    bool leaves = false;
    std::string successor = {};  ///< The ref of the join that drives it out.
  };
  std::optional<std::string> wrong_answer(const SeenFrame& reply, const Oracle& oracle);
  std::optional<std::string> wrong_end(const SeenFrame& frame);
  std::optional<std::string> wrong_list(const SeenFrame& frame, const Oracle& oracle);
  std::optional<std::string> wrong_diff(const SeenFrame& frame, const Oracle& oracle, bool alone);

  std::map<std::string, Message> unanswered_;  ///< By ref.
  /// A client hears its own broadcast before the answer, unless both go through the channel.
  bool has_heard_own(const Message& question, const Oracle& oracle) const;
  /// A member's new mood comes after the answer to the question for it.
  bool waits_for(Oracle::Number question) const;

  std::map<std::string, Join> joins_;  ///< That live, by join_ref.
  /// The latest that was heard, by topic and place.
  std::map<std::pair<std::string, std::string>, Oracle::Number> heard_;
  std::set<std::string> there_, gone_;  ///< Metas, by their phx_ref.
};

}  // namespace phx::simulation
