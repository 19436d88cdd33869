#pragma once
/// \file
/// What has come for a test and was not asked for yet.

#include <deque>
#include <optional>
#include <string>

#include "testing/payload_pattern.h"

namespace phx::testing {

/// One thing that came.
struct Mail {
  enum Kind { push, reply, broadcast, close };
  Kind kind = push;
  std::string topic = {};
  std::string name = {};  ///< The event; of a reply the status; of a close the code.
  std::string ref = {};   ///< Of a reply: what it answers.
  serializer::Payload payload = {};
};

/// What a test asks for. An empty topic or name is any.
struct Wanted {
  Mail::Kind kind = Mail::push;
  std::string topic = {};
  std::string name = {};
  std::string ref = {};
  PayloadPattern payload = any_payload();
};

/// In the order of coming; what is asked for is taken out, from wherever it lies. Mirrors the
/// mailbox of an ExUnit process.
class Mailbox {
 public:
  /// \throws std::length_error where 10,000 wait: as many as a process's mailbox holds.
  void put(Mail mail);
  std::optional<Mail> take(const Wanted& wanted);
  bool holds(const Wanted& wanted) const;

  /// Why nothing here is what is wanted, what is here instead, and what to do.
  std::string why_not(const Wanted& wanted) const;
  /// The same of what is here and should not be.
  std::string why_still(const Wanted& refuted) const;

 private:
  std::string shown() const;

  std::deque<Mail> mails_;
};

}  // namespace phx::testing
