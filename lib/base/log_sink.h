#pragma once
/// \file
/// Where a log's lines go: to a reader in this program, or to a descriptor with time and level.

#include <functional>
#include <string>
#include <string_view>

#include "base/line_writer.h"
#include "base/log.h"

namespace phx {

/// Any thread. Neither copied nor moved.
class LogSink {
 public:
  LogSink() = default;
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;
  virtual ~LogSink() = default;

  virtual void write(Level level, const LogLine& line) = 0;
  /// See Log::flush.
  virtual void flush() {}
  /// See Log::reopen. \throws std::runtime_error where it can't be.
  virtual void reopen() {}
};

/// Hands each line to `read`, one at a time, on the thread that wrote it.
std::unique_ptr<LogSink> reader_sink(Log::Reader read);
/// Writes to a descriptor, which must outlive the sink; `name` is what people call it. Never
/// blocks: see LineWriter. In colours where the descriptor is a terminal that has some.
std::unique_ptr<LogSink> descriptor_sink(int descriptor, const std::string& name, LogFormat format);
/// The same to the end of a file. \throws std::runtime_error if it can't be opened.
std::unique_ptr<LogSink> file_sink(const std::string& path, LogFormat format);

/// What a LogLine of that format is written as.
LogLine::Form form_of(LogFormat format);
/// One finished line, with its end: date, time, zone and level before what LogLine made. `colour`
/// is an escape sequence for the level, or empty.
std::string finished_line(LogFormat format, std::chrono::system_clock::time_point now, Level level,
                          std::string_view line, std::string_view colour = {});

}  // namespace phx
