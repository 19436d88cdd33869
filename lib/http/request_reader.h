#pragma once
/// \file
/// HTTP/1.1 off and onto a socket: request heads by Boost.Beast, answers by hand.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/time.h"
#include "http/request.h"
#include "telemetry/limits.h"

namespace boost::system {
class error_code;
}

namespace phx::http {

/// What an HTTP client may send before it is refused.
struct Limits {
  std::size_t head = 65'536;     ///< Bytes of request line and headers, or of trailers: 431 above.
  std::size_t body = 8'000'000;  ///< Bytes: left out above. Plug.Conn.read_body's default.
  std::size_t skipped = 1'000'000;  ///< And so many more: then 400. Cowboy's max_skip_body_length.
  std::size_t fields = 100;         ///< Headers: 431 above. Cowboy's max_headers.
  std::size_t empty_lines = 5;      ///< Before a request: 400 above. Cowboy's max_empty_lines.
  /// For a whole request to come, and for each part of an answer to be taken; then the connection
  /// is dropped. So long a connection may lie idle between requests, too. Cowboy's idle_timeout.
  Millis patience{60'000};
};

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
  /// Forgets the bytes behind the last request, and says how many they were.
  std::size_t give_back() { return std::exchange(buffer_, {}).size(); }

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

/// The answer's bytes up to its body.
std::string head_bytes(const Response& response, bool keep_alive);

/// Now, as HTTP writes it: `Sat, 21 Nov 2026 00:27:00 GMT`.
std::string http_date();

/// Whether the client wants to use its connection again.
bool wants_keep_alive(const Request& request);

}  // namespace phx::http
