/// Formats numbers for people, and rows for a terminal.

#include "conformance/top/look.h"

#include <fmt/format.h>

#include "dashboard/survey.h"

namespace phx::top {
namespace {

std::string shortened(double number, double step, const std::vector<const char*>& units) {
  std::size_t unit = 0;
  while (number >= step && unit + 1 < units.size()) {
    number /= step;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f}{}", number, units[unit])
                   : fmt::format("{:.1f}{}", number, units[unit]);
}
std::string bytes(const Json& json) {
  return shortened(static_cast<double>(json.integer_or(0)), 1'024, {"B", "K", "M", "G", "T"});
}
std::string count(const Json& json) {
  return shortened(static_cast<double>(json.integer_or(0)), 10'000, {"", "k"});
}
std::string micros(const Json& json) {
  return shortened(static_cast<double>(json.integer_or(0)), 1'000, {"us", "ms", "s"});
}
std::string millis(const Json& json) {
  const long long ms = json.integer_or(0);
  constexpr long long second = 1'000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
  if (ms < second) return fmt::format("{}ms", ms);
  if (ms < minute) return fmt::format("{:.1f}s", static_cast<double>(ms) / second);
  if (ms < hour) return fmt::format("{}m{:02}s", ms / minute, ms % minute / second);
  if (ms < day) return fmt::format("{}h{:02}m", ms / hour, ms % hour / minute);
  return fmt::format("{}d{:02}h", ms / day, ms % day / hour);
}
std::string per_mille(const Json& json) {
  return fmt::format("{:.1f}%", static_cast<double>(json.integer_or(0)) / 10);
}
std::string text(const Json& json) { return json.string_or("-"); }

struct Column {
  const char* name;        ///< Its heading.
  const char* key;         ///< The member of a row.
  std::size_t width;       ///< 0: the rest of the line.
  std::size_t from_width;  ///< Of the terminal: on a narrower one it is left out.
  std::string (*format)(const Json& value);
};

/// Those that a terminal of this width has room for.
std::vector<Column> columns_of(View view, std::size_t width) {
  static const std::vector<Column> processes{{"PID", "pid", 8, 0, text},
                                             {"KIND", "kind", 10, 0, text},
                                             {"MAIL", "mailbox", 6, 0, count},
                                             {"MAILB", "mailbox_bytes", 7, 120, bytes},
                                             {"UNSENT", "unsent_bytes", 7, 0, bytes},
                                             {"TURNS", "turns", 7, 96, count},
                                             {"TIME", "used", 7, 0, millis},
                                             {"LOAD", "load", 6, 120, per_mille},
                                             {"LONGEST", "longest", 7, 96, millis},
                                             {"MON", "monitors", 4, 140, count},
                                             {"CHLD", "children", 4, 140, count},
                                             {"AGE", "age", 7, 0, millis},
                                             {"NAME", "name", 0, 0, text}};
  static const std::vector<Column> topics{
      {"MEMBERS", "members", 8, 0, count},   {"PRESENT", "present", 8, 0, count},
      {"BCASTS", "broadcasts", 8, 0, count}, {"DELIVERIES", "deliveries", 11, 0, count},
      {"SHARDS", "shards", 6, 96, count},    {"TOPIC", "topic", 0, 0, text}};
  std::vector<Column> fitting = view == View::topics ? topics : processes;
  std::erase_if(fitting, [width](const Column& column) { return column.from_width > width; });
  return fitting;
}

/// Cut to `width` characters, and never within one.
std::string cut(const std::string& line, std::size_t width) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(line[i]) & 0xc0) != 0x80;
    if (begins && ++characters > width) return line.substr(0, i);
  }
  return line;
}

Json rows_of(const Look& look) {
  return look.rows[look.view == View::topics ? "topics" : "processes"];
}

/// `crash 2, long_turn 1`, or `none`.
std::string occurred(const Json& counts) {
  std::string list;
  for (const auto& [name, times] : counts.sorted_members()) {
    if (times.integer_or(0) == 0) continue;
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", name, times.integer_or(0));
  }
  return list.empty() ? "none" : list;
}

}  // namespace

std::vector<std::string> sorted_by(View view) {
  const auto names = [](const auto& columns) {
    return std::vector<std::string>(columns.begin(), columns.end());
  };
  return view == View::topics ? names(dashboard::topic_columns) : names(dashboard::process_sorts);
}

Look look(const Source& source, const Options& options, std::size_t rows) {
  const bool topics = options.view == View::topics;
  const std::string sort = options.sort.empty() ? sorted_by(options.view).front() : options.sort;
  const std::string query =
      fmt::format("{}?sort={}&top={}&text={}", topics ? "topics" : "processes",
                  percent_encoded(sort), rows, percent_encoded(options.text));
  return {options.view, source.get("overview"), source.get(query)};
}

std::vector<std::string> head_of(const Look& look) {
  const Json seconds = look.overview["seconds"];
  const Json now = seconds.size() > 0 ? seconds[seconds.size() - 1] : Json::object();
  const Json totals = look.overview["totals"];
  return {fmt::format("{} connections, {} processes, {} of {} memory; mail {}, unsent {}",
                      count(now["connections"]), count(totals["processes"]), bytes(now["memory"]),
                      bytes(look.overview["memory_limit"]), bytes(totals["mailbox_bytes"]),
                      bytes(totals["unsent_bytes"])),
          fmt::format("in {}/s {}/s, out {}/s {}/s; handlers p50 {}, p99 {}",
                      count(now["messages_in"]), bytes(now["bytes_in"]), count(now["frames_out"]),
                      bytes(now["bytes_out"]), micros(now["p50"]), micros(now["p99"])),
          fmt::format("faults: {}; limits reached: {}", occurred(look.overview["faults"]),
                      occurred(look.overview["limits"]))};
}

std::vector<std::string> table_of(const Look& look, std::size_t width) {
  const std::vector<Column> columns = columns_of(look.view, width);
  const auto line = [&](const auto& field) {
    std::string made;
    for (const Column& column : columns) {
      const bool left = column.format == text;
      const std::string value = field(column);
      made += left ? fmt::format("{:<{}} ", value, column.width)
                   : fmt::format("{:>{}} ", value, column.width);
    }
    while (made.ends_with(' ')) made.pop_back();
    return cut(made, width);
  };
  std::vector<std::string> lines{
      line([](const Column& column) { return std::string(column.name); })};
  const Json rows = rows_of(look);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Json row = rows[i];
    lines.push_back(line([&](const Column& column) { return column.format(row[column.key]); }));
  }
  return lines;
}

std::vector<std::string> detail_of(const Json& process) {
  const std::string topic = process["topic"].string_or("");
  std::vector<std::string> lines{
      fmt::format("{} {} {}", text(process["kind"]), text(process["pid"]),
                  topic.empty() ? text(process["name"]) : topic),
      fmt::format("{} turns in {}, {} of it used, the longest {}; {} monitors, {} children",
                  count(process["turns"]), millis(process["age"]), millis(process["used"]),
                  millis(process["longest"]), count(process["monitors"]),
                  count(process["children"])),
      fmt::format("mail {}, unsent {}; waiting by type: {}", bytes(process["mailbox_bytes"]),
                  bytes(process["unsent_bytes"]), occurred(process["mail"])),
      "", fmt::format("{:>8} {:>8} {:>7} {}", "AGO", "TOOK", "BYTES", "HANDLED")};
  const Json handled = process["handled"];
  for (std::size_t i = 0; i < handled.size(); ++i) {
    const Json each = handled[i];
    lines.push_back(fmt::format("{:>8} {:>8} {:>7} {}", millis(each["ago_ms"]),
                                micros(each["took_ns"].integer_or(0) / 1'000), bytes(each["bytes"]),
                                text(each["type"])));
  }
  if (handled.size() == 0) lines.emplace_back("nothing yet: it is watched from now on");
  return lines;
}

std::vector<std::string> ids_of(const Look& look) {
  std::vector<std::string> ids;
  const Json rows = rows_of(look);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ids.push_back(rows[i][look.view == View::topics ? "topic" : "pid"].string_or(""));
  }
  return ids;
}

}  // namespace phx::top
