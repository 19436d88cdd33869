#pragma once
/// \file
/// Explains each step: the join of a topic, an answer, a broadcast.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "traces/phx-trace/message.h"
#include "traces/phx-trace/timeline.h"

namespace phx::trace {

/// One message, and its meaning.
struct Said {
  std::string text;  ///< As it crossed the wire, made printable; of any length.
  std::string note;  ///< A few words; may be empty.
};

/// A step as shown: a frame has one message, a poll's answer several.
struct Explained {
  std::size_t number = 0;  ///< From 1.
  Step step = {};
  std::string connection = {};
  Said said = {};
  std::vector<Said> parts = {};  ///< Interesting headers, and a long-poll's messages.
  double answered_after =
      -1;  ///< Seconds since the step that it answers; below 0: it answers none.
};

/// Explains a trace from its beginning, because a step's meaning depends on earlier ones.
class Narrator {
 public:
  /// Every step. They point into the trace, which must not move.
  static std::vector<Explained> explain(const Trace& trace);

 private:
  struct Asked {
    std::size_t number = 0;
    Seconds at = 0;
  };
  /// One client's messages so far.
  struct Client {
    std::map<std::string, std::string> joined;  ///< Topic to join_ref.
    std::map<std::string, Asked> asked;         ///< Ref to the message that bears it.
    bool closing = false;                       ///< One side has sent its close frame.
  };

  Explained explain(const Step& step);
  void explain_request(const Entry& entry, Explained& explained);
  void explain_response(const Entry& entry, Explained& explained);
  void explain_longpoll_answer(const Entry& entry, Explained& explained);
  void explain_frame(const Message& message, Explained& explained);
  Said said_message(std::string text, const ChannelMessage& message, Explained& explained);
  Said said_text(std::string_view text, Explained& explained);
  Said said_binary(std::string_view bytes, Explained& explained);
  std::string client_note(const ChannelMessage& message, const Explained& explained);
  std::string server_note(const ChannelMessage& message, Explained& explained);
  std::string reply_note(const ChannelMessage& message, Explained& explained);

  std::map<std::string, Client> clients_;
};

}  // namespace phx::trace
