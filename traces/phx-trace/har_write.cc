/// Writes HAR, as har.cc reads it.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "traces/phx-trace/har.h"
#include "traces/phx-trace/moment.h"
#include "traces/phx-trace/names.h"
#include "traces/phx-trace/text.h"

namespace phx::trace {
namespace {

using conformance::Opcode;
using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Members in the order in which they are put.
Value put(Value object, std::initializer_list<std::pair<const char*, Value>> members) {
  for (const auto& [name, value] : members) object.set(name, value);
  return object;
}

Value named(const Pairs& pairs) {
  Value list = Value::array();
  for (const auto& [name, value] : pairs) {
    list.add(put(Value::object(), {{"name", Value::text(printable(name))},
                                   {"value", Value::text(printable(value))}}));
  }
  return list;
}

Pairs query_of(const std::string& target) {
  Pairs pairs;
  const auto mark = target.find('?');
  std::string_view rest = mark == target.npos ? "" : std::string_view(target).substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    const auto equals = std::min(pair.find('='), pair.size());
    pairs.emplace_back(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
  }
  return pairs;
}

std::string header(const Pairs& headers, std::string_view wanted, std::string otherwise) {
  for (const auto& [name, value] : headers) {
    const bool same = std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(),
                                 [](char a, char b) { return (a | 32) == (b | 32); });
    if (same) return value;
  }
  return otherwise;
}

bool is_text(const std::string& bytes) { return printable(bytes).find("\\x") == std::string::npos; }

Value request_json(const Entry& entry) {
  const conformance::Request& request = entry.request;
  const std::string origin = !entry.origin.empty()
                                 ? entry.origin
                                 : fmt::format("{}://{}", entry.websocket ? "ws" : "http",
                                               header(request.headers, "host", "localhost"));
  Value json = put(Value::object(),
                   {{"method", Value::text(request.method)},
                    {"url", Value::text(printable(origin + request.target))},
                    {"httpVersion", Value::text(request.version)},
                    {"cookies", Value::array()},
                    {"headers", named(request.headers)},
                    {"queryString", named(query_of(request.target))},
                    {"headersSize", Value::integer(-1)},
                    {"bodySize", Value::integer(static_cast<long long>(request.body.size()))}});
  if (request.body.empty()) return json;
  const bool text = is_text(request.body);
  Value posted =
      put(Value::object(),
          {{"mimeType", Value::text(printable(header(request.headers, "content-type", "")))},
           {"text", Value::text(text ? request.body : base64(request.body))}});
  if (!text) posted.set("_encoding", Value::text("base64"));
  return json.set("postData", posted);
}

Value content_json(const conformance::Response& response, bool is_missing) {
  Value content =
      put(Value::object(),
          {{"size", Value::integer(static_cast<long long>(response.body.size()))},
           {"mimeType",
            Value::text(printable(header(response.headers, "content-type", "x-unknown")))}});
  if (is_missing) content.set("_missing", Value::boolean(true));
  if (response.body.empty()) return content;
  const bool text = is_text(response.body);
  content.set("text", Value::text(text ? response.body : base64(response.body)));
  if (!text) content.set("encoding", Value::text("base64"));
  return content;
}

Value response_json(const Entry& entry) {
  const conformance::Response response = entry.response.value_or(conformance::Response{});
  return put(Value::object(),
             {{"status", Value::integer(response.status)},
              {"statusText", Value::text(printable(entry.status_text))},
              {"httpVersion", Value::text(entry.response ? "HTTP/1.1" : "")},
              {"cookies", Value::array()},
              {"headers", named(response.headers)},
              {"content", content_json(response, entry.body_is_missing)},
              {"redirectURL", Value::text(printable(header(response.headers, "location", "")))},
              {"headersSize", Value::integer(-1)},
              {"bodySize", Value::integer(static_cast<long long>(response.body.size()))}});
}

Value message_json(const Message& message) {
  const bool text = message.opcode == Opcode::text && is_text(message.payload);
  Value json = put(Value::object(),
                   {{"type", Value::text(message.sent ? "send" : "receive")},
                    {"time", Value::real(message.at)},
                    {"opcode", Value::integer(static_cast<long long>(message.opcode))},
                    {"data", Value::text(text ? message.payload : base64(message.payload))}});
  if (message.opcode == Opcode::text && !text) json.set("_encoding", Value::text("base64"));
  if (const auto code = conformance::close_code(message.payload);
      message.opcode == Opcode::close && code) {
    json.set("_code", Value::integer(*code));
    json.set("_reason", Value::text(printable(message.payload.substr(2))));
  }
  const Value yes = Value::boolean(true);
  if (message.compressed) json.set("_compressed", yes);
  if (!message.fin) json.set("_fin", Value::boolean(false));
  if (message.with_previous) json.set("_sameSegment", yes);
  return json;
}

Value happening_json(const Happening& happening) {
  static constexpr const char* names[] = {"fin", "reset", "bytes", "note", "signal"};
  Value json =
      put(Value::object(), {{"time", Value::real(happening.at)},
                            {"type", Value::text(names[static_cast<int>(happening.kind)])}});
  const bool note =
      happening.kind == Happening::Kind::note || happening.kind == Happening::Kind::signal;
  if (!note) json.set("from", Value::text(happening.by_server ? "server" : "client"));
  if (!happening.bytes.empty()) json.set("data", Value::text(base64(happening.bytes)));
  if (!happening.text.empty()) json.set("text", Value::text(happening.text));
  return json;
}

Value happenings_json(const std::vector<Happening>& happenings) {
  Value list = Value::array();
  for (const Happening& happening : happenings) list.add(happening_json(happening));
  return list;
}

Value entry_json(const Entry& entry) {
  const double wait = std::round((entry.answered - entry.asked) * 1e6) / 1e3;
  Value json = put(Value::object(),
                   {{"startedDateTime", Value::text(moment_of(entry.asked))},
                    {"time", Value::real(wait)},
                    {"request", request_json(entry)},
                    {"response", response_json(entry)},
                    {"cache", Value::object()},
                    {"timings", put(Value::object(), {{"send", Value::integer(0)},
                                                      {"wait", Value::real(wait)},
                                                      {"receive", Value::integer(0)}})},
                    {"_connection", Value::text(entry.connection)},
                    {"_resourceType", Value::text(entry.websocket ? "websocket" : "fetch")}});
  if (!entry.error.empty()) json.set("_error", Value::text(entry.error));
  if (entry.websocket) {
    Value messages = Value::array();
    for (const Message& message : entry.messages) messages.add(message_json(message));
    json.set("_webSocketMessages", messages);
  }
  if (!entry.happenings.empty()) json.set("_events", happenings_json(entry.happenings));
  return json;
}

/// `Phoenix 1.8.12`, taken apart.
Value named_version(const std::string& text) {
  const auto space = text.rfind(' ');
  const std::string version = space == text.npos ? "" : text.substr(space + 1);
  return put(Value::object(),
             {{"name", Value::text(text.substr(0, space))}, {"version", Value::text(version)}});
}

}  // namespace

Value write_har(const Trace& trace) {
  Value entries = Value::array();
  for (const Entry& entry : trace.entries) entries.add(entry_json(entry));
  Value log =
      put(Value::object(), {{"version", Value::text("1.2")},
                            {"creator", put(Value::object(), {{"name", Value::text("phx-trace")},
                                                              {"version", Value::text("1")}})},
                            {"comment", Value::text(trace.comment)}});
  if (!trace.server.empty()) log.set("_server", named_version(trace.server));
  if (!trace.imported_from.empty()) log.set("_imported", named_version(trace.imported_from));
  log.set("entries", entries);
  if (!trace.happenings.empty()) log.set("_events", happenings_json(trace.happenings));
  return put(Value::object(), {{"log", log}});
}

}  // namespace phx::trace
