/// The client's role: what a server's frames are read as, and what a client writes.

#include <array>

#include "testing/case.h"
#include "websocket/reader.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::websocket;

namespace {

constexpr std::size_t limit = 1'000;
constexpr std::uint32_t mask = 0x04030201;

Reader client_reader() { return Reader({.max_message = limit, .sender = Sender::server}); }

/// The code that reading fails with; 0 if it does not.
int failure(std::string_view bytes) {
  Reader reader = client_reader();
  const Event event = reader.next(bytes);
  const auto* failed = std::get_if<websocket::Failure>(&event);
  return failed == nullptr ? 0 : static_cast<int>(failed->code);
}

std::string server_frame(Opcode opcode, std::string_view payload) {
  std::string bytes;
  append_head(bytes, 0, opcode, payload.size());
  return bytes.append(payload);
}

}  // namespace

PHX_TEST("a server's frames are read, of each length form, whole and byte by byte") {
  for (const std::size_t size : {0u, 1u, 125u, 126u, 999u}) {
    const std::string payload(size, 'x');
    const std::string bytes = server_frame(Opcode::text, payload) + server_frame(Opcode::ping, "p");
    for (const std::size_t piece : {bytes.size(), std::size_t{1}}) {
      Reader reader = client_reader();
      std::vector<Event> events;
      for (std::size_t at = 0; at < bytes.size(); at += piece) {
        std::string_view input = std::string_view(bytes).substr(at, piece);
        for (Event event = reader.next(input); !std::holds_alternative<NeedMore>(event);
             event = reader.next(input)) {
          events.push_back(std::move(event));
        }
      }
      expect_eq(events.size(), 2u);
      expect_eq(std::get<serializer::Frame>(events[0]).bytes, payload);
      expect_eq(std::get<Ping>(events[1]).payload, "p");
    }
  }
}

PHX_TEST("5.1: a server's frame that is masked fails with 1002") {
  expect_eq(failure("\x81\x80"), 1002);
  expect_eq(failure(std::string_view("\x81\x00", 2)), 0);
}

PHX_TEST("a message over the limit fails with 1009 before it has come") {
  expect_eq(failure("\x82\x7E\x03\xE9"), 1009);
}

PHX_TEST("a server may close with 1012, 1013 and 1014: it restarts, or is busy") {  // C-16
  for (const unsigned code : {1000u, 1001u, 1011u, 1012u, 1013u, 1014u, 4000u}) {
    Reader reader = client_reader();
    const std::string bytes = server_frame(Opcode::close, close_payload(code));
    std::string_view input = bytes;
    const Event event = reader.next(input);
    expect_eq(std::get<Close>(event).code, code);
  }
  expect_eq(failure(server_frame(Opcode::close, close_payload(1006))), 1002);
  expect_eq(failure(server_frame(Opcode::close, close_payload(1015))), 1002);
}

PHX_TEST("what a client writes is masked, and a server reads it") {  // C-03
  for (const std::size_t size : {0u, 5u, 126u, 70'000u}) {
    const std::string payload(size, 'y');
    std::string bytes;
    append_masked(bytes, 0, Opcode::binary, payload, mask);
    if (size > 0) expect(bytes.find("yyyy") == std::string::npos, "the payload is masked");
    Reader server({.max_message = 100'000});
    std::string_view input = bytes;
    const Event event = server.next(input);
    expect_eq(std::get<serializer::Frame>(event).bytes, payload);
    expect(input.empty(), "nothing is left");
  }
}
