#pragma once
/// \file
/// A server of ours and what clients on other threads report of it: for tests over a real network.

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client/client.h"
#include "endpoint/endpoint.h"
#include "server/server.h"
#include "socket/user_socket.h"
#include "testing/case.h"
#include "testing/example_room.h"

namespace phx::testing {

using Lines = std::vector<std::string>;

/// What a client told, on its own thread; a test waits for it.
class Heard {
 public:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  /// Waits until that line has come so often. \throws Failure if it does not come within a minute.
  void wait_for(const std::string& line, std::ptrdiff_t times = 1,
                std::source_location where = std::source_location::current()) {
    std::unique_lock lock(mutex_);
    const bool came = changed_.wait_for(lock, std::chrono::seconds{60}, [&] {
      return std::count(lines_.begin(), lines_.end(), line) >= times;
    });
    if (came) return;
    std::string all;
    for (const std::string& known : lines_) all += "\n    " + known;
    throw Failure("waited for \"" + line + "\", and heard" + all, where);
  }
  Lines lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    lines_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Lines lines_;
};

struct Running {
  explicit Running(std::uint16_t port = 0, std::optional<TlsOptions> tls = {},
                   std::string host = "127.0.0.1", transport::Mount all = mount())
      : server((endpoint.socket(std::move(all)), endpoint),
               {.host = std::move(host),
                .port = port,
                .shards = 1,
                .farewell = Millis{500},
                .tls = std::move(tls)},
               Log::silent()) {
    server.start();
  }
  static transport::Mount mount() {
    transport::Mount all{"/socket", std::make_shared<ExampleSocket>()};
    all.message_rate.reset();
    all.byte_rate.reset();
    all.websocket->compress = true;
    all.longpoll.emplace();
    return all;
  }
  std::string url() const { return "ws" + server.url().substr(4) + "/socket"; }

  Endpoint endpoint;
  Server server;
};

inline void listen(phx::Client& client, Heard& heard) {
  client.on_open([&] { heard.add("open"); });
  client.on_close([&](const ClientClosed&) { heard.add("close"); });
  client.on_error([&](const std::string& error) { heard.add("error " + error); });
}

inline void listen(Push push, Heard& heard, const std::string& name) {
  push.then([&heard, name](const Answer& answer) {
    heard.add(name + " " + answer.status + " " + std::string(answer.response.view()));
  });
}

}  // namespace phx::testing
