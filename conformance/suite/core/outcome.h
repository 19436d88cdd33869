#pragma once
/// \file
/// The result of one rule, with what a reader needs to see.

#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/core/axis.h"
#include "conformance/suite/wire/recording.h"
#include "conformance/suite/wire/transcript.h"

namespace phx::conformance {

/// From harmless to grave: the gravest verdict of several rounds is the rule's.
enum class Verdict {
  skipped,            ///< The rule can't be judged here; the reason says why.
  passed,             ///< The rule is kept.
  expected_failure,   ///< The rule is broken, as --known-failing says.
  warned,             ///< A SHOULD or a MAY is broken.
  dependency_failed,  ///< Not judged, because a rule that it depends on is broken.
  setup_failed,       ///< Not judged: the connection, topic or channel is missing.
  unexpected_pass,    ///< --known-failing lists it, but it passes.
  failed,             ///< A MUST is broken, or a SHOULD under --strict.
  suite_failed,       ///< A defect of ours: the case ended by something that is not a violation.
};
inline constexpr std::size_t verdicts = 9;

/// `setup failed`, for people.
std::string_view name_of(Verdict verdict);
/// `setup_failed`, for machines.
std::string_view key_of(Verdict verdict);
/// Whether it fails the whole run (exit status 1, 3 or 4).
bool is_bad(Verdict verdict);
/// Whether there is a report: expected, actual, conversation.
bool has_story(Verdict verdict);

/// One connection's conversation.
struct Conversation {
  std::string name;    ///< `connection 1`
  std::string opened;  ///< The target of its first request, or the purpose of the connection.
  Millis began{0};     ///< Since the case began.
  std::vector<Transcript::Line> lines = {};
  std::size_t dropped = 0;  ///< Earlier lines that were not kept.
};

/// A rule's result on one axis.
struct AxisVerdict {
  Axis axis;
  Verdict verdict;
};

struct Outcome {
  Verdict verdict = Verdict::passed;
  std::string reason = {};    ///< One line; the case's own topics are written as {topic}, {other}.
  std::string remark = {};    ///< The run's addition, such as the broken rule that it depends on.
  std::string expected = {};  ///< What the rule requires and what came; only for a violation.
  std::string actual = {};
  std::string where = {};  ///< The connection that it was seen on; empty: none.
  std::vector<Conversation> conversations = {};
  std::size_t more_conversations = 0;  ///< That were not kept.
  Axis axis = Axis::v2;                ///< The axis on which all this was seen.
  std::vector<AxisVerdict> axes =
      {};  ///< For a rule that holds on several axes: each, as far as judged.
  Millis took{0};
  bool differs_by_release = false;  ///< This rule judges other releases differently.
};

/// `v2 passed, v1 failed`; empty for a rule that holds on V2 alone.
std::string told(const std::vector<AxisVerdict>& axes);

/// The reason and the remark as one line.
std::string in_one_line(const Outcome& outcome);

/// `expected X, got Y`, on one line.
std::string summary_of(const std::string& expected, const std::string& actual);

}  // namespace phx::conformance
