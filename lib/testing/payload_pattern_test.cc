/// Payloads compared whole, in part, or with any.

#include "testing/payload_pattern.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;
using serializer::Payload;

namespace {

bool matches(const PayloadPattern& pattern, const char* text) {
  return pattern.matches(Payload::own_text(text));
}

}  // namespace

PHX_TEST("payloads and patterns are written as lists of members") {
  const Payload payload = {{"n", 1}, {"who", "ann"}};
  expect_eq(payload.view(), R"({"n":1,"who":"ann"})");
  const Payload strings = {{"first", "second"}};
  expect_eq(strings.view(), R"({"first":"second"})");
  const PayloadPattern pattern = {{"who", "ann"}, {"n", 1}};
  expect(pattern.matches(payload), "in any order");
}

PHX_TEST("a payload is expected whole, with its members in any order") {
  const PayloadPattern whole = Json::object({{"a", 1}, {"b", "x"}});
  expect(matches(whole, R"({"b":"x","a":1})"), "the order doesn't matter");
  expect(!matches(whole, R"({"a":1})"), "fewer members do not match");
  expect(!matches(whole, R"({"a":1,"b":"x","c":null})"), "more members do not match");
  expect(!matches(whole, R"({"a":"1","b":"x"})"), "another type does not match");
  expect(matches({}, "{}") && !matches({}, R"({"a":1})"), "{} is the empty object");
}

PHX_TEST("containing compares the members that it names, also inside objects and arrays") {
  const PayloadPattern part = containing(Json::parse(R"({"user":{"id":1},"list":[{"n":1},{}]})"));
  expect(matches(part, R"({"user":{"id":1,"x":2},"list":[{"n":1,"m":2},{"k":3}],"y":4})"), "more");
  expect(!matches(part, R"({"user":{"id":2},"list":[{"n":1},{}]})"), "not another value");
  expect(!matches(part, R"({"user":{"id":1},"list":[{"n":1}]})"), "not a shorter array");
  expect(!matches(part, R"({"user":{"id":1},"list":[{"n":1},{},{}]})"), "not a longer one");
  expect(!matches(part, R"({"user":[],"list":[{"n":1},{}]})"), "not an array for an object");
  expect(!matches(part, R"({"list":[{"n":1},{}]})"), "not without a member");
}

PHX_TEST("a member that is expected to be null must be present") {
  expect(matches(containing(Json::object({{"a", nullptr}})), R"({"a":null})"), "it is there");
  expect(!matches(containing(Json::object({{"a", nullptr}})), "{}"), "it isn't");
}

PHX_TEST("binary payloads are compared byte for byte, and never equal JSON") {
  const PayloadPattern bytes = Payload::binary(std::string("{\0}", 3));
  expect(bytes.matches(Payload::binary(std::string("{\0}", 3))), "the same bytes");
  expect(!bytes.matches(Payload::binary("{}")), "other bytes");
  expect(!PayloadPattern(Payload::binary("{}")).matches(Payload()), "bytes are not JSON");
  expect(!PayloadPattern().matches(Payload::binary("{}")), "JSON is not bytes");
  expect(!containing(Json::object()).matches(Payload::binary("{}")), "and contains none");
  expect(any_payload().matches(Payload::binary("{}")) && matches(any_payload(), "[1]"), "any");
}

PHX_TEST("a pattern can be shown") {
  expect_eq(PayloadPattern(Json::object({{"a", 1}})).shown(), R"({"a":1})");
  expect_eq(containing(Json::object({{"a", 1}})).shown(), R"(a payload containing {"a":1})");
  expect_eq(any_payload().shown(), "any payload");
  expect_eq(shown(Payload::binary("\x01\xff")), "<2 bytes: 01 ff>");
  expect(shown(Payload::binary(std::string(40, 'a'))).ends_with(" 61 61 …>"),
         "cut when it is long");
}
