/// Puts the time before a line, and passes it to a LineWriter.

#include "base/log_sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <mutex>
#include <stdexcept>

namespace phx {
namespace {

using SystemTime = std::chrono::system_clock::time_point;

// --- A line --------------------------------------------------------------------------------------

/// No strings: a log may still be written to after this thread's destructors have run.
struct LocalTime {
  std::time_t second = -1;
  std::array<char, sizeof("2026-11-28T05:39:25")> date_and_time{};
  std::array<char, sizeof("+01:00")> zone{};
};

/// Local time to the second. Many lines are written in one, so each thread keeps its latest.
const LocalTime& local_time(std::time_t second) {
  thread_local LocalTime latest;
  if (latest.second == second) return latest;
  std::tm at{};
  ::localtime_r(&second, &at);
  latest.second = second;
  std::strftime(latest.date_and_time.data(), latest.date_and_time.size(), "%Y-%m-%dT%H:%M:%S", &at);
  const long minutes = std::abs(at.tm_gmtoff) / 60;
  fmt::format_to_n(latest.zone.data(), latest.zone.size() - 1, "{}{:02}:{:02}",
                   at.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
  return latest;
}

std::string_view colour_of(Level level) {
  switch (level) {
    case Level::debug: return "\x1b[36m";
    case Level::info: return "\x1b[32m";
    case Level::warn: return "\x1b[1;33m";
    case Level::error: return "\x1b[1;31m";
    case Level::off: return "";
  }
  return "";
}

bool shows_colours(int descriptor) {
  const char* terminal = std::getenv("TERM");
  return ::isatty(descriptor) != 0 && terminal != nullptr && std::string_view(terminal) != "dumb" &&
         std::getenv("NO_COLOR") == nullptr;
}

/// The line in a log that reports missing lines.
std::string loss_notice(LogFormat format, const std::string& text, std::size_t lost,
                        std::string_view colour) {
  LogLine line(form_of(format), text);
  line.add("lines", std::to_string(lost));
  return finished_line(format, std::chrono::system_clock::now(), Level::warn, line.text(), colour);
}

// --- Sinks ---------------------------------------------------------------------------------------

class ReaderSink final : public LogSink {
 public:
  explicit ReaderSink(Log::Reader read) : read_(std::move(read)) {}
  void write(Level level, const LogLine& line) override {
    const std::lock_guard lock(mutex_);
    try {
      read_(level, line.text());
    } catch (...) {  // the line is lost, and nothing else: anything may log, a crash report too
    }
  }

 private:
  std::mutex mutex_;
  const Log::Reader read_;
};

class DescriptorSink : public LogSink {
 public:
  DescriptorSink(int descriptor, const std::string& name, LogFormat format)
      : format_(format),
        coloured_(shows_colours(descriptor)),
        writer_(descriptor,
                [format, text = "log lines were lost because " + name + " did not take them",
                 colour = colour(Level::warn)](std::size_t lost) {
                  return loss_notice(format, text, lost, colour);
                }) {}

  void write(Level level, const LogLine& line) override {
    writer_.write(finished_line(format_, std::chrono::system_clock::now(), level, line.text(),
                                colour(level)));
  }
  void flush() override { writer_.flush(); }

 private:
  std::string_view colour(Level level) const { return coloured_ ? colour_of(level) : ""; }

  const LogFormat format_;
  const bool coloured_;
  LineWriter writer_;
};

/// \throws std::runtime_error
int opened_for_lines(const std::string& path) {
  constexpr mode_t owner_and_group = 0640;
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, owner_and_group);
  if (file >= 0) return file;
  throw std::runtime_error(fmt::format("expected a file for the log; could not open \"{}\": {}",
                                       path, std::strerror(errno)));
}

struct OpenFile {
  explicit OpenFile(const std::string& path) : descriptor(opened_for_lines(path)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { ::close(descriptor); }

  const int descriptor;
};

/// The file is a base, before the other, so that it is closed after its writer has ended.
class FileSink final : private OpenFile, public DescriptorSink {
 public:
  FileSink(const std::string& path, LogFormat format)
      : OpenFile(path), DescriptorSink(descriptor, path, format), path_(path) {}

  /// The descriptor keeps its number while its file changes, so a write under way is not disturbed.
  void reopen() override {
    const int file = opened_for_lines(path_);
    ::dup3(file, descriptor, O_CLOEXEC);
    ::close(file);
  }

 private:
  const std::string path_;
};

}  // namespace

LogLine::Form form_of(LogFormat format) {
  return format == LogFormat::json ? LogLine::Form::json : LogLine::Form::logfmt;
}

std::string finished_line(LogFormat format, SystemTime now, Level level, std::string_view line,
                          std::string_view colour) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  const LocalTime& local = local_time(std::chrono::system_clock::to_time_t(second));
  const auto millis = std::chrono::floor<Millis>(now - second).count();
  if (format == LogFormat::json) {
    return fmt::format("{{\"time\":\"{}.{:03}{}\",\"level\":\"{}\",{}}}\n",
                       local.date_and_time.data(), millis, local.zone.data(), name_of(level), line);
  }
  return fmt::format("time={}.{:03}{} level={}{}{} {}\n", local.date_and_time.data(), millis,
                     local.zone.data(), colour, name_of(level), colour.empty() ? "" : "\x1b[m",
                     line);
}

std::unique_ptr<LogSink> reader_sink(Log::Reader read) {
  return std::make_unique<ReaderSink>(std::move(read));
}

std::unique_ptr<LogSink> descriptor_sink(int descriptor, const std::string& name,
                                         LogFormat format) {
  return std::make_unique<DescriptorSink>(descriptor, name, format);
}

std::unique_ptr<LogSink> file_sink(const std::string& path, LogFormat format) {
  return std::make_unique<FileSink>(path, format);
}

}  // namespace phx
