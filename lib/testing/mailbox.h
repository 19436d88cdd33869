#pragma once
/// \file
/// Messages that have come for a test and were not read yet.

#include <deque>
#include <optional>
#include <string>

#include "testing/payload_pattern.h"

namespace phx::testing {

/// One message.
struct Mail {
  enum Kind { push, reply, broadcast, close };
  Kind kind = push;
  std::string topic = {};
  std::string name = {};  ///< The event; for a reply the status; for a close the code.
  std::string ref = {};   ///< For a reply: the ref that it answers.
  serializer::Payload payload = {};
};

/// What a test expects. An empty topic or name matches any.
struct Wanted {
  Mail::Kind kind = Mail::push;
  std::string topic = {};
  std::string name = {};
  std::string ref = {};
  PayloadPattern payload = any_payload();
};

/// In order of arrival; an expected message is removed from any place. Mirrors the mailbox of an
/// ExUnit process.
class Mailbox {
 public:
  /// \throws std::length_error if 10,000 wait, the limit of a process's mailbox.
  void put(Mail mail);
  std::optional<Mail> take(const Wanted& wanted);
  /// The oldest message on this topic.
  std::optional<Mail> take_oldest(const std::string& topic);
  bool holds(const Wanted& wanted) const;

  /// Why no message matches, what is here instead, and what to do.
  std::string why_not(const Wanted& wanted) const;
  /// The same for a message that should not be here.
  std::string why_still(const Wanted& refuted) const;

 private:
  std::string shown() const;

  std::deque<Mail> mails_;
};

}  // namespace phx::testing
