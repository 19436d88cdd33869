#pragma once
/// \file
/// What became of one rule, and what a person wants to see of it.

#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/core/axis.h"
#include "conformance/suite/wire/recording.h"
#include "conformance/suite/wire/transcript.h"

namespace phx::conformance {

/// From harmless to grave: of several rounds, the gravest verdict is the rule's.
enum class Verdict {
  skipped,            ///< It can't be judged here; the reason says why.
  passed,             ///< The rule is kept.
  expected_failure,   ///< It is not kept, as --known-failing says.
  warned,             ///< A SHOULD or a MAY is not kept.
  dependency_failed,  ///< It could not be judged because a rule it stands on is broken.
  setup_failed,       ///< It could not be judged: the connection, topic or channel is not there.
  unexpected_pass,    ///< --known-failing says that it fails, and it does not.
  failed,             ///< A MUST is broken, or a SHOULD under --strict.
  suite_failed,       ///< A defect of ours: the case ended by something that is no violation.
};
inline constexpr std::size_t verdicts = 9;

/// `setup failed`, for people.
std::string_view name_of(Verdict verdict);
/// `setup_failed`, for machines.
std::string_view key_of(Verdict verdict);
/// Whether it lets the whole run fail (exit status 1, 3 or 4).
bool is_bad(Verdict verdict);
/// Whether there is a story to tell: expected, actual, conversation.
bool has_story(Verdict verdict);

/// What one connection of a case said.
struct Conversation {
  std::string name;    ///< `connection 1`
  std::string opened;  ///< The target of its first request, or what it was dialled for.
  Millis began{0};     ///< Since the case began.
  std::vector<Transcript::Line> lines = {};
  std::size_t dropped = 0;  ///< Earlier lines that were not kept.
};

/// What became of a rule on one axis.
struct AxisVerdict {
  Axis axis;
  Verdict verdict;
};

struct Outcome {
  Verdict verdict = Verdict::passed;
  std::string reason = {};    ///< One line; the case's own topics stand in it as {topic}, {other}.
  std::string remark = {};    ///< What the run adds to it: which broken rule it stands on, say.
  std::string expected = {};  ///< What the rule wants and what came: of a violation alone.
  std::string actual = {};
  std::string where = {};  ///< The connection that it was seen on; empty: none.
  std::vector<Conversation> conversations = {};
  std::size_t more_conversations = 0;  ///< That were not kept.
  Axis axis = Axis::v2;                ///< On which all this was seen.
  std::vector<AxisVerdict> axes = {};  ///< Of a rule that holds on several: each, as far as judged.
  Millis took{0};
  bool differs_by_release = false;  ///< Other releases are judged otherwise by this rule.
};

/// `v2 passed, v1 failed`; empty for a rule that holds on V2 alone.
std::string told(const std::vector<AxisVerdict>& axes);

/// The reason and the remark as one line.
std::string in_one_line(const Outcome& outcome);

/// `expected X, got Y`, on one line.
std::string summary_of(const std::string& expected, const std::string& actual);

}  // namespace phx::conformance
