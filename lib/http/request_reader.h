#pragma once
/// \file
/// HTTP/1.1 off and onto a socket: request heads by Boost.Beast, answers by hand.

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

/// Reads requests out of a stream of bytes, one after the other.
class RequestReader {
 public:
  explicit RequestReader(Limits limits = {});
  ~RequestReader();

  /// Bytes have come.
  void feed(std::string_view bytes) { buffer_ += bytes; }
  /// The next whole request; nothing if more is needed; or what to answer before closing.
  std::variant<std::monostate, Request, Response> next();
  /// Whether the client waits for `100 Continue` with its body. Says so once for each request.
  bool awaits_continue();
  /// Bytes that have come and are no part of a request yet.
  std::size_t waiting() const { return buffer_.size(); }
  /// Takes out what came behind the last request, when that was not HTTP's last word.
  std::string take_rest() { return std::exchange(buffer_, {}); }

  /// A part of a request has come, and the rest has not.
  bool midway() const { return parser_ != nullptr; }
  /// The limit that the last request went over, if it did.
  std::optional<telemetry::Limit> exceeded() const { return exceeded_; }

 private:
  struct Parser;
  bool skip_empty_lines();
  void begin();
  std::size_t advance(boost::system::error_code& error);
  bool too_much_waits() const;
  std::optional<Response> take_head();
  Response refusal(const boost::system::error_code& error);

  const Limits limits_;
  std::string buffer_;
  std::unique_ptr<Parser> parser_;
  std::size_t empty_lines_ = 0;  ///< Since the last request.
  std::optional<telemetry::Limit> exceeded_;
};

/// Appends a line for each; one with a line break in its value is left out, for it would let
/// whoever chose the value write headers of their own.
void append_headers(std::string& head, const Request::Headers& headers);

/// What becomes of a connection after an answer.
enum class Persistence {
  open,        ///< The next request may come; HTTP/1.1 says nothing of it.
  keep_alive,  ///< The same, which a client of HTTP/1.0 has asked for, and is told.
  close,
};

/// The answer's bytes up to its body.
std::string head_bytes(const Response& response, Persistence persistence);

/// Now, as HTTP writes it: `Sat, 21 Nov 2026 00:27:00 GMT`.
std::string http_date();

/// Whether the client wants to use its connection again: RFC 9112, 9.3.
Persistence wanted_persistence(const Request& request);

}  // namespace phx::http
