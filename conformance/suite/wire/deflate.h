#pragma once
/// \file
/// permessage-deflate's messages on the client's side (RFC 7692, 7.2).

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace phx::conformance {

/// Compresses a client's messages, one after the other. Each may refer to those before it.
class Deflate {
 public:
  Deflate();
  ~Deflate();
  std::string compressed(std::string_view message);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

/// Inflates a server's messages, one after the other. A reference beyond the window is an error.
class Inflate {
 public:
  explicit Inflate(int window_bits = 15);
  ~Inflate();
  /// Nothing if the bytes are not a compressed message, or one of more than 64 MB.
  std::optional<std::string> plain(std::string_view message);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace phx::conformance
