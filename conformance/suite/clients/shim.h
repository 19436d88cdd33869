#pragma once
/// \file
/// The shim of the client under test: a child process that reads commands and writes reports, one
/// JSON object a line. docs/client-contract.md states both.

#include <poll.h>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/core/client_facts.h"
#include "conformance/suite/wire/child_process.h"
#include "conformance/suite/wire/json.h"
#include "conformance/suite/wire/transcript.h"

namespace phx::conformance {

class Shim {
 public:
  /// Starts the command. \throws std::runtime_error if no process can be made.
  Shim(const std::vector<std::string>& command, Clock::time_point began);

  /// Sends a command; it leaves during the turns.
  void say(std::string_view command);

  /// The reports that no case has taken yet, oldest first.
  std::deque<Json>& reports() { return reports_; }
  /// Why it departs from the contract: a line that is not a report. Empty as long as it does not.
  const std::string& fault() const { return fault_; }
  /// How many lines it has written, the first one included.
  std::size_t lines() const { return lines_; }
  /// What it wrote without an end of line.
  const std::string& unfinished() const { return unread_; }
  /// How its process ended, with its last output. Nothing while it lives.
  std::optional<std::string> gone();
  /// Resident memory of the process and its children, in kB.
  long memory_kb() const;

  const Transcript& transcript() const { return transcript_; }

  // For the loop: what to wait for, and what to do once something of it came.
  std::vector<pollfd> waits() const;
  void turn();

 private:
  void read();
  void take(std::string_view line);

  Transcript transcript_;
  ChildProcess child_;
  std::string unsent_;
  std::string unread_;
  std::deque<Json> reports_;
  std::string fault_;
  std::size_t lines_ = 0;
  bool silent_ = false;  // its output has ended
};

/// What its first line says, or a sentence that says what is wrong with it.
struct Introduction {
  ClientFacts facts = {};
  std::string wrong = {};
};
Introduction introduction_of(const Json& ready);

}  // namespace phx::conformance
