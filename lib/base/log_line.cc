/// one_line() first makes a value harmless; then it is quoted as the format asks.

#include "base/log_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/utf8.h"

namespace phx {
namespace {

/// C0 and C1, which terminals obey, and Unicode's two further line separators.
bool is_control(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029;
}

/// REQUIRES: no control characters. Valid in JSON, and in logfmt, whose parsers unquote as Go does.
std::string in_quotes(std::string_view line) {
  std::string text = "\"";
  for (const char c : line) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

/// Quoted where a parser would misread the value, as two fields or none. U+FFFD is what Go's parser
/// makes of broken text, and it refuses that.
std::string logfmt_value(std::string_view value) {
  std::string line = one_line(value);
  const bool plain = line.find_first_of(" =\"") == std::string::npos &&
                     line.find("\xEF\xBF\xBD") == std::string::npos;
  return plain ? line : in_quotes(line);
}

/// Names are the program's own; characters that could end one are replaced.
std::string field_name(std::string_view name) {
  std::string safe = one_line(name);
  for (char& c : safe) {
    if (c == ' ' || c == '=' || c == '"' || c == '\\') c = '_';
  }
  return safe;
}

}  // namespace

LogFormat log_format_of(std::string_view name) {
  if (name == "logfmt") return LogFormat::logfmt;
  if (name == "json") return LogFormat::json;
  throw std::invalid_argument("expected a log format (logfmt or json), got \"" + one_line(name) +
                              "\"");
}

LogLine::LogLine(Form form, std::string_view text) : form_(form) {
  if (form == Form::plain) {
    line_ = one_line(text);
  } else {
    append("msg", text);
  }
}

void LogLine::add(std::string_view name, std::string_view value) {
  std::string safe = field_name(name);
  if (safe == "time" || safe == "level" || safe == "msg") safe += '_';
  if (!has(safe)) append(std::move(safe), value);
}

void LogLine::append(std::string name, std::string_view value) {
  if (form_ == Form::json) {
    if (!line_.empty()) line_ += ',';
    line_ += in_quotes(name) + ":" + in_quotes(one_line(value));
  } else {
    if (!line_.empty()) line_ += ' ';
    line_ += name + "=" + logfmt_value(value);
  }
  names_.push_back(std::move(name));
}

bool LogLine::has(std::string_view name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

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
