#pragma once
/// \file
/// Which mount takes a request: the first thing that happens to it, and all that an application
/// sets.
///
///     phx::Endpoint endpoint;
///     endpoint.socket({"/socket", std::make_shared<UserSocket>()});
///     endpoint.get("/", [](const auto&) { return phx::Response{200, "hello"}; });
///
/// Filled before the server starts and only read afterwards, by all shards. Mirrors
/// Phoenix.Endpoint.

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
#include "transport/force_ssl.h"
#include "transport/longpoll.h"
#include "transport/mount.h"
#include "transport/pipeline.h"

namespace phx {

/// What holds for a whole endpoint.
struct EndpointOptions {
  /// Signs long-poll sessions; servers that share it verify each other's other tokens. Without one
  /// it is made up at each start.
  std::string secret_key_base = transport::random_secret();
  /// `url: [host: …]`: where pages come from and plain requests are sent; without one, the host
  /// that each request itself names.
  std::optional<std::string> url_host = {};
  std::optional<transport::ForceSsl> force_ssl = {};
  /// Long-poll sessions of the whole server. For one more, the oldest that was never polled gives
  /// up its place; if all were, the answer is 503.
  std::size_t max_longpoll_sessions = 16'384;
  /// The same for one address (of IPv6, one /64); 0 means no limit. Raise it behind a proxy, where
  /// all clients have the proxy's address.
  std::size_t max_longpoll_sessions_per_address = 1'024;
  /// Which parameters the log shows: all but passwords, unless told otherwise.
  ParameterFilter filter_parameters = {};
  /// The way to other nodes; without one there is this node alone.
  std::shared_ptr<pubsub::Adapter> pubsub = {};
};

/// A process of one's own that starts and ends with the server: a clock, a listener to a database.
///
///     endpoint.child({"clock", [](const phx::Context& context) {
///       return std::make_unique<Clock>(context);
///     }});
///
/// Mirrors a child specification of the application's supervisor.
struct Child {
  std::string id;
  /// Makes the process, at first and each time it is started again. The context is that of the
  /// shard that it runs on, and outlives the process: scheduler, log, pubsub, telemetry,
  /// broadcast(). Shard thread.
  std::function<std::unique_ptr<process::Process>(const Context& context)> start;
  process::Restart restart = process::Restart::permanent;
  Millis shutdown{5'000};  ///< To end in, when the server stops; then it is killed.
  /// Unless set there is one in the whole server, on its first shard.
  bool on_each_shard = false;
};

class Endpoint {
 public:
  /// What a request comes to: a websocket, an answer, or one that takes time.
  using Outcome = std::variant<transport::Upgrade, http::Response, http::Later>;
  using Page = std::function<http::Response(const http::Request&)>;

  /// \throws std::invalid_argument for a secret that is too short.
  explicit Endpoint(EndpointOptions options = {});
  explicit Endpoint(const std::string& secret_key_base)
      : Endpoint(EndpointOptions{.secret_key_base = secret_key_base}) {}
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// Mounts a user socket. \throws std::invalid_argument for a path, its own or a transport's, that
  /// does not begin with `/`, without a user socket, for versions that can't be read, and for a
  /// rate of 0.
  void socket(transport::Mount mount);
  /// Serves a page at exactly this path, to GET and HEAD: a demo's index, a health check.
  void get(std::string path, Page page) { pages_[std::move(path)].get = std::move(page); }
  /// Answers what is posted to exactly this path: a form. Its body is of any type, and of any size
  /// that the server takes.
  void post(std::string path, Page page) { pages_[std::move(path)].post = std::move(page); }
  /// A process that the server starts with, supervised one_for_one. Where one keeps ending, its
  /// shard's supervisor gives up with a line in the log, and the shard serves on without them.
  void child(Child child) { children_.push_back(std::move(child)); }
  /// Makes one list of this node's presences and those of others, where EndpointOptions::pubsub
  /// leads to others; alone, it is this node's. `presence` outlives the server.
  ///
  ///     phx::Presence presence;
  ///     endpoint.presence(presence, {.name = "MyAppWeb.Presence"});
  ///
  /// \throws OptionError for periods that contradict each other.
  void presence(Presence& presence, presence::ClusterOptions options);

  // Broadcasts from anywhere in the program: a timer, a thread that listens to a database, a page.
  // Any thread. Those of one thread arrive in their order.
  //
  // Each returns true where a server runs: every shard has got the event, or will, and what
  // connects the nodes has been asked to carry it. False where none runs, before start() and after
  // stop(): then nobody is there to hear it, and nothing happens.
  //
  // The payload is a JSON object. Other JSON can't be sent to members that speak V2, nor
  // Payload::binary to those that speak V1. On a thread of the server's own, in a page or a
  // process, that throws serializer::EncodeError, and on no other shard has anybody got it. On any
  // other thread a shard with such a member logs an error, and goes on with its next task.

  /// Sends `event` to every client that has joined `topic`, and to all else that subscribes to it.
  /// Mirrors Phoenix.Endpoint's broadcast/3.
  ///
  ///     endpoint.broadcast("room:lobby", "new_msg", {{"body", "hello"}});
  bool broadcast(std::string_view topic, std::string_view event, Payload payload = {}) const {
    return broadcaster_->broadcast(topic, event, std::move(payload), {});
  }
  /// To all but the process `from`: the channel Socket::channel(), say. Mirrors broadcast_from/4.
  bool broadcast_from(process::Pid from, std::string_view topic, std::string_view event,
                      Payload payload = {}) const {
    return broadcaster_->broadcast(topic, event, std::move(payload), from);
  }
  /// To the members on this node alone. Mirrors local_broadcast/3.
  bool local_broadcast(std::string_view topic, std::string_view event, Payload payload = {}) const {
    return broadcaster_->local_broadcast(topic, event, std::move(payload));
  }
  /// To the members on the node of this name alone: a text, as pubsub::Adapter::node_name() is, or
  /// `etf::Term::atom("b@host")` for a Phoenix node whose name is an atom. Where there are no other
  /// nodes, to this one. Mirrors Phoenix.PubSub's direct_broadcast/5.
  bool direct_broadcast(const etf::Term& node, std::string_view topic, std::string_view event,
                        Payload payload = {}) const {
    return broadcaster_->direct_broadcast(node, topic, event, std::move(payload));
  }
  /// Ends all connections of one user: those whose UserSocket::id is `socket_id`. A websocket is
  /// closed with 1001, and phoenix.js connects again; a long-poll session ends. Mirrors
  /// `Endpoint.broadcast(socket_id, "disconnect", %{})`.
  bool disconnect(std::string_view socket_id) const { return broadcast(socket_id, "disconnect"); }

  /// Where the server tells what happens. Attach before it runs or while it does; any thread.
  telemetry::Telemetry& telemetry() const { return *telemetry_; }
  const ParameterFilter& filter_parameters() const { return options_.filter_parameters; }
  /// Long-poll sessions that live, of the whole server. Any thread.
  std::size_t longpoll_sessions() const { return tokens_->places().living(); }

  /// Finds who answers, and lets him. Shard thread; never throws.
  Outcome dispatch(const http::Request& request, const Context& context) const noexcept;

  /// What the supervisor of a shard starts; of the server's first shard also what runs once.
  std::vector<process::ChildSpec> children(const Context& context) const;
  /// The way of a broadcast, for the server that opens and closes it.
  Broadcaster& broadcaster() const { return *broadcaster_; }
  const std::vector<transport::Mount>& mounts() const { return mounts_; }
  const std::optional<std::string>& url_host() const { return options_.url_host; }
  /// One for each user socket, for a shard that stops.
  std::vector<std::unique_ptr<socket::Drainer>> drainers() const;

 private:
  /// What stands at one path.
  struct Pages {
    Page get;
    Page post;
    http::Response answer(const http::Request& request) const;
  };
  Outcome secured(const http::Request& request, const Context& context) const;
  Outcome route(const http::Request& request, const Context& context) const;

  const std::unique_ptr<telemetry::Telemetry> telemetry_;
  const std::unique_ptr<Broadcaster> broadcaster_;
  const EndpointOptions options_;
  const std::shared_ptr<const transport::SessionTokens> tokens_;
  std::vector<transport::Mount> mounts_;
  std::map<std::string, Pages, std::less<>> pages_;
  std::vector<Child> children_;
};

}  // namespace phx
