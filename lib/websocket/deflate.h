#pragma once
/// \file
/// Messages through zlib, as permessage-deflate has them: raw DEFLATE, less its last four bytes
/// (RFC 7692, 7.2). Shard thread only.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "serializer/message.h"

namespace phx::websocket {

/// Makes one client's messages plain again. Takes no memory to speak of before the first byte of
/// the first message (some 40 kB from then on), nor between messages that stand alone.
class Inflater {
 public:
  enum class Result { good, malformed, too_large };

  /// `takes_over`: a message may refer to the ones before it.
  explicit Inflater(bool takes_over);
  ~Inflater();

  /// Appends to `message` what `bytes` stand for, which may not make it larger than `limit`.
  /// Nothing may follow a result that is not good.
  Result add(std::string_view bytes, std::string& message, std::size_t limit);
  /// The last of the message's bytes has been added. A message whose end is missing is what could
  /// be inflated of it, as on Cowboy: its serializer finds that it is no message.
  Result finish(std::string& message, std::size_t limit);

 private:
  struct Stream;
  void begin_again();

  const bool takes_over_;
  std::unique_ptr<Stream> stream_;
};

/// Compresses messages, each by itself: so no connection needs a quarter of a megabyte for its
/// own past, and a frame that many clients get is compressed once for all of them.
class Deflater {
 public:
  Deflater();
  ~Deflater();

  /// The frame with its bytes compressed; to be sent with RSV1. `window_bits` is 8 to 15.
  serializer::FramePtr compressed(const serializer::FramePtr& frame, int window_bits);
  /// Lets go of the frames that were kept for the next receiver.
  void forget() { shared_.clear(); }

 private:
  struct Stream;
  struct Done {
    serializer::FramePtr plain;
    serializer::FramePtr compressed;
    int window_bits;
  };
  std::string compress(std::string_view bytes, int window_bits);

  std::map<int, std::unique_ptr<Stream>> streams_;  ///< By window: seven at most.
  std::vector<Done> shared_;  ///< At most `most_shared` of this turn's broadcasts.
};

}  // namespace phx::websocket
