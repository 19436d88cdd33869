/// Explains requests and responses.

#include <fmt/format.h>

#include <algorithm>

#include "conformance/suite/wire/json.h"
#include "conformance/suite/wire/message.h"
#include "traces/phx-trace/names.h"
#include "traces/phx-trace/narrator.h"
#include "traces/phx-trace/text.h"

namespace phx::trace {
namespace {

using conformance::Json;
using conformance::lower;
using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t max_parts = 6;

std::string header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (lower(key) == name) return value;
  }
  return "";
}

/// Headers that decide something. The others are in every request, or do not matter to Channels.
void explain_headers(const Headers& headers, Explained& explained) {
  for (const auto& [name, value] : headers) {
    const std::string key = lower(name);
    const bool telling = key == "origin" || key.starts_with("sec-websocket-protocol") ||
                         key.starts_with("sec-websocket-extensions") || key.starts_with("x-") ||
                         key == "traceparent" || key == "tracestate" || key == "authorization" ||
                         key == "cookie" ||
                         (key == "access-control-allow-origin" && value != "*") ||
                         key.starts_with("access-control-allow-m") ||
                         (key == "content-type" && value.find("ndjson") != value.npos);
    if (telling) explained.parts.push_back({printable(name + ": " + value), ""});
  }
}

/// The target with a session's token cut short: it is long, and differs from run to run.
std::string shown_target(const std::string& target) {
  const auto token = parameter(target, "token");
  if (!token || token->size() < 40) return printable(target);
  std::string shown = target;
  const auto at = shown.rfind(*token);
  return printable(shown.replace(at, token->size(), "…"));
}

std::string upgrade_note(const Entry& entry) {
  const auto version = parameter(entry.request.target, "vsn");
  const std::string spoken = !version || version->starts_with("1.") ? "V1"
                             : version->starts_with("2.")           ? "V2"
                                                                    : "";
  // Some browsers leave out the handshake's headers.
  const bool upgrade =
      entry.websocket || lower(header(entry.request.headers, "upgrade")) == "websocket";
  if (!upgrade) return "does not ask for a websocket";
  return spoken.empty() ? "asks for a websocket" : "asks for a websocket that speaks " + spoken;
}

std::vector<std::string> lines_of(const std::string& body) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  while (at < body.size()) {
    const auto end = std::min(body.find('\n', at), body.size());
    std::string line = body.substr(at, end - at);
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) lines.push_back(std::move(line));
    at = end + 1;
  }
  return lines;
}

bool is_batch(const Entry& entry) {
  return header(entry.request.headers, "content-type") == "application/x-ndjson";
}

void keep_few(Explained& explained, std::size_t all) {
  if (all <= max_parts) return;
  explained.parts.push_back({fmt::format("… and {} more", all - max_parts), ""});
}

/// A session's token is long and signed, or a redacted one; `token=abc` is the application's own.
bool is_session(std::string_view token) {
  return token.size() >= 40 || token.starts_with("REDACTED-");
}

std::string longpoll_note(const Entry& entry, std::size_t messages) {
  const std::string& method = entry.request.method;
  const std::string token = brought_token(entry.request).value_or("");
  const auto given = entry.response ? session_token(entry.response->body) : std::nullopt;
  // What an application calls its token may be redacted, too: then the session's is another one.
  const bool opens = !is_session(token) || (token.size() < 40 && given && *given != token);
  if (method == "GET") return opens ? "opens a session" : "polls";
  if (method == "POST") return "sends " + counted(messages, "message");
  return method == "OPTIONS" ? "asks what is allowed" : "";
}

/// A poll's answer without the messages, which are shown line by line, and without the token.
std::string shown_answer(const Json& body, bool messages) {
  const bool token = !body["token"].text().empty();
  std::string shown =
      messages ? R"("messages":[…],)"
      : json_array_size(body["messages"].get()) == 0 && json_is_array(body["messages"].get())
          ? R"("messages":[],)"
          : "";
  shown += fmt::format(R"("status":{})", body["status"].dump());
  return fmt::format("{{{}{}}}", shown, token ? R"(,"token":"…")" : "");
}

std::string answer_note(const Entry& entry, const std::string& status, std::size_t messages) {
  const bool poll = entry.request.method == "GET";
  if (status == "200") return poll ? counted(messages, "message") : "taken";
  if (status == "204") return "nothing came in the meantime";
  if (status == "408") return "the session does not answer";
  if (status == "410") return poll ? "a new session, and its token" : "no such session";
  return status == "403" ? "refused" : "";
}

}  // namespace

void Narrator::explain_request(const Entry& entry, Explained& explained) {
  const conformance::Request& request = entry.request;
  explained.said.text = request.method + " " + shown_target(request.target);
  if (request.version == "HTTP/1.0") explained.said.text += " " + request.version;
  explain_headers(request.headers, explained);
  if (is_websocket(request.target)) {
    explained.said.note = upgrade_note(entry);
    return;
  }
  if (!is_longpoll(request.target)) return;
  std::vector<std::string> lines = lines_of(request.body);
  if (!is_batch(entry) && !request.body.empty()) lines = {request.body};
  explained.said.note = longpoll_note(entry, lines.size());
  for (std::size_t i = 0; i < std::min(lines.size(), max_parts); ++i) {
    std::string bytes;
    const bool binary =
        is_batch(entry) && !lines[i].starts_with('[') && from_base64(lines[i], bytes);
    explained.parts.push_back(binary ? said_binary(bytes, explained)
                                     : said_text(lines[i], explained));
  }
  keep_few(explained, lines.size());
}

void Narrator::explain_response(const Entry& entry, Explained& explained) {
  const conformance::Response& response = *entry.response;
  explained.said.text = fmt::format("{} {}", response.status, printable(entry.status_text));
  if (response.status == 101) {
    explained.said.note = "agreed: frames from here on";
  } else if (is_longpoll(entry.request.target)) {
    explain_longpoll_answer(entry, explained);
  } else {
    if (response.status >= 400) explained.said.note = "refused";
    if (!response.body.empty()) explained.said.text += "  " + printable(response.body);
  }
  explain_headers(response.headers, explained);
}

void Narrator::explain_longpoll_answer(const Entry& entry, Explained& explained) {
  const auto body = conformance::parse_json(entry.response->body);
  if (!body || !json_is_object(body->get())) {
    if (!entry.response->body.empty())
      explained.said.text += "  " + printable(entry.response->body);
    return;
  }
  const Json messages = (*body)["messages"];
  const std::size_t number = json_array_size(messages.get());
  explained.said.text += "  " + shown_answer(*body, number > 0);
  explained.said.note = answer_note(entry, (*body)["status"].dump(), number);
  for (std::size_t i = 0; i < std::min(number, max_parts); ++i) {
    const std::string text = messages[i].text();
    std::string bytes;
    const bool binary =
        !text.starts_with('[') && !text.starts_with('{') && from_base64(text, bytes);
    explained.parts.push_back(binary ? said_binary(bytes, explained) : said_text(text, explained));
  }
  keep_few(explained, number);
}

}  // namespace phx::trace
