/// RFC 7692's own examples, and round trips.

#include "conformance/suite/wire/deflate.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect;
using testing::expect_eq;

PHX_TEST("Hello compresses to the bytes of RFC 7692, 7.2.3.1, and again to those of 7.2.3.2") {
  Deflate deflate;
  expect_eq(deflate.compressed("Hello"), std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7));
  expect_eq(deflate.compressed("Hello"), std::string("\xf2\x00\x11\x00\x00", 5));
}

PHX_TEST("the examples inflate, even that of an uncompressed block") {
  Inflate inflate;
  expect_eq(inflate.plain(std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7)).value(),
            std::string("Hello"));
  expect_eq(inflate.plain(std::string("\xf2\x00\x11\x00\x00", 5)).value(), std::string("Hello"));
  expect_eq(inflate.plain(std::string("\x00\x05\x00\xfa\xffHello\x00", 11)).value(),
            std::string("Hello"));
  expect_eq(inflate.plain(std::string(1, '\0')).value(), std::string());
}

PHX_TEST("large and empty messages survive a round trip in one conversation") {
  Deflate deflate;
  Inflate inflate;
  for (const std::string& message : {std::string(1'000'000, 'x'), std::string(),
                                     std::string("text"), std::string(50'000, 'y')}) {
    expect(inflate.plain(deflate.compressed(message)) == message, "what was compressed");
  }
}

PHX_TEST("bytes that are not a compressed message, or half of one, are refused") {
  expect(!Inflate().plain("\xff\xff\xff"), "no DEFLATE");
  const std::string half = Deflate().compressed("a sentence to be cut in two").substr(0, 12);
  expect(!Inflate().plain(half), "half a message");
}

PHX_TEST("a reference beyond the window is refused") {
  std::string letters;
  for (unsigned i = 0, x = 1; i < 2'000; ++i)
    letters += static_cast<char>('a' + (x = x * 75 % 65'537) % 26);
  const std::string message = Deflate().compressed(letters + letters);
  expect(Inflate(15).plain(message) == letters + letters, "with a window of 32 kB it is");
  expect(!Inflate(9).plain(message).has_value(), "with one of 512 bytes it is not");
}

}  // namespace
