/// Where characters end, and how other bytes are shown.

#include "conformance/suite/wire/utf8.h"

#include "testing/case.h"

using namespace phx::conformance;
using namespace phx::testing;

PHX_TEST("a character has one to four bytes") {
  for (const std::string_view text : {"a", "é", "€", "😀"}) {
    expect_eq(character_size(text), text.size());
    expect_eq(character_size(std::string(text) + "x"), text.size());
  }
}

PHX_TEST("overlong forms, surrogates, halves and bytes beyond U+10FFFF are not characters") {
  for (const std::string_view bytes :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xC3x"}) {
    expect_eq(character_size(bytes), std::size_t{0});
    expect(!is_utf8(bytes), printable(bytes));
  }
  expect(is_utf8(""), "nothing is valid");
}

PHX_TEST("a column is a character") {
  expect_eq(columns("naïve €"), std::size_t{7});
  expect_eq(columns(""), std::size_t{0});
}

PHX_TEST("control characters and bytes that are not UTF-8 become escapes") {
  expect_eq(printable("a\r\n\x01é\xff\x7f"), std::string(R"(a\r\n\x01é\xff\x7f)"));
}
