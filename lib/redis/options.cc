/// Parses a URL from left to right.

#include "redis/options.h"

#include <charconv>
#include <optional>

#include "base/option_error.h"
#include "http/query.h"

namespace phx::redis {
namespace {

constexpr std::uint16_t sentinel_port = 26'379;

[[noreturn]] void refuse(const std::string& expected) {
  throw OptionError("RedisPubSubOptions::url", "expected " + expected);
}

/// Takes the text before the mark, and the mark; nothing if there is no mark.
std::optional<std::string_view> take_until(std::string_view& text, char mark) {
  const std::size_t end = text.find(mark);
  if (end == std::string_view::npos) return {};
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end + 1);
  return taken;
}

template <class T>
T number_of(std::string_view text, const char* what) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    refuse(std::string(what) + " as a number, got \"" + std::string(text) + "\"");
  }
  return value;
}

Address address_of(std::string_view text, std::uint16_t default_port) {
  Address address{"", default_port};
  if (text.starts_with('[')) {  // an IPv6 address
    text.remove_prefix(1);
    const auto host = take_until(text, ']');
    if (!host) refuse("a ] after an IPv6 address");
    address.host = *host;
    if (text.starts_with(':')) address.port = number_of<std::uint16_t>(text.substr(1), "a port");
  } else {
    const auto host = take_until(text, ':');
    address.host = host ? *host : text;
    if (host) address.port = number_of<std::uint16_t>(text, "a port");
  }
  if (address.host.empty()) refuse("a host of Redis, as in redis://127.0.0.1:6379");
  return address;
}

}  // namespace

std::string to_string(const Address& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Options options_of(std::string_view url) {
  constexpr std::string_view plain = "redis://";
  constexpr std::string_view sentinel = "redis+sentinel://";
  if (url.starts_with("rediss://")) {
    refuse(
        "redis://…, got rediss://…: this version of hiredis has no TLS. Let a tunnel on this "
        "machine, as stunnel, speak TLS with Redis");
  }
  const bool by_sentinel = url.starts_with(sentinel);
  if (!by_sentinel && !url.starts_with(plain)) {
    refuse("redis://host:port, got \"" + std::string(url) + "\"");
  }
  url.remove_prefix(by_sentinel ? sentinel.size() : plain.size());

  Options options;
  if (const auto end = url.rfind('@'); end != std::string_view::npos) {
    std::string_view login = url.substr(0, end);
    url.remove_prefix(end + 1);
    // A password may contain the separators of a URL, `%40` for `@`.
    if (const auto user = take_until(login, ':'))
      options.user = http::percent_decoded(*user, false);
    options.password = http::percent_decoded(login, false);
  }
  std::string_view hosts = url.substr(0, url.find('/'));
  std::string_view path = url.substr(hosts.size());
  if (!path.empty()) path.remove_prefix(1);
  options.addresses.clear();
  const std::uint16_t port = by_sentinel ? sentinel_port : Address{}.port;
  while (const auto host = take_until(hosts, ',')) {
    options.addresses.push_back(address_of(*host, port));
  }
  options.addresses.push_back(address_of(hosts, port));
  if (by_sentinel) {
    const auto master = take_until(path, '/');
    options.sentinel_master = master ? *master : path;
    if (!master) path = {};
    if (options.sentinel_master.empty()) refuse("a master's name after the Sentinels");
  }
  if (!path.empty()) options.database = number_of<unsigned>(path, "a database");
  return options;
}

}  // namespace phx::redis
