#pragma once
/// \file
/// One connection of the client under test, at the server that the suite plays: its request, then
/// its messages. A good server by default (it answers pings, closes and heartbeats), but it can
/// send anything.

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/core/violation.h"
#include "conformance/suite/wire/cutter.h"
#include "conformance/suite/wire/end.h"
#include "conformance/suite/wire/message.h"
#include "conformance/suite/wire/recording.h"
#include "conformance/suite/wire/transcript.h"

namespace phx::conformance {

/// A message of the client.
struct Heard {
  Message message;
  std::optional<std::string> binary = {};  ///< The data, if it came as bytes.
  Clock::time_point at = Clock::now();
};

class Guest {
 public:
  /// Moves bytes until `done()` or the deadline; what ClientTrial::pump does.
  using Pump = std::function<bool(const std::function<bool()>& done, Clock::time_point deadline)>;

  /// Owns the socket, which is non-blocking. `patience` is how long hear() waits.
  Guest(int fd, std::string name, Clock::time_point began, Pump pump, Millis patience);
  ~Guest() { close_end(end_); }
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  // Its request. REQUIRES for all but the first: one has come.
  /// The oldest request that was not answered yet, if one has come whole.
  const std::optional<Request>& request() const { return request_; }
  /// The request's parameters, decoded.
  std::vector<std::pair<std::string, std::string>> query() const;
  std::optional<std::string> parameter(std::string_view name) const;
  void answer(const Response& response);
  /// 101: from here on it speaks frames, in the version that the request asks for.
  void upgrade();
  bool upgraded() const { return upgraded_; }
  bool v1() const { return v1_; }

  // Hearing. \throws Violation, that says what came instead.
  /// The client's next message with this event (and topic). Others stay, in order.
  Heard hear(std::string_view event, std::string_view topic = {}, Millis more = Millis{0});
  /// What came and was not taken, heartbeats apart.
  std::deque<Heard>& inbox() { return inbox_; }
  /// The next pong's payload.
  std::string hear_pong();
  /// The code of the client's close frame.
  std::optional<std::uint16_t> hear_close();
  /// The client has ended the connection, or answered its close.
  void expect_end(Millis more = Millis{0});
  bool ended() const { return end_.finished || end_.broken; }
  const std::vector<Heard>& heartbeats() const { return heartbeats_; }
  bool sent_unmasked() const { return unmasked_; }
  /// Texts that are not messages of either version.
  const std::vector<std::string>& garbage() const { return garbage_; }

  // Speaking.
  void send(Message message);
  void reply(const Heard& to, std::string_view status = "ok", std::string_view response = "{}");
  void broadcast(std::string_view topic, std::string_view event, std::string_view payload);
  /// A message to one member: a push, `phx_error` or `phx_close` under this join_ref.
  void push(const std::string& join_ref, std::string_view topic, std::string_view event,
            std::string_view payload = "{}");
  void send_frames(const std::vector<Frame>& frames);
  /// Several messages in one write.
  void send_together(const std::vector<Message>& messages);
  void close(std::uint16_t code);
  void cut();    ///< FIN, with no close frame.
  void reset();  ///< RST.

  /// Whether heartbeats are answered.
  void answer_heartbeats(bool yes) { answers_heartbeats_ = yes; }
  /// Answers each message with this event ok, as soon as its bytes are read, and counts it.
  void answer_at_once(std::string event) { at_once_ = std::move(event); }
  std::size_t answered_at_once() const { return answered_at_once_; }

  const std::string& name() const { return name_; }
  Clock::time_point came() const { return came_; }
  const Transcript& transcript() const { return transcript_; }
  void note(std::string_view remark) { transcript_.add(Transcript::Direction::note, remark); }
  void record() { recording_.emplace(); }
  const std::optional<Recording>& recording() const { return recording_; }
  const std::string& opened() const { return opened_; }

  // For the loop.
  pollfd wait() const { return wait_of(end_); }
  void turn(short events);

 private:
  void read_frames();
  void take(Frame frame);
  void take_message(Opcode opcode, std::string payload);
  void take_text(std::string text);
  void take_binary(const std::string& bytes);
  void put(Heard heard);
  std::string bytes_of(const Frame& frame);
  [[noreturn]] void nothing_came(const std::string& expected, Millis waited) const;

  std::string name_;
  Pump pump_;
  Millis patience_;
  Clock::time_point came_ = Clock::now();
  Transcript transcript_;
  std::optional<Recording> recording_;
  End end_;
  std::string opened_ = "no request yet";
  std::optional<Request> request_;
  bool upgraded_ = false;
  bool v1_ = false;
  std::optional<Opcode> partial_opcode_;
  std::string partial_;
  std::deque<Heard> inbox_;
  std::vector<Heard> heartbeats_;
  std::vector<std::string> garbage_;
  std::deque<std::string> pongs_;
  bool closed_ = false;  // it sent a close frame
  std::optional<std::uint16_t> close_code_;
  bool said_close_ = false;
  bool unmasked_ = false;
  bool answers_heartbeats_ = true;
  std::string at_once_;
  std::size_t answered_at_once_ = 0;
};

}  // namespace phx::conformance
