#pragma once
/// \file
/// What the server reports to the people who run it: one line an event, a text and named fields.

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log_line.h"
#include "base/time.h"

namespace spdlog {
class logger;
}

namespace phx {

enum class Level { debug, info, warn, error, off };

/// `"debug"`, `"info"`, `"warn"`, `"error"` or `"off"`. \throws std::invalid_argument naming them.
Level level_of(std::string_view name);
/// The other way round.
const char* name_of(Level level);

struct LogOptions {
  /// Lines with the same text that are written in a second; 0: all. The others are counted, in one
  /// line a second: `… and 1234 more of this kind kind="a join was refused"`.
  std::size_t lines_a_second = 100;
  std::function<Clock::time_point()> now = Clock::now;  ///< For tests.
};

/// A handle to one log; copies write to the same place. Any thread.
class Log {
 public:
  using Field = std::pair<std::string_view, std::string_view>;
  using Reader = std::function<void(Level level, const std::string& line)>;

  /// Writes to standard error what is at least as grave as `least`, with date, time and zone, on a
  /// thread of its own: logging never blocks. Lines that standard error does not take are lost, and
  /// counted: LineWriter.
  static Log to_stderr(Level least, LogFormat format = LogFormat::logfmt, LogOptions options = {});
  /// The same to the end of a file, which is made if there is none, readable by its owner and its
  /// group. The file stays open for as long as the program runs. \throws std::runtime_error if it
  /// can't be opened.
  static Log to_file(const std::string& path, Level least, LogFormat format = LogFormat::logfmt,
                     LogOptions options = {});
  /// Hands each line that is at least as grave as `least` to `reader`, one at a time, on the thread
  /// that wrote it: for tests, and for programs that keep a log of their own. A line is the text,
  /// and its fields as logfmt writes them: `a join was refused topic=room:a`.
  static Log to(Level least, Reader reader, LogOptions options = {});
  /// Writes nowhere: for tests.
  static Log silent();

  /// Whether a line of this level would be written; never for Level::off.
  bool enabled(Level level) const;
  /// Writes the text and its fields, and after them what the thread's LogScope says of itself.
  /// Control characters are escaped, and values stand in quotes where they must: what a client
  /// sent can forge neither a line nor a field.
  void write(Level level, std::string_view text, std::initializer_list<Field> fields = {}) const;

  /// Opens the file again by its name, so that it may have been moved away; no line is lost. If it
  /// can't be opened, lines go on to the old one, and an error is among them. Does nothing for
  /// other logs.
  void reopen() const;
  /// Waits until what was written has reached its place, for a second at most.
  void flush() const;
  /// Writes what was counted instead of being written, in seconds that are over: whoever has a
  /// clock calls it when `counts_due` says. Each write does so, too.
  void write_counts() const;
  std::optional<Clock::time_point> counts_due() const;

  void debug(std::string_view text, std::initializer_list<Field> fields = {}) const {
    write(Level::debug, text, fields);
  }
  void info(std::string_view text, std::initializer_list<Field> fields = {}) const {
    write(Level::info, text, fields);
  }
  void warn(std::string_view text, std::initializer_list<Field> fields = {}) const {
    write(Level::warn, text, fields);
  }
  void error(std::string_view text, std::initializer_list<Field> fields = {}) const {
    write(Level::error, text, fields);
  }

 private:
  struct Place;
  Log(Level least, std::shared_ptr<spdlog::logger> logger, LogLine::Form form, LogOptions options);
  std::shared_ptr<Place> place_;
};

/// What a log line may be about: a process that knows its topic, a request that knows its id.
class LogSubject {
 public:
  using Metadata = std::vector<std::pair<std::string, std::string>>;
  virtual ~LogSubject() = default;
  /// Asked only when a line is written.
  virtual Metadata log_metadata() const { return {}; }
};

/// While it lives, each line that this thread writes carries what `subject` says of itself: a turn
/// of a process, an answer to a request. The innermost counts. Mirrors Logger.metadata/1.
class LogScope {
 public:
  /// `subject` outlives the scope.
  explicit LogScope(const LogSubject& subject);
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;
  ~LogScope();

 private:
  const LogSubject* const outer_;
};

}  // namespace phx
