/// Reads query strings, and writes rows.

#include "dashboard/answers.h"

#include <algorithm>
#include <charconv>

#include "base/log_line.h"
#include "http/query.h"

namespace phx::dashboard {
namespace {

Json parsed(std::string_view query) try {
  return http::parse_query(query);
} catch (const http::BadQuery& error) {
  throw BadQuery(error.what());
}

template <class Columns>
std::size_t column_of(const std::string& name, const Columns& columns, std::size_t otherwise) {
  if (name.empty()) return otherwise;
  const auto found = std::find(columns.begin(), columns.end(), name);
  if (found != columns.end()) return static_cast<std::size_t>(found - columns.begin());
  std::string names;
  for (const std::string_view column : columns)
    names += (names.empty() ? "" : ", ") + std::string(column);
  throw BadQuery("expected one of these as \"sort\": " + names);
}

template <class Column, class Columns>
Query<Column> common(std::string_view text, const Columns& columns, std::size_t max_rows) {
  const Json query = parsed(text);
  Query<Column> read;
  read.column = static_cast<Column>(column_of(query["sort"].string_or(""), columns, 0));
  const std::string order = query["order"].string_or("desc");
  if (order != "asc" && order != "desc") throw BadQuery("expected asc or desc as \"order\"");
  read.ascending = order == "asc";
  read.top = number_in(text, "top", read.top);
  if (read.top > max_rows) {
    throw BadQuery("expected at most " + std::to_string(max_rows) + " as \"top\"");
  }
  read.text = query["text"].string_or("");
  return read;
}

}  // namespace

std::string text_in(std::string_view query, std::string_view name) {
  return parsed(query)[name].string_or("");
}

std::uint64_t number_in(std::string_view query, std::string_view name, std::uint64_t otherwise) {
  const Json all = parsed(query);
  if (!all.has(name)) return otherwise;
  const std::string text = all[name].string_or("");
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size()) {
    return number;
  }
  throw BadQuery("expected a number as \"" + std::string(name) + "\"");
}

ProcessQuery process_query(std::string_view text, std::size_t max_rows) {
  ProcessQuery query = common<ProcessColumn>(text, process_sorts, max_rows);
  const std::string parent = text_in(text, "parent");
  if (parent.empty()) return query;
  query.parent = parent == "root" ? process::Pid{} : pid_of(parent);
  if (!query.parent) throw BadQuery("expected a pid such as 0.42, or root, as \"parent\"");
  return query;
}

TopicQuery topic_query(std::string_view text, std::size_t max_rows) {
  return common<TopicColumn>(text, topic_columns, max_rows);
}

Json as_json(const ProcessRow& row) {
  Json json = Json::object({{"pid", to_string(row.pid)},
                            {"parent", row.parent ? Json(to_string(row.parent)) : Json()},
                            {"kind", row.kind},
                            {"name", one_line(row.name)},
                            {"topic", one_line(row.topic)},
                            {"awaiting", row.awaiting},
                            {"working", row.working}});
  for (std::size_t i = 0; i < process_columns.size(); ++i) {
    json.set(process_columns[i], row.numbers[i]);
  }
  return json;
}

Json as_json(const TopicRow& row) {
  Json json = Json::object({{"topic", one_line(row.topic)}, {"shards", row.shards}});
  for (std::size_t i = 0; i < topic_columns.size(); ++i) json.set(topic_columns[i], row.numbers[i]);
  return json;
}

Json as_json(const ProcessTotals& totals) {
  Json kinds = Json::object();
  for (const auto& [kind, count] : totals.kinds) kinds.set(kind, count);
  Json most = Json::object();
  for (std::size_t i = 0; i < process_columns.size(); ++i) {
    most.set(process_columns[i], totals.most[i]);
  }
  return Json::object({{"processes", totals.processes},
                       {"found", totals.found},
                       {"kinds", kinds},
                       {"mailbox", totals.mailbox},
                       {"mailbox_bytes", totals.mailbox_bytes},
                       {"unsent_bytes", totals.unsent_bytes},
                       {"most", most}});
}

Json as_json(const Second& second) {
  Json json = Json::object({{"number", second.number},
                            {"connections", second.connections},
                            {"websockets", second.websockets},
                            {"processes", second.processes},
                            {"memory", second.memory},
                            {"messages_in", second.traffic.messages_in},
                            {"frames_out", second.traffic.frames_out},
                            {"bytes_in", second.traffic.bytes_in},
                            {"bytes_out", second.traffic.bytes_out},
                            {"handled", second.handled},
                            {"p50", second.p50},
                            {"p99", second.p99},
                            {"joins", second.joins},
                            {"faults", second.faults},
                            {"limits", second.limits}});
  if (second.owned) {
    json.set("channels", second.owned->channels);
    json.set("mailbox_bytes", second.owned->mailbox_bytes);
    json.set("unsent_bytes", second.owned->unsent_bytes);
  }
  return json;
}

http::Response json_answer(int status, const Json& body) {
  return {status,
          body.dump(),
          {{"content-type", "application/json; charset=utf-8"}, {"cache-control", "no-store"}}};
}

http::Response error_answer(int status, std::string_view detail) {
  return json_answer(status, Json::object({{"errors", Json::object({{"detail", detail}})}}));
}

}  // namespace phx::dashboard
