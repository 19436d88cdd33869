#pragma once
/// \file
/// The socket of the dashboard's page: it asks over a channel, as any client of an application
/// does.
///
///     ["1","7","dashboard","ask",{"path":"processes","query":"top=20"}]
///     ["1","7","dashboard","phx_reply",{"status":"ok","response":{"totals":{…},"processes":[…]}}]
///
/// Answers come from Dashboard::answer, as they do over HTTP. On the admin port alone.

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "endpoint/endpoint.h"
#include "socket/user_socket.h"

namespace phx::dashboard {

/// Takes clients that show the admin port's token as their auth token.
class LiveSocket final : public UserSocket {
 public:
  /// Pages that have joined at one time; one more is refused.
  static constexpr std::size_t max_pages = 16;

  using Answer = std::function<Endpoint::Outcome(const http::Request&)>;
  /// `answer` may be called as long as the server runs.
  explicit LiveSocket(Answer answer);

  /// Takes nobody before this. Before the server starts.
  void open_to(std::string token) { token_ = std::move(token); }

  ConnectResult connect(Connect connect, Socket& socket) const override;
  Level log() const override { return Level::debug; }

 private:
  std::string token_;
};

}  // namespace phx::dashboard
