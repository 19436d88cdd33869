/// Distinguishes clients.

#include "traces/phx-trace/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "conformance/suite/wire/json.h"
#include "traces/phx-trace/har.h"

namespace phx::trace {
namespace {

bool path_ends_in(std::string_view target, std::string_view end) {
  return target.substr(0, target.find('?')).ends_with(end);
}

std::string numbered(std::string_view base, int number) {
  return number == 1 ? std::string(base) : fmt::format("{}{}", base, number);
}

}  // namespace

std::optional<std::string> parameter(std::string_view target, std::string_view name) {
  const auto mark = target.find('?');
  std::string_view rest = mark == target.npos ? "" : target.substr(mark + 1);
  std::optional<std::string> found;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) == name) {
      found = equals == pair.npos ? "" : std::string(pair.substr(equals + 1));
    }
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
  }
  return found;
}

std::optional<std::string> brought_token(const conformance::Request& request) {
  constexpr std::string_view wanted = "x-phoenix-longpoll-token";
  for (const auto& [name, value] : request.headers) {
    const bool same = std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(),
                                 [](char a, char b) { return (a | 32) == (b | 32); });
    if (same) return value;
  }
  return parameter(request.target, "token");
}

std::optional<std::string> session_token(std::string_view body) {
  const auto json = conformance::parse_json(body);
  if (!json || !json_is_object(json->get())) return std::nullopt;
  const std::string token = (*json)["token"].text();
  return token.empty() ? std::nullopt : std::optional(token);
}

bool is_longpoll(std::string_view target) { return path_ends_in(target, "/longpoll"); }
bool is_websocket(std::string_view target) { return path_ends_in(target, "/websocket"); }

bool is_conversation(const Entry& entry) {
  return entry.websocket || is_longpoll(entry.request.target);
}

void name_connections(Trace& trace) {
  std::map<std::string, std::string> clients;  // by their session's token
  int websockets = 0;
  int polls = 0;
  for (Entry& entry : trace.entries) {
    if (!entry.connection.empty()) continue;
    if (entry.websocket) {
      entry.connection = numbered("ws", ++websockets);
    } else if (is_longpoll(entry.request.target)) {
      const auto token = brought_token(entry.request);
      const auto known = token ? clients.find(*token) : clients.end();
      entry.connection = known != clients.end() ? known->second : numbered("poll", ++polls);
    } else {
      entry.connection = "http";
    }
    const auto token = entry.response ? session_token(entry.response->body) : std::nullopt;
    if (token) clients[*token] = entry.connection;
  }
}

}  // namespace phx::trace
