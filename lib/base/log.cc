/// Writes log lines through spdlog; no other file of lib/ includes it.

#include "base/log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <stdexcept>

#include "base/line_writer.h"
#include "base/log_rate.h"

namespace phx {
namespace {

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    case Level::off: return spdlog::level::off;
  }
  return spdlog::level::off;
}

Level level_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug: return Level::debug;
    case spdlog::level::info: return Level::info;
    case spdlog::level::warn: return Level::warn;
    case spdlog::level::err:
    case spdlog::level::critical: return Level::error;
    case spdlog::level::off:
    case spdlog::level::n_levels: return Level::off;
  }
  return Level::off;
}

thread_local const LogSubject* spoken_of = nullptr;  // the innermost LogScope's

/// spdlog calls it under a lock, so one line at a time.
class ReaderSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit ReaderSink(Log::Reader reader) : reader_(std::move(reader)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& line) override {
    reader_(level_of(line.level), std::string(line.payload.data(), line.payload.size()));
  }
  void flush_() override {}

 private:
  const Log::Reader reader_;
};

/// One line, in colours if the descriptor is a terminal.
std::string laid_out(spdlog::formatter& formatter, const spdlog::details::log_msg& message,
                     bool coloured) {
  constexpr std::array<std::string_view, spdlog::level::n_levels> colours{
      "\x1b[37m",        "\x1b[36m",        "\x1b[32m", "\x1b[33m\x1b[1m",
      "\x1b[31m\x1b[1m", "\x1b[1m\x1b[41m", ""};
  spdlog::memory_buf_t line;
  formatter.format(message, line);
  std::string text(line.data(), line.size());
  if (coloured && message.color_range_end > message.color_range_start) {
    text.insert(message.color_range_end, "\x1b[m");
    text.insert(message.color_range_start, colours[message.level]);
  }
  return text;
}

/// The level by our own name: `%*` in the pattern.
class LevelName final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& line, const std::tm&,
              spdlog::memory_buf_t& to) override {
    const std::string_view name = name_of(level_of(line.level));
    to.append(name.data(), name.data() + name.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<LevelName>();
  }
};

/// Puts date, time, zone and level before LogLine's text.
std::unique_ptr<spdlog::formatter> formatter_for(LogFormat format) {
  const char* pattern = format == LogFormat::json
                            ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%*",%v})"
                            : "time=%Y-%m-%dT%H:%M:%S.%e%z level=%^%*%$ %v";
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<LevelName>('*').set_pattern(pattern);
  return formatter;
}

LogLine::Form form_of(LogFormat format) {
  return format == LogFormat::json ? LogLine::Form::json : LogLine::Form::logfmt;
}

/// Passes formatted lines to a descriptor without blocking; `name` is its name in messages.
class DescriptorSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  DescriptorSink(int descriptor, const std::string& name, LogFormat format)
      : base_sink(formatter_for(format)),
        coloured_(::isatty(descriptor) != 0 && spdlog::details::os::is_color_terminal()),
        writer_(descriptor,
                [format, text = "log lines were lost, since " + name + " did not take them",
                 formatter = std::shared_ptr(formatter_->clone()),
                 coloured = coloured_](std::size_t lost) {
                  LogLine line(form_of(format), text);
                  line.add("lines", std::to_string(lost));
                  return laid_out(*formatter, {"phx", spdlog::level::warn, line.text()}, coloured);
                }) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    writer_.write(laid_out(*formatter_, message, coloured_));
  }
  void flush_() override { writer_.flush(); }

 private:
  const bool coloured_;
  LineWriter writer_;
};

/// \throws std::runtime_error
int opened_for_lines(const std::string& path) {
  constexpr mode_t owner_and_group = 0640;
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, owner_and_group);
  if (file >= 0) return file;
  throw std::runtime_error(fmt::format("expected a file for the log, and could not open \"{}\": {}",
                                       path, std::strerror(errno)));
}

class FileSink final : public DescriptorSink {
 public:
  FileSink(const std::string& path, int descriptor, LogFormat format)
      : DescriptorSink(descriptor, path, format), path_(path), descriptor_(descriptor) {}

  /// The descriptor's number stays and its file changes, so a write under way is safe.
  void reopen() const {
    const int file = opened_for_lines(path_);
    ::dup3(file, descriptor_, O_CLOEXEC);
    ::close(file);
  }

 private:
  const std::string path_;
  const int descriptor_;
};

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

/// Where a log's lines go. At the end it writes the counts that are left.
struct Log::Place {
  Place(std::shared_ptr<spdlog::logger> to, LogLine::Form as, LogOptions o)
      : logger(std::move(to)), form(as), options(std::move(o)), rate(options.lines_a_second) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { write_counted(true); }

  void write(Level level, const LogLine& line) const {
    logger->log(spdlog_level(level), spdlog::string_view_t(line.text()));
  }

  bool takes(Level level, std::string_view text) {
    if (options.lines_a_second == 0) return true;
    write_counted(false);
    const std::lock_guard lock(mutex);
    const bool taken = rate.take(static_cast<int>(level), text, options.now());
    next_count = rate.due().value_or(never);
    return taken;
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
      write(static_cast<Level>(level), line);
    }
  }

  const std::shared_ptr<spdlog::logger> logger;
  const LogLine::Form form;
  const LogOptions options;
  std::mutex mutex;
  LogRate rate;
  static constexpr Clock::time_point never = Clock::time_point::max();
  std::atomic<Clock::time_point> next_count =
      never;  ///< A copy of `rate`'s, readable without the lock.
};

Log::Log(Level least, std::shared_ptr<spdlog::logger> logger, LogLine::Form form,
         LogOptions options) {
  logger->set_level(spdlog_level(least));
  place_ = std::make_shared<Place>(std::move(logger), form, std::move(options));
}

Log Log::to_stderr(Level least, LogFormat format, LogOptions options) {
  return Log(least,
             std::make_shared<spdlog::logger>(
                 "phx", std::make_shared<DescriptorSink>(STDERR_FILENO, "standard error", format)),
             form_of(format), std::move(options));
}

Log Log::to_file(const std::string& path, Level least, LogFormat format, LogOptions options) {
  return Log(least,
             std::make_shared<spdlog::logger>(
                 "phx", std::make_shared<FileSink>(path, opened_for_lines(path), format)),
             form_of(format), std::move(options));
}

Log Log::to(Level least, Reader reader, LogOptions options) {
  return Log(
      least,
      std::make_shared<spdlog::logger>("phx", std::make_shared<ReaderSink>(std::move(reader))),
      LogLine::Form::plain, std::move(options));
}

Log Log::silent() {
  return Log(
      Level::off,
      std::make_shared<spdlog::logger>("phx", std::make_shared<spdlog::sinks::null_sink_mt>()),
      LogLine::Form::plain, {});
}

bool Log::enabled(Level level) const {
  return level != Level::off && place_->logger->should_log(spdlog_level(level));
}

void Log::write(Level level, std::string_view text, std::initializer_list<Field> fields) const {
  if (!enabled(level) || !place_->takes(level, text)) return;
  LogLine line(place_->form, text);
  for (const auto& [name, value] : fields) line.add(name, value);
  if (spoken_of != nullptr) {
    for (const auto& [name, value] : spoken_of->log_metadata()) line.add(name, value);
  }
  place_->write(level, line);
}

void Log::reopen() const try {
  for (const auto& sink : place_->logger->sinks()) {
    if (const auto* file = dynamic_cast<const FileSink*>(sink.get())) file->reopen();
  }
} catch (const std::exception& failure) {
  error("the log goes on in its old file", {{"reason", failure.what()}});
}

void Log::flush() const {
  place_->write_counted(true);
  place_->logger->flush();
}

void Log::write_counts() const { place_->write_counted(false); }

std::optional<Clock::time_point> Log::counts_due() const {
  const Clock::time_point due = place_->next_count;
  if (due == Place::never) return {};
  return due;
}

LogScope::LogScope(const LogSubject& subject) : outer_(std::exchange(spoken_of, &subject)) {}
LogScope::~LogScope() { spoken_of = outer_; }

}  // namespace phx
