/// Reads HAR: what every browser writes, what Chrome adds, and what phx-trace adds to that.

#include "traces/phx-trace/har.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

#include "traces/phx-trace/moment.h"
#include "traces/phx-trace/names.h"
#include "traces/phx-trace/text.h"

namespace phx::trace {
namespace {

using conformance::Opcode;
using conformance::Request;
using conformance::Response;

/// The longest payload that `_fill` may make: four of the contract's largest messages.
constexpr std::size_t most_filled = 32'000'000;

std::string text_or(const Value& value, const char* key, std::string otherwise = "") {
  const auto found = value.find(key);
  return found ? found->string() : otherwise;
}

double number_or(const Value& value, const char* key, double otherwise) {
  const auto found = value.find(key);
  return found ? found->number() : otherwise;
}

bool flag(const Value& value, const char* key, bool otherwise = false) {
  const auto found = value.find(key);
  return found ? found->is_true() : otherwise;
}

std::size_t count(const Value& value, std::size_t most) {
  const double number = value.number();
  if (!(number >= 0) || number > static_cast<double>(most)) {
    value.complain(fmt::format("expected a number from 0 to {}, got {}", most, number));
  }
  return static_cast<std::size_t>(number);
}

std::string decoded(const Value& text) {
  std::string bytes;
  if (!from_base64(text.string(), bytes)) text.complain("expected base64, and this is none");
  return bytes;
}

/// The bytes of `key`, with what `_fill` leaves out put back.
std::string content_of(const Value& holder, const char* key, bool is_base64) {
  const auto text = holder.find(key);
  std::string bytes = !text ? "" : is_base64 ? decoded(*text) : text->string();
  const auto fill = holder.find("_fill");
  if (!fill) return bytes;
  const std::string with = is_base64 ? decoded(fill->at("with")) : fill->at("with").string();
  const std::size_t at = count(fill->at("at"), bytes.size());
  const std::size_t times =
      count(fill->at("times"), most_filled / std::max<std::size_t>(with.size(), 1));
  std::string filling;
  for (std::size_t i = 0; i < times; ++i) filling += with;
  return bytes.insert(at, filling);
}

std::vector<std::pair<std::string, std::string>> headers_of(const Value& message) {
  std::vector<std::pair<std::string, std::string>> headers;
  const auto list = message.find("headers");
  if (!list) return headers;
  for (const Value& header : list->items()) {
    std::string name = header.at("name").string();
    if (name.starts_with(':')) continue;  // HTTP/2's own
    headers.emplace_back(std::move(name), text_or(header, "value"));
  }
  return headers;
}

/// The path and the query of an absolute URL.
std::string target_of(const Value& url) {
  const std::string text = url.string();
  const auto scheme = text.find("://");
  if (scheme == text.npos) url.complain(fmt::format("expected an absolute URL, got \"{}\"", text));
  const auto path = text.find_first_of("/?", scheme + 3);
  if (path == text.npos) return "/";
  const std::string target = text.substr(path, text.find('#', path) - path);
  return target.starts_with('/') ? target : "/" + target;
}

Request request_of(const Value& request) {
  Request read{.method = request.at("method").string(),
               .target = target_of(request.at("url")),
               .headers = headers_of(request),
               .body = {},
               .version = text_or(request, "httpVersion", "HTTP/1.1")};
  if (!read.version.starts_with("HTTP/1.")) read.version = "HTTP/1.1";
  if (const auto posted = request.find("postData")) {
    read.body = content_of(*posted, "text", text_or(*posted, "_encoding") == "base64");
  }
  return read;
}

std::optional<Response> response_of(const Value& response) {
  const std::size_t status = count(response.at("status"), 999);
  if (status == 0) return std::nullopt;  // no answer came
  Response read{.status = static_cast<int>(status), .headers = headers_of(response), .body = {}};
  if (const auto content = response.find("content")) {
    read.body = content_of(*content, "text", text_or(*content, "encoding") == "base64");
  }
  return read;
}

Opcode opcode_of(const Value& message) {
  const std::size_t opcode = count(message.at("opcode"), 15);
  return static_cast<Opcode>(opcode);
}

Message message_of(const Value& message, bool sent) {
  const Opcode opcode = opcode_of(message);
  const bool text = opcode == Opcode::text && text_or(message, "_encoding") != "base64";
  return {.at = message.at("time").number(),
          .sent = sent,
          .opcode = opcode,
          .payload = content_of(message, "data", !text),
          .fin = flag(message, "_fin", true),
          .compressed = flag(message, "_compressed"),
          .with_previous = flag(message, "_sameSegment")};
}

std::vector<Message> messages_of(const Value& list) {
  std::vector<Message> messages;
  for (const Value& message : list.items()) {
    const std::string type = message.at("type").string();
    if (type == "error") continue;  // Chrome's own words, and no frame
    if (type != "send" && type != "receive") {
      message.at("type").complain(
          fmt::format("expected \"send\" or \"receive\", got \"{}\"", type));
    }
    messages.push_back(message_of(message, type == "send"));
  }
  return messages;
}

Happening happening_of(const Value& event) {
  static const std::vector<std::pair<std::string, Happening::Kind>> kinds = {
      {"fin", Happening::Kind::fin},
      {"reset", Happening::Kind::reset},
      {"bytes", Happening::Kind::bytes},
      {"note", Happening::Kind::note},
      {"signal", Happening::Kind::signal}};
  const std::string type = event.at("type").string();
  const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                 [&type](const auto& known) { return known.first == type; });
  if (kind == kinds.end()) {
    event.at("type").complain(
        fmt::format("expected fin, reset, bytes, note or signal, got \"{}\"", type));
  }
  return {.at = event.at("time").number(),
          .kind = kind->second,
          .by_server = text_or(event, "from") == "server",
          .text = text_or(event, "text"),
          .bytes = content_of(event, "data", true)};
}

std::vector<Happening> happenings_of(const Value& holder) {
  std::vector<Happening> happenings;
  const auto list = holder.find("_events");
  if (!list) return happenings;
  for (const Value& event : list->items()) happenings.push_back(happening_of(event));
  return happenings;
}

/// A browser gives a websocket's whole life as its entry's time: the answer came before the first
/// message at the latest.
Seconds answer_time(const Value& value, const Entry& entry, bool whole) {
  const Seconds end = entry.asked + number_or(value, "time", 0) / 1'000;
  if (whole || entry.messages.empty()) return end;
  return std::min(end, entry.messages.front().at);
}

Entry entry_of(const Value& value, bool whole) {
  Entry entry;
  const Value started = value.at("startedDateTime");
  const auto asked = seconds_of(started.string());
  if (!asked) {
    started.complain(fmt::format("expected a time such as 2026-01-31T12:00:00.000Z, got \"{}\"",
                                 started.string()));
  }
  entry.asked = *asked;
  entry.request = request_of(value.at("request"));
  const Value response = value.at("response");
  entry.response = response_of(response);
  entry.status_text = text_or(response, "statusText");
  entry.error = text_or(value, "_error", text_or(response, "_error"));
  if (const auto messages = value.find("_webSocketMessages")) {
    entry.websocket = true;
    entry.messages = messages_of(*messages);
  }
  entry.websocket = entry.websocket || (entry.response && entry.response->status == 101);
  entry.happenings = happenings_of(value);
  entry.answered = answer_time(value, entry, whole);
  entry.connection = text_or(value, "_connection");
  if (const auto given = value.find("connection");
      entry.connection.empty() && given && given->is_string()) {
    const std::string name = given->string();  // of a browser, a number that says nothing
    if (name.find_first_not_of("0123456789") != name.npos) entry.connection = name;
  }
  return entry;
}

std::string server_of(const Value& log) {
  const auto server = log.find("_server");
  if (!server) return "";
  return fmt::format("{} {}", text_or(*server, "name"), text_or(*server, "version"));
}

}  // namespace

Trace read_har(const Value& file) {
  const Value log = file.at("log");
  Trace trace;
  trace.comment = text_or(log, "comment");
  trace.server = server_of(log);
  if (const auto creator = log.find("creator")) {
    trace.whole = text_or(*creator, "name").starts_with("phx-");
  }
  for (const Value& entry : log.at("entries").items()) {
    trace.entries.push_back(entry_of(entry, trace.whole));
  }
  trace.happenings = happenings_of(log);
  name_connections(trace);
  return trace;
}

Trace read_har(std::string_view text) { return read_har(Value::parse(text)); }

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  if (!file || !(bytes << file.rdbuf())) throw BadFile(path + " can't be read");
  return bytes.str();
}

}  // namespace phx::trace
