#pragma once
/// \file
/// Compresses and inflates messages with zlib, as permessage-deflate defines it: raw DEFLATE, less
/// its last four bytes (RFC 7692, 7.2). Shard thread only.

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "serializer/message.h"

namespace phx::websocket {

/// Inflates one client's messages. Takes no memory to speak of before the first byte of the first
/// message (some 40 kB from then on), nor between messages that stand alone.
class Inflater {
 public:
  enum class Result { good, malformed, too_large };

  /// `takes_over`: a message may refer to the ones before it.
  explicit Inflater(bool takes_over);
  ~Inflater();

  /// Appends the inflated `bytes` to `message`, which may not grow larger than `limit`. Nothing may
  /// be added after a result that is not good.
  Result add(std::string_view bytes, std::string& message, std::size_t limit);
  /// Call after the message's last byte. A message whose end is missing yields what could be
  /// inflated, as on Cowboy; its serializer then refuses it.
  Result finish(std::string& message, std::size_t limit);

  /// Inflates at most `bytes` from here on; then it is spent. For callers that inflate in parts.
  void allow(std::size_t bytes) { allowed_ = bytes; }
  bool spent() const { return allowed_ == 0; }

 private:
  struct Stream;
  void begin_again();

  const bool takes_over_;
  std::size_t allowed_ = std::numeric_limits<std::size_t>::max();
  std::unique_ptr<Stream> stream_;
};

/// Compresses each message by itself, so no connection needs a quarter of a megabyte for its
/// history, and a frame for many clients is compressed only once.
class Deflater {
 public:
  Deflater();
  ~Deflater();

  /// The frame with its bytes compressed; to be sent with RSV1. `window_bits` is 8 to 15.
  serializer::FramePtr compressed(const serializer::FramePtr& frame, int window_bits);
  /// Releases the frames that were kept for further receivers.
  void forget() { shared_.clear(); }

 private:
  struct Stream;
  struct Done {
    serializer::FramePtr plain;
    serializer::FramePtr compressed;
    int window_bits;
  };
  std::string compress(std::string_view bytes, int window_bits);

  std::map<int, std::unique_ptr<Stream>> streams_;  ///< By window size: seven at most.
  std::vector<Done> shared_;  ///< At most `max_shared` of this turn's broadcasts.
};

}  // namespace phx::websocket
