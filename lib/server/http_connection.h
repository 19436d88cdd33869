#pragma once
/// \file
/// A connection that speaks HTTP: it answers requests, and may become a websocket.

#include <cstdint>
#include <memory>
#include <string>

#include "endpoint/endpoint.h"
#include "http/request_reader.h"
#include "net/networks.h"
#include "net/stream.h"
#include "net/timer.h"
#include "server/access_log.h"
#include "server/client.h"

namespace phx::server {

class HttpConnection;

/// What an HTTP connection needs from its shard. Shard thread.
class HttpHost {
 public:
  virtual ~HttpHost() = default;
  virtual net::Loop& loop() = 0;
  virtual Endpoint::Outcome dispatch(const http::Request& request) = 0;
  /// What traces this request, if its client asked for it.
  virtual process::HopRecorder* traces_for(const http::Request&) { return nullptr; }
  /// Takes over the stream; `early` is the bytes that came after the request.
  virtual void become_websocket(std::unique_ptr<net::Stream> stream, transport::Upgrade upgrade,
                                Client client, std::string_view early) = 0;
  virtual const http::Limits& http_limits() const = 0;
  /// How long a client has to end its side once we have ended ours.
  virtual Millis linger() const = 0;
  /// A client went over one of its limits.
  virtual void limit_reached(const telemetry::LimitReached& reached, const std::string& peer) = 0;
  /// Null if none was configured.
  virtual const Log* access_log() const { return nullptr; }
  /// The trusted proxies, whose headers name their clients.
  virtual const net::Networks& trusted_proxies() const;
  /// Takes a place for a client behind a proxy. False if its address is at its limit.
  virtual bool admit(Client& /*client*/) { return true; }
  /// Destroys the connection, once nothing of it is on the stack any more.
  virtual void finished(HttpConnection& connection) = 0;
};

class HttpConnection final : public net::StreamUser {
 public:
  /// `number` is another for each connection of the host.
  HttpConnection(HttpHost& host, std::unique_ptr<net::Stream> stream, Client client,
                 std::uint64_t number);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection() override;

  std::uint64_t number() const { return number_; }
  /// Bytes of memory for an incoming request and an outgoing answer.
  std::size_t held() const { return reader_.waiting() + unsent_.head.size() + unsent_.body.size(); }
  /// It holds too much memory: ends the connection at once.
  void evict() { stream_->drop(); }

  /// The server is stopping: answers the current request, then ends the connection. Waits for the
  /// first request of a new connection.
  void answer_and_close();
  /// Its first request is still on its way.
  bool newcomer() const { return newcomer_ && !ended_; }
  void close_if_idle();

  // The stream's events.
  void received(std::string_view bytes) override;
  void writable() override;
  void closed() override;

 private:
  class WaitingClient;
  /// The part of an answer that the stream has not taken: head, then body, which is not copied.
  struct Unsent {
    std::string head = {};
    std::string body = {};
    std::size_t sent = 0;  ///< Bytes of both together.

    bool empty() const { return sent == head.size() + body.size(); }
    /// The part to write next. REQUIRES: !empty().
    std::string_view next() const;
  };
  /// The client's next request can be answered now.
  bool idle() const { return !waiting_ && !late_ && unsent_.empty() && !closing_; }
  void read_requests();
  void yield();
  void resume();
  void answer(http::Request&& request);
  void resolve_peer(http::Request& request);
  void become_websocket(transport::Upgrade upgrade);
  void log_access();
  void defer(const http::Deferred& deferred);
  void respond(http::Response response, bool head_only, http::Persistence persistence);
  void write();
  void sent_all();
  void end();
  void restart_timeout();
  void timed_out();
  void report(telemetry::Limit limit) const;

  const std::uint64_t number_;
  HttpHost& host_;
  std::unique_ptr<net::Stream> stream_;  ///< Null once it is a websocket's.
  Client client_;
  http::RequestReader reader_;
  Unsent unsent_;
  bool newcomer_ = true;
  bool closing_ = false;  ///< Closes after the unsent bytes.
  bool leaving_ = false;  ///< Closes after the current answer.
  bool waiting_ = false;  ///< For an answer that takes time; the next request waits for it.
  bool paused_ = false;   ///< The stream is not read.
  bool late_ = false;     ///< Others get their turn before its next request.
  bool ended_ = false;
  std::size_t answered_ = 0;               ///< Requests since it last gave way.
  std::unique_ptr<net::Timer> next_turn_;  ///< Used only once it has given way.
  std::shared_ptr<WaitingClient> waiting_client_;
  std::unique_ptr<AccessEntry> access_;  ///< The current request's, if there is an access log.
  net::Timer patience_;
  std::size_t taken_ = 0;  ///< Bytes of the answer since the client last got more time.
};

}  // namespace phx::server
