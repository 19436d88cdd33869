/// \file
/// A soak's output: a line while it runs, a summary at its end, and the report's files.
#include "conformance/load/soak/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "conformance/suite/report/markup.h"
#include "conformance/suite/wire/json.h"

namespace phx::soak {
namespace {

std::string clock_of(double seconds) {
  const long whole = std::lround(seconds);
  return fmt::format("{:02}:{:02}", whole / 60, whole % 60);
}

std::string grouped(double number) {
  std::string digits = fmt::format("{:.0f}", number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}
std::string grouped(std::uint64_t number) { return grouped(static_cast<double>(number)); }

double highest_p99(const Outcome& outcome) {
  double highest = 0;
  for (const Sample& sample : outcome.samples) highest = std::max(highest, sample.p99_us);
  return highest;
}

std::string memory_sentence(const MemoryVerdict& memory) {
  if (!memory.known) {
    return "not checked: that needs a minute, and the server's process (--pid)";
  }
  return fmt::format("{}: base {}, {}{} over the second half, {} allowed",
                     memory.flat() ? "flat" : "NOT FLAT", megabytes(memory.base),
                     memory.growth < 0 ? "" : "+", megabytes(memory.growth),
                     megabytes(memory.allowed));
}

/// Messages between nodes, and losses; nothing with one node.
std::vector<std::pair<std::string, std::string>> nodes(const Outcome& outcome) {
  std::vector<std::pair<std::string, std::string>> rows;
  if (outcome.books.empty()) return rows;
  rows.emplace_back("Redis", fmt::format("stood still {} times, ended {}, was killed {}",
                                         outcome.outages.standstills, outcome.outages.ends,
                                         outcome.outages.kills));
  for (std::size_t i = 0; i < outcome.books.size(); ++i) {
    const auto& [published, receivers, lost, broken, heard, subscribed, connected, channels] =
        outcome.books[i];
    const auto& [said, heard_by_clients, missed, observed] = outcome.truths[i];
    rows.emplace_back(
        fmt::format("node {}", i + 1),
        fmt::format("its clients broadcast {}: {} published, {} lost, {} broken off; of other "
                    "nodes it heard {}, and its clients missed {}",
                    grouped(said), grouped(published), grouped(lost), grouped(broken),
                    grouped(heard), grouped(missed)));
  }
  return rows;
}

using Row = std::pair<std::string, std::string>;

std::vector<Row> deeds(const Tally& t) {
  return {
      {"messages", fmt::format("{} sent, {} received", grouped(t.sent), grouped(t.received))},
      {"connections",
       fmt::format("{} opened, {} ended with a close, {} by reset", grouped(t.connections),
                   grouped(t.clean_goodbyes), grouped(t.abrupt_goodbyes))},
      {"channels", fmt::format("{} joins, {} second joins, {} refused, {} leaves, {} crashes",
                               grouped(t.joins), grouped(t.rejoins), grouped(t.refused_joins),
                               grouped(t.leaves), grouped(t.crashes))},
      {"events",
       fmt::format("{} echoes, {} heartbeats, {} that block, {} broadcasts", grouped(t.echoes),
                   grouped(t.heartbeats), grouped(t.blocking), grouped(t.broadcasts))},
      {"bad clients",
       fmt::format("{} slow readers, {} that sent rubbish", grouped(t.pauses), grouped(t.rubbish))},
  };
}

std::vector<Row> rows(const Options& options, const Outcome& outcome, const Findings& findings) {
  std::vector<Row> all{
      {"server", options.command.empty() ? fmt::format("{}:{}{}", options.target.host,
                                                       options.target.port, options.target.mount)
                                         : fmt::format("{}", fmt::join(options.command, " "))},
      {"lasted", fmt::format("{} of {}, seed {}",
                             clock_of(outcome.samples.empty() ? 0 : outcome.samples.back().seconds),
                             clock_of(options.load.seconds), options.load.seed)}};
  for (Row& row : deeds(outcome.tally)) all.push_back(std::move(row));
  for (Row& row : nodes(outcome)) all.push_back(std::move(row));
  all.push_back({"memory", memory_sentence(outcome.memory)});
  if (outcome.descriptors_before && outcome.descriptors_after) {
    all.push_back(
        {"descriptors", fmt::format("{} before, {} when all had gone", *outcome.descriptors_before,
                                    *outcome.descriptors_after)});
  }
  all.push_back(
      {"slowest p99", fmt::format("{:.1f} ms in one second", highest_p99(outcome) / 1e3)});
  if (outcome.server_ended) all.push_back({"THE SERVER", "ended during the run"});
  all.push_back(
      {"wrong", findings.count() == 0 ? "nothing" : grouped(std::uint64_t{findings.count()})});
  return all;
}

json_t* json_of(const Sample& s) {
  return json_pack("{s:f, s:I, s:f, s:f, s:f, s:I}", "seconds", s.seconds, "resident_bytes",
                   static_cast<json_int_t>(s.resident_bytes), "messages_per_second", s.messages,
                   "p50_us", s.p50_us, "p99_us", s.p99_us, "connections",
                   static_cast<json_int_t>(s.connections));
}

json_t* json_of(const MemoryVerdict& memory) {
  if (!memory.known) return json_null();
  return json_pack("{s:f, s:f, s:f, s:b}", "base", memory.base, "growth", memory.growth, "allowed",
                   memory.allowed, "flat", memory.flat() ? 1 : 0);
}

}  // namespace

std::string progress_line(const Sample& sample, const Load& load, const Findings& findings) {
  return fmt::format("{} of {}   {:>8}   {:>6} messages/s   p99 {:>6.1f} ms   {} connections   {}",
                     clock_of(sample.seconds), clock_of(load.seconds),
                     megabytes(static_cast<double>(sample.resident_bytes)),
                     grouped(sample.messages), sample.p99_us / 1e3, sample.connections,
                     findings.count() == 0 ? std::string("nothing wrong")
                                           : fmt::format("{} WRONG", findings.count()));
}

bool all_well(const Outcome& outcome, const Findings& findings) {
  return findings.count() == 0 && !outcome.server_ended &&
         (!outcome.memory.known || outcome.memory.flat());
}

std::string summary(const Options& options, const Outcome& outcome, const Findings& findings) {
  std::string out;
  for (const auto& [name, value] : rows(options, outcome, findings)) {
    out += fmt::format("{:<13}{}\n", name, value);
  }
  for (const std::string& sentence : findings.sentences()) out += "  ✗ " + sentence + "\n";
  return out + (all_well(outcome, findings) ? "All was well.\n" : "Something was wrong.\n");
}

std::string json(const Options& options, const Outcome& outcome, const Findings& findings) {
  json_t* samples = json_array();
  for (const Sample& sample : outcome.samples) json_array_append_new(samples, json_of(sample));
  json_t* wrong = json_array();
  for (const auto& sentence : findings.sentences()) {
    json_array_append_new(wrong, json_stringn(sentence.data(), sentence.size()));
  }
  json_t* facts = json_object();
  for (const auto& [name, value] : rows(options, outcome, findings)) {
    json_object_set_new(facts, name.c_str(), json_stringn(value.data(), value.size()));
  }
  const conformance::Json all(
      json_pack("{s:b, s:I, s:o, s:o, s:o, s:o}", "all_well", all_well(outcome, findings) ? 1 : 0,
                "wrong", static_cast<json_int_t>(findings.count()), "facts", facts, "memory",
                json_of(outcome.memory), "findings", wrong, "samples", samples));
  return all.dump(JSON_INDENT(1) | JSON_REAL_PRECISION(9)) + "\n";
}

std::string html(const Options& options, const Outcome& outcome, const Findings& findings,
                 const std::string& plot) {
  std::string out = R"(<!doctype html><html lang="en"><meta charset="utf-8"><title>Soak</title>
<style>body{font:15px/1.5 sans-serif;max-width:62em;margin:2em auto;padding:0 1em;color:#222}
th{text-align:left;padding-right:1.5em;vertical-align:top}svg{max-width:100%;height:auto}
.well{color:#2a8c4a}.wrong{color:#c0392b}</style>
)";
  const bool well = all_well(outcome, findings);
  out += fmt::format("<h1>Soak: <span class=\"{}\">{}</span></h1>\n<table>\n",
                     well ? "well" : "wrong", well ? "all was well" : "something was wrong");
  for (const auto& [name, value] : rows(options, outcome, findings)) {
    out += fmt::format("<tr><th>{}<td>{}\n", conformance::in_markup(name),
                       conformance::in_markup(value));
  }
  out += "</table>\n" + plot + "\n";
  if (!findings.sentences().empty()) out += "<h2>The first faults</h2>\n<ul>\n";
  for (const auto& sentence : findings.sentences())
    out += "<li>" + conformance::in_markup(sentence) + "\n";
  return out;
}

}  // namespace phx::soak
