/// Writes the run as JSON.

#include "conformance/suite/report/json.h"

#include <fmt/format.h>

#include "conformance/suite/core/sentence.h"
#include "conformance/suite/core/story.h"
#include "conformance/suite/report/json_text.h"

namespace phx::conformance {
namespace {

constexpr char format_name[] = "phx-conformance/1";

std::string conversation_json(const Conversation& conversation, Side side) {
  std::vector<std::string> lines;
  for (const auto& line : conversation.lines) {
    lines.push_back(Members()
                        .integer("at", (conversation.began + line.at).count())
                        .text("from", who(line.direction, side))
                        .text("text", line.text)
                        .str());
  }
  return Members()
      .text("name", conversation.name)
      .text("opened", conversation.opened)
      .integer("dropped", static_cast<long long>(conversation.dropped))
      .json("lines", fmt::format("[{}]", fmt::join(lines, ",")))
      .str();
}

std::string tally_json(const Tally& tally) {
  Members members;
  for (std::size_t i = 0; i < tally.size(); ++i) {
    if (tally[i] > 0) members.integer(key_of(static_cast<Verdict>(i)), tally[i]);
  }
  return members.str();
}

std::string axes_json(const std::vector<AxisVerdict>& axes) {
  Members members;
  for (const auto& [axis, verdict] : axes) members.text(name_of(axis), key_of(verdict));
  return members.str();
}

std::string rule_json(const Judged& one, const Options& options) {
  const Rule& rule = one.rule;
  const Outcome& outcome = one.outcome;
  Members members;
  members.text("id", rule.id)
      .text("section", std::string(1, rule.section()))
      .text("level", name_of(rule.level));
  if (rule.side() == Side::server) {
    members.text("profile", name_of(rule.profile)).text("protocol", sentence_number(rule.id));
  }
  members.text("sentence", rule.sentence)
      .text("source", rule.source)
      .text("verdict", key_of(outcome.verdict))
      .integer("milliseconds", outcome.took.count())
      .json("rounds", tally_json(one.rounds));
  if (!outcome.axes.empty()) members.json("axes", axes_json(outcome.axes));
  if (!outcome.reason.empty()) members.text("reason", outcome.reason);
  if (!outcome.remark.empty()) members.text("remark", outcome.remark);
  if (!outcome.expected.empty()) {
    members.text("expected", outcome.expected).text("actual", outcome.actual);
  }
  if (!outcome.where.empty()) members.text("where", outcome.where);
  if (has_story(outcome.verdict)) {
    std::vector<std::string> conversations;
    for (const auto& each : outcome.conversations)
      conversations.push_back(conversation_json(each, rule.side()));
    members.json("conversations", fmt::format("[{}]", fmt::join(conversations, ",")))
        .text("again", options.again(rule.id, outcome.axis));
  }
  return members.str();
}

std::string options_json(const Options& options) {
  Members members;
  if (options.side == Side::server) {
    std::vector<std::string> axes;
    for (const Axis axis : options.axes) axes.emplace_back(name_of(axis));
    members.text("release", options.profile.text())
        .text("profile", options.core ? "core" : "contract")
        .text("topic", options.topic)
        .texts("axes", axes);
  }
  members.boolean("strict", options.strict)
      .integer("rounds", options.repeat)
      .boolean("shuffled", options.shuffle)
      .number("timeout_scale", options.timeout_scale);
  if (options.shuffle) members.integer("seed", options.seed);
  return members.str();
}

std::string subject_json(const Options& options) {
  Members members;
  members.text("name", options.subject());
  if (options.side == Side::server) members.text("url", options.url.text());
  if (!options.version().empty()) members.text("version", options.version());
  if (!options.command.empty()) members.texts("command", options.command);
  return members.str();
}

}  // namespace

std::string json_of(const Run& run) {
  Tally counts{};
  std::vector<std::string> rules;
  for (const Judged& one : run.judged) {
    ++counts[static_cast<std::size_t>(one.outcome.verdict)];
    rules.push_back(rule_json(one, run.options));
  }
  Members members;
  members.text("format", format_name)
      .json(name_of(run.options.side), subject_json(run.options))
      .text("began", iso_time(since_epoch(run)))
      .integer("milliseconds", run.took.count())
      .json("options", options_json(run.options))
      .integer("status", run.status())
      .text("verdict", run.verdict())
      .json("counts", tally_json(counts))
      .texts("unsteady", run.unsteady())
      .texts("incidents", run.incidents);
  if (!run.stopped.empty()) members.text("stopped", run.stopped);
  if (run.nearest) {
    members.json("nearest", Members()
                                .text("releases", run.nearest->text())
                                .text("first", run.nearest->first.text())
                                .text("last", run.nearest->last.text())
                                .texts("departs", run.departures())
                                .texts("told_by", run.nearest->told_by)
                                .str());
  }
  members.json("rules", json_array(rules));
  return members.str() + "\n";
}

}  // namespace phx::conformance
