#pragma once
/// \file
/// A server to which trouble comes, and all that is said of it. Chapter 15.

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <mutex>
#include <thread>

#include "phoenix.h"
#include "testing/tls.h"

namespace trouble {

/// A client with a websocket, which waits for what a scene asks it to hear. Nothing waits longer
/// than five seconds. Raw, and not phx::Client, which keeps the rules that most scenes break: it
/// sends heartbeats, reads what comes, and says goodbye.
class Caller {
 public:
  /// A `window` of 0 leaves to the kernel how much may wait unread.
  explicit Caller(std::uint16_t port, int window = 0) : tcp_(port, window) {
    tcp_.write(phx::testing::get(
        "/socket/websocket?vsn=2.0.0",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
    heard("\r\n\r\n");
  }

  void say(const std::string& json) const { tcp_.write(phx::testing::frame(json)); }
  void join(const std::string& topic) {
    say(R"(["1","1",")" + topic + R"(","phx_join",{}])");
    heard("phx_reply");
  }
  /// Reads on until `text` comes; false where the connection ends before it.
  bool heard(std::string_view text) {
    constexpr std::size_t some = 4'096;
    while (so_far_.find(text) == std::string::npos) {
      const std::string more = tcp_.read(some);
      if (more.empty()) return false;
      so_far_ += more;
    }
    so_far_.erase(0, so_far_.find(text) + text.size());
    return true;
  }
  /// The code of the close frame that ends the connection; 0 where it ends without one.
  unsigned close_code() {
    so_far_ += tcp_.rest();
    const std::size_t at = so_far_.rfind("\x88\x02");
    if (at == std::string::npos || at + 4 > so_far_.size()) return 0;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(so_far_[at + i]); };
    return byte(2) * 256u + byte(3);
  }

 private:
  phx::testing::TcpClient tcp_;
  std::string so_far_;
};

/// A machine that is slow today must not add a long turn to a story about something else.
inline const phx::process::Limits unhurried{.long_turn = phx::Millis{10'000}};

/// A server on a free port with one shard, so that its story has one order. story() ends it.
class Scene {
 public:
  Scene(phx::ServerOptions options, phx::Mount mount)
      : server_((fill(std::move(mount)), endpoint_), local(std::move(options)),
                phx::Log::to(phx::Level::warn, [this](phx::Level level, const std::string& line) {
                  tell(fmt::format("log        {} {}", name_of(level), line));
                })) {
    server_.start();
  }
  ~Scene() { stop(); }

  std::uint16_t port() const { return server_.port(); }
  /// What the server answers to a request for this, headers and all.
  std::string asked(const std::string& path, const std::string& headers = "") const {
    const phx::testing::TcpClient client(port());
    client.write(phx::testing::get(path, headers + "Connection: close\r\n"));
    return client.rest();
  }
  /// The value of one series on the page of metrics.
  double metric(const std::string& series) const {
    const std::string page = asked("/metrics");
    const std::size_t at = page.find("\n" + series + " ");
    return at == std::string::npos ? 0 : std::stod(page.substr(at + series.size() + 2));
  }
  /// Waits until a gauge, which is measured once a second, fits; three seconds at most.
  template <class Fits>
  double metric_when(const std::string& series, Fits fits) const {
    double value = metric(series);
    for (int i = 0; i < 150 && !fits(value); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      value = metric(series);
    }
    return value;
  }
  /// Prints what was logged and reported, in its order, and these of the metrics.
  void story(const std::vector<std::string>& series) {
    std::string counted;
    for (const std::string& one : series) {
      counted += fmt::format("metric     {} {:g}\n", one, metric(one));
    }
    stop();
    fmt::print("{}{}", told_, counted);
  }

 private:
  static phx::ServerOptions local(phx::ServerOptions options) {
    options.port = 0;
    options.shards = 1;
    return options;
  }
  void tell(const std::string& line) {
    const std::lock_guard lock(mutex_);
    told_ += line + "\n";
  }
  template <class E>
  phx::telemetry::Handler hears() {
    return phx::telemetry::on<E>([this](const E&) { tell(fmt::format("telemetry  {}", E::name)); });
  }
  void fill(phx::Mount mount) {
    using namespace phx::telemetry;
    endpoint_.socket(std::move(mount));
    endpoint_.telemetry().attach(
        "scene", {hears<ProcessCrashed>(), hears<MailboxOverflowed>(), hears<LongTurn>(),
                  hears<SlowConsumer>(), hears<ConnectionRefused>(), hears<LimitReached>()});
  }
  void stop() { server_.stop(); }

  std::mutex mutex_;
  std::string told_;
  phx::Endpoint endpoint_;
  const phx::Metrics metrics_{endpoint_};
  phx::Server server_;
};

/// A user socket with one channel for `room:*`.
template <class C>
phx::Mount mount_of() {
  struct Users final : phx::UserSocket {
    Users() { channel<C>("room:*"); }
  };
  return {"/socket", std::make_shared<Users>()};
}

}  // namespace trouble
