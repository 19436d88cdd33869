#pragma once
/// \file
/// Reads and writes HTTP/1.1: requests by Boost.Beast, answers by hand.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "http/limits.h"
#include "http/request.h"
#include "telemetry/limits.h"

namespace boost::system {
class error_code;
}

namespace phx::http {

/// Reads requests from a stream of bytes, one after the other.
class RequestReader {
 public:
  explicit RequestReader(Limits limits = {});
  ~RequestReader();

  /// Adds bytes that have come.
  void feed(std::string_view bytes) { buffer_ += bytes; }
  /// The next whole request; nothing if more is needed; or the answer to send before closing.
  std::variant<std::monostate, Request, Response> next();
  /// Whether the client waits for `100 Continue` before it sends its body. True once per request.
  bool awaits_continue();
  /// Bytes that have come but are not part of a request yet.
  std::size_t waiting() const { return buffer_.size(); }
  /// Takes out what came after the last request, once the connection is no longer HTTP's.
  std::string take_rest() { return std::exchange(buffer_, {}); }

  /// A part of a request has come, but not the rest.
  bool midway() const { return parser_ != nullptr; }
  /// The limit that the last request exceeded, if any.
  std::optional<telemetry::Limit> exceeded() const { return exceeded_; }

 private:
  class Parser;
  bool skip_empty_lines();
  void begin();
  std::size_t advance(boost::system::error_code& error);
  bool last_chunk_begins() const;
  bool buffer_is_full() const;
  std::optional<Response> check_head();
  Response refusal(const boost::system::error_code& error);

  const Limits limits_;
  std::string buffer_;
  std::unique_ptr<Parser> parser_;
  std::size_t empty_lines_ = 0;  ///< Since the last request.
  std::optional<telemetry::Limit> exceeded_;
};

/// Appends a line for each, as append_header does.
void append_headers(std::string& head, const Request::Headers& headers);

/// Appends a line, unless its value has a line break, which could inject headers.
void append_header(std::string& head, std::string_view name, std::string_view value);

/// What happens to a connection after an answer.
enum class Persistence {
  open,        ///< The next request may come; HTTP/1.1 needs no header for it.
  keep_alive,  ///< The same, with a header for an HTTP/1.0 client that asked for it.
  close,
};

/// The answer's bytes up to its body.
std::string head_bytes(const Response& response, Persistence persistence);

/// Now, as HTTP writes it: `Sat, 21 Nov 2026 00:27:00 GMT`.
std::string http_date();

/// Whether the client wants to use its connection again: RFC 9112, 9.3.
Persistence wanted_persistence(const Request& request);

}  // namespace phx::http
