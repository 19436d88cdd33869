#pragma once
/// \file
/// One conversation with the server: first HTTP, then, if both agree, websocket frames.
///
/// A correct client by default (it answers pings and closes), but it can send anything.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "conformance/suite/wire/deflate.h"
#include "conformance/suite/wire/frame.h"
#include "conformance/suite/wire/http.h"
#include "conformance/suite/wire/network.h"
#include "conformance/suite/wire/recording.h"
#include "conformance/suite/wire/transcript.h"

namespace phx::conformance {

/// A server's action that a case may wait for.
struct Received {
  enum class Kind { text, binary, pong, close, end, garbage };
  Kind kind = Kind::end;
  std::string payload = {};                ///< The whole message, joined and inflated.
  std::optional<std::uint16_t> code = {};  ///< Of a close with a code.
  bool compressed = false;                 ///< RSV1 was set on its first frame.
};

/// The opcode of the frames that made it.
Opcode opcode_of(Received::Kind kind);

/// How a server compresses, if it does: permessage-deflate's parameters for its side.
struct Compression {
  bool no_takeover = false;  ///< Each message by itself.
  int window_bits = 15;      ///< How far back it may refer: 2^15 bytes at most.
};

/// For people: a text as it is, `close 1011`, `the connection ended without a close frame`.
std::string described(const Received& received);

class Connection {
 public:
  /// Begins to connect. The Network must outlive the Connection, which must not move.
  Connection(Network& network, const Url& url);

  /// Sends the request and waits for its response; with a 101, what follows are frames.
  /// The `early` ones go into the same segment, right after the request, and contain no line feed:
  /// Cowboy before 2.18 would read them as the line of a next request, and answer 400. \throws
  /// NotHttp if the response is not HTTP.
  std::optional<Response> ask(const Request& request, Clock::time_point deadline,
                              const std::vector<Frame>& early = {});

  /// The two halves of `ask`, for a response that may take its time: others can speak in between.
  void begin(const Request& request, const std::vector<Frame>& early = {});
  /// The response to the oldest request, or nothing by the deadline.
  std::optional<Response> response(Clock::time_point deadline);
  /// The part that has come so far, without waiting.
  bool response_has_begun() const { return !http_.empty(); }

  /// Sends frames in one write, and pumps until they have left (or the connection ended).
  void send(const std::vector<Frame>& frames);
  void send_bytes(std::string_view bytes, std::string_view note);
  /// Stops reading until `read_on`.
  void stop_reading() { stream_.stop_reading(); }
  void read_on() { stream_.read_on(); }
  void finish();
  void reset();
  /// Writes a remark into the transcript.
  void note(std::string_view remark) { transcript_.add(Transcript::Direction::note, remark); }

  /// The server's next action, or nothing by the deadline.
  std::optional<Received> next(Clock::time_point deadline);
  /// Events that came and were not taken yet.
  const std::deque<Received>& waiting() const { return inbox_; }
  bool ended() const { return stream_.state() == Stream::State::ended; }
  /// Whether to leave the server's close frame to the caller.
  void leave_closes_unanswered() { close_answered_ = true; }
  /// Drops events that the filter rejects (they stay in the transcript).
  void hear_only(std::function<bool(const Received&)> filter) { filter_ = std::move(filter); }

  /// Pumps until the connection ends. \return whether it did by the deadline.
  bool ends_by(Clock::time_point deadline);

  const Transcript& transcript() const { return transcript_; }
  /// From now on, keeps everything in full.
  void record() { recording_.emplace(); }
  const std::optional<Recording>& recording() const { return recording_; }
  const std::string& error() const { return stream_.error(); }
  std::string local_address() const { return stream_.local_address(); }

 private:
  void receive(std::string_view bytes);
  void read_frames();
  void take(Frame frame);
  void take_message_part(Frame frame);
  void take_message(Received whole);
  void push(Received received);
  void keep(bool sent, Opcode opcode, const std::string& data) {
    if (recording_) recording_->said(sent, opcode, data);
  }
  void flush();
  /// The frame's bytes, with their own mask.
  std::string masked(const Frame& frame) { return encode(frame, fresh_mask()); }
  Mask fresh_mask();

  Network& network_;
  Transcript transcript_;
  std::optional<Recording> recording_;
  std::mt19937 random_{std::random_device{}()};
  bool speaks_frames_ = false;
  bool to_head_ = false;  // the response that is awaited has no body
  std::string http_;      // bytes of an incomplete response
  FrameReader reader_;
  std::optional<Compression> compression_;  // the server agreed to permessage-deflate
  std::optional<Inflate> inflate_;
  std::optional<Received> partial_;  // a message whose last fragment has not come
  std::deque<Received> inbox_;
  std::function<bool(const Received&)> filter_;
  bool close_answered_ = false;
  Stream stream_;  // last: its callbacks use all of the above
};

}  // namespace phx::conformance
