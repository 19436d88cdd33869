#pragma once
/// \file
/// Requests to one server and their answers, one at a time, over a connection that is kept for the
/// next one.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/timers.h"
#include "http/request.h"
#include "http/response_reader.h"
#include "net/client_loop.h"

namespace phx::client {

/// Client's thread only. Neither copied nor moved.
class HttpExchange {
 public:
  using Dialer = std::function<std::unique_ptr<net::DialedStream>(net::DialUser&)>;
  struct Limits {
    Millis patience{20'000};  ///< From the request to the whole answer.
    http::ResponseReader::Limits answer = {};
  };
  /// The answer, or why none came.
  struct Outcome {
    std::optional<http::Response> answer = {};
    std::string failure = {};
    bool late = false;  ///< It took longer than Limits::patience.
  };
  using Done = std::function<void(Outcome outcome)>;

  HttpExchange(Timers& timers, Dialer dial, Limits limits);
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;
  ~HttpExchange();

  /// `done` comes once, in a later turn, and may send the next request. REQUIRES: not busy().
  void send(std::string request, Done done);
  bool busy() const { return done_ != nullptr; }
  /// Ends the connection; no answer comes to a request that waits for one.
  void drop();

 private:
  struct Connection;

  void received(std::string_view bytes);
  void connection_ended();
  void settle(Outcome outcome);
  void retire();

  Timers& timers_;
  const Dialer dial_;
  const Limits limits_;
  Done done_;
  std::optional<Timers::Id> deadline_;
  std::unique_ptr<Connection> connection_;
  std::vector<std::unique_ptr<Connection>> retired_;  ///< One of them may be calling us.
  std::optional<Timers::Id> burial_;
};

}  // namespace phx::client
