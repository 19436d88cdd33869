#pragma once
/// \file
/// Turns the peer's bytes into messages and control frames: reading by RFC 6455, and inflating by
/// RFC 7692. A server's reader wants masked frames, a client's wants unmasked ones.
///
///     websocket::Reader reader({.max_message = 8'000'000});
///     websocket::Event event = reader.next(bytes);  // takes from the front of `bytes`
///     while (!std::holds_alternative<websocket::NeedMore>(event)) {
///       handle(event);
///       event = reader.next(bytes);
///     }
///
/// However the network cuts the bytes, the same events come out, and a fault is found as soon as
/// the bytes that show it have come. Uses no socket and no clock.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "serializer/message.h"
#include "socket/close_code.h"
#include "websocket/deflate.h"
#include "websocket/frame.h"
#include "websocket/negotiation.h"

namespace phx::websocket {

/// All the bytes are taken, and no event is complete.
struct NeedMore {};
/// To be answered by a pong with the same bytes.
struct Ping {
  std::string payload;
};
struct Pong {};
/// The peer closes: answer with its own code, or 0 if it gave none. Nothing follows.
struct Close {
  unsigned code;
};
/// The peer broke the protocol or a limit: the connection is closed with this code at once.
/// Nothing follows.
struct Failure {
  socket::CloseCode code;
  const char* why;  ///< For a log: `a client's frame is not masked`.
};
/// A whole message is a serializer's frame: text or binary, its fragments joined, inflated. Text
/// that comes in pieces is checked for UTF-8 as it comes; text that comes at once is left to the
/// serializers, which read each byte anyway.
using Event = std::variant<NeedMore, serializer::Frame, Ping, Pong, Close, Failure>;

/// Whose frames are read.
enum class Sender : unsigned char { client, server };

/// The state of reading one connection. Neither copied nor moved.
class Reader {
 public:
  struct Options {
    std::size_t max_message;                        ///< Bytes of a message, joined and inflated.
    std::optional<DeflateParameters> deflate = {};  ///< As negotiated.
    Sender sender = Sender::client;
  };
  explicit Reader(const Options& options);

  /// The next event in `input`; takes its bytes from the front. REQUIRES: neither Close nor Failure
  /// has been returned.
  Event next(std::string_view& input);
  /// From here on next() inflates about that many bytes, then it returns NeedMore and leaves the
  /// rest of the input: a few kilobytes may inflate to megabytes, while others wait.
  void may_inflate(std::size_t bytes) {
    if (inflater_) inflater_->allow(bytes);
  }
  /// Whether next() has inflated all that it may.
  bool paused() const { return inflater_ && inflater_->spent(); }

  /// Bytes of memory held for what has come so far.
  std::size_t held() const { return message_.capacity() + control_.capacity(); }
  /// The first frame of a message has begun, and its last has not ended.
  bool in_message() const { return in_message_; }
  /// Part of a frame or of a message has come, but not the rest.
  bool midway() const { return head_size_ > 0 || in_payload_ || in_message_; }
  /// Has nothing to remember for the bytes that follow: it may read another client's. Not while it
  /// inflates, as a message may refer to those before it.
  bool clean() const { return !midway() && inflater_ == nullptr && failure_.why == nullptr; }
  std::size_t max_message() const { return max_message_; }

 private:
  /// 2 bytes, 8 of length and 4 of mask.
  static constexpr std::size_t max_head = 14;

  /// A frame's place in the input.
  struct Place {
    std::size_t head = 0;     ///< Bytes before its payload.
    std::size_t payload = 0;  ///< Bytes of it.
  };
  std::optional<Place> plain_message(std::string_view input) const;
  static serializer::Frame take_plain_message(std::string_view& input, Place place);
  /// Takes bytes of the head; true once it is complete and valid.
  bool take_head(std::string_view& input);
  bool take_whole_head(std::string_view& input);
  bool take_part_of_head(std::string_view& input);
  std::size_t wanted_head() const;
  std::size_t mask_size() const { return sender_ == Sender::client ? 4 : 0; }
  const char* fault_in_first_byte() const;
  const char* fault_in_second_byte() const;
  const char* fault_in_length() const;
  bool begin_payload();
  /// Takes bytes of the payload; true once it is complete.
  bool take_payload(std::string_view& input);
  /// Takes from the front of `masked`: all of it, unless it inflates to more than it may.
  bool add(std::string_view& masked);
  bool goes_on_as_text();
  bool inflate(std::string_view& masked);
  bool took(Inflater::Result result);
  Event frame_ended();
  Event message_ended();
  Event closed();
  bool fail(socket::CloseCode code, const char* why);

  bool final_frame() const { return (head_[0] & fin_bit) != 0; }
  Opcode opcode() const { return static_cast<Opcode>(head_[0] & opcode_bits); }
  bool is_control() const { return (head_[0] & control_bit) != 0; }

  const std::size_t max_message_;
  const std::unique_ptr<Inflater> inflater_;  ///< Null if nothing was negotiated.

  // The frame in progress.
  std::array<unsigned char, max_head> head_{};
  unsigned char head_size_ = 0;
  bool in_payload_ = false;
  std::uint32_t mask_ = 0;          ///< Rotated so that its first byte meets the payload's next.
  std::uint64_t payload_left_ = 0;  ///< Bytes of the payload that are still to come.
  std::string control_;             ///< A control frame's payload.

  // The message in progress; control frames may come between its fragments.
  bool in_message_ = false;
  bool compressed_ = false;
  Opcode kind_ = Opcode::text;
  const Sender sender_;
  std::string message_;
  std::size_t checked_ = 0;  ///< Bytes of a text message that are known to be UTF-8.

  Failure failure_{};  ///< Without a reason until one comes.
};

/// The code to answer a client's close with, or the fault in it. `payload` is the close frame's.
/// Codes that may not be sent are answered with 1002, as on Cowboy; so are those registered later
/// (1012 to 1014), unless a server sends them.
std::variant<Close, Failure> read_close(std::string_view payload, Sender sender = Sender::client);

}  // namespace phx::websocket
