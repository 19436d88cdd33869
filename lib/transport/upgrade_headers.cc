/// Checks the headers that a websocket upgrade must have.

#include "transport/steps.h"

namespace phx::transport {
namespace {

Refusal refused_upgrade(std::string sentence) { return http::Response{400, std::move(sentence)}; }

/// A list of header values as the framework prints it: `["a", "b"]`.
std::string shown(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : ", ") + Json(value).dump();
  return "[" + text + "]";
}

}  // namespace

/// The sentences are the framework's own, as clients may show them.
Verdict steps::check_upgrade_headers(Attempt& attempt) {
  const http::Request& request = attempt.request;
  if (request.version < 11) return refused_upgrade("HTTP version HTTP/1.0 unsupported");
  if (!request.header("host")) return refused_upgrade("'host' header is absent");
  if (!request.lists("connection", "upgrade")) {
    return refused_upgrade("'connection' header must contain 'upgrade', got " +
                           shown(request.list("connection")));
  }
  if (!request.lists("upgrade", "websocket")) {
    return refused_upgrade("'upgrade' header must contain 'websocket', got " +
                           shown(request.list("upgrade")));
  }
  // Any key is accepted, as in Phoenix: it proves nothing about the client.
  if (!request.header("sec-websocket-key")) {
    return refused_upgrade("'sec-websocket-key' header is absent");
  }
  // Exactly one value, as it came: two joined values are not 13.
  const auto version = request.header("sec-websocket-version");
  if (version != "13") {
    const auto values = version ? std::vector{std::string(*version)} : std::vector<std::string>{};
    Refusal refused =
        refused_upgrade("'sec-websocket-version' header must equal '13', got " + shown(values));
    refused.answer.headers.emplace_back("sec-websocket-version", "13");  // RFC 6455, 4.4
    return refused;
  }
  return {};
}

}  // namespace phx::transport
