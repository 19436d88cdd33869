/// A client's frames, each rule by its section of RFC 6455 or 7692, in one piece and byte by byte.

#include "websocket/reader.h"

#include <array>
#include <bit>
#include <random>

#include "base/processor.h"
#include "testing/case.h"
#include "testing/client_frame.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::websocket;

namespace {

constexpr std::size_t limit = 1'000'000;

std::string shown(const Event& event) {
  if (const auto* frame = std::get_if<serializer::Frame>(&event)) {
    return (frame->opcode == serializer::Frame::text ? "text " : "binary ") + frame->bytes;
  }
  if (const auto* ping_event = std::get_if<Ping>(&event)) return "ping " + ping_event->payload;
  if (std::holds_alternative<Pong>(event)) return "pong";
  if (const auto* close_event = std::get_if<Close>(&event)) {
    return "close " + std::to_string(close_event->code);
  }
  if (const auto* failure = std::get_if<websocket::Failure>(&event)) {
    return "fails with " + std::to_string(static_cast<int>(failure->code));
  }
  return "more";
}

/// The events read from these bytes, fed in pieces of one size.
std::vector<std::string> read(const std::string& bytes, std::size_t piece,
                              const Reader::Options& options) {
  Reader reader(options);
  std::vector<std::string> events;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    std::string_view input = std::string_view(bytes).substr(at, piece);
    while (true) {
      const Event event = reader.next(input);
      if (std::holds_alternative<NeedMore>(event)) break;
      events.push_back(shown(event));
      const bool over =
          std::holds_alternative<websocket::Failure>(event) || std::holds_alternative<Close>(event);
      if (over) return events;
    }
  }
  return events;
}

/// The same, however they are split.
void expect_events(const std::string& bytes, const std::vector<std::string>& expected,
                   const Reader::Options& options = {.max_message = limit},
                   std::source_location where = std::source_location::current()) {
  for (const std::size_t piece : {bytes.size() + 1, std::size_t{1}, std::size_t{3}}) {
    expect_eq(read(bytes, piece, options), expected, where);
  }
}

const Reader::Options deflating{.max_message = limit, .deflate = DeflateParameters{}};

/// A head alone: its fault must show before anything else comes.
std::string head(unsigned first, unsigned second, const std::string& more = "") {
  return std::string{static_cast<char>(first), static_cast<char>(second)} + more;
}

}  // namespace

PHX_TEST("5.1: a frame that is not masked fails with 1002, before its payload has come") {
  expect_events(head(0x81, 0x05), {"fails with 1002"});
  expect_events(head(0x89, 0x00), {"fails with 1002"});
}

PHX_TEST("5.2: each reserved bit fails with 1002 if no extension was agreed on") {
  for (const unsigned bit : {0x40u, 0x20u, 0x10u})
    expect_events(head(0x81 | bit, 0x80), {"fails with 1002"});
}

PHX_TEST("5.2: a reserved opcode fails with 1002, seen in its first byte") {
  for (const unsigned opcode : {3u, 4u, 5u, 6u, 7u, 11u, 12u, 13u, 14u, 15u}) {
    expect_events(std::string{static_cast<char>(0x80 | opcode)}, {"fails with 1002"});
  }
}

PHX_TEST("5.2: a message of each length form is read whole") {
  for (const std::size_t size : {0, 1, 125, 126, 127, 65'535, 65'536, 70'001}) {
    const std::string text(size, 'x');
    expect_events(client_frame(Opcode::text, text), {"text " + text});
    expect_events(client_frame(Opcode::binary, text), {"binary " + text});
  }
}

PHX_TEST("5.2: a length in more bytes than it needs fails with 1002") {
  const std::string mask(4, '\0');
  expect_events(head(0x81, 0xFE, std::string("\x00\x7d", 2) + mask), {"fails with 1002"});
  expect_events(head(0x81, 0xFF, std::string("\0\0\0\0\0\0\xff\xff", 8) + mask),
                {"fails with 1002"});
}

PHX_TEST(
    "5.2: a length with its highest bit set fails with 1002; the largest without it with 1009") {
  const std::string mask(4, '\0');
  expect_events(head(0x81, 0xFF, "\x80"), {"fails with 1002"});  // before the rest has come
  expect_events(head(0x81, 0xFF, "\x7f" + std::string(7, '\xff') + mask), {"fails with 1009"});
}

PHX_TEST("5.3: every byte is unmasked by its position in the payload") {
  const std::string payload = "The quick brown fox jumps over the lazy dog";
  for (std::size_t size = 0; size < payload.size(); ++size) {
    expect_events(client_frame(Opcode::text, payload.substr(0, size), {.mask = "\x12\x34\xab\xcd"}),
                  {"text " + payload.substr(0, size)});
  }
}

PHX_TEST("5.3: long payloads are unmasked the same by sixteen bytes at a time and by thirty-two") {
  constexpr std::array<char, 8> mask{'m', 'a', 's', 'k', 'm', 'a', 's', 'k'};
  const auto key = std::bit_cast<std::uint64_t>(mask);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes(size, 'x');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7);
    std::string expected = bytes;
    const std::size_t steps = size / 64 * 64;
    for (std::size_t i = 0; i < steps; ++i) {
      expected[i] = static_cast<char>(expected[i] ^ mask[i % 8]);
    }
    std::string by_16 = bytes;
    expect_eq(unmask_by_16(by_16.data(), size, key), steps);
    expect_eq(by_16, expected);
#ifdef __x86_64__
    if (!has_avx2()) continue;
    expect_eq(unmask_by_32(bytes.data(), size, key), steps);
    expect_eq(bytes, expected);
#endif
  }
}

PHX_TEST("5.4: fragments are joined, and control frames may come between them") {
  expect_events(client_frame(Opcode::text, "one ", {.final = false}) +
                    client_frame(Opcode::ping, "p") +
                    client_frame(Opcode::continuation, "two ", {.final = false}) +
                    client_frame(Opcode::pong, "") + client_frame(Opcode::continuation, "three") +
                    client_frame(Opcode::binary, "next"),
                {"ping p", "pong", "text one two three", "binary next"});
}

PHX_TEST("5.4: any fragment may be empty") {
  expect_events(client_frame(Opcode::text, "", {.final = false}) +
                    client_frame(Opcode::continuation, "", {.final = false}) +
                    client_frame(Opcode::continuation, "a", {.final = false}) +
                    client_frame(Opcode::continuation, ""),
                {"text a"});
}

PHX_TEST("5.4: a continuation of nothing, and a message inside another, fail with 1002") {
  expect_events(head(0x80, 0x80), {"fails with 1002"});
  expect_events(client_frame(Opcode::text, "a") + head(0x80, 0x80), {"text a", "fails with 1002"});
  expect_events(client_frame(Opcode::text, "a", {.final = false}) + head(0x81, 0x80),
                {"fails with 1002"});
  expect_events(client_frame(Opcode::text, "a", {.final = false}) + head(0x82, 0x80),
                {"fails with 1002"});
}

PHX_TEST("5.5: a control frame that is fragmented, or over 125 bytes, fails with 1002") {
  for (const unsigned opcode : {8u, 9u, 10u}) {
    expect_events(head(opcode, 0x80), {"fails with 1002"});
    expect_events(head(0x80 | opcode, 0x80 | 126), {"fails with 1002"});
    expect_events(head(0x80 | opcode, 0x80 | 127), {"fails with 1002"});
  }
  const std::string longest(125, 'p');
  expect_events(client_frame(Opcode::ping, longest), {"ping " + longest});
}

PHX_TEST("5.5.1: a close has no payload, or a code and a reason") {
  expect_events(client_frame(Opcode::close, ""), {"close 0"});
  expect_events(client_frame(Opcode::close, std::string("\x03\xe8", 2)), {"close 1000"});
  expect_events(client_frame(Opcode::close, std::string("\x0f\xa0", 2) + "l\u00e9"),
                {"close 4000"});
  expect_events(head(0x88, 0x81), {"fails with 1002"});
  expect_events(client_frame(Opcode::close, std::string("\x03\xe8\xff", 3)), {"fails with 1007"});
}

PHX_TEST("7.4: codes that may be sent are echoed, others are answered with 1002, as on Cowboy") {
  const auto answer = [](unsigned code) {
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
    const auto event = read_close(payload);
    const auto* good = std::get_if<Close>(&event);
    return good != nullptr ? good->code
                           : static_cast<unsigned>(std::get<websocket::Failure>(event).code);
  };
  for (const unsigned good : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 4999}) {
    expect_eq(answer(good), good);
  }
  for (const unsigned bad :
       {0, 999, 1004, 1005, 1006, 1012, 1013, 1014, 1015, 1016, 2000, 2999, 5000, 65'535}) {
    expect_eq(answer(bad), 1002u);
  }
}

PHX_TEST("8.1: text in pieces fails with 1007 as soon as it can't become UTF-8, and not before") {
  const auto begun = [](const std::string& text) {
    return client_frame(Opcode::text, text, {.final = false});
  };
  for (const char* bad : {"\xff", "\xc0", "\xe0\x80", "\xed\xa0", "\xf0\x80", "\xf4\x90", "\xf5",
                          "\x80", "\xe2\x82\x22", "\xc3\x28", "\xf0\x9f\x98\x22"}) {
    expect_events(begun("good \u00e9 " + std::string(bad)), {"fails with 1007"});
    expect_events(begun("abc") + client_frame(Opcode::ping, "p") +
                      client_frame(Opcode::continuation, bad, {.final = false}),
                  {"ping p", "fails with 1007"});
    // Fails before the end of a frame that announces more.
    const std::string large = client_frame(Opcode::text, bad + std::string(1'000, 'x'));
    expect_events(large.substr(0, large.size() - 900), {"fails with 1007"});
    expect_events(client_frame(Opcode::binary, bad, {.final = false}), {});
  }
  const std::string text = "[\"\u00e9\u20ac\U0001F600\u0800\uD7FF\U00010000\U0010FFFF\"] and eight";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    expect_events(begun(text.substr(0, cut)) + client_frame(Opcode::continuation, text.substr(cut)),
                  {"text " + text});
  }
}

PHX_TEST("frames before a close in the same bytes are read first, and none after it") {
  expect_events(client_frame(Opcode::text, "a") + client_frame(Opcode::ping, "") +
                    client_frame(Opcode::close, "") + client_frame(Opcode::text, "b"),
                {"text a", "ping ", "close 0"});
}

PHX_TEST("a message over the limit fails with 1009 as soon as its head has come") {
  const Reader::Options small{.max_message = 10};
  expect_events(client_frame(Opcode::text, std::string(10, 'x')), {"text " + std::string(10, 'x')},
                small);
  expect_events(client_frame(Opcode::text, std::string(11, 'x')).substr(0, 6), {"fails with 1009"},
                small);
  expect_events(client_frame(Opcode::text, "123456", {.final = false}) +
                    client_frame(Opcode::continuation, "78901").substr(0, 6),
                {"fails with 1009"}, small);
}

PHX_TEST("memory grows with what has come, not with what is announced") {
  Reader reader({.max_message = 8'000'000});
  const std::string bytes = client_frame(Opcode::text, std::string(8'000'000, 'x'));
  std::string_view input = std::string_view(bytes).substr(0, 1'000);
  expect(std::holds_alternative<NeedMore>(reader.next(input)), "there is more to come");
  expect(reader.held() < 10'000, "held: " + std::to_string(reader.held()));
}

PHX_TEST("7692, 6: RSV1 is only for the first frame of a message") {
  expect_events(head(0xC9, 0x80), {"fails with 1002"}, deflating);
  expect_events(head(0xC8, 0x80), {"fails with 1002"}, deflating);
  expect_events(client_frame(Opcode::text, "a", {.final = false}) + head(0xC0, 0x80),
                {"fails with 1002"}, deflating);
  expect_events(head(0xA1, 0x80), {"fails with 1002"}, deflating);  // RSV2
}

PHX_TEST("7692, 7.2.3: the standard's example messages inflate") {
  const auto compressed = [](const std::string& payload, bool final = true) {
    return client_frame(Opcode::text, payload, {.final = final, .rsv1 = true});
  };
  const std::string hello("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
  expect_events(compressed(hello), {"text Hello"}, deflating);
  expect_events(compressed(hello) + compressed(std::string("\xf2\x00\x11\x00\x00", 5)),
                {"text Hello", "text Hello"},
                deflating);  // 7.2.3.2: the second refers to the first
  expect_events(compressed(std::string("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11)),
                {"text Hello"}, deflating);  // 7.2.3.3: not compressed
  expect_events(compressed(hello.substr(0, 3), false) + client_frame(Opcode::ping, "") +
                    client_frame(Opcode::continuation, hello.substr(3)),
                {"ping ", "text Hello"}, deflating);
  expect_events(client_frame(Opcode::text, "plain"), {"text plain"}, deflating);
}

PHX_TEST("7692: data that can't be inflated fails with 1002, data that grows too large with 1009") {
  const auto compressed = [](const std::string& payload) {
    return client_frame(Opcode::text, payload, {.rsv1 = true});
  };
  expect_events(compressed("\xff\xff\xff\xff"), {"fails with 1002"}, deflating);
  Deflater deflater;
  const auto bomb = deflater.compressed(std::make_shared<const serializer::Frame>(serializer::Frame{
                                            serializer::Frame::text, std::string(limit + 1, 'x')}),
                                        15);
  expect_events(compressed(bomb->bytes), {"fails with 1009"}, deflating);
}

PHX_TEST("a reader that has inflated its share leaves the rest of its input") {
  constexpr std::size_t share = 10'000, max_at_once = 600'000;
  Deflater deflater;
  const auto bomb = deflater.compressed(std::make_shared<const serializer::Frame>(serializer::Frame{
                                            serializer::Frame::text, std::string(limit, 'x')}),
                                        15);
  const std::string frame = client_frame(Opcode::text, bomb->bytes, {.rsv1 = true});
  const std::string bytes = frame + frame + client_frame(Opcode::ping, "p");
  Reader reader({.max_message = limit, .deflate = deflating.deflate});
  std::string_view input = bytes;
  std::vector<std::string> events;
  std::size_t shares = 0;
  for (; !input.empty(); ++shares) {
    reader.may_inflate(share);
    while (true) {
      const Event event = reader.next(input);
      expect(reader.held() < limit + max_at_once, "memory grows by a share at a time");
      if (std::holds_alternative<NeedMore>(event)) break;
      events.push_back(shown(event));
    }
    expect(reader.paused() || input.empty(), "it reads until its share is spent");
  }
  expect_eq(events, std::vector<std::string>{"text " + std::string(limit, 'x'),
                                             "text " + std::string(limit, 'x'), "ping p"});
  expect(shares >= 4, "each message took some");
}
