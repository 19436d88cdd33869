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
struct Told {
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
  static std::vector<Told> tell(const Trace& trace);

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

  Told told(const Step& step);
  void tell_request(const Entry& entry, Told& told);
  void tell_response(const Entry& entry, Told& told);
  void tell_longpoll_answer(const Entry& entry, Told& told);
  void tell_frame(const Message& message, Told& told);
  Said said_message(std::string text, const ChannelMessage& message, Told& told);
  Said said_text(std::string_view text, Told& told);
  Said said_binary(std::string_view bytes, Told& told);
  std::string client_note(const ChannelMessage& message, const Told& told);
  std::string server_note(const ChannelMessage& message, Told& told);
  std::string reply_note(const ChannelMessage& message, Told& told);

  std::map<std::string, Client> clients_;
};

}  // namespace phx::trace
