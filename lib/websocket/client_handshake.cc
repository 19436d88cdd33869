/// Asks for a websocket, and makes sure that the answer is one.

#include "websocket/client_handshake.h"

#include <algorithm>

#include "http/request_reader.h"
#include "websocket/handshake.h"

namespace phx::websocket {
namespace {

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

/// An answer's headers are looked up as a request's are.
http::Request headers_of(const http::Response& answer) {
  http::Request request;
  request.headers = answer.headers;
  return request;
}

bool has_token(const http::Request& headers, std::string_view name, std::string_view token) {
  const auto items = headers.list(name);
  return std::any_of(items.begin(), items.end(),
                     [&](const std::string& item) { return http::to_lower(item) == token; });
}

/// Where a 302 or the like points to, for people; RFC 6455 lets a client follow it or not.
std::string redirection(const http::Response& answer) {
  constexpr std::size_t max_shown = 200;
  if (answer.status < 300 || answer.status > 399) return {};
  const http::Request headers = headers_of(answer);
  const std::string where(headers.header("location").value_or("nowhere"));
  return " to " + where.substr(0, max_shown) + ", and redirects are not followed";
}

/// 8 to 15, as RFC 7692, 7.1.2 writes it; nothing for all else.
std::optional<int> bits_of(const std::optional<std::string>& value) {
  if (!value || value->empty() || value->size() > 2) return {};
  if (value->find_first_not_of("0123456789") != std::string::npos) return {};
  const int bits = std::stoi(*value);
  return bits >= 8 && bits <= 15 && value->front() != '0' ? std::optional(bits) : std::nullopt;
}

/// Nothing if the answer has a parameter that we can't honour: RFC 7692, 5.1 and 7.1.
std::optional<AgreedDeflate> agreed(const Extension& answer) {
  if (answer.name != "permessage-deflate") return {};
  AgreedDeflate deflate;
  for (const auto& [name, value] : answer.parameters) {
    if (name == "server_no_context_takeover" && !value) {
      deflate.server_takes_over = false;
    } else if (name == "client_no_context_takeover" && !value) {
      continue;  // each of our messages stands alone anyway
    } else if (name == "client_max_window_bits" && bits_of(value)) {
      deflate.window_bits = *bits_of(value);
    } else if (name != "server_max_window_bits" || !bits_of(value)) {
      return {};
    }
  }
  return deflate;
}

}  // namespace

std::string upgrade_request(const Opening& opening) {
  http::Request::Headers headers{{"host", opening.host},
                                 {"connection", "Upgrade"},
                                 {"upgrade", "websocket"},
                                 {"sec-websocket-version", "13"},
                                 {"sec-websocket-key", opening.key}};
  if (!opening.subprotocols.empty()) {
    headers.emplace_back("sec-websocket-protocol", joined(opening.subprotocols));
  }
  if (opening.deflate) {
    headers.emplace_back("sec-websocket-extensions", "permessage-deflate; client_max_window_bits");
  }
  headers.insert(headers.end(), opening.headers.begin(), opening.headers.end());
  std::string request = "GET " + opening.target + " HTTP/1.1\r\n";
  http::append_headers(request, headers);
  return request + "\r\n";
}

Opened check_answer(const Opening& opening, const http::Response& answer) {
  const auto refuse = [&](const std::string& why) -> void { throw NotOpened(answer.status, why); };
  if (answer.status != 101) {
    refuse("expected 101 Switching Protocols, got " + std::to_string(answer.status) + " " +
           std::string(http::reason_phrase(answer.status)) + redirection(answer));
  }
  const http::Request headers = headers_of(answer);
  if (!has_token(headers, "upgrade", "websocket") || !has_token(headers, "connection", "upgrade")) {
    refuse("the answer does not upgrade to a websocket");
  }
  if (headers.header("sec-websocket-accept") != accept_key(opening.key)) {
    refuse("the answer's Sec-WebSocket-Accept is not that of our key");
  }
  Opened opened;
  if (const auto chosen = headers.header("sec-websocket-protocol")) {
    const auto& offered = opening.subprotocols;
    if (std::find(offered.begin(), offered.end(), *chosen) == offered.end()) {
      refuse("the answer chooses a sub-protocol that was not offered");
    }
    opened.subprotocol = std::string(*chosen);
  }
  const auto extensions = headers.list("sec-websocket-extensions");
  if (!extensions.empty()) {
    const auto extension = parse_extension(extensions.front());
    if (opening.deflate && extension && extensions.size() == 1) opened.deflate = agreed(*extension);
    if (!opened.deflate) refuse("the answer uses an extension that was not offered");
  }
  return opened;
}

}  // namespace phx::websocket
