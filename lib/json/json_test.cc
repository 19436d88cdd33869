/// The JSON value: sharing never shows, and nothing is lost on the way in and out.

#include "json/json.h"

#include <limits>
#include <map>

#include "json/reader.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

PHX_TEST("any JSON value is parsed, not only an object") {
  for (const char* text : {"null", "true", "5", "\"x\"", "[1,2]", "{\"a\":1}"}) {
    expect_eq(Json::parse(text).dump(), std::string(text));
  }
}

PHX_TEST("NUL and every plane of Unicode survive") {
  const std::string text = "\"a\\u0000b \xF0\x9F\x98\x80 \xC3\xA9\"";
  expect_eq(Json::parse(text).dump(), text);
  expect_eq(Json::parse("\"a\\u0000b\"").string_or("").size(), 3u);
}

PHX_TEST("an integer beyond 64 bits keeps its digits") {
  for (const char* text : {"18446744073709551615", "-9223372036854775809", "9223372036854775808",
                           "123456789012345678901234567890123456789012345678901234567890"}) {
    const Json integer = Json::parse(text);
    expect_eq(integer.dump(), std::string(text));
    expect(integer.is_integer() && !integer.is_string(), "it is an integer, not text");
    expect_eq(integer.integer_or(7), 7);
    expect_eq(integer.string_or("no text"), std::string("no text"));
    expect(integer == Json::parse(text), "it equals itself");
    expect(!(integer == Json(text)), "it does not equal its digits as text");
    Json object = Json::object({{"id", integer}});
    const Json copy = object;
    object.set("n", 1);
    expect_eq(copy["id"].dump(), std::string(text));
  }
  expect_eq(Json::parse("-9223372036854775808").integer_or(0),
            std::numeric_limits<long long>::min());
}

PHX_TEST("an unsigned integer does not turn negative") {
  expect_eq(Json(18'446'744'073'709'551'615u).dump(), std::string("18446744073709551615"));
  expect_eq(Json(9'223'372'036'854'775'807u).integer_or(0), 9'223'372'036'854'775'807);
}

PHX_TEST("a key may contain NUL, and be empty") {
  const Json object = Json::parse(R"({"a\u0000b":1,"a":2,"":3})");
  expect_eq(object[std::string_view("a\0b", 3)].integer_or(0), 1);
  expect_eq(object["a"].integer_or(0), 2);
  expect_eq(object[""].integer_or(0), 3);
  expect_eq(object.dump(), R"({"":3,"a":2,"a\u0000b":1})");
  Json copy = object;
  copy.set("n", 1);
  expect_eq(copy.dump(), R"({"":3,"a":2,"a\u0000b":1,"n":1})");
  expect(!(object == copy) && object == Json::parse(object.dump()), "equal if all members are");
  expect(!(object == Json::parse(R"({"":3,"a":2,"a\u0000c":1})")), "another key after the NUL");
}

PHX_TEST("a real number is written in the fewest digits that read as the same") {
  for (const auto& [text, written] :
       std::map<std::string, std::string>{{"0.1", "0.1"},
                                          {"1e3", "1000.0"},
                                          {"-0.0", "-0.0"},
                                          {"5e-324", "5e-324"},
                                          {"1.7976931348623157e308", "1.7976931348623157e+308"},
                                          {"1e-400", "0.0"},
                                          {"3.141592653589793", "3.141592653589793"}}) {
    expect_eq(Json::parse(text).dump(), written);
    expect(Json::parse(written) == Json::parse(text), text + " is the same number");
  }
}

PHX_TEST("nesting is read up to the limit, and refused beyond it") {
  for (const auto& [open, close] : {std::pair("[", "]"), std::pair("{\"a\":", "}")}) {
    const auto nested = [&, open = std::string(open),
                         close = std::string(close)](std::size_t depth) {
      std::string text;
      for (std::size_t i = 0; i < depth; ++i) text += open;
      text += "1";
      for (std::size_t i = 0; i < depth; ++i) text += close;
      return text;
    };
    expect_eq(Json::parse(nested(json::max_depth)).dump(), nested(json::max_depth));
    expect_throw<JsonError>([&] { Json::parse(nested(json::max_depth + 1)); });
  }
  expect_throw<JsonError>([] { Json::parse(std::string(1'000'000, '[')); });
}

PHX_TEST("of a duplicate key the first value counts, as in Elixir") {
  expect_eq(Json::parse(R"({"a":1,"b":{"c":1,"c":[2]},"a":{"d":2}})"),
            Json::parse(R"({"a":1,"b":{"c":1}})"));
}

PHX_TEST("text that is not JSON is refused") {
  for (const char* text : {"",
                           " ",
                           "-",
                           "01",
                           "1.",
                           ".5",
                           "1e",
                           "1e+",
                           "+1",
                           "nul",
                           "truex",
                           "tru",
                           "[",
                           "]",
                           "[1,]",
                           "[1 2]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{1:1}",
                           "{\"a\":1",
                           "\"",
                           "\"\\x\"",
                           "\"\\",
                           "\"\n\"",
                           "\"\xff\"",
                           "\"\\ud800\"",
                           "\"\\udc00\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\u00g0\"",
                           "\"\\u00",
                           "\"\\u-001\"",
                           "1 2",
                           "NaN",
                           "Infinity",
                           "1e400",
                           "-1e400",
                           "'a'",
                           "/**/1",
                           "\357\273\2771",  // a byte order mark
                           "{\"\xC0\x80\":1}"}) {
    const std::string said = expect_throw<JsonError>([&] { Json::parse(text); });
    expect(said.find("byte") != std::string::npos, said);
  }
}

PHX_TEST("escapes are resolved") {
  expect_eq(Json::parse(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00")").string_or(""),
            std::string("\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
}

PHX_TEST("output is compact and its keys are sorted") {
  expect_eq(Json::parse(" { \"b\" : 1 , \"a\" : [ 1 , 2 ] } ").dump(),
            std::string("{\"a\":[1,2],\"b\":1}"));
}

PHX_TEST("invalid JSON is refused with the place and the reason") {
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

PHX_TEST("an absent member reads as null, and as the default that the caller gives") {
  const Json object = Json::object({{"n", 5}});
  expect(object["missing"].is_null(), "a missing member is null");
  expect_eq(object["n"].string_or("none"), std::string("none"));
  expect_eq(object["missing"].integer_or(7), 7);
  expect(!object.has("missing") && object.has("n"), "has() tells the two apart");
}

PHX_TEST("a string of invalid UTF-8 is refused") {
  expect_throw<JsonError>([] { Json(std::string_view("\xff")); });
}

PHX_TEST("a NUL after a value does not end the text") {
  for (const std::string& text : {std::string("1\0", 2), std::string("{}\0]", 4)}) {
    expect_throw<JsonError>([&] { Json::parse(text); });
  }
}

PHX_TEST("an object is written as a list of its members, nested objects too") {
  const Json user = {{"user", {{"name", "Ann"}, {"age", 7}}},
                     {"list", Json::array({1, {{"n", 2}}})}};
  expect_eq(user.dump(), R"({"list":[1,{"n":2}],"user":{"age":7,"name":"Ann"}})");
  Json changed;
  expect(changed.is_null(), "without a list it is null");
  changed = {{"a", "b"}};
  expect_eq(changed.dump(), R"({"a":"b"})");
}
