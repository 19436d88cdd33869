#pragma once
/// \file
/// Runs the case of one rule and says what became of it.

#include <optional>
#include <string>

#include "conformance/suite/options.h"
#include "conformance/suite/rule.h"
#include "conformance/wire/network.h"

namespace phx::conformance {

struct Outcome {
  enum class Kind {
    passed,
    failed,    ///< A MUST is broken, or a SHOULD under --strict.
    warned,    ///< A SHOULD or a MAY is not kept.
    skipped,   ///< It could not be judged; `report` says why.
    confused,  ///< The case itself threw something that is no Violation.
  };
  Kind kind = Kind::passed;
  std::string report = {};   ///< For people: what was expected, what came, the conversation.
  std::string summary = {};  ///< The same in one line, for TAP and JUnit.
  Millis took{0};
  bool differs_by_release = false;  ///< Other releases are judged otherwise by this rule.
};

Outcome judge(const Rule& rule, const Options& options, Network& network);

/// Connects, joins the topic, and sends a heartbeat. Nothing if all went well, else what went
/// wrong.
std::optional<std::string> what_is_wrong_with_the_server(const Options& options, Network& network);

}  // namespace phx::conformance
