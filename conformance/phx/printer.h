/// \file
/// What phx prints: lines for people, or JSON objects for programs.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "client/topic.h"

namespace phx::talk {

/// Any thread: a line is never broken by another. Messages and replies go to standard output;
/// notices to standard error, or with JSON to standard output as well.
class Printer {
 public:
  Printer(bool json, bool color) : json_(json), color_(color) {}

  void message(const std::string& event, const Payload& payload);
  void payload(const Payload& payload);  ///< Alone, for --once.
  void reply(const std::string& event, const Answer& answer);
  void present(const std::map<std::string, Json>& list);
  void joined(const std::string& topic, const Payload& response, bool again);
  /// `kind` is the JSON line's `on`: open, closed, error, refused …
  void notice(const std::string& kind, const std::string& text);

 private:
  enum class Ink : unsigned char { plain, event, good, bad, faint };
  std::string inked(Ink ink, std::string_view text) const;
  void line(const std::string& text);
  void note(Ink ink, const std::string& text);

  const bool json_;
  const bool color_;
  std::mutex mutex_;
};

/// For a terminal: without bytes that could command it.
std::string harmless(std::string_view text);

}  // namespace phx::talk
