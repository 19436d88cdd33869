/// How many descriptors a loop has room for; the process keeps its own limit.

#include "net/descriptor_ceiling.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <iterator>
#include <vector>

#include "net/loop.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::net;
using namespace phx::testing;

namespace {

rlim_t soft_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

/// A connected socket whose number is `number` or the next that is free; closes the other end last.
class Connected {
 public:
  explicit Connected(int number) {
    std::array<int, 2> ends{};
    expect(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0,
           "a socket pair");
    far_ = ends[1];
    near_ = ::fcntl(ends[0], F_DUPFD_CLOEXEC, number);
    ::close(ends[0]);
  }
  ~Connected() { ::close(far_); }
  int near() const { return near_; }

 private:
  int near_, far_;
};

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                       std::filesystem::directory_iterator());
}

bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) >= 0; }

}  // namespace

PHX_TEST("the process may open fewer while it lives, and as many as before afterwards") {
  const rlim_t before = soft_limit();
  {
    const DescriptorCeiling ceiling(200);
    expect(soft_limit() < before, "the limit is lowered");
    std::vector<int> opened;
    while (opened.size() < 1'000) {
      const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
      if (descriptor < 0) break;
      opened.push_back(descriptor);
    }
    for (const int descriptor : opened) ::close(descriptor);
    expect(opened.size() >= 200 && opened.size() < 1'000, "200 more can be opened, not all");
  }
  expect_eq(soft_limit(), before);
}

PHX_TEST("a limit that is already lower stays") {
  const rlim_t before = soft_limit();
  const DescriptorCeiling ceiling(before);
  expect_eq(soft_limit(), before);
}

PHX_TEST("a loop watches the sockets that it has room for, and closes others") {
  const rlim_t before = soft_limit();
  Loop loop(400);
  expect_eq(soft_limit(), before);
  const Connected low(300), high(static_cast<int>(before) - 1);
  expect(loop.adopt(low.near(), {}) != nullptr, "the socket with a low number is adopted");
  expect(loop.adopt(high.near(), {}) == nullptr, "the socket with a high number is not");
  expect(!is_open(high.near()), "and it is closed");
}

PHX_TEST("low and high numbers have tables of their own, and a loop with both ends normally") {
  const auto before = open_descriptors();
  {
    Loop loop(3'000);
    const Connected low(900), high(2'900), too_high(3'900);
    const auto first = loop.adopt(low.near(), {});
    const auto second = loop.adopt(high.near(), {});
    expect(first != nullptr && second != nullptr, "both are adopted");
    expect(loop.adopt(too_high.near(), {}) == nullptr, "a number beyond both tables is not");
  }
  expect_eq(open_descriptors(), before);
}
