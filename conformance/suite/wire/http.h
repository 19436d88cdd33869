#pragma once
/// \file
/// The HTTP that comes before a websocket, and all of long-polling: requests out, responses back.

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace phx::conformance {

/// One request, written exactly as given: only a body's length is added.
struct Request {
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::string version = "HTTP/1.1";

  Request with(std::string name, std::string value) const;  ///< With one more header.
  Request without(std::string_view name) const;             ///< Without any header of this name.
  Request by(std::string other_method) const;               ///< The same with another method.
  /// The first of this name, in any case.
  std::optional<std::string> header(std::string_view name) const;
  std::string text() const;
};

/// For people: the first line, and every header that is not in each upgrade request.
std::string described(const Request& request);

/// A well-formed upgrade of `target`, as a browser would send it (but with no Origin).
Request upgrade_request(const std::string& authority, const std::string& target,
                        const std::string& key);
/// Sec-WebSocket-Accept for this key, by RFC 6455.
std::string accept_key(std::string_view key);

struct Response {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};

  /// The header's value (names in any case; several are joined by ", "), or nothing.
  std::optional<std::string> header(std::string_view name) const;
};

/// The bytes are not HTTP, or the response does not end; what() says why.
class NotHttp : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads one response from the front of the bytes received so far.
struct ReadResponse {
  Response response;
  std::size_t size = 0;  ///< Bytes that belong to it; those after it are the websocket's.
};
/// Nothing as long as the response isn't whole. `ended`: no more bytes will come.
/// `to_head`: it answers a HEAD, and so has no body whatever its headers say.
/// \throws NotHttp for bytes that are not an HTTP response, as soon as that can be known.
std::optional<ReadResponse> read_response(std::string_view bytes, bool ended, bool to_head);

}  // namespace phx::conformance
