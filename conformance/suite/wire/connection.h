#pragma once
/// \file
/// One conversation with the server: first HTTP, then, if both agree, websocket frames.
///
/// A good client by default (it answers pings and closes), but it can be made to say anything.

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

/// Something the server did that a case may wait for.
struct Received {
  enum class Kind { text, binary, pong, close, end, garbage };
  Kind kind = Kind::end;
  std::string payload = {};                ///< The whole message, put together, inflated.
  std::optional<std::uint16_t> code = {};  ///< Of a close that holds one.
  bool compressed = false;                 ///< RSV1 was set on its first frame.
};

/// How a server compresses, where it does: permessage-deflate's parameters that bind it.
struct Compression {
  bool no_takeover = false;  ///< Each message by itself.
  int window_bits = 15;      ///< How far back it refers: 2^15 bytes at most.
};

/// For people: a text as it is, `close 1011`, `the connection ended without a close frame`.
std::string described(const Received& received);

class Connection {
 public:
  /// Begins to connect. The Network must outlive the Connection, which must not move.
  Connection(Network& network, const Url& url);

  /// Sends the request and waits for its response; with a 101, what follows are frames.
  /// The `early` ones go into the same segment, right after the request, and hold no line feed:
  /// Cowboy before 2.18 would take them for the line of a next request, and answer 400.
  /// \throws NotHttp if what comes is not HTTP.
  std::optional<Response> ask(const Request& request, Clock::time_point deadline,
                              const std::vector<Frame>& early = {});

  /// The two halves of `ask`, for a response that may take its time: others can speak in between.
  void begin(const Request& request, const std::vector<Frame>& early = {});
  /// The response to the oldest request, or nothing by the deadline.
  std::optional<Response> response(Clock::time_point deadline);
  /// What has come of it so far, without waiting.
  bool response_has_begun() const { return !http_.empty(); }

  /// Sends frames in one write, and pumps until they have left (or the connection ended).
  void send(const std::vector<Frame>& frames);
  void send_bytes(std::string_view bytes, std::string_view note);
  /// Leaves what the server sends where it is, until `read_on`.
  void stop_reading() { stream_.stop_reading(); }
  void read_on() { stream_.read_on(); }
  void finish();
  void reset();
  /// Writes a remark into the transcript.
  void note(std::string_view remark) { transcript_.add(Transcript::Direction::note, remark); }

  /// The next thing the server did, or nothing by the deadline.
  std::optional<Received> next(Clock::time_point deadline);
  /// What came and was not taken yet.
  const std::deque<Received>& waiting() const { return inbox_; }
  bool ended() const { return stream_.state() == Stream::State::ended; }
  /// The caller answers the server's close frame, or does not.
  void leave_closes_unanswered() { close_answered_ = true; }
  /// Drops what the filter says no to, before anyone sees it (it stays in the transcript).
  void hear_only(std::function<bool(const Received&)> filter) { filter_ = std::move(filter); }

  /// Pumps until the connection ends. \return whether it did by the deadline.
  bool ends_by(Clock::time_point deadline);

  const Transcript& transcript() const { return transcript_; }
  /// From here on, keeps everything whole.
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
  /// The frame's bytes, under a mask of their own.
  std::string masked(const Frame& frame) { return encode(frame, fresh_mask()); }
  Mask fresh_mask();

  Network& network_;
  Transcript transcript_;
  std::optional<Recording> recording_;
  std::mt19937 random_{std::random_device{}()};
  bool speaks_frames_ = false;
  bool to_head_ = false;  // the response that is awaited has no body
  std::string http_;      // bytes of a response that is not whole yet
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
