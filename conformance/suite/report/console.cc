/// Colours for terminals, and the progress line.

#include "conformance/suite/report/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "conformance/suite/wire/utf8.h"

namespace phx::conformance {
namespace {

const char* code_of(Colour colour) {
  switch (colour) {
    case Colour::plain: return "0";
    case Colour::green: return "32";
    case Colour::red: return "31";
    case Colour::yellow: return "33";
    case Colour::grey: return "90";
    case Colour::bold: return "1";
  }
  return "0";
}

bool wants_colour(bool terminal, Colouring colouring) {
  switch (colouring) {
    case Colouring::always: return true;
    case Colouring::never: return false;
    case Colouring::automatic: break;
  }
  const char* refused = std::getenv("NO_COLOR");
  return terminal && (!refused || *refused == '\0');
}

std::size_t columns_of(std::FILE* out) {
  constexpr std::size_t usual = 80;
  winsize size{};
  const bool known = ::ioctl(::fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : usual;
}

}  // namespace

Console::Console(std::FILE* out, Colouring colouring)
    : out_(out),
      terminal_(::isatty(::fileno(out)) == 1),
      colourful_(wants_colour(terminal_, colouring)) {}

void Console::print(const std::string& text) {
  clear();
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
}

void Console::live(const std::string& text) {
  if (!terminal_) return;
  clear();
  std::fputs(cut(text, columns_of(out_) - 1).c_str(), out_);
  std::fflush(out_);
  lives_ = true;
}

void Console::clear() {
  if (lives_) std::fputs("\r\x1b[K", out_);
  lives_ = false;
}

std::string Console::in(Colour colour, const std::string& text) const {
  if (!colourful_) return text;
  return std::string("\x1b[") + code_of(colour) + "m" + text + "\x1b[0m";
}

std::string cut(const std::string& text, std::size_t columns) {
  std::size_t shown = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (begins_character(text[at]) && shown++ == columns) return text.substr(0, at);
  }
  return text;
}

}  // namespace phx::conformance
