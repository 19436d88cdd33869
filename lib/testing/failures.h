#pragma once
/// \file
/// For tests of assertions: each must be able to fail, and say what to do.

#include <initializer_list>
#include <string>
#include <string_view>

#include "testing/case.h"

namespace phx::testing {

/// Fails unless `act` throws a Failure whose text has each of the parts.
template <class Act>
void expect_failure(const Act& act, std::initializer_list<std::string_view> parts,
                    std::source_location where = std::source_location::current()) {
  const std::string text = expect_throw<Failure>(act, where);
  for (const std::string_view part : parts) {
    expect(text.find(part) != std::string::npos,
           "the failure says \"" + std::string(part) + "\"; it says:\n" + text, where);
  }
}

}  // namespace phx::testing
