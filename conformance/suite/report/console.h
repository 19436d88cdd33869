#pragma once
/// \file
/// The output of the report for people: lines, colours, and on a terminal a progress line.

#include <cstdio>
#include <string>

#include "conformance/suite/core/options.h"

namespace phx::conformance {

enum class Colour { plain, green, red, yellow, grey, bold };

class Console {
 public:
  Console(std::FILE* out, Colouring colouring);
  void print(const std::string& text);
  std::string in(Colour colour, const std::string& text) const;

  bool is_terminal() const { return terminal_; }
  /// Shows this text as the progress line; the next print removes it. Only on a terminal.
  void live(const std::string& text);

 private:
  void clear();

  std::FILE* out_;
  bool terminal_;
  bool colourful_;
  bool lives_ = false;
};

/// The text cut to `columns`, counting one column for each character.
std::string cut(const std::string& text, std::size_t columns);

}  // namespace phx::conformance
