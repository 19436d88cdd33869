/// Writes failures for people.

#include "conformance/suite/core/story.h"

#include <fmt/format.h>

#include "conformance/suite/core/sentence.h"

namespace phx::conformance {

const char* arrow_of(Transcript::Direction direction) {
  switch (direction) {
    case Transcript::Direction::sent: return "→";
    case Transcript::Direction::received: return "←";
    case Transcript::Direction::note: return "·";
  }
  return "";
}

std::string_view who(Transcript::Direction direction, Side side) {
  switch (direction) {
    case Transcript::Direction::sent: return "suite";
    case Transcript::Direction::received: return name_of(side);
    case Transcript::Direction::note: return "note";
  }
  return "";
}

std::string told(const std::vector<Conversation>& conversations, std::size_t more) {
  std::string out;
  for (const Conversation& conversation : conversations) {
    out += fmt::format("  {} ({}):\n", conversation.name, conversation.opened);
    if (conversation.dropped > 0) out += fmt::format("    … {} earlier\n", conversation.dropped);
    for (const auto& line : conversation.lines) {
      out += fmt::format("    {:>6} ms  {} {}\n", line.at.count(), arrow_of(line.direction),
                         line.text);
    }
  }
  if (more > 0) out += fmt::format("  … and {} more connections\n", more);
  return out;
}

std::string story_of(const Rule& rule, const Outcome& outcome, const Options& options) {
  constexpr std::size_t most = 600;
  std::string out;
  if (outcome.expected.empty()) {
    out += fmt::format("  {}\n", outcome.reason);
  } else {
    out += fmt::format("  expected  {}\n  actual    {}\n", shortened(outcome.expected, most),
                       shortened(outcome.actual, most));
    if (!outcome.where.empty()) out += fmt::format("  on        {}\n", outcome.where);
  }
  if (!outcome.axes.empty()) out += fmt::format("  axes      {}\n", told(outcome.axes));
  if (!outcome.remark.empty()) out += fmt::format("  {}\n", outcome.remark);
  out += told(outcome.conversations, outcome.more_conversations);
  out +=
      rule.side() == Side::client
          ? fmt::format("  {} · docs/client-rules.md {} · decided in {}\n", name_of(rule.level),
                        rule.id, rule.source)
          : fmt::format("  {} · {} · docs/protocol.md {} · decided in {} · judged by Phoenix {}\n",
                        name_of(rule.level), name_of(rule.profile), sentence_number(rule.id),
                        rule.source, options.profile.text());
  return out + fmt::format("  again:    {}\n", options.again(rule.id, outcome.axis));
}

}  // namespace phx::conformance
