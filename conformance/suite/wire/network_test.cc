/// The text for a failed connection.

#include "conformance/suite/wire/network.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect_eq;

PHX_TEST("the number of a failed connection becomes text") {
  expect_eq(in_words("conn fail: 111"), std::string("Connection refused"));
  expect_eq(in_words("conn fail: 110"), std::string("Connection timed out"));
}

PHX_TEST("other texts of libwebsockets stay as they are") {
  for (const char* words :
       {"Unable to connect", "conn fail: ", "conn fail: x", "conn fail: 111, ssl", ""}) {
    expect_eq(in_words(words), std::string(words));
  }
}

}  // namespace
