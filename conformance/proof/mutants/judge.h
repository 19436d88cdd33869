#pragma once
/// \file
/// The proof that each rule can fail: the suite judges every mutant, and each rule that a mutant
/// breaks has to fail on it, for the reason on record, and on the good server alone to pass.

#include <map>
#include <string>
#include <vector>

#include "conformance/proof/mutants/mutant.h"

namespace phx::conformance {

/// What `--known-failing` is to be told, by mutant: lines of a rule and a piece of its reason.
using Reasons = std::map<std::string, std::vector<std::string>>;

/// Reads reasons.txt: a mutant's name in brackets, then its lines. \throws std::runtime_error where
/// it can't be read, or does not agree with the mutants: which name is missing or one too many.
Reasons read_reasons(const std::string& path, const std::vector<Mutant>& mutants);

struct Trials {
  std::string suite;                 ///< The path of phx-conformance,
  std::string mutants;               ///< of phx-mutants,
  std::vector<std::string> command;  ///< and the good server's command.
  std::vector<std::string> only;     ///< These mutants; all of them where it is empty.
  std::string redis;                 ///< Where nodes meet; empty: no mutant of many nodes is tried.
};

/// Runs the suite against each mutant, as many at a time as there are cores, and prints what came
/// of it. \return 0 where each rule was caught by a mutant for the reason on record, and the good
/// server was failed by none; else 1.
int judge(const Trials& trials, const std::vector<Mutant>& mutants, const Reasons& reasons);

}  // namespace phx::conformance
