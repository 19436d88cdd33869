#pragma once
/// \file
/// A session's progress, for reports that show it.

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
  /// An incident outside any rule: the server went down, came back, lacks the contract.
  virtual void happened(const std::string& incident) = 0;
};

}  // namespace phx::conformance
