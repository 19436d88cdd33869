#pragma once
/// \file
/// A connection that is none: polls bring messages, posts take them. Mirrors phoenix.js's LongPoll.
///
///     GET   no token yet    410 and a token: opened; 403: refused
///     GET   its token       200 with messages, 204 without; 410: the session is gone
///     POST  its token       up to a hundred messages, a line each (V1: one message); 200
///
/// The status that counts is in the answer's body. transport/longpoll.h is the server's half.

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "client/endpoint_url.h"
#include "client/http_exchange.h"
#include "client/options.h"
#include "client/transport.h"

namespace phx::client {

class LongpollTransport final : public Transport {
 public:
  LongpollTransport(const EndpointUrl& url, Attempt attempt, const ClientOptions& options,
                    TransportUser& user, const HttpExchange::Dialer& dial, Timers& timers);
  ~LongpollTransport() override;

  void send(serializer::Frame frame) override;
  std::size_t waiting() const override { return waiting_; }
  /// What was sent before still goes out.
  void close(unsigned code) override;
  /// The poll that waits shows that the server is there.
  bool needs_heartbeat() const override { return false; }

 private:
  enum class Stage : unsigned char { connecting, open, closing, closed };

  void poll();
  void polled(const HttpExchange::Outcome& outcome);
  void poll_failed(const HttpExchange::Outcome& outcome, int status);
  void deliver(const Json& messages);
  void post_soon();
  void post();
  void posted(const HttpExchange::Outcome& outcome);
  std::string request(std::string_view method, http::Request::Headers headers,
                      std::string_view body) const;
  void end(unsigned code, const std::string& reason);

  const EndpointUrl url_;
  const Attempt attempt_;
  const http::Request::Headers headers_;
  const std::size_t max_message_;
  const bool one_a_post_;  ///< V1's servers take no batches.
  TransportUser& user_;
  Timers& timers_;
  HttpExchange polls_;
  HttpExchange posts_;
  Stage stage_ = Stage::connecting;
  std::string token_;
  std::deque<std::string> outgoing_;
  std::size_t waiting_ = 0;  ///< Bytes of `outgoing_`, and of the post under way.
  std::size_t posting_ = 0;  ///< Of those, under way.
  std::optional<Timers::Id> post_timer_;
  std::optional<Timers::Id> end_timer_;
  Ending ending_;
};

}  // namespace phx::client
