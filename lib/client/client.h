#pragma once
/// \file
/// A client of Phoenix Channels that reconnects, rejoins its topics, and keeps pushes meanwhile.
/// Does what phoenix.js does.
///
///     phx::Client client("wss://example.org/socket");
///     client.on_error([](const std::string& error) { show(error); });
///     client.connect();
///     phx::Topic lobby = client.topic("room:lobby");

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/option_error.h"
#include "client/closed.h"
#include "client/options.h"
#include "client/topic.h"

struct uv_loop_s;

namespace phx {

/// Callbacks come on the client's thread, one at a time, and must not block it. On a thread of its
/// own: any thread may call any of these. On the caller's libuv loop: its thread alone. Neither
/// copied nor moved.
class Client {
 public:
  /// On a thread of its own. The url is the socket's, without `/websocket`.
  /// \throws OptionError for a url or an option that can't be used.
  explicit Client(std::string_view url, ClientOptions options = {});
  /// Driven by a libuv loop, a `uv_loop_t*`: nothing happens unless that runs. The loop outlives
  /// the client, and must turn once more after it.
  Client(std::string_view url, ClientOptions options, uv_loop_s* loop);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  /// Disconnects, and waits for a callback that is running. Not from a callback. Remaining topics
  /// do nothing from then on.
  ~Client();

  /// Tries until it succeeds, and again whenever the connection is lost.
  void connect();
  /// Closes with 1000, and stays away until connect(), after which topics join again.
  void disconnect();
  ClientStatus status() const;
  /// Bytes of pushes that wait: for a join, for the connection, or for the network. Push no more
  /// while this is large: ClientOptions::max_waiting_bytes is where pushes end with an error.
  std::size_t waiting_bytes() const;

  /// A topic, to be joined with these parameters.
  Topic topic(std::string name, Payload params = {});
  /// The same, with parameters that are asked for at each join, on the client's thread: a function
  /// that returns a Payload.
  template <std::invocable Params>
  Topic topic(std::string name, Params params) {
    return add(std::move(name), std::move(params));
  }

  void on_open(std::function<void()> callback);
  /// The connection has ended, or a try failed.
  void on_close(std::function<void(const ClientClosed& closed)> callback);
  /// A sentence: why a connection failed, a message that can't be read, a callback that threw.
  void on_error(std::function<void(const std::string& error)> callback);

 private:
  Topic add(std::string name, std::function<Payload()> params);

  const std::shared_ptr<client::Engine> engine_;
};

}  // namespace phx
