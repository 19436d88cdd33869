#pragma once
/// \file
/// What the server reports to its operators: one line an event, a text and named fields.
///
///     const phx::Log log = phx::Log::to_stderr(phx::Level::info);
///     log.warn("a join was refused", {{"topic", "room:a"}, {"user", "ann"}});
///
/// writes `time=… level=warn msg="a join was refused" topic=room:a user=ann`.

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

namespace phx {

class LogSink;
class LogTail;

enum class Level { debug, info, warn, error, off };

/// `"debug"`, `"info"`, `"warn"`, `"error"` or `"off"`. \throws std::invalid_argument that names
/// them.
Level level_of(std::string_view name);
/// The reverse.
const char* name_of(Level level);

struct LogOptions {
  /// At most this many lines with the same text are written in a second; 0: all. The rest are
  /// counted, in one line a second: `… and 1234 more of this kind kind="a join was refused"`.
  std::size_t lines_a_second = 100;
  std::function<Clock::time_point()> now = Clock::now;  ///< For tests.
  std::shared_ptr<LogTail> tail = {};  ///< Gets every line that is written, too: log_tail.h.
};

/// A handle to one log; copies write to the same place. Any thread.
class Log {
 public:
  using Field = std::pair<std::string_view, std::string_view>;
  using Reader = std::function<void(Level level, const std::string& line)>;

  /// Writes lines of level `least` and above to standard error, with date, time and zone, on a
  /// thread of its own: logging never blocks. Lines that standard error does not take are lost and
  /// counted: see LineWriter.
  static Log to_stderr(Level least, LogFormat format = LogFormat::logfmt, LogOptions options = {});
  /// The same, appended to a file. A new file is readable by its owner and its group. The last copy
  /// closes it. \throws std::runtime_error if it can't be opened.
  static Log to_file(const std::string& path, Level least, LogFormat format = LogFormat::logfmt,
                     LogOptions options = {});
  /// Passes each line of level `least` and above to `reader`, one at a time, on the thread that
  /// logs: for tests, and for programs with a log of their own. A line is the text, then its fields
  /// in logfmt: `a join was refused topic=room:a`. A reader that throws loses that line, and no
  /// more.
  static Log to(Level least, Reader reader, LogOptions options = {});
  /// Discards everything: for tests.
  static Log silent();

  /// Whether a line of this level would be written; never for Level::off.
  bool enabled(Level level) const;
  /// Writes the text and its fields, then the fields of the thread's LogScope. Control characters
  /// are escaped, and values are quoted where needed, so what a client sent can forge neither a
  /// line nor a field.
  void write(Level level, std::string_view text, std::initializer_list<Field> fields = {}) const;

  /// Reopens the file by its name, after a rotation has moved it; no line is lost. If it can't be
  /// opened, the log stays on the old file, and says so. Does nothing for other logs.
  void reopen() const;
  /// Waits until all lines are written, for a second at most.
  void flush() const;
  /// Writes the counts of past seconds. A caller with a timer calls it at `counts_due`; each write
  /// does it too.
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
  struct Shared;
  Log(Level least, std::unique_ptr<LogSink> sink, LogLine::Form form, LogOptions options);
  std::shared_ptr<Shared> shared_;
};

/// What a log line is about: a process knows its topic, a request its id.
class LogSubject {
 public:
  using Metadata = std::vector<std::pair<std::string, std::string>>;
  virtual ~LogSubject() = default;
  /// Called only when a line is written.
  virtual Metadata log_metadata() const { return {}; }
};

/// While it lives, each line of this thread carries the fields of `subject`: during a turn of a
/// process, or the answer to a request. The innermost scope counts. Mirrors Logger.metadata/1.
class LogScope {
 public:
  /// `subject` must outlive the scope.
  explicit LogScope(const LogSubject& subject);
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;
  ~LogScope();

 private:
  const LogSubject* const outer_;
};

}  // namespace phx
