/// Compares the first bits of addresses.

#include "net/networks.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/option_error.h"

namespace phx::net {

bool Networks::read(std::string_view text, Bytes& to, bool& is_v4) {
  const std::string address(text);
  constexpr std::size_t v4_at = 12;
  to = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  is_v4 = inet_pton(AF_INET, address.c_str(), to.data() + v4_at) == 1;
  return is_v4 || inet_pton(AF_INET6, address.c_str(), to.data()) == 1;
}

Networks::Networks(const std::vector<std::string>& networks, const std::string& option) {
  for (const std::string& text : networks) {
    const std::size_t slash = text.find('/');
    Network network{};
    bool is_v4 = false;
    bool good = read(text.substr(0, slash), network.bytes, is_v4);
    const unsigned most = is_v4 ? 32 : 128;
    unsigned bits = most;
    if (slash != std::string::npos) {
      const char* end = text.data() + text.size();
      const auto [last, error] = std::from_chars(text.data() + slash + 1, end, bits);
      good = good && error == std::errc{} && last == end && bits <= most;
    }
    if (!good) {
      throw OptionError(option, fmt::format("expected addresses and networks such as 127.0.0.1, "
                                            "10.0.0.0/8 or fd00::/8, got \"{}\"",
                                            text));
    }
    network.bits = bits + (is_v4 ? 96 : 0);
    networks_.push_back(network);
  }
}

bool Networks::contain(std::string_view address) const {
  if (networks_.empty()) return false;
  Bytes bytes{};
  bool is_v4 = false;
  if (!read(address, bytes, is_v4)) return false;
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    const std::size_t whole = network.bits / 8;
    const unsigned rest = network.bits % 8;
    if (!std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                    network.bytes.begin())) {
      return false;
    }
    return rest == 0 || (bytes[whole] ^ network.bytes[whole]) >> (8 - rest) == 0;
  });
}

}  // namespace phx::net
