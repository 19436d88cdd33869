/// Compares hosts, and nothing else of an origin.

#include "transport/origin.h"

#include <algorithm>

namespace phx::transport {
namespace {

std::string_view without_port(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

}  // namespace

std::string_view host_of(std::string_view uri) {
  const std::size_t slashes = uri.find("//");
  const bool after_scheme = slashes != std::string_view::npos && slashes > 0 &&
                            uri[slashes - 1] == ':' && uri.find(':') == slashes - 1;
  if (slashes != 0 && !after_scheme) return {};
  std::string_view authority = uri.substr(slashes + 2);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const std::size_t user = authority.rfind('@');
  if (user != std::string_view::npos) authority.remove_prefix(user + 1);
  return without_port(authority);
}

bool Origins::allow(std::optional<std::string_view> origin,
                    std::optional<std::string_view> host) const {
  if (!origin || kind_ == Kind::any) return true;
  const std::string_view from = host_of(*origin);
  if (from.empty()) return false;
  if (kind_ == Kind::same_host) return host && from == without_port(*host);
  return std::find(hosts_.begin(), hosts_.end(), from) != hosts_.end();
}

}  // namespace phx::transport
