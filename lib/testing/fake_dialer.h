#pragma once
/// \file
/// Connections that a client dials, with the test as their network and server.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/client_loop.h"
#include "testing/fake_stream.h"

namespace phx::testing {

/// One of them; outlives it.
struct FakeDialed {
  FakeNetwork network;
  net::DialUser* user = nullptr;
  std::string failure = {};

  void open() const { user->opened(); }
  void say(std::string_view bytes) const { user->received(bytes); }
  /// An answer with a length.
  void answer(const std::string& body, const std::string& status = "200 OK",
              const std::string& headers = "") const {
    say("HTTP/1.1 " + status + "\r\n" + headers + "content-length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body);
  }
  void end(std::string why = {}) {
    failure = std::move(why);
    user->closed();
  }
};

class FakeDialedStream final : public net::DialedStream {
 public:
  explicit FakeDialedStream(std::shared_ptr<FakeDialed> dialed)
      : dialed_(std::move(dialed)), stream_(dialed_->network) {}

  void set_user(net::StreamUser&) override {}
  std::size_t write(std::string_view bytes) override { return stream_.write(bytes); }
  void pause() override { stream_.pause(); }
  void resume() override { stream_.resume(); }
  void finish(Millis linger) override { stream_.finish(linger); }
  void drop() override { stream_.drop(); }
  Millis quiet_for() const override { return stream_.quiet_for(); }
  const net::Peer& peer() const override { return stream_.peer(); }
  const std::string& failure() const override { return dialed_->failure; }

 private:
  const std::shared_ptr<FakeDialed> dialed_;
  FakeStream stream_;
};

/// Neither copied nor moved.
struct FakeDialer {
  std::function<std::unique_ptr<net::DialedStream>(net::DialUser&)> dial() {
    return [this](net::DialUser& user) {
      all.push_back(std::make_shared<FakeDialed>(FakeDialed{{.user = &user}, &user}));
      return std::make_unique<FakeDialedStream>(all.back());
    };
  }
  std::vector<std::shared_ptr<FakeDialed>> all;
};

}  // namespace phx::testing
