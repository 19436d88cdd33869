#pragma once
/// \file
/// A client that posts and polls, for cases on the axis `longpoll`.

#include "conformance/suite/core/client.h"
#include "conformance/suite/core/poller.h"

namespace phx::conformance {

class PolledClient : public Client {
 public:
  /// The session and the connection of its first poll must outlive the client.
  PolledClient(Poller& poller, Connection& polls, std::string name, Words words, Millis patience)
      : Client(polls, std::move(name), Version::v2, std::move(words), patience), poller_(poller) {}

  Received take(const std::string& expected) override;

 private:
  void say(const std::vector<std::string>& texts) override;
  std::optional<Received> waiting() const override;
  /// There are none. \throws std::logic_error
  Connection& frames() override;
  std::string noted(std::string_view remark) const override { return poller_.noted(remark); }

  Poller& poller_;
};

}  // namespace phx::conformance
