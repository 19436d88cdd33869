#pragma once
/// \file
/// Compressed messages as a client of permessage-deflate has them (RFC 7692, 7.2).

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

/// Makes a server's messages plain again, one after the other. What refers further back than the
/// window reaches is no message.
class Inflate {
 public:
  explicit Inflate(int window_bits = 15);
  ~Inflate();
  /// Nothing where the bytes are no compressed message, or one of more than 64 MB.
  std::optional<std::string> plain(std::string_view message);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace phx::conformance
