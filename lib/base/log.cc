/// Writes log lines through spdlog; nothing else in the house includes it.

#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <stdexcept>

#include "base/line_writer.h"
#include "base/utf8.h"

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

/// spdlog calls it under a lock of its own, so that one line comes after the other.
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

/// One line, laid out for standard error; in colours where that is a terminal.
std::string laid_out(spdlog::formatter& formatter, const spdlog::details::log_msg& message) {
  static const bool coloured =
      ::isatty(STDERR_FILENO) != 0 && spdlog::details::os::is_color_terminal();
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

/// Hands on laid out lines, and waits for no one.
class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  StderrSink()
      : base_sink(std::make_unique<spdlog::pattern_formatter>("%H:%M:%S.%e [%^%l%$] %v")),
        writer_(STDERR_FILENO,
                [formatter = std::shared_ptr(formatter_->clone())](std::size_t lost) {
                  const std::string text = fmt::format(
                      "log lines were lost, since standard error did not take them lines={}", lost);
                  return laid_out(*formatter, {"phx", spdlog::level::warn, text});
                }) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    writer_.write(laid_out(*formatter_, message));
  }
  void flush_() override { writer_.flush(); }

 private:
  LineWriter writer_;
};

/// C0 and C1, which terminals obey, and Unicode's two more ends of a line.
bool is_control(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029;
}

/// A value in which somebody may have written a field of his own stands in quotes.
std::string field(std::string_view value) {
  const std::string line = one_line(value);
  const bool plain = line.find(' ') == std::string::npos || line.find('=') == std::string::npos;
  if (plain && !line.starts_with('"')) return line;
  std::string quoted = "\"";
  for (const char c : line) quoted += c == '"' ? "\\x22" : std::string(1, c);
  return quoted + '"';
}

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

Log Log::to_stderr(Level least) {
  auto logger = std::make_shared<spdlog::logger>("phx", std::make_shared<StderrSink>());
  logger->set_level(spdlog_level(least));
  return Log(std::move(logger));
}

Log Log::to(Level least, Reader reader) {
  auto logger =
      std::make_shared<spdlog::logger>("phx", std::make_shared<ReaderSink>(std::move(reader)));
  logger->set_level(spdlog_level(least));
  return Log(std::move(logger));
}

Log Log::silent() {
  auto logger =
      std::make_shared<spdlog::logger>("phx", std::make_shared<spdlog::sinks::null_sink_mt>());
  logger->set_level(spdlog::level::off);
  return Log(std::move(logger));
}

bool Log::enabled(Level level) const {
  return level != Level::off && logger_->should_log(spdlog_level(level));
}

void Log::write(Level level, std::string_view text, std::initializer_list<Field> fields) const {
  if (!enabled(level)) return;
  std::string line = one_line(text);
  for (const auto& [key, value] : fields) line += fmt::format(" {}={}", key, field(value));
  if (spoken_of != nullptr) {
    for (const auto& [key, value] : spoken_of->log_metadata()) {
      const bool said = std::any_of(fields.begin(), fields.end(),
                                    [&key](const Field& field) { return field.first == key; });
      if (!said) line += fmt::format(" {}={}", key, field(value));
    }
  }
  logger_->log(spdlog_level(level), "{}", line);
}

void Log::flush() const { logger_->flush(); }

LogScope::LogScope(const LogSubject& subject) : outer_(std::exchange(spoken_of, &subject)) {}
LogScope::~LogScope() { spoken_of = outer_; }

std::string one_line(std::string_view text) {
  constexpr std::size_t most = 500;
  std::string line;
  std::string_view rest = text;
  while (!rest.empty() && text.size() - rest.size() < most) {
    const std::size_t size = utf8_sequence(rest);
    const std::string_view character = rest.substr(0, std::max<std::size_t>(size, 1));
    if (size > 0 && !is_control(code_point(character))) {
      line += character;
    } else {
      for (const char byte : character)
        line += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
    rest.remove_prefix(character.size());
  }
  if (!rest.empty()) line += fmt::format("… ({} bytes)", text.size());
  return line;
}

}  // namespace phx
