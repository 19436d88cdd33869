#pragma once
/// \file
/// What the server tells whoever runs it: one line an event, with named fields behind the text.

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spdlog {
class logger;
}

namespace phx {

enum class Level { debug, info, warn, error, off };

/// `"debug"`, `"info"`, `"warn"`, `"error"` or `"off"`. \throws std::invalid_argument naming them.
Level level_of(std::string_view name);
/// The other way round.
const char* name_of(Level level);

/// A handle to one log; copies write to the same place. Any thread.
class Log {
 public:
  using Field = std::pair<std::string_view, std::string_view>;
  using Reader = std::function<void(Level level, const std::string& line)>;

  /// Writes to standard error what is at least as grave as `least`, on a thread of its own: who
  /// logs never waits. Lines that standard error does not take are lost, and counted: LineWriter.
  static Log to_stderr(Level least);
  /// Hands each line that is at least as grave as `least` to `reader`, one at a time, on the thread
  /// that wrote it: for tests, and for who keeps a log of his own.
  static Log to(Level least, Reader reader);
  /// Writes nowhere: for tests.
  static Log silent();

  /// Whether a line of this level would be written; never for Level::off.
  bool enabled(Level level) const;
  /// Writes `text key=value …`, and behind them what the thread's LogScope has to say. Control
  /// characters are escaped, and a value that looks like several fields stands in quotes: what a
  /// client sent can forge neither a line nor a field.
  void write(Level level, std::string_view text, std::initializer_list<Field> fields = {}) const;

  /// Waits until what was written has reached its place, for a second at most.
  void flush() const;

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
  explicit Log(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}
  std::shared_ptr<spdlog::logger> logger_;
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

/// The text with control characters, and bytes that are no UTF-8, written as `\xNN`, and cut after
/// 500 bytes: fit for a log's line, whoever wrote it.
std::string one_line(std::string_view text);

}  // namespace phx
