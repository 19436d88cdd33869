/// Colours for terminals, and silence for CMocka.

#include "conformance/suite/console.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

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

bool wants_colour(std::FILE* out) {
  const char* refused = std::getenv("NO_COLOR");
  return (!refused || *refused == '\0') && ::isatty(::fileno(out)) == 1;
}

}  // namespace

Console::Console(std::FILE* out) : out_(out), colourful_(wants_colour(out)) {}

void Console::print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
}

std::string Console::in(Colour colour, const std::string& text) const {
  if (!colourful_) return text;
  return std::string("\x1b[") + code_of(colour) + "m" + text + "\x1b[0m";
}

Hush::Hush() {
  std::fflush(stdout);
  std::fflush(stderr);
  stdout_ = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  stderr_ = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  out_ = stdout_ < 0 ? nullptr : ::fdopen(::fcntl(stdout_, F_DUPFD_CLOEXEC, 3), "w");
  if (!out_ || nowhere < 0) throw std::runtime_error("standard output can't be set aside");
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
  ::close(nowhere);
}

Hush::~Hush() {
  std::fflush(stdout);  // into nowhere, while it is still there
  std::fclose(out_);
  ::dup2(stdout_, STDOUT_FILENO);
  ::dup2(stderr_, STDERR_FILENO);
  ::close(stdout_);
  ::close(stderr_);
}

}  // namespace phx::conformance
