/// Whole, in part, or any: what a payload is compared with.

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

PHX_TEST("a payload, and what is expected of one, are written by their members") {
  const Payload payload = {{"n", 1}, {"who", "ann"}};
  expect_eq(payload.view(), R"({"n":1,"who":"ann"})");
  const Payload strings = {{"first", "second"}};
  expect_eq(strings.view(), R"({"first":"second"})");
  const PayloadPattern pattern = {{"who", "ann"}, {"n", 1}};
  expect(pattern.matches(payload), "in any order");
}

PHX_TEST("a payload is expected whole, in whatever order its members come") {
  const PayloadPattern whole = Json::object({{"a", 1}, {"b", "x"}});
  expect(matches(whole, R"({"b":"x","a":1})"), "the order doesn't matter");
  expect(!matches(whole, R"({"a":1})"), "less is something else");
  expect(!matches(whole, R"({"a":1,"b":"x","c":null})"), "so is more");
  expect(!matches(whole, R"({"a":"1","b":"x"})"), "so is another type");
  expect(matches({}, "{}") && !matches({}, R"({"a":1})"), "{} is the empty object");
}

PHX_TEST("containing asks for the members that it names, deep inside objects and arrays") {
  const PayloadPattern part = containing(Json::parse(R"({"user":{"id":1},"list":[{"n":1},{}]})"));
  expect(matches(part, R"({"user":{"id":1,"x":2},"list":[{"n":1,"m":2},{"k":3}],"y":4})"), "more");
  expect(!matches(part, R"({"user":{"id":2},"list":[{"n":1},{}]})"), "not another value");
  expect(!matches(part, R"({"user":{"id":1},"list":[{"n":1}]})"), "not a shorter array");
  expect(!matches(part, R"({"user":{"id":1},"list":[{"n":1},{},{}]})"), "not a longer one");
  expect(!matches(part, R"({"user":[],"list":[{"n":1},{}]})"), "not an array for an object");
  expect(!matches(part, R"({"list":[{"n":1},{}]})"), "not without a member");
}

PHX_TEST("a member that is to be null must be there") {
  expect(matches(containing(Json::object({{"a", nullptr}})), R"({"a":null})"), "it is there");
  expect(!matches(containing(Json::object({{"a", nullptr}})), "{}"), "it isn't");
}

PHX_TEST("binary payloads are equal byte for byte, and equal to no JSON") {
  const PayloadPattern bytes = Payload::binary(std::string("{\0}", 3));
  expect(bytes.matches(Payload::binary(std::string("{\0}", 3))), "the same bytes");
  expect(!bytes.matches(Payload::binary("{}")), "other bytes");
  expect(!PayloadPattern(Payload::binary("{}")).matches(Payload()), "bytes are no JSON");
  expect(!PayloadPattern().matches(Payload::binary("{}")), "and JSON is no bytes");
  expect(!containing(Json::object()).matches(Payload::binary("{}")), "and contains none");
  expect(any_payload().matches(Payload::binary("{}")) && matches(any_payload(), "[1]"), "any");
}

PHX_TEST("what was expected can be shown") {
  expect_eq(PayloadPattern(Json::object({{"a", 1}})).shown(), R"({"a":1})");
  expect_eq(containing(Json::object({{"a", 1}})).shown(), R"(a payload containing {"a":1})");
  expect_eq(any_payload().shown(), "any payload");
  expect_eq(shown(Payload::binary("\x01\xff")), "<2 bytes: 01 ff>");
  expect(shown(Payload::binary(std::string(40, 'a'))).ends_with(" 61 61 …>"),
         "cut when it is long");
}
