/// Equality of JSON values.

#include "conformance/suite/wire/json.h"

#include "testing/case.h"

namespace phx::conformance {
namespace {

using testing::expect;
using testing::expect_eq;

bool same(const char* expected, const char* actual) {
  return matches(*parse_json(expected), *parse_json(actual));
}

PHX_TEST("the order of keys is ignored, the keys are not") {
  expect(same(R"({"a":1,"b":[2]})", R"({ "b":[2], "a":1 })"), "order is free");
  expect(!same(R"({"a":1})", R"({"a":1,"b":2})"), "with one more key it is another value");
  expect(!same(R"({"a":1,"b":2})", R"({"a":1})"), "with one key fewer it is another value");
}

PHX_TEST("types count: 1, 1.0 and \"1\" are three values") {
  expect(!same("1", "1.0"), "an integer is not a float");
  expect(!same("1", R"("1")"), "a number is not a string");
  expect(!same("null", "false"), "null is not false");
  expect(same("1e2", "100.0"), "a float's spelling is free");
}

PHX_TEST("{any} takes whatever stands there, but something must") {
  expect(same(R"([1,"{any}"])", R"([1,{"deep":[]}])"), "a value");
  expect(!same(R"([1,"{any}"])", "[1]"), "an absent value is not a value");
  expect(!same(R"([1])", R"(["{any}"])"), "only the expected side may leave open");
}

PHX_TEST("strings are compared with their NULs") {
  expect(same(R"("a\u0000b")", R"("a\u0000b")"), "the same");
  expect(!same(R"("a\u0000b")", R"("a\u0000c")"), "another after the NUL");
}

PHX_TEST("text that is not JSON, or has a key twice, parses to nothing") {
  expect(!parse_json("{").has_value(), "cut short");
  expect(!parse_json("[1] 2").has_value(), "more text after it");
  expect(!parse_json(R"({"a":1,"a":2})").has_value(), "twice");
}

PHX_TEST("missing members are null, and have no text") {
  const Json value = *parse_json(R"({"a":["x"]})");
  expect_eq(value["a"][0].text(), std::string("x"));
  expect_eq(value["b"][0].dump(), std::string("null"));
}

PHX_TEST("quoted text is JSON") { expect_eq(as_json("a\"\n"), std::string(R"("a\"\n")")); }

PHX_TEST("a NUL after a value does not end the text") {
  expect(!parse_json(std::string_view("1\0", 2)), "it is not JSON");
}

PHX_TEST("a long text is read as what it is, among a dozen others that differ in one place") {
  const auto text = [](int n) {
    return "[\"" + std::string(10'000, 'x') + "\"," + std::to_string(n) + "]";
  };
  for (int round = 0; round < 2; ++round) {
    for (int n = 0; n < 12; ++n) {
      for (int twice = 0; twice < 2; ++twice) {
        expect_eq((*parse_json(text(n)))[1].dump(), std::to_string(n));
      }
    }
  }
  expect(!parse_json(text(0) + "]"), "with one more bracket it is not JSON");
}

}  // namespace

}  // namespace phx::conformance
