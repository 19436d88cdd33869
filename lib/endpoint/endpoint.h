#pragma once
/// \file
/// Routes requests to mounts and pages, and holds all that an application sets.
///
///     phx::Endpoint endpoint;
///     endpoint.socket({"/socket", std::make_shared<UserSocket>()});
///     endpoint.get("/", [](const auto&) { return phx::Response{200, "hello"}; });
///
/// Filled before the server starts; afterwards all shards only read it. Mirrors Phoenix.Endpoint.

#include <concepts>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "endpoint/broadcaster.h"
#include "json/parameter_filter.h"
#include "presence/presence.h"
#include "process/supervisor.h"
#include "telemetry/telemetry.h"
#include "telemetry/traces.h"
#include "transport/force_ssl.h"
#include "transport/longpoll.h"
#include "transport/mount.h"
#include "transport/pipeline.h"

namespace phx {

/// The options of a whole endpoint.
struct EndpointOptions {
  /// Signs long-poll sessions; servers that share it verify each other's other tokens. Empty:
  /// random at each start.
  std::string secret_key_base = transport::random_secret();
  /// `url: [host: …]`: the host of pages' origins and of redirects to https. Empty: each request's
  /// own host.
  std::optional<std::string> url_host = {};
  std::optional<transport::ForceSsl> force_ssl = {};
  /// Long-poll sessions of the whole server. At the limit, a new one replaces the oldest that was
  /// never polled; if all were polled, it gets 503.
  std::size_t max_longpoll_sessions = 16'384;
  /// The same for one address (of IPv6, one /64); 0 means no limit. Raise it behind a proxy, where
  /// all clients have the proxy's address.
  std::size_t max_longpoll_sessions_per_address = 1'024;
  /// Which parameters the log shows; by default all but passwords.
  ParameterFilter filter_parameters = {};
  /// The connection to other nodes; null for a single node.
  std::shared_ptr<pubsub::Adapter> pubsub = {};
  /// Traces the frames of clients that show its token: for development. Null: none.
  std::shared_ptr<telemetry::Traces> traces = {};
};

/// A process of the application that starts and ends with the server: a clock, a listener on a
/// database.
///
///     endpoint.child({"clock", [](const phx::Context& context) {
///       return std::make_unique<Clock>(context);
///     }});
///
/// Mirrors a child specification of the application's supervisor.
struct Child {
  std::string id;
  /// Makes the process, at the start and at each restart. The context is its shard's, and outlives
  /// the process: scheduler, log, pubsub, telemetry, broadcast(). Shard thread. If it throws, or
  /// returns null, the child counts as one that has crashed.
  std::function<std::unique_ptr<process::Process>(const Context& context)> start;
  process::Restart restart = process::Restart::permanent;
  Millis shutdown{5'000};  ///< Time to end when the server stops; then it is killed.
  /// Whether each shard has one; otherwise the server has one, on its first shard.
  bool on_each_shard = false;
};

class Endpoint {
 public:
  /// The outcome of a request: a websocket, an answer, or an answer later.
  using Outcome = std::variant<transport::Upgrade, http::Response, http::Deferred>;
  using Page = std::function<http::Response(const http::Request&)>;

  /// \throws std::invalid_argument if the secret is too short.
  explicit Endpoint(EndpointOptions options = {});
  /// With this secret alone. (A template, so that `Endpoint({.secret_key_base = …})` names
  /// options.)
  template <std::convertible_to<std::string> Secret>
  explicit Endpoint(const Secret& secret_key_base)
      : Endpoint(EndpointOptions{.secret_key_base = secret_key_base}) {}
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;
  ~Endpoint();

  // What an endpoint has is complete before its server starts. While one runs, these throw
  // std::logic_error.

  /// Mounts a user socket. \throws std::invalid_argument for a path, its own or a transport's, that
  /// does not begin with `/`, for a missing user socket, for a transport that this path has
  /// already, for invalid versions, and for a rate of 0; OptionError for no transport, and for a
  /// limit or a time of 0.
  void socket(transport::Mount mount);
  /// Mounts a user socket on the admin port alone, for websockets. \throws like socket().
  void admin_socket(transport::Mount mount);
  /// Serves a page at exactly this path, to GET and HEAD: a demo's index, a health check. As in
  /// Plug, doubled slashes and one at the end don't count.
  void get(std::string_view path, Page page);
  /// Answers POST requests to exactly this path, such as a form's. The body may have any type, and
  /// any size that the server accepts.
  void post(std::string_view path, Page page);
  /// Adds a process that starts with the server, supervised one_for_one. If one keeps ending, its
  /// shard's supervisor gives up and logs it, and the shard goes on without its children. \throws
  /// std::invalid_argument for a child without a function that makes it.
  void child(Child child);
  /// Tracks presences: of all nodes if EndpointOptions::pubsub connects them, otherwise of this
  /// node. `presence` outlives the server.
  ///
  ///     phx::Presence presence;
  ///     endpoint.presence(presence, {.name = "MyAppWeb.Presence"});
  ///
  /// \throws OptionError for periods that contradict each other.
  void presence(Presence& presence, presence::ClusterOptions options);

  // Broadcasts from anywhere in the program: a timer, a thread that listens to a database, a page.
  // Any thread. The broadcasts of one thread arrive in order.
  //
  // Each returns true if a server runs: then every shard gets the event, and the adapter has been
  // asked to send it to other nodes. It returns false before start() and after stop(), and does
  // nothing.
  //
  // The payload is a JSON object. Other JSON can't be sent to members that speak V2, nor
  // Payload::binary to those that speak V1. On a thread of the server's own, in a page or a
  // process, that throws serializer::EncodeError before any other shard gets it. On any other
  // thread a shard with such a member logs an error, and goes on with its next task.

  /// Sends `event` to every client that has joined `topic`, and to its other subscribers. Mirrors
  /// Phoenix.Endpoint's broadcast/3.
  ///
  ///     endpoint.broadcast("room:lobby", "new_msg", {{"body", "hello"}});
  bool broadcast(std::string_view topic, std::string_view event, Payload payload = {}) const {
    return broadcaster_->broadcast(topic, event, std::move(payload), {});
  }
  /// To all but the process `from`, such as the channel Socket::channel(). Mirrors
  /// broadcast_from/4.
  bool broadcast_from(process::Pid from, std::string_view topic, std::string_view event,
                      Payload payload = {}) const {
    return broadcaster_->broadcast(topic, event, std::move(payload), from);
  }
  /// Only to the members on this node. Mirrors local_broadcast/3.
  bool local_broadcast(std::string_view topic, std::string_view event, Payload payload = {}) const {
    return broadcaster_->local_broadcast(topic, event, std::move(payload));
  }
  /// Only to the members on the node of this name: a text, as from pubsub::Adapter::node_name(), or
  /// `etf::Term::atom("b@host")` for a Phoenix node whose name is an atom. Without other nodes, to
  /// this one. Mirrors Phoenix.PubSub's direct_broadcast/5.
  bool direct_broadcast(const etf::Term& node, std::string_view topic, std::string_view event,
                        Payload payload = {}) const {
    return broadcaster_->direct_broadcast(node, topic, event, std::move(payload));
  }
  /// Ends all connections of one user: those whose UserSocket::id is `socket_id`. A websocket is
  /// closed with 1001, and phoenix.js connects again; a long-poll session ends. Mirrors
  /// `Endpoint.broadcast(socket_id, "disconnect", %{})`.
  bool disconnect(std::string_view socket_id) const { return broadcast(socket_id, "disconnect"); }

  /// The server's telemetry. Attach before it runs or while it does; any thread.
  telemetry::Telemetry& telemetry() const { return *telemetry_; }
  const ParameterFilter& filter_parameters() const { return options_.filter_parameters; }
  /// The number of living long-poll sessions of the whole server. Any thread.
  std::size_t longpoll_sessions() const { return tokens_->places().living(); }

  /// Whether it is one of admin_socket's: its connections are not those of clients.
  bool is_admin(const transport::Mount& mount) const;
  /// The traces, if the request's client asked for them with their token; else null.
  process::HopRecorder* traces_for(const http::Request& request) const;
  /// Routes the request to its mount or page. Shard thread; never throws.
  Outcome dispatch(const http::Request& request, const Context& context) const noexcept;
  /// Routes a request of the admin port to a mount of admin_socket(); nothing if none is at its
  /// path. The context is the first shard's, as is the thread. \throws whatever connect throws.
  std::optional<Outcome> dispatch_admin(const http::Request& request, const Context& context) const;

  /// The children of a shard's supervisor; on the first shard also those that run once.
  std::vector<process::ChildSpec> children(const Context& context) const;
  /// For the server, which opens and closes it.
  Broadcaster& broadcaster() const { return *broadcaster_; }
  const std::vector<transport::Mount>& mounts() const { return mounts_; }
  const std::optional<std::string>& url_host() const { return options_.url_host; }
  /// One for each user socket, for a stopping shard.
  std::vector<std::unique_ptr<socket::Drainer>> drainers() const;
  /// The same for the admin port's, which stay until the shard's others are drained.
  std::vector<std::unique_ptr<socket::Drainer>> admin_drainers() const;

 private:
  /// The handlers at one path.
  struct Pages {
    Page get;
    Page post;
    http::Response answer(const http::Request& request) const;
  };
  Pages& at(std::string_view path);
  void require_stopped(const char* function) const;
  std::vector<std::unique_ptr<socket::Drainer>> drainers_of(
      const std::vector<transport::Mount>& mounts) const;
  Outcome secured(const http::Request& request, const Context& context) const;
  Outcome route(const http::Request& request, const Context& context) const;

  const std::unique_ptr<telemetry::Telemetry> telemetry_;
  const std::unique_ptr<Broadcaster> broadcaster_;
  const EndpointOptions options_;
  const std::shared_ptr<const transport::LongpollTokens> tokens_;
  std::vector<transport::Mount> mounts_;
  std::vector<transport::Mount> admin_mounts_;
  std::map<std::string, Pages, std::less<>> pages_;
  std::vector<Child> children_;
};

}  // namespace phx
