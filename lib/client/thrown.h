#pragma once
/// \file
/// What an application's callback threw, as a sentence.

#include <exception>
#include <string>

namespace phx::client {

/// REQUIRES: an exception is being handled.
inline std::string what_was_thrown() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "something that is not an exception";
  }
}

}  // namespace phx::client
