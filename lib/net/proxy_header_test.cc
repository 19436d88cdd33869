/// Valid, unfinished and broken PROXY headers.

#include "net/proxy_header.h"

#include "testing/case.h"

using namespace phx::net;
using namespace phx::testing;

namespace {

std::string told(std::string_view bytes) {
  const auto result = read_proxy_header(bytes);
  if (std::holds_alternative<ProxyHeaderUnfinished>(result)) return "unfinished";
  if (std::holds_alternative<ProxyHeaderBroken>(result)) return "broken";
  const auto& header = std::get<ProxyHeader>(result);
  const std::string size = std::to_string(header.size) + " ";
  if (!header.client) return size + "nobody";
  return size + header.client->address + " " + std::to_string(header.client->port);
}

const std::string signature("\r\n\r\n\0\r\nQUIT\n", 12);

/// A header of version 2: its command and family bytes, then the addresses.
std::string binary(int command, int family, const std::string& block) {
  std::string header = signature;
  header += static_cast<char>(command);
  header += static_cast<char>(family);
  header += static_cast<char>(block.size() >> 8);
  header += static_cast<char>(block.size() & 0xFF);
  return header + block;
}

const std::string v4("\xCB\x00\x71\x07\xC0\x00\x02\x01\xC0\x00\x01\xBB", 12);

}  // namespace

PHX_TEST("a line of version 1 has the client's address and port") {
  const std::string line = "PROXY TCP4 203.0.113.7 192.0.2.1 49152 443\r\n";
  expect_eq(told(line + "GET / HTTP/1.1"), std::to_string(line.size()) + " 203.0.113.7 49152");
  const std::string v6 = "PROXY TCP6 2001:DB8:0::1 ::1 1 2\r\n";
  expect_eq(told(v6), std::to_string(v6.size()) + " 2001:db8::1 1");
  expect_eq(told("PROXY UNKNOWN\r\n"), std::string("15 nobody"));
  expect_eq(told("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"), std::string("35 nobody"));
}

PHX_TEST("a header of version 2 has them too, whatever follows its addresses") {
  expect_eq(told(binary(0x21, 0x11, v4) + "GET"), std::string("28 203.0.113.7 49152"));
  expect_eq(told(binary(0x21, 0x11, v4 + std::string(40, 'x'))),
            std::string("68 203.0.113.7 49152"));
  const std::string v6 =
      std::string(15, '\0') + '\1' + std::string(16, '\0') + std::string("\x00\x50\x01\xBB", 4);
  expect_eq(told(binary(0x21, 0x21, v6)), std::string("52 ::1 80"));
  expect_eq(told(binary(0x20, 0x00, "")), std::string("16 nobody"));
  expect_eq(told(binary(0x21, 0x31, std::string(216, '\0'))), std::string("232 nobody"));
}

PHX_TEST("every part of a header from its start is unfinished") {
  for (const std::string& whole :
       {std::string("PROXY TCP4 203.0.113.7 192.0.2.1 49152 443\r\n"), binary(0x21, 0x11, v4)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      expect_eq(told(whole.substr(0, size)), std::string("unfinished"));
    }
  }
}

PHX_TEST("other bytes are broken as soon as that can be known") {
  for (const char* text :
       {"G", "PROXX", "PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
        "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n",
        "PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n",
        "PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n", "\x16\x03\x01"}) {
    expect_eq(told(text), std::string("broken"));
  }
  expect_eq(told("PROXY " + std::string(101, 'x')), std::string("broken"));
  expect_eq(told(binary(0x11, 0x11, v4)), std::string("broken"));  // version 1 in binary
  expect_eq(told(binary(0x22, 0x11, v4)), std::string("broken"));  // an unknown command
  expect_eq(told(binary(0x21, 0x11, v4.substr(0, 11))), std::string("broken"));
  expect_eq(told(signature + "\x21\x11\xFF\xFF"), std::string("broken"));  // 65,551 bytes
}
