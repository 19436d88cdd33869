/// A bad network between two network namespaces: packets in either direction are lost, delayed,
/// reordered or duplicated.
///
///     phx-weather --loss 5 --delay 20 --jitter 20 --twice 1 a b
///
/// Each namespace has a TUN device `weather`. What one sends is carried to the other, until the
/// program is told to end. The kernel's own way, netem, is not in every kernel; TUN nearly always
/// is. Needs root.

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;

struct Options {
  double loss = 0;   ///< Percent of the packets, each way.
  double twice = 0;  ///< The same.
  long delay = 0;    ///< Milliseconds.
  long jitter =
      0;  ///< Up to this many more, random for each packet, so that packets overtake each other.
  unsigned seed = 1;
  std::vector<std::string> ends;  ///< Two namespaces' names.
};

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

/// The namespace's device; what is sent there can be read here, and the other way round.
int open_end(const std::string& end) {
  const std::string path = "/var/run/netns/" + end;
  const int space = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (space < 0 || ::setns(space, CLONE_NEWNET) != 0) fail("entering " + path);
  ::close(space);
  const int device = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (device < 0) fail("opening /dev/net/tun");
  ifreq request{};
  std::strcpy(request.ifr_name, "weather");
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (ioctl(device, TUNSETIFF, &request) != 0) fail("taking the TUN device of " + end);
  return device;
}

class Weather {
 public:
  explicit Weather(const Options& options) : options_(options), random_(options.seed) {
    for (std::size_t i = 0; i < devices_.size(); ++i) devices_[i] = open_end(options.ends[i]);
  }

  [[noreturn]] void blow() {
    std::array<pollfd, 2> polled{pollfd{devices_[0], POLLIN, 0}, pollfd{devices_[1], POLLIN, 0}};
    for (;;) {
      ::poll(polled.data(), polled.size(), until_next());
      for (std::size_t from = 0; from < polled.size(); ++from) take(from);
      deliver();
    }
  }

 private:
  struct Packet {
    std::size_t to;
    std::string bytes;
  };
  static constexpr std::size_t max_under_way = 10'000;  // more are lost, as in any router

  void take(std::size_t from) {
    std::array<char, 65'536> bytes;
    for (;;) {
      const ssize_t size = ::read(devices_[from], bytes.data(), bytes.size());
      if (size <= 0) return;
      const Packet packet{1 - from, {bytes.data(), static_cast<std::size_t>(size)}};
      if (under_way_.size() >= max_under_way || happens(options_.loss)) continue;
      send_off(packet);
      if (happens(options_.twice)) send_off(packet);
    }
  }
  void send_off(const Packet& packet) {
    const long more = std::uniform_int_distribution<long>(0, options_.jitter)(random_);
    under_way_.emplace(Clock::now() + Millis{options_.delay + more}, packet);
  }
  void deliver() {
    while (!under_way_.empty() && under_way_.begin()->first <= Clock::now()) {
      const Packet& packet = under_way_.begin()->second;
      // A device that takes no more loses it: TCP sends again.
      (void)!::write(devices_[packet.to], packet.bytes.data(), packet.bytes.size());
      under_way_.erase(under_way_.begin());
    }
  }
  int until_next() const {
    if (under_way_.empty()) return -1;
    const auto wait = std::chrono::ceil<Millis>(under_way_.begin()->first - Clock::now());
    return static_cast<int>(std::max<long>(wait.count(), 0));
  }
  bool happens(double percent) {
    return std::uniform_real_distribution<>(0, 100)(random_) < percent;
  }

  const Options options_;
  std::mt19937 random_;
  std::array<int, 2> devices_{};
  std::multimap<Clock::time_point, Packet> under_way_;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Bad weather between two network namespaces."};
  Options options;
  app.add_option("--loss", options.loss, "percent of the packets that are lost, each way")
      ->check(CLI::Range(0, 100));
  app.add_option("--twice", options.twice, "percent that come twice")->check(CLI::Range(0, 100));
  app.add_option("--delay", options.delay, "milliseconds that each is held up")
      ->check(CLI::Range(0, 10'000));
  app.add_option("--jitter", options.jitter, "milliseconds more, at most, each packet its own")
      ->check(CLI::Range(0, 10'000));
  app.add_option("--seed", options.seed, "of the dice");
  app.add_option("ends", options.ends, "two namespaces")->required()->expected(2);
  CLI11_PARSE(app, argc, argv);
  try {
    Weather weather(options);
    fmt::print("The weather blows\n");
    std::fflush(stdout);
    weather.blow();
  } catch (const std::exception& error) {
    fmt::print(stderr, "phx-weather: {}\n", error.what());
    return 1;
  }
}
