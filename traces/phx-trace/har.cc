/// Reads HAR: our own files strictly, here; other tools' files in har_foreign.cc.

#include "traces/phx-trace/har.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "traces/phx-trace/har_foreign.h"
#include "traces/phx-trace/har_message.h"
#include "traces/phx-trace/json_file.h"
#include "traces/phx-trace/moment.h"
#include "traces/phx-trace/names.h"
#include "traces/phx-trace/text.h"

namespace phx::trace {
namespace {

using conformance::Opcode;
using conformance::Request;
using conformance::Response;

/// The longest payload that `_fill` may make: four of the contract's largest messages.
constexpr std::size_t max_filled = 32'000'000;
/// The limit of all of a file's payloads together.
constexpr std::size_t max_filled_in_all = 256'000'000;

std::string text_or(const Value& value, const char* key, std::string otherwise = "") {
  const auto found = value.find(key);
  return found ? found->string() : otherwise;
}

std::string text_of(const Value& holder, const char* key) {
  const auto found = holder.is_object() ? holder.find(key) : std::nullopt;
  return found ? found->as_text() : "";
}

bool flag(const Value& value, const char* key, bool otherwise = false) {
  const auto found = value.find(key);
  return found ? found->is_true() : otherwise;
}

double number(const Value& value, double least, double most) {
  const double found = value.number();
  if (!(found >= least && found <= most)) {
    value.complain(fmt::format("expected a number from {} to {}, got {}", least, most, found));
  }
  return found;
}

std::size_t count(const Value& value, std::size_t most) {
  return static_cast<std::size_t>(number(value, 0, static_cast<double>(most)));
}

Seconds time_of(const Value& holder) {
  return rounded(number(holder.at("time"), -last_second, last_second));
}

std::string decoded(const Value& text) {
  std::string bytes;
  if (!from_base64(text.string(), bytes)) text.complain("expected base64");
  return bytes;
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

/// Where the path of an absolute URL begins.
std::size_t path_in(const Value& url, const std::string& text) {
  const auto scheme = text.find("://");
  if (scheme == text.npos) url.complain(fmt::format("expected an absolute URL, got \"{}\"", text));
  return std::min(text.find_first_of("/?#", scheme + 3), text.size());
}

/// The path and the query of an absolute URL.
std::string target_of(const Value& url) {
  const std::string text = url.string();
  const auto path = path_in(url, text);
  const std::string target = text.substr(path, text.find('#', path) - path);
  return target.starts_with('/') ? target : "/" + target;
}

std::string origin_of(const Value& url) {
  const std::string text = url.string();
  return text.substr(0, path_in(url, text));
}

class OwnReader {
 public:
  Trace read(const Value& log);

 private:
  Entry entry_of(const Value& value);
  Request request_of(const Value& request);
  std::optional<Response> response_of(const Value& response);
  Message message_of(const Value& message);
  std::vector<Message> messages_of(const Value& list);
  Happening happening_of(const Value& event);
  std::vector<Happening> happenings_of(const Value& holder);
  std::string content_of(const Value& holder, const char* key, bool is_base64);

  std::size_t room_ = max_filled_in_all;
};

/// The bytes of `key`, with the parts that `_fill` leaves out restored.
std::string OwnReader::content_of(const Value& holder, const char* key, bool is_base64) {
  const auto text = holder.find(key);
  std::string bytes = !text ? "" : is_base64 ? decoded(*text) : text->string();
  const auto fill = holder.find("_fill");
  if (!fill) return bytes;
  const std::string with = is_base64 ? decoded(fill->at("with")) : fill->at("with").string();
  const std::size_t at = count(fill->at("at"), bytes.size());
  const std::size_t most = std::min(max_filled, room_) / std::max<std::size_t>(with.size(), 1);
  const std::size_t times = count(fill->at("times"), most);
  room_ -= times * with.size();
  std::string filling;
  for (std::size_t i = 0; i < times; ++i) filling += with;
  return bytes.insert(at, filling);
}

Request OwnReader::request_of(const Value& request) {
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

std::optional<Response> OwnReader::response_of(const Value& response) {
  const std::size_t status = count(response.at("status"), 999);
  if (status == 0) return std::nullopt;  // no answer came
  Response read{.status = static_cast<int>(status), .headers = headers_of(response), .body = {}};
  if (const auto content = response.find("content")) {
    read.body = content_of(*content, "text", text_or(*content, "encoding") == "base64");
  }
  return read;
}

Message OwnReader::message_of(const Value& message) {
  const std::string type = message.at("type").string();
  if (type != "send" && type != "receive") {
    message.at("type").complain(fmt::format("expected \"send\" or \"receive\", got \"{}\"", type));
  }
  const auto opcode = static_cast<Opcode>(count(message.at("opcode"), 15));
  const bool text = opcode == Opcode::text && text_or(message, "_encoding") != "base64";
  return {.at = time_of(message),
          .sent = type == "send",
          .opcode = opcode,
          .payload = content_of(message, "data", !text),
          .fin = flag(message, "_fin", true),
          .compressed = flag(message, "_compressed"),
          .with_previous = flag(message, "_sameSegment")};
}

std::vector<Message> OwnReader::messages_of(const Value& list) {
  std::vector<Message> messages;
  for (const Value& message : list.items()) messages.push_back(message_of(message));
  return messages;
}

Happening OwnReader::happening_of(const Value& event) {
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
  return {.at = time_of(event),
          .kind = kind->second,
          .by_server = text_or(event, "from") == "server",
          .text = text_or(event, "text"),
          .bytes = content_of(event, "data", true)};
}

std::vector<Happening> OwnReader::happenings_of(const Value& holder) {
  std::vector<Happening> happenings;
  const auto list = holder.find("_events");
  if (!list) return happenings;
  for (const Value& event : list->items()) happenings.push_back(happening_of(event));
  return happenings;
}

Entry OwnReader::entry_of(const Value& value) {
  Entry entry;
  const Value started = value.at("startedDateTime");
  const auto asked = seconds_of(started.string());
  if (!asked || std::abs(*asked) > last_second) {
    started.complain(fmt::format("expected a time such as 2026-01-31T12:00:00.000Z, got \"{}\"",
                                 started.string()));
  }
  entry.asked = rounded(*asked);
  const Value request = value.at("request");
  entry.request = request_of(request);
  entry.origin = origin_of(request.at("url"));
  const Value response = value.at("response");
  entry.response = response_of(response);
  if (const auto content = response.find("content")) {
    entry.body_is_missing = flag(*content, "_missing");
  }
  entry.status_text = text_or(response, "statusText");
  entry.error = text_or(value, "_error", text_or(response, "_error"));
  if (const auto messages = value.find("_webSocketMessages")) {
    entry.websocket = true;
    entry.messages = messages_of(*messages);
  }
  entry.websocket = entry.websocket || (entry.response && entry.response->status == 101);
  entry.happenings = happenings_of(value);
  const auto time = value.find("time");
  const double took = time ? number(*time, -last_second, last_second) : 0;
  entry.answered = rounded(entry.asked + took / 1'000);
  entry.connection = text_or(value, "_connection");
  return entry;
}

std::string named(const Value& log, const char* member) {
  const auto named = log.find(member);
  if (!named || !named->is_object()) return "";
  return fmt::format("{} {}", text_of(*named, "name"), text_of(*named, "version"));
}

Trace OwnReader::read(const Value& log) {
  Trace trace;
  trace.comment = text_or(log, "comment");
  trace.server = named(log, "_server");
  trace.imported_from = named(log, "_imported");
  trace.whole = trace.imported_from.empty();
  for (const Value& entry : log.at("entries").items()) {
    trace.entries.push_back(entry_of(entry));
  }
  trace.happenings = happenings_of(log);
  name_connections(trace);
  return trace;
}

/// `WebInspector 537.36`
std::string creator_of(const Value& log) {
  const auto creator = log.find("creator");
  if (!creator) return "an unknown program";
  const std::string name = text_of(*creator, "name");
  return fmt::format("{} {}", name.empty() ? "an unknown program" : name,
                     text_of(*creator, "version"));
}

}  // namespace

Trace read_har(std::string_view bytes, const Beside& beside) {
  Remarks remarks;
  const Value file = read_json_file(bytes, remarks);
  // Some tools leave out the outermost object, or put the entries beside the log.
  const bool bare = file.is_object() && (!file.find("log") || !file.at("log").find("entries")) &&
                    file.find("entries");
  const Value log = bare ? file : file.at("log");
  const std::string creator = creator_of(log);
  Trace trace =
      creator.starts_with("phx-") ? OwnReader().read(log) : read_foreign(log.at("entries"), beside);
  if (!creator.starts_with("phx-")) {
    trace.comment = text_of(log, "comment");
    trace.server = named(log, "_server");
    trace.imported_from = creator;
  }
  trace.remarks.add(remarks);
  return trace;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) throw BadFile(path + " can't be read");
  return bytes;
}

Trace read_har_file(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return read_har(read_file(path),
                  [&folder](const std::string& name) -> std::optional<std::string> {
                    const std::filesystem::path plain(name);
                    std::error_code no_matter;
                    const bool there = plain.filename() == plain &&
                                       std::filesystem::is_regular_file(folder / plain, no_matter);
                    return there ? std::optional(read_file(folder / plain)) : std::nullopt;
                  });
}

}  // namespace phx::trace
