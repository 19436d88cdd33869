/// What the scanner takes and refuses; handlers can read what it takes.

#include "serializer/scanner.h"

#include <random>

#include "json/json.h"
#include "serializer/serializer.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::serializer;
using namespace phx::testing;

namespace {

bool takes(const std::string& text) {
  try {
    Scanner scanner(text);
    scanner.value();
    scanner.end();
    return true;
  } catch (const DecodeError&) {
    return false;
  }
}

bool handlers_can_read(const std::string& text) {
  try {
    Json::parse(text);
    return true;
  } catch (const JsonError&) {
    return false;
  }
}

const std::vector<std::string> seeds = {
    R"({"a":1,"b":[true,false,null],"c":{"d":"e"}})",
    R"(["1","2","room:lobby","new_msg",{"body":"h\u00e9llo \ud83d\ude00 \"x\"","n":-1.5e3}])",
    "[1,-0,0.5,1e5,1E-5,123456789012345,\"\\b\\f\\n\\r\\t\\/\\\\\"]",
    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 plain text that is longer than eight bytes\"",
    " [ [ [ { } , { \"k\" : [ ] } ] ] ] ",
};

}  // namespace

PHX_TEST("the grammar, one line a production") {
  for (const char* good : {"0", "-0", "1.5", "1e3", "1E+2", "\"\"", "[]", "{}", "[[]]", "true",
                           R"({"":1})", R"("\u0000")", R"("\ud83d\ude00")", "\"\x7f\""}) {
    expect(takes(good), std::string(good) + " is taken");
  }
  for (const char* bad : {"",
                          "01",
                          "-",
                          "+1",
                          ".5",
                          "1.",
                          "1e",
                          "1e+",
                          "tru",
                          "nul",
                          "NaN",
                          "[1,]",
                          "{\"a\":1,}",
                          "[1 2]",
                          "{\"a\" 1}",
                          "{a:1}",
                          "{1:1}",
                          "\"",
                          "\"\\x\"",
                          "\"\\u12\"",
                          "\"\\u12g4\"",
                          R"("\ud800")",
                          R"("\ude00")",
                          R"("\ud800\u0041")",
                          "\"\n\"",
                          "1e400",
                          "-1e400",
                          "1E400",
                          "1E+400",
                          "-1.5E400",
                          "[",
                          "]",
                          "[}",
                          "{]",
                          "1 2",
                          "\357\273\2771"}) {  // a byte order mark
    expect(!takes(bad), std::string(bad) + " is refused");
  }
}

PHX_TEST("a NUL byte is neither an escape nor a value") {
  for (const std::string& bad :
       {std::string("\"\\\0\"", 4), std::string("\0", 1), std::string("\"\0\"", 3)}) {
    expect(!takes(bad), "refused");
  }
}

PHX_TEST("UTF-8 is checked by Unicode's table") {
  for (const std::string bad :
       {"\"\xff\"", "\"\xc3\"", "\"\xc3(\"", "\"\xc0\x80\"", "\"\xe0\x80\x80\"", "\"\xed\xa0\x80\"",
        "\"\xf4\x90\x80\x80\"", "\"\xf0\x80\x80\x80\""}) {
    expect_throw<NotUtf8>([&] { Scanner(bad).value(); });
  }
}

PHX_TEST("a hundred thousand brackets use no stack") {
  expect(takes(std::string(100'000, '[') + std::string(100'000, ']')), "deep nesting is taken");
  expect(!takes(std::string(100'000, '[') + std::string(99'999, ']')), "one short is refused");
}

PHX_TEST("each bracket is closed by its own kind, at any depth") {
  for (const std::size_t depth : {1, 2, 63, 64, 65, 127, 128, 129, 1'000}) {
    std::string text;
    std::string ends;
    for (std::size_t i = 0; i < depth; ++i) {
      const bool object = i % 3 != 0;
      text += object ? "{\"k\":" : "[";
      ends.insert(0, object ? "}" : "]");
    }
    const std::string whole = text + "0" + ends;
    expect(takes(whole), "the right closing brackets are taken");
    for (std::size_t i = text.size() + 1; i < whole.size(); ++i) {
      std::string wrong = whole;
      wrong[i] = wrong[i] == '}' ? ']' : '}';
      expect(!takes(wrong), "a closing bracket of the other kind is refused");
    }
  }
}

PHX_TEST("white space is detected, and removed where it must be") {
  const std::string text = R"( {"a b": [1, 2]}, {"c":"d e"} )";
  Scanner scanner(text);
  const Slice first = scanner.value();
  expect(!first.tidy, "the first value has white space between its tokens");
  scanner.expect(',');
  expect(scanner.value().tidy, "the second has some only in a string");
  expect_eq(compact(R"({ "a \" b" : [ 1 , 2 ] })"), std::string(R"({"a \" b":[1,2]})"));
}

PHX_TEST("the scanner takes exactly what handlers can read, over 200,000 mutations") {
  std::mt19937 random(20260101);
  const std::string alphabet = "{}[],:\"\\ue0919+-. tfnrl/\x01\x7f\xc3\xa9\xed\xa0\xf0\x9f";
  int taken = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text = seeds[random() % seeds.size()];
    for (unsigned change = random() % 4 + 1; change > 0; --change) {
      const std::size_t at = random() % text.size();
      const char c = alphabet[random() % alphabet.size()];
      switch (random() % 3) {
        case 0: text[at] = c; break;
        case 1: text.insert(at, 1, c); break;
        case 2: text.erase(at, 1); break;
      }
      if (text.empty()) text = "0";
    }
    const bool ours = takes(text);
    taken += ours;
    expect_eq(std::make_pair(text, ours), std::make_pair(text, handlers_can_read(text)));
  }
  expect(taken > 1'000 && taken < 199'000, "both outcomes occurred: " + std::to_string(taken));
}

PHX_TEST("long integers and NUL in keys are read; deep nesting is only passed on") {
  for (const std::string& text :
       {std::string("123456789012345678901234567890"), std::string(R"({"\u0000":1})")}) {
    expect(takes(text) && handlers_can_read(text), "the scanner takes it, and handlers read it");
  }
  const std::string deep = std::string(3'000, '[') + std::string(3'000, ']');
  expect(takes(deep) && !handlers_can_read(deep), "the scanner takes it, handlers can't read it");
}
