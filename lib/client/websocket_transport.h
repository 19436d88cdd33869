#pragma once
/// \file
/// A websocket to a server: the handshake, frames both ways, a goodbye. Over any stream, so that a
/// test can be the network.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/endpoint_url.h"
#include "client/options.h"
#include "client/transport.h"
#include "http/response_reader.h"
#include "net/client_loop.h"
#include "websocket/client_handshake.h"
#include "websocket/deflate.h"
#include "websocket/reader.h"

namespace phx::client {

class WebsocketTransport final : public Transport, private net::DialUser {
 public:
  using Dialer = std::function<std::unique_ptr<net::DialedStream>(net::DialUser&)>;
  /// Random bytes, `size` of them: masks and the handshake's key.
  using Random = std::function<std::string(std::size_t size)>;

  WebsocketTransport(const EndpointUrl& url, const Attempt& attempt, const ClientOptions& options,
                     TransportUser& user, const Dialer& dial, Random random);

  void send(serializer::Frame frame) override;
  std::size_t waiting() const override { return outgoing_.size() - written_; }
  void close(unsigned code) override;

 private:
  // net::DialUser
  void opened() override;
  void received(std::string_view bytes) override;
  void writable() override {
    flush();
    user_.written();
  }
  void closed() override;

  void take_answer();
  void read(std::string_view bytes);
  void take(const websocket::Ping& ping);
  void take(const websocket::Close& close);
  void fail(unsigned code, const std::string& why);
  void write(unsigned flags, websocket::Opcode opcode, std::string_view payload);
  void flush();
  void finish_once_sent();

  TransportUser& user_;
  const Random random_;
  const std::size_t max_message_;
  websocket::Opening opening_;
  std::optional<http::ResponseReader> answer_;  ///< Until the handshake is over.
  std::optional<websocket::Reader> reader_;     ///< From then on.
  std::optional<websocket::Deflater> deflater_;
  int window_bits_ = 15;
  std::string outgoing_;
  std::size_t written_ = 0;  ///< Of `outgoing_`.
  bool close_sent_ = false;  ///< Nothing may follow.
  bool close_came_ = false;  ///< Or the connection failed: nothing is read any more.
  Ending ending_;            ///< What closed() will report.
  std::unique_ptr<net::DialedStream> stream_;
};

}  // namespace phx::client
