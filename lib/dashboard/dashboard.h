#pragma once
/// \file
/// A live view of a running server: its processes as a tree, its topics, nodes, limits and log.
///
///     phx::Dashboard dashboard(endpoint, {.presence = &presence});
///     phx::AdminApiOptions api{.token = token, .dashboard = &dashboard};
///
/// What it shows is gathered in bounded steps, between which clients get their turns. Mirrors
/// Phoenix.LiveDashboard, and `:observer`.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log_tail.h"
#include "dashboard/history.h"
#include "dashboard/limits.h"
#include "dashboard/live_socket.h"
#include "dashboard/survey.h"
#include "endpoint/endpoint.h"

namespace phx {

struct DashboardOptions {
  std::vector<dashboard::LimitRow> limits = {};
  std::shared_ptr<LogTail> log = {};   ///< LogOptions::tail of the server's log.
  const Presence* presence = nullptr;  ///< Outlives the server.
  /// EndpointOptions::traces, to show the hops of traced clients' frames.
  std::shared_ptr<telemetry::Traces> traces = {};
};

/// Make it before the server. The first shard's thread; its end after the server's. Neither copied
/// nor moved.
class Dashboard {
 public:
  /// Attaches to the endpoint's telemetry, and adds a process to each shard. `endpoint` outlives
  /// it.
  Dashboard(Endpoint& endpoint, DashboardOptions options = {});
  Dashboard(const Dashboard&) = delete;
  Dashboard& operator=(const Dashboard&) = delete;
  ~Dashboard();

  /// Rows of one answer; a query for more gets an error.
  static constexpr std::size_t max_rows = 500;
  /// Looks under way at one time; one more gets 503.
  static constexpr std::size_t max_looks = 16;
  /// The paths of answer() begin with this.
  static constexpr std::string_view prefix = "/dashboard/api/";

  /// From now on its page may ask over a websocket, with this token. Before the server starts.
  void open_to(std::string token) { live_->open_to(std::move(token)); }
  /// The page and its parts: they hold no secret. Nothing for other paths.
  static std::optional<http::Response> page(std::string_view path);
  /// Data for a client that may see it: the caller has checked that. `request`'s path begins with
  /// `prefix`.
  Endpoint::Outcome answer(const http::Request& request);

 private:
  class Clerk;
  struct Shared;
  template <class Survey>
  using Parts = std::vector<std::shared_ptr<Survey>>;
  template <class Survey>
  using Render = std::function<http::Response(const Parts<Survey>&)>;

  static std::shared_ptr<void> place(const std::shared_ptr<Shared>& shared);
  template <class Survey>
  Endpoint::Outcome look(std::function<std::shared_ptr<Survey>()> make, Render<Survey> render,
                         std::optional<std::uint32_t> only = {}) const;
  Endpoint::Outcome processes(const dashboard::ProcessQuery& asked,
                              std::function<Json(const dashboard::ProcessTotals&,
                                                 const std::vector<dashboard::ProcessRow>&)>
                                  render) const;
  Endpoint::Outcome overview(std::uint64_t after) const;
  Endpoint::Outcome limits() const;
  Endpoint::Outcome topics(const dashboard::TopicQuery& asked) const;
  Endpoint::Outcome detail(process::Pid pid) const;
  http::Response end(process::Pid pid, const std::string& peer) const;

  Endpoint& endpoint_;
  const std::shared_ptr<Shared> shared_;
  const std::shared_ptr<dashboard::LiveSocket> live_;
};

}  // namespace phx
