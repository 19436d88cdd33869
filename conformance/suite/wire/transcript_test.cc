/// Any bytes in a report.

#include "conformance/suite/wire/transcript.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect_eq;

PHX_TEST("long text is cut, and its size added") {
  expect_eq(shortened("abcdef", 3), std::string("abc … (6 bytes in all)"));
  expect_eq(shortened("abc", 3), std::string("abc"));
}

PHX_TEST("characters stay whole, other bytes are escaped") {
  expect_eq(shortened("é世😀", 2), std::string("é … (9 bytes in all)"));
  expect_eq(shortened("é世😀", 3), std::string("é世 … (9 bytes in all)"));
  expect_eq(shortened("a\xff\xc3(\n\x7f"), std::string(R"(a\xff\xc3(\n\x7f)"));
}

PHX_TEST("long tokens keep their last characters, wherever they are") {
  const std::string token(100, 'x');
  expect_eq(with_short_tokens("GET /?vsn=2.0.0&token=" + token + "wxyz12&a=b  Body: c"),
            std::string("GET /?vsn=2.0.0&token=…wxyz12&a=b  Body: c"));
  expect_eq(with_short_tokens(R"({"status":200,"token":")" + token + R"(wxyz12"})"),
            std::string(R"({"status":200,"token":"…wxyz12"})"));
  expect_eq(with_short_tokens("GET /?token=reject"), std::string("GET /?token=reject"));
}

PHX_TEST("old lines make room for new ones, and are counted") {
  Transcript transcript(Clock::now());
  for (std::size_t i = 0; i < Transcript::max_lines + 5; ++i) {
    transcript.add(Transcript::Direction::sent, "line");
  }
  expect_eq(transcript.lines().size(), Transcript::max_lines);
  expect_eq(transcript.dropped(), std::size_t{5});
}

}  // namespace
