/// \file
/// A node's own counts of messages sent to other nodes, received and lost, and whether they are
/// true.
#include "conformance/load/soak/books.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "conformance/load/client/error.h"

namespace phx::soak {
namespace {

/// The sum of all samples of this name that have the label, if one is given.
std::uint64_t sum_of(std::string_view page, std::string_view name, std::string_view label = "") {
  double sum = 0;
  while (!page.empty()) {
    const std::string_view line = page.substr(0, page.find('\n'));
    page.remove_prefix(std::min(page.size(), line.size() + 1));
    const std::string_view of = line.substr(0, line.find_first_of("{ "));
    if (of != name || line.find(label) == std::string_view::npos) continue;
    sum += std::strtod(std::string(line.substr(line.rfind(' ') + 1)).c_str(), nullptr);
  }
  return static_cast<std::uint64_t>(sum);
}

/// A GET, from the first byte to the end of the connection. A resource.
class Fetch {
 public:
  explicit Fetch(const bench::Target& target) : target_(target) {
    const auto& address = target.addresses.at(0);
    const auto* any = reinterpret_cast<const sockaddr*>(&address.bytes);
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    fd_ = ::socket(any->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(fd_, any, address.size) != 0) fail();
  }
  ~Fetch() { ::close(fd_); }
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  std::string page(std::string_view path) const {
    const std::string request =
        fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", path, target_.host);
    if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) < 0) fail();
    std::string answer;
    std::array<char, 16'384> part{};
    for (ssize_t size = 1; size > 0;) {
      size = ::recv(fd_, part.data(), part.size(), 0);
      if (size < 0) fail();
      answer.append(part.data(), static_cast<std::size_t>(size));
    }
    return answer;
  }

 private:
  [[noreturn]] void fail() const {
    throw bench::Failure(
        fmt::format("the metrics of the node at port {}: {}", target_.port, std::strerror(errno)));
  }
  const bench::Target& target_;
  int fd_ = -1;
};

}  // namespace

Books books_in(std::string_view page) {
  const auto lost = [page](std::string_view why) {
    return sum_of(page, "phoenix_redis_messages_lost_total",
                  fmt::format(R"(kind="broadcast",why="{}")", why));
  };
  return {
      .published = sum_of(page, "phoenix_redis_published_total", R"(kind="broadcast")"),
      .receivers = sum_of(page, "phoenix_redis_receivers_total", R"(kind="broadcast")"),
      .lost = lost("away") + lost("refused") + lost("overflow"),
      .broken = lost("broken"),
      .heard = sum_of(page, "phoenix_cluster_broadcasts_heard_total"),
      .subscribed = sum_of(page, "phoenix_redis_connects_total", R"(role="subscriber")"),
      .connected = sum_of(page, "phoenix_redis_connects_total", R"(role="publisher")"),
      .channels = sum_of(page, "phoenix_redis_channels"),
  };
}

Books read_books(const bench::Target& node) {
  const std::string page = Fetch(node).page("/metrics");
  if (page.find("phoenix_redis_published_total") == std::string::npos) {
    throw bench::Failure(
        fmt::format("the node at port {} counts nothing at /metrics: --metrics?", node.port));
  }
  return books_in(page);
}

namespace {

/// The last messages of a node's own channels.
std::uint64_t own_last_words(const Books& books, const Truth& truth) {
  return truth.observed + truth.heard - books.heard;
}
std::uint64_t broadcast_at(const Books& books, const Truth& truth) {
  return truth.said + own_last_words(books, truth);
}

}  // namespace

bool complete(const std::vector<Books>& books, const std::vector<Truth>& truths) {
  for (std::size_t i = 0; i < books.size(); ++i) {
    const std::uint64_t counted = books[i].published + books[i].lost + books[i].broken;
    if (broadcast_at(books[i], truths[i]) != counted) return false;
  }
  return true;
}

void audit(const std::vector<Books>& books, const std::vector<Truth>& truths, std::uint64_t unsure,
           Findings& findings) {
  const std::uint64_t nodes = books.size();
  std::uint64_t broadcasts = 0, missed = 0, certain = 0, possible = unsure;
  for (std::size_t i = 0; i < nodes; ++i) broadcasts += broadcast_at(books[i], truths[i]);
  for (std::size_t i = 0; i < nodes; ++i) {
    const auto& [published, receivers, lost, broken, heard, subscribed, connected, channels] =
        books[i];
    const std::uint64_t own = broadcast_at(books[i], truths[i]);
    missed += broadcasts - own - heard;
    certain += (nodes - 1) * lost;
    possible += (nodes - 1) * broken + nodes * published - receivers;
    if (own == published + lost + broken) continue;
    findings.add(
        Wrong::miscounted,
        fmt::format("node {}: its clients broadcast {} and its channels {} last words; it counts "
                    "{} published, {} lost, {} broken off",
                    i + 1, truths[i].said, own - truths[i].said, published, lost, broken));
  }
  if (missed >= certain && missed <= certain + possible) return;
  findings.add(Wrong::miscounted,
               fmt::format("{} broadcasts did not arrive at a node, and the nodes' counts say {} "
                           "to {}",
                           missed, certain, certain + possible));
}

}  // namespace phx::soak
