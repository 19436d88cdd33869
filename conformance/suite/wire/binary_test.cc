/// The layouts of V2's binary messages, against recordings of the framework.

#include "conformance/suite/wire/binary.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect_eq;

PHX_TEST("a push names its four sizes, then the parts, then the data") {
  expect_eq(encode(BinaryPush{"1", "22", "t:x", "echo", "data"}), std::string("\x00\x01\x02\x03\x04"
                                                                              "122t:xechodata",
                                                                              19));
}

PHX_TEST("a server's push has no ref") {
  expect_eq(encode(BinaryPushed{"1", "t:x", "e", ""}), std::string("\x00\x01\x03\x01"
                                                                   "1t:xe",
                                                                   9));
}

PHX_TEST("a reply has a status where others have an event") {
  expect_eq(encode(BinaryReply{"1", "2", "t", "ok", std::string("\xff\x00", 2)}),
            std::string("\x01\x01\x01\x01\x02"
                        "12tok\xff\x00",
                        12));
}

PHX_TEST("a broadcast has neither join_ref nor ref") {
  expect_eq(encode(BinaryBroadcast{"t", "ev", "d"}), std::string("\x02\x01\x02tevd"));
}

PHX_TEST("a message is described by its parts, and by its bytes if it has none") {
  expect_eq(
      described(encode(BinaryReply{"1", "2", "t", "ok", "A"})),
      std::string(R"(binary reply [join_ref "1", ref "2", topic "t", status "ok"] + 1 bytes: 41)"));
  expect_eq(described(std::string("\x07\x01")), std::string("2 bytes: 07 01"));
  expect_eq(described(std::string("\x02\x09\x01t")), std::string("4 bytes: 02 09 01 74"));
  expect_eq(described(""), std::string("0 bytes"));
}

}  // namespace
