/// The recording of a conversation for HAR.

#include "conformance/suite/wire/recording.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect;
using testing::expect_eq;

PHX_TEST("a response belongs to the oldest request that has none") {
  Recording recording;
  recording.asked({.target = "/a"});
  recording.asked({.target = "/b"});
  recording.answered({.status = 200});
  expect_eq(recording.exchanges()[0].response.value().status, 200);
  expect(!recording.exchanges()[1].response, "the second is still open");
  recording.answered({.status = 404});
  recording.answered({.status = 500});  // to no request
  expect_eq(recording.exchanges()[1].response.value().status, 404);
}

PHX_TEST("messages beyond the limits are counted, not kept") {
  Recording recording;
  recording.said(true, Opcode::binary, std::string(Recording::max_bytes - 1, 'x'));
  recording.said(false, Opcode::text, "too much");
  recording.said(false, Opcode::text, "x");
  expect_eq(recording.messages().size(), std::size_t{2});
  expect_eq(recording.dropped(), std::size_t{1});
}

}  // namespace
