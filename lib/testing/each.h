#pragma once
/// \file
/// Tries a test's check on several inputs, `each({"", "**"}, check)`: a failure names the one that
/// it is about.

#include <initializer_list>
#include <string>

#include "testing/case.h"

namespace phx::testing {

/// Calls `check` with each of the inputs, in order, until one fails or throws. \throws Failure.
template <class Inputs, class Check>
void each(const Inputs& inputs, Check&& check) {
  for (const auto& input : inputs) {
    const auto named = [&input](const std::string& report) {
      return "for the input \"" + detail::shown(input) + "\":\n" + report;
    };
    try {
      check(input);
    } catch (const Failure& failure) {
      throw Failure(named(failure.what()), failure.where());
    } catch (const std::exception& error) {
      throw Failure(named(std::string("the case threw: ") + error.what()));
    }
  }
}
template <class Input, class Check>
void each(std::initializer_list<Input> inputs, Check&& check) {
  each<std::initializer_list<Input>>(inputs, check);
}

}  // namespace phx::testing
