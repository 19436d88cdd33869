#pragma once
/// \file
/// What a session reports while it runs, so that a report can show progress.

#include <string>

#include "conformance/suite/core/outcome.h"
#include "conformance/suite/core/rule.h"

namespace phx::conformance {

/// Called on the session's thread, in the order of the run.
class Listener {
 public:
  virtual ~Listener() = default;
  /// A rule's case is about to run.
  virtual void judging(const Rule& rule) = 0;
  virtual void judged(const Rule& rule, const Outcome& outcome) = 0;
  /// Something that concerns no single rule: the server went down, came back, has no contract.
  virtual void happened(const std::string& incident) = 0;
};

}  // namespace phx::conformance
