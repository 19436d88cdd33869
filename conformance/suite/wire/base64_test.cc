/// Base64 by RFC 4648, and its accepted variants.

#include "conformance/suite/wire/base64.h"

#include "testing/case.h"

using namespace phx::conformance;
using namespace phx::testing;

namespace {

std::string decoded(std::string_view text) {
  std::string bytes;
  return from_base64(text, bytes) ? bytes : "(refused)";
}

}  // namespace

PHX_TEST("the examples of RFC 4648 are encoded and decoded") {
  const std::string_view whole = "foobar";
  const std::string_view texts[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    expect_eq(base64(whole.substr(0, size)), std::string(texts[size]));
    expect_eq(decoded(texts[size]), std::string(whole.substr(0, size)));
  }
}

PHX_TEST("every byte survives") {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  expect_eq(decoded(base64(bytes)), bytes);
}

PHX_TEST("the alphabet for URLs, missing padding and line breaks are decoded too") {
  expect_eq(base64("\xfb\xff"), std::string("+/8="));
  for (const char* text : {"+/8=", "-_8=", "-_8", "+/\r\n8=\r\n"}) {
    expect_eq(decoded(text), std::string("\xfb\xff"));
  }
}

PHX_TEST("a foreign character and a single last digit are refused") {
  for (const char* text : {"Zm9v!", "Zm 9v", "Zm9vY", "=Zm9v"}) {
    expect_eq(decoded(text), std::string("(refused)"));
  }
}
