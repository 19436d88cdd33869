/// What the JSON value promises: no surprise by sharing, nothing lost on the way in and out.

#include "json/json.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

PHX_TEST("any JSON value is taken in, not only an object") {
  for (const char* text : {"null", "true", "5", "\"x\"", "[1,2]", "{\"a\":1}"}) {
    expect_eq(Json::parse(text).dump(), std::string(text));
  }
}

PHX_TEST("NUL and every plane of Unicode survive") {
  const std::string text = "\"a\\u0000b \xF0\x9F\x98\x80 \xC3\xA9\"";
  expect_eq(Json::parse(text).dump(), text);
  expect_eq(Json::parse("\"a\\u0000b\"").string_or("").size(), 3u);
}

PHX_TEST("output is compact and its keys are sorted") {
  expect_eq(Json::parse(" { \"b\" : 1 , \"a\" : [ 1 , 2 ] } ").dump(),
            std::string("{\"a\":[1,2],\"b\":1}"));
}

PHX_TEST("what is no JSON is refused with the place and the reason") {
  const std::string text = expect_throw<JsonError>([] { Json::parse("{\"a\":"); });
  expect(text.find("byte") != std::string::npos, "the error names the place: " + text);
}

PHX_TEST("a changed copy leaves the original as it was") {
  const Json first = Json::object({{"a", 1}});
  Json second = first;
  second.set("a", 2);
  expect_eq(first["a"].integer_or(0), 1);
  expect_eq(second["a"].integer_or(0), 2);
}

PHX_TEST("what is absent reads as null, and as the default that was asked for") {
  const Json object = Json::object({{"n", 5}});
  expect(object["missing"].is_null(), "a missing member is null");
  expect_eq(object["n"].string_or("none"), std::string("none"));
  expect_eq(object["missing"].integer_or(7), 7);
  expect(!object.has("missing") && object.has("n"), "has() tells the two apart");
}

PHX_TEST("bytes that are no UTF-8 make no string") {
  expect_throw<JsonError>([] { Json(std::string_view("\xff")); });
}

PHX_TEST("a NUL behind a value is no end of the text") {
  for (const std::string& text : {std::string("1\0", 2), std::string("{}\0]", 4)}) {
    expect_throw<JsonError>([&] { Json::parse(text); });
  }
}

PHX_TEST("an object is written as a list of its members, objects within it, too") {
  const Json user = {{"user", {{"name", "Ann"}, {"age", 7}}},
                     {"list", Json::array({1, {{"n", 2}}})}};
  expect_eq(user.dump(), R"({"list":[1,{"n":2}],"user":{"age":7,"name":"Ann"}})");
  Json changed;
  expect(changed.is_null(), "without a list it is null");
  changed = {{"a", "b"}};
  expect_eq(changed.dump(), R"({"a":"b"})");
}
