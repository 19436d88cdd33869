#pragma once
/// \file
/// Which addresses are trusted: a list of networks.

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace phx::net {

/// A value. Const; any thread.
class Networks {
 public:
  Networks() = default;
  /// Each is an address or a network: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`. `option` names the
  /// option that set them. \throws OptionError for another text.
  Networks(const std::vector<std::string>& networks, const std::string& option);

  /// False if `address` is not an address.
  bool contain(std::string_view address) const;
  bool empty() const { return networks_.empty(); }

 private:
  /// An IPv4 address is stored in IPv6's form, `::ffff:10.0.0.1`.
  using Bytes = std::array<unsigned char, 16>;
  struct Network {
    Bytes bytes;
    unsigned bits;
  };
  static bool read(std::string_view text, Bytes& to, bool& is_v4);

  std::vector<Network> networks_;
};

}  // namespace phx::net
