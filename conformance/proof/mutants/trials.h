#pragma once
/// \file
/// The proof that each rule can fail: the suite runs against every mutant, and each rule that a
/// mutant breaks must fail on it, for the recorded reason, and pass on the good server.

#include <map>
#include <string>
#include <vector>

#include "conformance/proof/mutants/mutant.h"

namespace phx::conformance {

/// The lines for `--known-failing` by mutant: a rule and a part of its reason.
using Reasons = std::map<std::string, std::vector<std::string>>;

/// Reads reasons.txt: a mutant's name in brackets, then its lines. \throws std::runtime_error if it
/// can't be read, or has a missing or an unknown mutant.
Reasons read_reasons(const std::string& path, const std::vector<Mutant>& mutants);

struct Trials {
  std::string suite;                 ///< The path of phx-conformance,
  std::string mutants;               ///< of phx-mutants,
  std::vector<std::string> command;  ///< and the good server's command.
  std::vector<std::string> only;     ///< These mutants; empty for all.
  std::string redis;  ///< The nodes' Redis; if empty, mutants of many nodes are skipped.
};

/// Runs the suite against each mutant, several at a time, and prints the results. \return 0 if each
/// rule caught a mutant for the recorded reason, and none failed on the good server; otherwise 1.
int run_trials(const Trials& trials, const std::vector<Mutant>& mutants, const Reasons& reasons);

}  // namespace phx::conformance
