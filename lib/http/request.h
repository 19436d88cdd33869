#pragma once
/// \file
/// An HTTP request and its answer: plain values without a socket.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace phx::http {

struct Request {
  using Headers = std::vector<std::pair<std::string, std::string>>;

  std::string method;
  std::string target;     ///< As it came: `/socket/websocket?vsn=2.0.0`.
  unsigned version = 11;  ///< 10 or 11.
  Headers headers = {};   ///< Names in lower case, each once, in the order they came in.
  std::string body = {};
  bool body_too_long = false;  ///< The body was over the limit: `body` is empty.
  std::string peer = {};       ///< The client's address.
  std::uint16_t peer_port = 0;
  std::string scheme = "http";  ///< `https` if it came over TLS.

  /// The target up to the `?`, and what follows it.
  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  std::string_view query() const {
    const std::size_t mark = target.find('?');
    return mark == std::string::npos ? std::string_view()
                                     : std::string_view(target).substr(mark + 1);
  }

  /// The first header of that name (in lower case).
  std::optional<std::string_view> header(std::string_view name) const;
  /// Every header of that name, split at commas and trimmed.
  std::vector<std::string> list(std::string_view name) const;
  /// Whether list(name) has this word, in any case. REQUIRES: the word is in lower case.
  bool lists(std::string_view name, std::string_view word) const;
};
/// Without its query, headers and body, where secrets stand: `GET /socket/websocket`.
inline std::string hop_text(const Request& request) {
  return request.method + " " + std::string(request.path());
}

struct Response {
  int status = 200;
  std::string body = {};
  Request::Headers headers = {};
};
/// Its status alone.
inline std::string hop_text(const Response& response) { return std::to_string(response.status); }

/// `Bad Request` for 400.
std::string_view reason_phrase(int status);
/// What Phoenix renders for an exception: `{"errors":{"detail":"Bad Request"}}` for 400.
Response rendered_error(int status);
/// The parts of a `/`-separated path, without empty ones.
std::vector<std::string_view> segments(std::string_view path);
/// The path with one slash between its segments and none at its end, as Plug compares paths:
/// `//rooms//7/` becomes `/rooms/7`.
std::string plain_path(std::string_view path);
std::string to_lower(std::string_view text);

}  // namespace phx::http
