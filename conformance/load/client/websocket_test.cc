/// The client's half of the framing, by RFC 6455's own examples and by its limits.

#include "conformance/load/client/websocket.h"

#include "conformance/load/client/error.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::bench;

namespace {

using testing::expect;
using testing::expect_eq;
using testing::expect_throw;

std::string with_zeros(std::initializer_list<int> bytes, std::size_t payload) {
  std::string out;
  for (const int byte : bytes) out.push_back(static_cast<char>(byte));
  return out + std::string(payload, 'x');
}

PHX_TEST("a frame is read once it is whole") {
  for (const auto& bytes : {with_zeros({0x81, 5}, 5), with_zeros({0x81, 126, 0, 200}, 200),
                            with_zeros({0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}, 65'536)}) {
    for (const std::size_t part :
         {std::size_t{0}, std::size_t{1}, std::size_t{3}, bytes.size() - 1})
      expect(!next_frame(std::string_view{bytes}.substr(0, part)), "not yet");
    const auto frame = next_frame(bytes + "next");
    expect(frame && frame->size == bytes.size(), "all of it, and no more");
    expect(frame->opcode == Opcode::text, "a text");
  }
}

PHX_TEST("a frame that a server must not send is a failure") {
  for (const auto& bytes : {with_zeros({0xc1, 0}, 0), with_zeros({0x01, 0}, 0),
                            with_zeros({0x81, 0x80, 0, 0, 0, 0}, 0)})
    expect_throw<Failure>([&] { next_frame(bytes); });
}

PHX_TEST("a sent frame is masked, with its length in as few bytes as possible") {
  for (const auto& [size, header] :
       {std::pair<std::size_t, std::size_t>{0, 6}, {125, 6}, {126, 8}, {65'535, 8}, {65'536, 14}}) {
    std::string out;
    append_frame(out, Opcode::text, std::string(size, 'x'));
    expect_eq(out.size(), size + header);
    expect((static_cast<unsigned char>(out[1]) & 0x80) != 0, "the mask bit is set");
    for (std::size_t i = 0; i < size; ++i)
      expect((out[header + i] ^ out[header - 4 + i % 4]) == 'x', "unmasked, it is the text");
  }
}

PHX_TEST("the request names its host, an IPv6 address in brackets") {
  const auto host_line = [](std::string_view host) {
    const auto request = upgrade_request(host, 81, "/");
    const auto begin = request.find("Host: ");
    return request.substr(begin, request.find("\r\n", begin) - begin);
  };
  expect_eq(host_line("there"), "Host: there:81");
  expect_eq(host_line("::1"), "Host: [::1]:81");
}

PHX_TEST("the upgrade ends with its head, and must be 101 with the right proof") {
  const std::string head =
      "HTTP/1.1 101 Switching Protocols\r\nsec-websocket-accept: "
      "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
  expect(upgrade_response(head + "\x81\x01x") == head.size(), "the frame after it is left");
  expect(!upgrade_response(head.substr(0, head.size() - 1)), "not complete");
  expect_eq(expect_throw<Failure>([] { upgrade_response("HTTP/1.1 403 Forbidden\r\n\r\n"); }),
            "the upgrade was refused: HTTP/1.1 403 Forbidden");
  expect_throw<Failure>([] { upgrade_response("HTTP/1.1 101 Switching Protocols\r\n\r\n"); });
  expect_throw<Failure>([] { upgrade_response(std::string(20'000, 'x')); });
}

}  // namespace
