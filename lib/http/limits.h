#pragma once
/// \file
/// What an HTTP client may send before it is refused.

#include <cstddef>

#include "base/time.h"

namespace phx::http {

struct Limits {
  /// Bytes of request line and headers, or of trailers. Above: 414 for the line, 431 for the rest.
  std::size_t head = 65'536;
  std::size_t body =
      8'000'000;  ///< Bytes; a longer body is left out. Plug.Conn.read_body's default.
  std::size_t skipped =
      1'000'000;  ///< Bytes skipped after that; above: 400. Cowboy's max_skip_body_length.
  std::size_t method = 31;  ///< Bytes of a request's method: 501 above. Cowboy's max_method_length.
  std::size_t fields = 100;     ///< Headers: 431 above. Cowboy's max_headers.
  std::size_t empty_lines = 5;  ///< Before a request: 400 above. Cowboy's max_empty_lines.
  /// For a whole request to come, for each part of an answer to be taken, and for idling between
  /// requests; then the connection is dropped. Cowboy's idle_timeout.
  Millis patience{60'000};
};

}  // namespace phx::http
