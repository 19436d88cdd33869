/// Any bytes from a server: however they are split, the suite reads the same.
///
/// The first byte says how large the network's pieces are.

#include "conformance/suite/wire/frame.h"

#include "testing/fuzz.h"

using namespace phx::conformance;
using phx::testing::must;

namespace {

struct Story {
  std::string frames;  ///< Each one as it would be written again.
  std::string broken;
  bool operator==(const Story&) const = default;
};

Story read(std::string_view input, std::size_t piece) {
  FrameReader reader;
  Story story;
  phx::testing::in_pieces(input, piece, [&](std::string_view bytes) {
    reader.feed(bytes);
    while (const auto frame = reader.next()) {
      must(reader.broken().empty(), "a broken reader reads no more");
      story.frames += encode(*frame, {});
      if (frame->opcode == Opcode::close) close_code(frame->payload);
    }
  });
  story.broken = reader.broken();
  return story;
}

}  // namespace

FUZZ(input) {
  const std::size_t piece = phx::testing::first_byte(input) + 1;
  must(read(input, input.size() + 1) == read(input, piece), "the split makes no difference");
}
