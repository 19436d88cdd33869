#pragma once
/// \file
/// A TCP connection that still speaks HTTP: it asks, is answered, and may become a websocket.

#include <sys/types.h>

#include <memory>
#include <string>

#include "endpoint/endpoint.h"
#include "http/request_reader.h"
#include "server/client.h"
#include "server/uv.h"

namespace phx::server {

class HttpConnection;

//! [http_host]
/// What an HTTP connection needs of its shard. Shard thread.
class HttpHost {
 public:
  virtual ~HttpHost() = default;
  virtual uv_loop_t* loop() = 0;
  virtual Endpoint::Outcome dispatch(const http::Request& request) = 0;
  /// Takes over the socket, in which what came behind the request still lies.
  virtual void become_websocket(int socket, transport::Upgrade upgrade, Client client) = 0;
  virtual const http::Limits& http_limits() const = 0;
  /// A client went over one of them.
  virtual void limit_reached(const telemetry::LimitReached& reached, const std::string& peer) = 0;
  /// The connection is to be destroyed, once nothing of it is on the stack any more.
  virtual void finished(HttpConnection& connection) = 0;
};
//! [http_host]

class HttpConnection {
 public:
  /// Owns `socket`, which is not blocking.
  HttpConnection(HttpHost& host, int socket, Client client);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection();

  /// Reads what has come already, and listens for what has not. Where the loop would not have it,
  /// the connection is finished.
  void start();
  /// The server stops: what has been asked is answered, and then the connection ends.
  void answer_and_close();

 private:
  class Answer;
  /// What the socket has not taken of an answer: its head, and then its body, which is not copied.
  struct Unsent {
    std::string head = {};
    std::string body = {};
    std::size_t sent = 0;  ///< Of both, together.

    bool empty() const { return sent == head.size() + body.size(); }
  };
  void ready(int events);
  void read();
  void answer(http::Request request);
  void wait_for(const http::Later& later);
  void respond(http::Response response, bool head_only, bool keep_alive);
  void write();
  ssize_t send_some() const;
  void end();
  void listen();
  void be_patient();
  void run_out_of_patience();
  void tell(telemetry::Limit limit) const;

  HttpHost& host_;
  int socket_;
  Client client_;
  http::RequestReader reader_;
  Unsent unsent_;
  bool closing_ = false;  ///< After what is unsent.
  bool leaving_ = false;  ///< After the answer under way.
  bool waiting_ = false;  ///< For an answer that takes time; the next request waits behind it.
  bool ended_ = false;
  std::shared_ptr<Answer> answer_;
  UvHandle<uv_poll_t> poll_;
  UvHandle<uv_timer_t> patience_;
};

}  // namespace phx::server
