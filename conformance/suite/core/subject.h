#pragma once
/// \file
/// What a run judges: a server, or a client behind its shim.

#include <optional>
#include <string>

namespace phx::conformance {

/// What happened to a subject that stopped answering.
struct Recovery {
  bool back = false;
  std::string story;  ///< `it was ended by signal 11 (Segmentation fault), and was restarted`
};

class Subject {
 public:
  virtual ~Subject() = default;
  /// Starts it if there is a command, and checks that it answers.
  /// \return nothing if it does, otherwise a sentence that says what to do.
  virtual std::optional<std::string> come_up() = 0;
  /// Its current fault; nothing if it answers.
  virtual std::optional<std::string> is_wrong() const = 0;
  /// It does not answer: restarts it, or waits a while until it comes back.
  virtual Recovery recover() = 0;
  /// How the process that the suite started ended, if it did, with its last output.
  virtual std::optional<std::string> ended() const = 0;
};

}  // namespace phx::conformance
