#pragma once
/// \file
/// The macro and checks of a unit test: `PHX_TEST("a stale join_ref is ignored") { expect_eq(…);
/// }`.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "testing/host.h"

namespace phx::testing {

/// Adds a case to those that testing/main.cc runs. Called before main, only by PHX_TEST.
struct Registration {
  Registration(const char* name, std::function<void()> body);
};
const std::vector<Case>& registered_cases();

namespace detail {
template <class T>
std::string shown(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return fmt::format("{}", static_cast<long long>(value));
  } else if constexpr (fmt::is_formattable<T>::value) {
    return fmt::format("{}", value);
  } else {
    return "(a value that can't be printed)";
  }
}

/// Frames and journals, one a line: quoted and escaped they could not be compared.
inline std::string shown(const std::vector<std::string>& lines) {
  if (lines.empty()) return "(nothing)";
  std::string text;
  for (const std::string& line : lines) text += "\n    " + line;
  return text;
}

/// Compares values: two C strings are equal if their texts are.
template <class A, class B>
bool equal(const A& a, const B& b) {
  if constexpr (std::is_convertible_v<A, const char*> && std::is_convertible_v<B, const char*>) {
    return std::string_view(a) == std::string_view(b);
  } else {
    return a == b;
  }
}
}  // namespace detail

/// Fails the case unless `met`; `what` is the expected sentence.
inline void expect(bool met, const std::string& what = "the condition holds",
                   std::source_location where = std::source_location::current()) {
  if (!met) throw Failure("expected that " + what, where);
}

/// Fails the case unless the two are equal, and shows both.
template <class A, class B>
void expect_eq(const A& actual, const B& expected,
               std::source_location where = std::source_location::current()) {
  if (detail::equal(actual, expected)) return;
  throw Failure("  expected: " + detail::shown(expected) + "\n  actual:   " + detail::shown(actual),
                where);
}

/// Fails the case unless `act` throws an E; returns its text.
template <class E, class Act>
std::string expect_throw(Act&& act, std::source_location where = std::source_location::current()) {
  try {
    act();
  } catch (const E& error) {
    return error.what();
  }
  throw Failure("expected an exception, and none came", where);
}

}  // namespace phx::testing

#define PHX_TEST_JOIN2(a, b) a##b
#define PHX_TEST_JOIN(a, b) PHX_TEST_JOIN2(a, b)
/// Defines and registers one case; its name is a sentence.
#define PHX_TEST(name)                                                              \
  static void PHX_TEST_JOIN(case_, __LINE__)();                                     \
  static const ::phx::testing::Registration PHX_TEST_JOIN(registration_, __LINE__)( \
      name, PHX_TEST_JOIN(case_, __LINE__));                                        \
  static void PHX_TEST_JOIN(case_, __LINE__)()
