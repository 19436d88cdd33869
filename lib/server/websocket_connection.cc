/// Messages in, frames out, and the ways in which a websocket ends.

#include "server/websocket_connection.h"

#include <utility>

#include "telemetry/faults.h"
#include "websocket/handshake.h"

namespace phx::server {

using serializer::Frame;
using socket::CloseCode;

WebsocketConnection::WebsocketConnection(WebsocketHost& host, std::unique_ptr<net::Stream> stream,
                                         Client client, const transport::Upgrade& upgrade)
    : host_(host),
      stream_(std::move(stream)),
      place_(std::move(client.place)),
      reader_({.max_message = upgrade.max_frame_size, .deflate = upgrade.deflate}),
      rate_(upgrade.message_rate ? std::make_unique<socket::RateLimit>(*upgrade.message_rate)
                                 : nullptr),
      max_frame_size_(static_cast<std::uint32_t>(upgrade.max_frame_size)),
      window_bits_(
          static_cast<signed char>(upgrade.deflate ? upgrade.deflate->server_window_bits : 0)) {
  outbox_.begin_with(websocket::switching_protocols(
      {upgrade.key, upgrade.subprotocol, upgrade.deflate, upgrade.headers}));
}

void WebsocketConnection::begin(process::Pid process, std::string_view early) {
  process_ = process;
  stream_->tell(*this);
  flush();
  if (!early.empty()) received(early);
}

// --- Down to the client -------------------------------------------------------------------------

//! [send]
void WebsocketConnection::send(serializer::FramePtr frame) {
  if (closing_) return;
  if (window_bits_ > 0) {
    outbox_.add(host_.deflater().compressed(frame, window_bits_), true);
  } else {
    outbox_.add(std::move(frame));
  }
  if (outbox_.held() > host_.outbox_limit()) return drop_slow_reader();
  to_be_flushed();
}
//! [send]

void WebsocketConnection::drop_slow_reader() {
  host_.scheduler().log().warn(
      "a client reads too slowly and is closed",
      {{"unsent_bytes", std::to_string(outbox_.held())}, {"peer", stream_->peer().address}});
  host_.telemetry().execute(telemetry::SlowConsumer{outbox_.held()});
  outbox_ = {};
  finish({});
}

void WebsocketConnection::to_be_flushed() {
  if (!std::exchange(dirty_, true)) host_.dirty(*this);
}

void WebsocketConnection::close(CloseCode code) {
  if (!closing_) finish(static_cast<unsigned>(code));
}

void WebsocketConnection::answer_close(unsigned code) {
  if (!closing_) finish(code);
}

void WebsocketConnection::pong(std::string payload) {
  if (closing_) return;
  outbox_.add_pong(std::move(payload));
  if (outbox_.held() > host_.outbox_limit()) return drop_slow_reader();
  to_be_flushed();
}

/// Without a code, drops the connection. Code 0 sends a close frame without a code.
void WebsocketConnection::finish(std::optional<unsigned> code) {
  closing_ = true;
  listening_ = false;
  if (!code) return stream_->drop();
  outbox_.add_close(*code);
  to_be_flushed();
}

/// One write takes as many frames as are ready.
void WebsocketConnection::flush() {
  dirty_ = false;
  while (!outbox_.empty()) {
    const websocket::Outbox::Piece piece = outbox_.take(host_.writing_space());
    const std::size_t taken = stream_->write(piece.bytes);
    if (taken == piece.bytes.size()) continue;
    outbox_.put_back(piece, taken);
    if (closing_) limit_farewell();
    return;
  }
  if (!closing_) return;
  farewell_.reset();
  stream_->finish(host_.linger());
}

/// A client that has stopped reading gets `farewell` to take what waits.
void WebsocketConnection::limit_farewell() {
  if (farewell_) return;
  farewell_ = std::make_unique<net::Timer>(host_.loop(), [this] { stream_->drop(); });
  farewell_->start(host_.farewell());
}

// --- Up from the client -------------------------------------------------------------------------

void WebsocketConnection::received(std::string_view bytes) {
  std::size_t events = 0;
  for (; listening_; ++events) {
    websocket::Event event = reader_.next(bytes);
    if (std::holds_alternative<websocket::NeedMore>(event)) break;
    if (auto* frame = std::get_if<Frame>(&event)) {
      take(std::move(*frame));
    } else if (auto* ping = std::get_if<websocket::Ping>(&event)) {
      take(std::move(*ping));
    } else if (const auto* close = std::get_if<websocket::Close>(&event)) {
      take(*close);
    } else if (const auto* failure = std::get_if<websocket::Failure>(&event)) {
      take(*failure);
    }
  }
  host_.mail_sent(events);
}

void WebsocketConnection::take(Frame frame) {
  if (rate_ && !rate_->take(Clock::now())) return refuse(CloseCode::policy_violation);
  host_.scheduler().send(process_, socket::FromClient{std::move(frame)});
}

/// Answers a ping after the messages before it, as on Cowboy, where one process does both. At once
/// if there are none: a flood of pings alone fills no mailbox.
void WebsocketConnection::take(websocket::Ping ping) {
  if (host_.scheduler().idle(process_)) return pong(std::move(ping.payload));
  host_.scheduler().send(process_, transport::ClientPings{std::move(ping.payload)});
}

void WebsocketConnection::take(websocket::Close close) { last_word(close.code); }

/// Leaves the close to the process: what came before it is answered first.
void WebsocketConnection::last_word(unsigned code) {
  listening_ = false;
  host_.scheduler().send(process_, transport::ClientCloses{code});
  limit_farewell();
}

void WebsocketConnection::take(const websocket::Failure& failure) { refuse(failure.code); }

void WebsocketConnection::refuse(CloseCode code) {
  using telemetry::Limit;
  if (code == CloseCode::too_big) {
    host_.limit_reached({Limit::message_size, max_frame_size_}, stream_->peer().address);
  } else if (code == CloseCode::policy_violation) {
    host_.limit_reached({Limit::message_rate, rate_->rate().per_second}, stream_->peer().address);
  }
  last_word(static_cast<unsigned>(code));
}

void WebsocketConnection::closed() {
  closing_ = true;
  listening_ = false;
  farewell_.reset();
  outbox_ = {};
  host_.scheduler().send(process_, socket::ClientGone{});
  host_.finished(*this);
}

}  // namespace phx::server
