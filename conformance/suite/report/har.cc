/// Writes HAR.

#include "conformance/suite/report/har.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "conformance/suite/core/running_case.h"
#include "conformance/suite/report/json_text.h"
#include "conformance/suite/wire/base64.h"

namespace phx::conformance {
namespace {

/// A moment of the steady clock as milliseconds since the epoch.
double wall(Clock::time_point at) {
  using namespace std::chrono;
  const auto ago = Clock::now() - at;
  const auto now = system_clock::now().time_since_epoch();
  return duration<double, std::milli>(now - ago).count();
}

std::string iso(Clock::time_point at) { return iso_time(static_cast<long long>(wall(at))); }

template <class Pairs>
std::string named_values(const Pairs& pairs) {
  std::vector<std::string> values;
  for (const auto& [name, value] : pairs) {
    values.push_back(Members().text("name", name).text("value", value).str());
  }
  return fmt::format("[{}]", fmt::join(values, ","));
}

std::string query_of(const std::string& target) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const auto mark = target.find('?');
  std::string_view rest = mark == target.npos ? "" : std::string_view(target).substr(mark + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto equals = std::min(rest.find('='), end);
    pairs.emplace_back(rest.substr(0, equals),
                       equals < end ? rest.substr(equals + 1, end - equals - 1) : "");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return named_values(pairs);
}

std::string request_json(const Request& request, const std::string& origin) {
  Members members;
  members.text("method", request.method)
      .text("url", origin + request.target)
      .text("httpVersion", request.version)
      .json("cookies", "[]")
      .json("headers", named_values(request.headers))
      .json("queryString", query_of(request.target))
      .integer("headersSize", -1)
      .integer("bodySize", static_cast<long long>(request.body.size()));
  if (!request.body.empty()) {
    std::string type = "application/octet-stream";
    for (const auto& [name, value] : request.headers) {
      if (name == "Content-Type") type = value;
    }
    members.json("postData", Members().text("mimeType", type).text("text", request.body).str());
  }
  return members.str();
}

/// HAR has no status for a missing answer: browsers write 0.
std::string response_json(const std::optional<Response>& answer) {
  const Response response = answer.value_or(Response{});
  return Members()
      .integer("status", response.status)
      .text("statusText", "")
      .text("httpVersion", "HTTP/1.1")
      .json("cookies", "[]")
      .json("headers", named_values(response.headers))
      .json("content", Members()
                           .integer("size", static_cast<long long>(response.body.size()))
                           .text("mimeType", response.header("content-type").value_or("x-unknown"))
                           .text("text", response.body)
                           .str())
      .text("redirectURL", response.header("location").value_or(""))
      .integer("headersSize", -1)
      .integer("bodySize", static_cast<long long>(response.body.size()))
      .str();
}

std::string messages_json(const Recording& recording) {
  std::vector<std::string> messages;
  for (const auto& message : recording.messages()) {
    const bool text = message.opcode == Opcode::text;
    messages.push_back(Members()
                           .text("type", message.sent ? "send" : "receive")
                           .json("time", fmt::format("{:.6f}", wall(message.at) / 1'000))
                           .integer("opcode", static_cast<long long>(message.opcode))
                           .text("data", text ? message.data : base64(message.data))
                           .str());
  }
  return json_array(messages);
}

std::string entry_json(const std::string& connection, const Recording& recording,
                       const Recording::Exchange& exchange, std::string origin) {
  const bool websocket = exchange.response && exchange.response->status == 101;
  if (websocket) origin.replace(0, std::string_view("http").size(), "ws");
  const double wait =
      exchange.response
          ? std::chrono::duration<double, std::milli>(exchange.answered - exchange.asked).count()
          : 0;
  Members members;
  members.text("startedDateTime", iso(exchange.asked))
      .number("time", wait)
      .json("request", request_json(exchange.request, origin))
      .json("response", response_json(exchange.response))
      .json("cache", "{}")
      .json("timings",
            Members().integer("send", 0).number("wait", wait).integer("receive", 0).str())
      .text("connection", connection)
      .text("_resourceType", websocket ? "websocket" : "fetch");
  if (websocket) members.json("_webSocketMessages", messages_json(recording));
  if (websocket && recording.dropped() > 0) {
    members.text("comment",
                 fmt::format("{} more messages were too many to keep", recording.dropped()));
  }
  return members.str();
}

}  // namespace

std::string har_of(const Rule& rule, const RunningCase& running) {
  std::vector<std::string> entries;
  for (const auto& [name, recording] : running.recordings()) {
    for (const auto& exchange : recording->exchanges()) {
      entries.push_back(entry_json(name, *recording, exchange, running.origin()));
    }
  }
  const std::string creator = Members().text("name", "phx-conformance").text("version", "1").str();
  return Members()
             .json("log", Members()
                              .text("version", "1.2")
                              .json("creator", creator)
                              .text("comment", rule.id + ": " + rule.sentence)
                              .json("entries", json_array(entries))
                              .str())
             .str() +
         "\n";
}

void write_har(const std::string& directory, const Rule& rule, const RunningCase& running) {
  std::filesystem::create_directories(directory);
  const std::string axis =
      running.axis() == Axis::v2 ? "" : "." + std::string(name_of(running.axis()));
  const std::string path = (std::filesystem::path(directory) / (rule.id + axis + ".har")).string();
  std::ofstream file(path, std::ios::trunc);
  file << har_of(rule, running);
  if (!file.flush()) throw std::runtime_error(path + " can't be written");
}

}  // namespace phx::conformance
