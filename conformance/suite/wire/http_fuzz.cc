/// Any answer of a server: the suite reads a response, or says what is wrong.
///
/// The first byte says whether the connection has ended, and whether it answers a HEAD.

#include "conformance/suite/wire/http.h"

#include "testing/fuzz.h"

using namespace phx::conformance;
using phx::testing::must;

FUZZ(input) {
  const unsigned choice = phx::testing::first_byte(input);
  const bool ended = (choice & 1) != 0, to_head = (choice & 2) != 0;
  try {
    const auto read = read_response(input, ended, to_head);
    if (!read) return;
    must(read->size <= input.size(), "a response is within the bytes that came");
    must(read->response.body.size() <= read->size, "a body is within its response");
    read->response.header("content-length");
    const auto again = read_response(input.substr(0, read->size), ended, to_head);
    must(again && again->size == read->size && again->response.body == read->response.body,
         "bytes after a response make no difference");
  } catch (const NotHttp&) {
  }
}
