/// A blocking client: each step has five seconds.

#include "conformance/top/source.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "http/response_reader.h"

namespace phx::top {
namespace {

constexpr timeval patience{.tv_sec = 5, .tv_usec = 0};

/// Neither copied nor moved.
class Connection {
 public:
  explicit Connection(const Options& options) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failure = ::getaddrinfo(options.host.c_str(), options.port.c_str(), &hints, &found);
    if (failure != 0)
      throw Unreachable(fmt::format("{}: {}", options.host, ::gai_strerror(failure)));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, ::freeaddrinfo);
    int why = 0;
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
      descriptor_ = ::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
      if (descriptor_ < 0) continue;
      ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
      if (::connect(descriptor_, at->ai_addr, at->ai_addrlen) == 0) return;
      why = errno;
      ::close(descriptor_);
    }
    throw Unreachable(
        fmt::format("no server at {}:{}: {}", options.host, options.port, std::strerror(why)));
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(descriptor_); }

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t taken = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (taken <= 0) throw Unreachable("the server took no request");
      bytes.remove_prefix(static_cast<std::size_t>(taken));
    }
  }
  /// Empty at the end of the connection.
  std::string_view read() {
    const ssize_t size = ::recv(descriptor_, buffer_.data(), buffer_.size(), 0);
    if (size < 0) throw Unreachable("the server did not answer within 5 seconds");
    return {buffer_.data(), static_cast<std::size_t>(size)};
  }

 private:
  int descriptor_ = -1;
  std::array<char, 65'536> buffer_{};
};

http::Response answer_on(Connection& connection) try {
  http::ResponseReader reader;
  while (true) {
    if (auto response = reader.next()) return std::move(*response);
    const std::string_view bytes = connection.read();
    if (!bytes.empty()) {
      reader.feed(bytes);
    } else if (auto last = reader.end()) {
      return std::move(*last);
    } else {
      throw Unreachable("the server ended the connection without an answer");
    }
  }
} catch (const http::BadResponse& error) {
  throw Unreachable(fmt::format("this is not a server's answer: {}", error.what()));
}

}  // namespace

Json Source::ask(std::string_view method, std::string_view path) const {
  Connection connection(options_);
  connection.write(
      fmt::format("{} /dashboard/api/{} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n"
                  "Content-Length: 0\r\nConnection: close\r\n\r\n",
                  method, path, options_.host, options_.token));
  const http::Response response = answer_on(connection);
  Json body;
  try {
    body = Json::parse(response.body);
  } catch (const JsonError&) {
    if (response.status == 404) throw Refused("it has no dashboard: start it with --dashboard");
    throw Unreachable(fmt::format("expected JSON, got status {}", response.status));
  }
  if (response.status < 300) return body;
  const std::string detail = body["errors"]["detail"].string_or(std::to_string(response.status));
  if (response.status >= 500) throw Unreachable(detail);
  throw Refused(detail);
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return encoded;
}

}  // namespace phx::top
