/// Counts lines above their kind's rate, and passes the rest to the log's sink.

#include "base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <stdexcept>

#include "base/log_rate.h"
#include "base/log_sink.h"
#include "base/log_tail.h"

namespace phx {
namespace {

thread_local const LogSubject* current_subject = nullptr;  // the innermost LogScope's

}  // namespace

Level level_of(std::string_view name) {
  for (const Level level : {Level::debug, Level::info, Level::warn, Level::error, Level::off}) {
    if (name == name_of(level)) return level;
  }
  throw std::invalid_argument("expected a log level (debug, info, warn, error or off), got \"" +
                              one_line(name) + "\"");
}

const char* name_of(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error: return "error";
    case Level::off: return "off";
  }
  return "";
}

// --- Writing ------------------------------------------------------------------------------------

/// Shared by all copies of a log. At its end it writes the counts that are left.
struct Log::Shared {
  Shared(Level from, std::unique_ptr<LogSink> to, LogLine::Form as, LogOptions o)
      : least(from),
        sink(std::move(to)),
        form(as),
        options(std::move(o)),
        rate(options.lines_a_second) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  ~Shared() { write_counted(true); }

  bool takes(Level level, std::string_view text) {
    if (options.lines_a_second == 0) return true;
    write_counted(false);
    const std::lock_guard lock(mutex);
    const bool taken = rate.take(static_cast<int>(level), text, options.now());
    next_count = rate.due().value_or(never);
    return taken;
  }

  void put(Level level, const LogLine& line) {
    if (options.tail) options.tail->add(level, line.text());
    sink->write(level, line);
  }

  void write_counted(bool all) {
    if (next_count.load() == never) return;
    const Clock::time_point now = options.now();
    if (!all && now < next_count.load()) return;
    std::vector<LogRate::Rest> counted;
    {
      const std::lock_guard lock(mutex);
      counted = rate.counted(now, all);
      next_count = rate.due().value_or(never);
    }
    for (const auto& [level, text, lines] : counted) {
      LogLine line(form, fmt::format("… and {} more of this kind", lines));
      line.add("kind", text);
      put(static_cast<Level>(level), line);
    }
  }

  const Level least;
  const std::unique_ptr<LogSink> sink;  ///< Null: nothing is written.
  const LogLine::Form form;
  const LogOptions options;
  std::mutex mutex;
  LogRate rate;
  static constexpr Clock::time_point never = Clock::time_point::max();
  /// A copy of `rate`'s, readable without the lock.
  std::atomic<Clock::time_point> next_count = never;
};

Log::Log(Level least, std::unique_ptr<LogSink> sink, LogLine::Form form, LogOptions options)
    : shared_(std::make_shared<Shared>(least, std::move(sink), form, std::move(options))) {}

Log Log::to_stderr(Level least, LogFormat format, LogOptions options) {
  return Log(least, descriptor_sink(STDERR_FILENO, "standard error", format), form_of(format),
             std::move(options));
}

Log Log::to_file(const std::string& path, Level least, LogFormat format, LogOptions options) {
  return Log(least, file_sink(path, format), form_of(format), std::move(options));
}

Log Log::to(Level least, Reader reader, LogOptions options) {
  return Log(least, reader_sink(std::move(reader)), LogLine::Form::plain, std::move(options));
}

Log Log::silent() { return Log(Level::off, nullptr, LogLine::Form::plain, {}); }

bool Log::enabled(Level level) const { return level != Level::off && level >= shared_->least; }

void Log::write(Level level, std::string_view text, std::initializer_list<Field> fields) const {
  if (!enabled(level) || !shared_->takes(level, text)) return;
  LogLine line(shared_->form, text);
  for (const auto& [name, value] : fields) line.add(name, value);
  if (current_subject != nullptr) {
    for (const auto& [name, value] : current_subject->log_metadata()) line.add(name, value);
  }
  shared_->put(level, line);
}

void Log::reopen() const try {
  if (shared_->sink) shared_->sink->reopen();
} catch (const std::exception& failure) {
  error("the log goes on in its old file", {{"reason", failure.what()}});
}

void Log::flush() const {
  shared_->write_counted(true);
  if (shared_->sink) shared_->sink->flush();
}

void Log::write_counts() const { shared_->write_counted(false); }

std::optional<Clock::time_point> Log::counts_due() const {
  const Clock::time_point due = shared_->next_count;
  if (due == Shared::never) return {};
  return due;
}

LogScope::LogScope(const LogSubject& subject) : outer_(std::exchange(current_subject, &subject)) {}
LogScope::~LogScope() { current_subject = outer_; }

}  // namespace phx
