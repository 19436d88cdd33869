/// Writes log lines through spdlog; nothing else in the house includes it.

#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <stdexcept>

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

}  // namespace

Level level_of(std::string_view name) {
  if (name == "debug") return Level::debug;
  if (name == "info") return Level::info;
  if (name == "warn") return Level::warn;
  if (name == "error") return Level::error;
  if (name == "off") return Level::off;
  throw std::invalid_argument("expected a log level (debug, info, warn, error or off), got \"" +
                              one_line(name) + "\"");
}

Log Log::to_stderr(Level least) {
  auto logger = std::make_shared<spdlog::logger>(
      "phx", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_pattern("%H:%M:%S.%e [%^%l%$] %v");
  logger->set_level(spdlog_level(least));
  return Log(std::move(logger));
}

Log Log::silent() {
  auto logger =
      std::make_shared<spdlog::logger>("phx", std::make_shared<spdlog::sinks::null_sink_mt>());
  logger->set_level(spdlog::level::off);
  return Log(std::move(logger));
}

bool Log::enabled(Level level) const { return logger_->should_log(spdlog_level(level)); }

void Log::write(Level level, std::string_view text, std::initializer_list<Field> fields) const {
  if (!enabled(level)) return;
  std::string line = one_line(text);
  for (const auto& [key, value] : fields) line += fmt::format(" {}={}", key, one_line(value));
  logger_->log(spdlog_level(level), "{}", line);
}

std::string one_line(std::string_view text) {
  constexpr std::size_t most = 500;
  std::string line;
  for (const char c : text.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      line += fmt::format("\\x{:02x}", byte);
    } else {
      line += c;
    }
  }
  if (text.size() > most) line += fmt::format("… ({} bytes)", text.size());
  return line;
}

}  // namespace phx
