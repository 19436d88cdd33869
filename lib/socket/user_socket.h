#pragma once
/// \file
/// The class that users write once for each endpoint: which clients may connect, a connection's id,
/// and which channel takes which topic.
///
///     struct UserSocket : phx::UserSocket {
///       UserSocket() { channel<Room>("room:*"); }
///       phx::ConnectResult connect(phx::Connect connect, phx::Socket& socket) const override {
///         socket.assigns["user"] = connect.params["user"];
///         return phx::Accepted{};
///       }
///     };
///
/// One object serves all connections on all threads: connect and id are const. Mirrors the
/// behaviour Phoenix.Socket.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "socket/topic.h"

namespace phx {

/// What the transport knows about a client besides its parameters, if the mount's connect_info asks
/// for it. Mirrors `connect_info`.
struct ConnectInfo {
  using Headers = std::vector<std::pair<std::string, std::string>>;
  struct Peer {
    std::string address;  ///< 127.0.0.1
    std::uint16_t port;
  };
  std::optional<Peer> peer_data;
  std::optional<std::string> uri;
  std::optional<std::string> user_agent;
  Headers x_headers;              ///< Those whose name begins with `x-`.
  Headers trace_context_headers;  ///< `traceparent` and `tracestate`.
  Headers sec_websocket_headers;
  std::optional<Json> session;
  std::optional<std::string> auth_token;
};

/// The arguments of connect: query and path parameters, and connect_info.
struct Connect {
  const Json& params;
  const ConnectInfo& info;
};

struct Accepted {};
/// Refuses the connection: without a reason with 403; with one, the mount's error handler answers.
struct Rejected {
  std::string reason = {};
};
using ConnectResult = std::variant<Accepted, Rejected>;

/// A route's options for its channels. Mirrors the options of Phoenix.Socket's channel/3.
struct RouteOptions {
  Assigns assigns = {};  ///< Merged into those of the connection; these win.
};

class UserSocket {
 public:
  UserSocket() = default;
  UserSocket(const UserSocket&) = delete;
  UserSocket& operator=(const UserSocket&) = delete;
  virtual ~UserSocket() = default;

  /// By default every client may connect. An exception is answered with 500. Shard thread: must not
  /// block.
  virtual ConnectResult connect(Connect connect, Socket& socket) const;
  /// A name for this user's connections, used to disconnect them; none by default.
  virtual std::optional<std::string> id(const Socket&) const { return std::nullopt; }

  /// The versions of the wire that this socket speaks.
  virtual std::span<const serializer::Offer> serializers() const {
    return serializer::default_offers();
  }
  /// Phoenix 1.8.9: max_channels_per_transport.
  virtual std::size_t max_channels() const { return 100; }
  /// Bytes of a topic, an event, a ref or a join_ref. A longer one closes the connection with 1008,
  /// or ends the long-poll session. Not in Phoenix.
  virtual std::size_t max_name_size() const { return 1'024; }

  /// How many bytes of JSON a handler may read from one payload of a client. Reading a larger one
  /// throws, which ends the channel that got it, or that broadcasts it for others to read. A
  /// payload that is only passed on is limited by the frame's size. The same holds for a tree that
  /// would take more than 32 times as much (Payload::tree_factor): `{},` takes 3 bytes as text, and
  /// 264 as a value.
  virtual std::uint32_t max_json_bytes() const { return 1'048'576; }

  /// The level at which connections are logged; Level::off for never. Mirrors `use Phoenix.Socket,
  /// log:`.
  virtual Level log() const { return Level::info; }

  const std::vector<socket::Route>& routes() const { return routes_; }

 protected:
  /// Routes a topic pattern to a channel; the first that matches wins. \throws
  /// std::invalid_argument.
  ///
  ///     channel<Room>("room:*", {.assigns = {{"kind", "public"}}});
  template <class C>
  void channel(std::string pattern, RouteOptions options = {}) {
    channel(
        std::move(pattern), [] { return std::make_unique<C>(); }, std::move(options));
  }
  /// The same for channels whose constructors take arguments.
  void channel(std::string pattern, phx::channel::Factory factory, RouteOptions options = {}) {
    socket::check_pattern(pattern);
    routes_.push_back({std::move(pattern), std::move(factory), std::move(options.assigns)});
  }

 private:
  std::vector<socket::Route> routes_;
};

}  // namespace phx
