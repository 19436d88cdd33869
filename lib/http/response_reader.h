#pragma once
/// \file
/// Reads a server's answers from a stream of bytes, one after the other: the client's half of
/// HTTP/1.1, by Boost.Beast.

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "http/request.h"

namespace phx::http {

/// Bytes that are not an answer of HTTP/1.1, or one that is larger than allowed.
class BadResponse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Neither copied nor moved.
class ResponseReader {
 public:
  struct Limits {
    std::size_t head = 65'536;
    std::size_t body = 16'000'000;
  };
  explicit ResponseReader(Limits limits);
  ResponseReader() : ResponseReader(Limits{}) {}
  ~ResponseReader();

  /// Adds bytes that have come.
  void feed(std::string_view bytes) { buffer_ += bytes; }
  /// The next whole answer, its headers' names in lower case; nothing if more is needed. Passes
  /// over interim answers (100 to 199), but not over 101, after which the connection is no longer
  /// HTTP's. \throws BadResponse.
  std::optional<Response> next();
  /// The connection has ended: an answer whose body has no length ends here. \throws BadResponse
  /// if something is missing.
  std::optional<Response> end();
  /// Takes out what came after the last answer.
  std::string take_rest() { return std::exchange(buffer_, {}); }

 private:
  struct Parser;
  bool last_chunk_begins() const;
  Response take();

  const Limits limits_;
  std::string buffer_;
  std::unique_ptr<Parser> parser_;
  std::size_t head_size_ = 0;
};

}  // namespace phx::http
