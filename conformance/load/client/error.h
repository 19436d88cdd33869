/// \file
/// Errors that end a run: the server was wrong, or did not answer.
#pragma once

#include <stdexcept>

namespace phx::bench {

/// The server broke the protocol or a deadline. Exit status 1.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Nothing accepts connections there. Exit status 3.
struct Unreachable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace phx::bench
