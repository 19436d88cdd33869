/// The bytes on the wire, and the frames that wait.

#include "websocket/outbox.h"

#include <algorithm>

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;
using phx::websocket::Outbox;

namespace {

serializer::FramePtr text(std::string bytes) {
  return std::make_shared<const serializer::Frame>(
      serializer::Frame{serializer::Frame::text, std::move(bytes)});
}

void add_own(Outbox& outbox, std::string bytes,
             serializer::Frame::Opcode opcode = serializer::Frame::text) {
  serializer::Draft draft(serializer::Frame{opcode, std::move(bytes)});
  outbox.add_own(draft);
}

std::string drained(Outbox& outbox) {
  std::string bytes;
  std::string space;
  while (!outbox.empty()) bytes += outbox.take(space).bytes;
  return bytes;
}

}  // namespace

PHX_TEST("frames have RFC 6455's heads, in each of its three sizes") {
  Outbox outbox;
  outbox.add(text("hi"));
  expect_eq(drained(outbox), std::string("\x81\x02hi"));
  outbox.add(text(std::string(126, 'x')));
  expect_eq(drained(outbox).substr(0, 4), std::string("\x81\x7e\x00\x7e", 4));
  outbox.add(text(std::string(65'536, 'x')));
  expect_eq(drained(outbox).substr(0, 10), std::string("\x81\x7f\0\0\0\0\0\1\0\0", 10));
}

PHX_TEST("small frames are joined into one piece, a large one is not copied") {
  Outbox outbox;
  std::string space;
  const auto large = text(std::string(100'000, 'x'));
  for (int i = 0; i < 100; ++i) outbox.add(text("hello"));
  outbox.add(large);
  expect_eq(outbox.take(space).bytes.size(), 100u * 7 + 10);
  expect(outbox.take(space).bytes.data() == large->bytes.data(), "the piece is the frame itself");
  expect(outbox.empty(), "nothing is left");
}

PHX_TEST("a large frame's head joins the frames before it, and small frames are never split") {
  Outbox outbox;
  std::string space;
  outbox.add(text("small"));
  outbox.add(text(std::string(100'000, 'x')));
  for (int i = 0; i < 20'000; ++i) outbox.add(text("hello"));
  expect_eq(outbox.take(space).bytes.size(), 7u + 10u);
  expect_eq(outbox.take(space).bytes.size(), 100'000u);
  while (!outbox.empty()) {
    expect_eq(outbox.take(space).bytes.size() % 7, 0u);  // two bytes of head and five more
  }
}

PHX_TEST("frames of its own are written as shared ones are, in the order of both") {
  Outbox shared, mixed;
  for (const std::size_t size : {0, 5, 126, 5, 20'000, 5, 16'383, 16'384, 5, 5}) {
    const bool even = mixed.bytes() % 2 == 0;
    shared.add(text(std::string(size, 'x')));
    even ? add_own(mixed, std::string(size, 'x')) : mixed.add(text(std::string(size, 'x')));
    expect_eq(mixed.bytes(), shared.bytes());
  }
  add_own(mixed, "last", serializer::Frame::binary);
  shared.add(std::make_shared<const serializer::Frame>(
      serializer::Frame{serializer::Frame::binary, "last"}));
  for (Outbox* outbox : {&shared, &mixed}) outbox->add_close(1000);
  expect_eq(drained(mixed), drained(shared));
}

PHX_TEST("small frames of its own are one piece, as long as it is not too large, and never split") {
  Outbox outbox;
  std::string space = "what another connection has left";
  for (int i = 0; i < 20'000; ++i) add_own(outbox, "hello");
  const std::size_t all = outbox.bytes();
  expect_eq(all, 20'000u * 7);
  std::size_t pieces = 0;
  for (; !outbox.empty(); ++pieces) {
    const std::size_t size = outbox.take(space).bytes.size();
    expect_eq(size % 7, 0u);
    expect(size <= 65'536 + 7, "a piece has a limit");
  }
  expect_eq(pieces, 3u);
}

PHX_TEST("a large frame of its own is not copied") {
  Outbox outbox;
  std::string space;
  serializer::Frame frame{serializer::Frame::text, std::string(20'000, 'x')};
  const char* bytes = frame.bytes.data();
  serializer::Draft draft(std::move(frame));
  outbox.add_own(draft);
  outbox.take(space);  // its head
  expect(outbox.take(space).bytes.data() == bytes, "the piece is the frame itself");
}

PHX_TEST("bytes that the network does not take come next, however few it takes at a time") {
  for (const std::size_t a_time : {1u, 7u, 10'000u}) {
    Outbox whole, pieces;
    for (Outbox* outbox : {&whole, &pieces}) {
      outbox->begin_with("HTTP/1.1 101\r\n\r\n");
      outbox->add(text("small"));
      add_own(*outbox, "its own");
      outbox->add(text(std::string(20'000, 'x')));
      add_own(*outbox, "its own");
      outbox->add_pong("ping");
      add_own(*outbox, "its own");
      outbox->add_close(1000);
    }
    const std::string expected = drained(whole);
    std::string written;
    while (!pieces.empty()) {
      std::string space;
      const Outbox::Piece piece = pieces.take(space);
      const std::size_t taken = std::min(a_time, piece.bytes.size());
      written += piece.bytes.substr(0, taken);
      if (taken < piece.bytes.size()) pieces.put_back(piece, taken);
      expect_eq(pieces.bytes(), expected.size() - written.size());
    }
    expect_eq(written, expected);
  }
}

PHX_TEST("a large frame that is half written is still shared") {
  Outbox outbox;
  std::string space;
  const auto large = text(std::string(100'000, 'x'));
  outbox.add(large);
  outbox.take(space);  // its head
  outbox.put_back(outbox.take(space), 50'000);
  const Outbox::Piece rest = outbox.take(space);
  expect(rest.bytes.data() == large->bytes.data() + 50'000, "the rest is the frame's own bytes");
}

PHX_TEST("waiting bytes are counted as on the wire, at each size and to the end") {
  Outbox outbox;
  for (const std::size_t size : {0, 125, 126, 16'383, 16'384, 65'535, 65'536}) {
    outbox.add(text(std::string(size, 'x')));
  }
  outbox.add_close(1000);
  const std::size_t counted = outbox.bytes();
  expect_eq(drained(outbox).size(), counted);
  expect_eq(outbox.bytes(), 0u);
}

PHX_TEST("a frame without bytes takes memory while it waits, and none when it is taken") {
  Outbox outbox;
  std::string space;
  for (int i = 0; i < 100'000; ++i) outbox.add_pong("");
  expect_eq(outbox.bytes(), 200'000u);
  expect(outbox.held() > 100'000u * sizeof(serializer::Frame), "each pong counts its frame");
  while (!outbox.empty()) outbox.take(space);
  expect_eq(outbox.held(), 0u);
}

PHX_TEST("an outbox that is never empty releases the frames that were taken") {
  Outbox outbox;
  std::string space;
  const auto large = text(std::string(20'000, 'x'));
  outbox.add(large);
  for (int i = 0; i < 1'000; ++i) {
    outbox.add(large);
    outbox.take(space);
    outbox.take(space);
    expect_eq(large.use_count(), 2);
  }
}

PHX_TEST("a pong has its ping's bytes, and keeps its place") {
  Outbox outbox;
  outbox.add(text("a"));
  outbox.add_pong("p");
  outbox.add(text("b"));
  expect_eq(drained(outbox), std::string("\x81\x01"
                                         "a"
                                         "\x8a\x01p\x81\x01"
                                         "b"));
}

PHX_TEST("a close frame has its code, or none, and comes after the waiting frames") {
  Outbox outbox;
  outbox.add(text("hi"));
  outbox.add_close(1011);
  expect_eq(drained(outbox), std::string("\x81\x02hi\x88\x02\x03\xf3"));
  outbox.add_close(0);
  expect_eq(drained(outbox), std::string("\x88\x00", 2));
}
