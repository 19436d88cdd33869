#pragma once
/// \file
/// The socket of the dashboard's page: it asks over a channel, as any client of an application
/// does.
///
///     ["1","7","dashboard","ask",{"path":"processes","query":"top=20"}]
///     ["1","7","dashboard","phx_reply",{"status":"ok","response":{"totals":{…},"processes":[…]}}]
///     ["1","8","dashboard","show",{"views":[{"path":"processes","query":"top=20"}]}]
///     ["1",null,"dashboard","shown",{"path":…,"query":…,"after":0,"status":200,"response":{…}}]
///
/// Answers come from Dashboard::answer, as they do over HTTP; what a page shows comes by itself
/// once a second, gathered once for all pages that show it. On the admin port alone.

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "dashboard/shows.h"
#include "endpoint/endpoint.h"
#include "socket/user_socket.h"

namespace phx::dashboard {

/// Takes clients that show the admin port's token as their auth token.
class LiveSocket final : public UserSocket {
 public:
  /// Pages that have joined at one time; one more is refused.
  static constexpr std::size_t max_pages = 16;

  using Answer = Shows::Answer;
  /// `answer` and `newest` may be called as long as the server runs.
  LiveSocket(const Answer& answer, Shows::Newest newest);
  const std::shared_ptr<Shows>& shows() const { return shows_; }

  /// Takes nobody before this. Before the server starts.
  void open_to(std::string token) { token_ = std::move(token); }

  ConnectResult connect(Connect connect, Socket& socket) const override;
  Level log() const override { return Level::debug; }

 private:
  const std::shared_ptr<Shows> shows_;
  std::string token_;
};

}  // namespace phx::dashboard
