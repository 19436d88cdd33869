#pragma once
/// \file
/// Where the report goes while CMocka hosts the cases: to people, or beside CMocka's own output.

#include <cstdio>
#include <memory>
#include <string>

namespace phx::conformance {

enum class Colour { plain, green, red, yellow, grey, bold };

/// A stream for people. Colours it only if it is a terminal and NO_COLOR is not set.
class Console {
 public:
  explicit Console(std::FILE* out);
  void print(const std::string& text);
  std::string in(Colour colour, const std::string& text) const;

 private:
  std::FILE* out_;
  bool colourful_;
};

/// While it lives, what is printed to stdout and stderr is lost, except through out().
///
/// CMocka prints a line for every test and can't be told not to; the text report says it better.
class Hush {
 public:
  Hush();
  ~Hush();
  Hush(const Hush&) = delete;
  Hush& operator=(const Hush&) = delete;
  std::FILE* out() { return out_; }  ///< What was stdout.

 private:
  int stdout_ = -1;
  int stderr_ = -1;
  std::FILE* out_ = nullptr;
};

}  // namespace phx::conformance
