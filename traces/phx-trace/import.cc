/// Reads Chrome's and Firefox's exports.

#include "traces/phx-trace/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "traces/phx-trace/har.h"
#include "traces/phx-trace/names.h"

namespace phx::trace {
namespace {

/// What an entry keeps, in this order: the rest tells of pages, caches and scripts.
constexpr std::array kept_members = {"startedDateTime",
                                     "time",
                                     "request",
                                     "response",
                                     "cache",
                                     "timings",
                                     "comment",
                                     "_connection",
                                     "_resourceType",
                                     "_error",
                                     "_webSocketMessages",
                                     "_events"};

std::string target_of(const Value& entry) {
  const std::string url = entry.at("request").at("url").string();
  const auto scheme = url.find("://");
  const auto path = url.find('/', scheme == url.npos ? 0 : scheme + 3);
  return path == url.npos ? "/" : url.substr(path);
}

bool is_upgrade(const Value& entry) {
  const Value status = entry.at("response").at("status");
  return entry.find("_webSocketMessages") ||
         (json_is_number(status.get()) && status.number() == 101);
}

std::string kind_of(const Value& entry) {
  const auto type = entry.find("_resourceType");
  return type && type->is_string() ? type->string() : "other";
}

Value kept(const Value& entry) {
  Value out = Value::object();
  for (const char* name : kept_members) {
    if (const auto member = entry.find(name)) out.set(name, *member);
  }
  return out;
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

struct Counts {
  std::size_t websockets = 0;
  std::size_t messages = 0;
  std::size_t silent = 0;  ///< Websockets whose messages the file does not have.
  std::size_t polls = 0;
  std::map<std::string, std::size_t> left;
};

std::string report_of(const Counts& counts) {
  std::string out =
      fmt::format("kept {} with {}, and {}", counted(counts.websockets, "websocket"),
                  counted(counts.messages, "message"), counted(counts.polls, "long-poll request"));
  std::vector<std::string> left;
  for (const auto& [kind, count] : counts.left) left.push_back(fmt::format("{} {}", count, kind));
  if (!left.empty()) out += fmt::format("; left out {}", fmt::join(left, ", "));
  if (counts.silent > 0) {
    out += fmt::format(
        "; of {} the file has no messages: export from Chrome with \"content\", or "
        "record with phx-trace record",
        counted(counts.silent, "websocket"));
  }
  return out;
}

}  // namespace

Imported import_har(const Value& exported) {
  const Value log = exported.at("log");
  Counts counts;
  Value entries = Value::array();
  for (const Value& entry : log.at("entries").items()) {
    const bool websocket = is_upgrade(entry);
    if (!websocket && !is_longpoll(target_of(entry))) {
      ++counts.left[kind_of(entry)];
      continue;
    }
    if (websocket) {
      const auto messages = entry.find("_webSocketMessages");
      ++counts.websockets;
      counts.messages += messages ? messages->items().size() : 0;
      if (!messages) ++counts.silent;
    } else {
      ++counts.polls;
    }
    entries.add(kept(entry));
  }
  if (counts.websockets + counts.polls == 0) {
    log.at("entries").complain(
        fmt::format("expected a websocket or a long-poll among the {}, and there is none",
                    counted(log.at("entries").items().size(), "request")));
  }
  Value out = Value::object();
  for (const char* name : {"version", "creator", "browser", "comment"}) {
    if (const auto member = log.find(name)) out.set(name, *member);
  }
  out.set("entries", entries);
  Value file = Value::object();
  file.set("log", out);
  read_har(file);  // so that what is wrong is told now
  return {file, report_of(counts)};
}

}  // namespace phx::trace
