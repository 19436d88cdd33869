#pragma once
/// \file
/// All the connections of one shard: how they come, what they turn into, when they are written, and
/// how they go.
///
/// A connection is HTTP's first; after an upgrade its stream is a websocket's. One that has ended
/// is kept until the end of the turn, for it may still be on the stack. Shard thread only.

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "endpoint/endpoint.h"
#include "net/loop.h"
#include "pubsub/pubsub.h"
#include "server/http_connection.h"
#include "server/websocket_connection.h"

namespace phx::server {

struct ConnectionLimits {
  std::size_t max_connections = 16'384;       ///< Of this shard; more are closed as they come.
  std::size_t outbox_limit = 32 * 1'048'576;  ///< Bytes of memory for what waits for one client.
  Millis farewell{5'000};                     ///< For the client of a connection that we end.
  http::Limits http = {};
};

class Connections final : public HttpHost, public WebsocketHost {
 public:
  Connections(const Endpoint& endpoint, net::Loop& loop, process::Scheduler& scheduler,
              pubsub::PubSub& pubsub, const ConnectionLimits& limits);

  /// Takes an accepted socket over; with a certificate the client is to speak TLS.
  void adopt(int socket, Client client, const net::Certificate* certificate);
  /// The same for a stream: it speaks HTTP from here on.
  void welcome(std::unique_ptr<net::Stream> stream, Client client);
  /// The end of a turn: writes each websocket that has something to write, once, and lets go of
  /// what has ended.
  void flush();

  /// No more are taken; HTTP's are answered and closed. Websockets are the transport's to close.
  void stop();
  /// Ends all at once.
  void clear();

  std::size_t size() const { return http_.size() + websockets_.size(); }
  std::size_t http() const { return http_.size(); }
  std::size_t websockets() const { return websockets_.size(); }

 private:
  net::Loop& loop() override { return loop_; }
  const telemetry::Telemetry& telemetry() const override { return endpoint_.telemetry(); }
  Millis farewell() const override { return limits_.farewell; }
  Millis linger() const override {
    return std::min(limits_.farewell, stopping_ ? Millis{100} : Millis{1'000});
  }
  void limit_reached(const telemetry::LimitReached& reached, const std::string& peer) override {
    telemetry::tell(telemetry(), scheduler_.log(), reached, {"peer", peer});
  }
  // HttpHost
  Endpoint::Outcome dispatch(const http::Request& request) override {
    return endpoint_.dispatch(request, {&scheduler_, &pubsub_, &endpoint_.telemetry()});
  }
  void become_websocket(std::unique_ptr<net::Stream> stream, transport::Upgrade upgrade,
                        Client client, std::string_view early) override;
  const http::Limits& http_limits() const override { return limits_.http; }
  void finished(HttpConnection& connection) override;
  // WebsocketHost
  process::Scheduler& scheduler() override { return scheduler_; }
  void mail_sent(std::size_t messages) override;
  websocket::Deflater& deflater() override { return deflater_; }
  void dirty(WebsocketConnection& connection) override {
    dirty_.push_back(connection.shared_from_this());
  }
  std::string& writing_space() override { return writing_space_; }
  std::size_t outbox_limit() const override { return limits_.outbox_limit; }
  void finished(WebsocketConnection& connection) override;

  bool has_room(const std::string& peer);

  const Endpoint& endpoint_;
  net::Loop& loop_;
  process::Scheduler& scheduler_;
  pubsub::PubSub& pubsub_;
  const ConnectionLimits limits_;
  websocket::Deflater deflater_;
  std::string writing_space_;  ///< As large as a piece of an outbox.

  std::unordered_map<HttpConnection*, std::unique_ptr<HttpConnection>> http_;
  std::unordered_map<WebsocketConnection*, std::shared_ptr<WebsocketConnection>> websockets_;
  std::vector<std::shared_ptr<WebsocketConnection>> dirty_;
  // Until the end of the turn:
  std::vector<std::unique_ptr<HttpConnection>> ended_http_;
  std::vector<std::shared_ptr<WebsocketConnection>> ended_websockets_;
  std::size_t unread_ = 0;  ///< Messages that were sent to processes since these had a turn.
  bool full_ = false;       ///< A client was turned away since there last was room.
  bool stopping_ = false;
};

}  // namespace phx::server
