#pragma once
/// \file
/// A case that runs, whichever side of the wire it judges: what its judge and its reports need.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "conformance/suite/core/axis.h"
#include "conformance/suite/core/outcome.h"

namespace phx::conformance {

class RunningCase {
 public:
  virtual ~RunningCase() = default;

  /// The case from beginning to end, its last checks included. \throws Violation, Skipped …
  virtual void run() = 0;

  /// The conversations so far, starting with the one called `first`, at most a few.
  virtual std::vector<Conversation> conversations(const std::string& first) const = 0;
  /// How many there were.
  virtual std::size_t connections() const = 0;
  /// The same in full, for a case that records: the connections with all their traffic.
  virtual std::vector<std::pair<std::string, const Recording*>> recordings() const = 0;
  /// The text with the case's own names replaced by their words, so that it is the same in every
  /// run.
  virtual std::string anonymous(std::string text) const = 0;
  /// `http://127.0.0.1:4000`: the server's, the suite's own too.
  virtual std::string origin() const = 0;
  virtual Axis axis() const { return Axis::v2; }
  /// Whether the case judges other releases differently.
  virtual bool asked_for_release() const { return false; }
};

}  // namespace phx::conformance
