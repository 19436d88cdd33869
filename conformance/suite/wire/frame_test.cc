/// RFC 6455 framing, byte for byte.

#include "conformance/suite/wire/frame.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect;
using testing::expect_eq;

constexpr Mask sample_mask{0x37, 0xfa, 0x21, 0x3d};

PHX_TEST("a masked Hello is the one of RFC 6455, 5.7") {
  expect_eq(encode({.payload = "Hello"}, sample_mask),
            std::string("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"));
}

PHX_TEST("an unmasked fragment has neither FIN nor a mask") {
  expect_eq(encode({.payload = "Hel", .fin = false, .masked = false}, sample_mask),
            std::string("\x01\x03Hel"));
}

PHX_TEST("the RSV bits and the opcode are in the right places") {
  const Frame frame{.opcode = Opcode::pong, .payload = {}, .rsv = 4, .masked = false};
  expect_eq(encode(frame, sample_mask), std::string("\xca\x00", 2));
}

PHX_TEST("a mask can be found with which a frame contains no line feed") {
  std::string all_but_one;  // bytes, as many as a mask can avoid
  for (int byte = 0; byte < 254; ++byte) all_but_one += static_cast<char>(byte);
  for (const std::string& payload : {std::string("Hello"), std::string("\n\n\n\n"), all_but_one}) {
    for (int byte = 0; byte < 256; ++byte) {
      const auto value = static_cast<std::uint8_t>(byte);
      const Mask mask = without_line_feed({value, '\n', value, 0}, payload);
      const std::string bytes = encode({.payload = payload}, mask).substr(2);
      expect(bytes.find('\n') == std::string::npos, "no line feed");
    }
  }
}

PHX_TEST("a mask that makes no line feed stays as it is") {
  expect(without_line_feed(sample_mask, "Hello") == sample_mask, "the same mask");
}

PHX_TEST("sizes over 125 take two bytes, sizes over 65,535 eight") {
  const auto head = [](std::size_t size) {
    return encode({.opcode = Opcode::binary, .payload = std::string(size, 'x'), .masked = false},
                  sample_mask)
        .substr(1, 9);
  };
  expect_eq(head(125).substr(0, 2), std::string("}x"));
  expect_eq(head(126).substr(0, 3), std::string("\x7e\x00\x7e", 3));
  expect_eq(head(65'536), std::string("\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 9));
}

PHX_TEST("frames survive a round trip, however they are sliced") {
  std::string bytes;
  for (const std::size_t size : {0, 1, 125, 126, 70'000}) {
    bytes += encode({.payload = std::string(size, 'y'), .masked = false}, sample_mask);
  }
  for (const std::size_t slice : {1, 2, 7, 100'000}) {
    FrameReader reader;
    std::vector<std::size_t> sizes;
    for (std::size_t at = 0; at < bytes.size(); at += slice) {
      reader.feed(std::string_view(bytes).substr(at, slice));
      while (auto frame = reader.next()) sizes.push_back(frame->payload.size());
    }
    expect_eq(sizes, std::vector<std::size_t>{0, 1, 125, 126, 70'000});
  }
}

PHX_TEST("a server's frame that is masked breaks the reader for good") {
  FrameReader reader;
  reader.feed(encode({.payload = "no"}, sample_mask));
  expect(!reader.next().has_value(), "no frame comes of it");
  expect(!reader.broken().empty(), "the reader says why");
}

PHX_TEST("frames that no server may send break the reader too") {
  using namespace std::string_literals;
  for (const std::string& bytes : {
           "\x81\x7e\x00\x01x"s,                          // a length of one in two bytes
           "\x81\x7f\x00\x00\x00\x00\x00\x00\x00\x01x"s,  // in eight
           "\xa1\x01x"s,                                  // RSV2
           "\x91\x01x"s,                                  // RSV3
           "\x08\x00"s,                                   // half a close frame
           "\xca\x00"s,                                   // a compressed pong
           "\x8a\x7e\x00\x7e"s,                           // a long pong
       }) {
    FrameReader reader;
    reader.feed(bytes);
    expect(!reader.next().has_value(), "no frame comes of it");
    expect(!reader.broken().empty(), "the reader says why");
  }
}

PHX_TEST("a close frame's code is its first two bytes, if it has them") {
  expect_eq(close_payload(1011), std::string("\x03\xf3"));
  expect(close_code(close_payload(4000, "why")) == 4000, "4000 comes back");
  expect(!close_code("").has_value(), "an empty payload holds no code");
}

}  // namespace
