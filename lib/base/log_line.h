#pragma once
/// \file
/// What a log line looks like: one line an event, whatever its values contain.
///
///     time=2026-11-28T05:39:25.123+01:00 level=info msg=JOINED topic=room:lobby params="{\"a\":1}"
///     {"time":"2026-11-28T05:39:25.123+01:00","level":"info","msg":"JOINED","topic":"room:lobby"}

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace phx {

enum class LogFormat {
  logfmt,  ///< `key=value`, with values in double quotes where needed: for people and for grep.
  json,    ///< One object a line, each value a string: for log collectors.
};

/// `"logfmt"` or `"json"`. \throws std::invalid_argument that names them.
LogFormat log_format_of(std::string_view name);

/// What follows a line's time and level, built field by field. Of fields with one name the first
/// counts; the names of the line's own parts (time, level, msg) get a `_`.
class LogLine {
 public:
  /// How the text is written: as `msg=…` (logfmt), `"msg":…` (JSON), or plain before the fields.
  enum class Form { logfmt, json, plain };

  LogLine(Form form, std::string_view text);
  void add(std::string_view name, std::string_view value);

  const std::string& text() const { return line_; }

 private:
  void append(std::string name, std::string_view value);
  bool has(std::string_view name) const;

  const Form form_;
  std::string line_;
  std::vector<std::string> names_;
};

/// The text with control characters, and bytes that are not valid UTF-8, written as `\xNN`, and cut
/// after 500 bytes: safe in a log line, even if a client wrote it.
std::string one_line(std::string_view text);

}  // namespace phx
