#pragma once
/// \file
/// The command line of phx-top.

#include <cstddef>
#include <optional>
#include <string>

#include "base/time.h"

namespace phx::top {

enum class View { processes, topics };

struct Options {
  std::string host = "127.0.0.1";
  std::string port = "9000";
  std::string token;
  View view = View::processes;
  std::string sort;  ///< A column of the view; empty: its first.
  std::string text;
  std::size_t rows = 20;  ///< For --once; the screen shows as many as fit.
  Millis interval{1'000};
  bool once = false;
  bool json = false;
};

/// Nothing if the program is to end: with `status`.
std::optional<Options> parse_options(int argc, char** argv, int& status);

}  // namespace phx::top
