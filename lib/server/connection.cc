/// Frames in, frames out, and the ways in which a websocket ends.

#include "server/connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <utility>

#include "serializer/scanner.h"
#include "server/receive_buffers.h"
#include "telemetry/faults.h"

namespace phx::server {

using serializer::Frame;
using socket::CloseCode;

Connection::Connection(ConnectionHost& host, Client client, const MessageLimits& limits,
                       const std::optional<websocket::Deflate>& deflate)
    : host_(host),
      client_(std::move(client)),
      max_frame_size_(limits.size),
      compression_(deflate ? std::make_unique<Compression>(*deflate) : nullptr) {
  if (limits.rate) rate_ = std::make_unique<socket::RateLimit>(*limits.rate);
}

// --- Down to the client -------------------------------------------------------------------------

//! [send]
void Connection::send(serializer::FramePtr frame) {
  if (closing_) return;
  if (compression_) {
    outbox_.add(host_.deflater().compressed(frame, compression_->window_bits), true);
  } else {
    outbox_.add(std::move(frame));
  }
  if (unsent() > host_.outbox_limit()) return drop_slow_reader();
  to_be_flushed();
}
//! [send]

std::size_t Connection::unsent() const {
  const bool held = held_back_ > 0 && wsi_ != nullptr && lws_partial_buffered(wsi_);
  return outbox_.bytes() + (held ? held_back_ : 0);
}

void Connection::drop_slow_reader() {
  host_.scheduler().log().warn(
      "a client reads too slowly and is closed",
      {{"unsent_bytes", std::to_string(unsent())}, {"peer", client_.address}});
  host_.telemetry().execute(telemetry::SlowConsumer{unsent()});
  outbox_ = {};
  finish(0);
}

void Connection::to_be_flushed() {
  if (!std::exchange(dirty_, true)) host_.dirty(*this);
}

void Connection::close(CloseCode code) {
  if (!closing_) finish(static_cast<unsigned>(code));
}

/// A code of 0 drops the connection.
void Connection::finish(unsigned code) {
  if (code != 0) outbox_.add_close(code);
  closing_ = true;
  message_ = {};
  if (wsi_ != nullptr && code == 0) {
    limited_ = true;  // sooner than the last words would be
    end_in(LWS_TO_KILL_ASYNC);
  }
  to_be_flushed();
}

/// libwebsockets winds its clock up when it is called, and may not be for a long time: so we call.
void Connection::end_in(int seconds) {
  lws_set_timeout(wsi_, PENDING_TIMEOUT_CLOSE_SEND, seconds);
  lws_cancel_service_pt(wsi_);
}

/// A write takes as many frames as are ready. While libwebsockets holds back bytes that the socket
/// did not take, nothing goes past them: it calls writable() when they are gone.
void Connection::flush() {
  dirty_ = false;
  if (wsi_ == nullptr) return;
  bool mid_frame = false;
  while (!outbox_.empty() && (mid_frame || !lws_partial_buffered(wsi_))) {
    const websocket::Outbox::Piece piece = outbox_.take(host_.writing_space());
    if (!write(piece.bytes)) {
      outbox_ = {};
      closing_ = true;
      break;
    }
    mid_frame = piece.ends_mid_frame;
  }
  if (closing_) limit_last_words();
  if (closing_ || !outbox_.empty()) lws_callback_on_writable(wsi_);
}

/// Straight to the socket; libwebsockets, whose own way down is a good deal longer, has a copy of
/// what the socket does not take, and its errors.
bool Connection::write(std::string_view bytes) {
  if (!lws_partial_buffered(wsi_)) {
    held_back_ = 0;
    const ssize_t taken = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken == static_cast<ssize_t>(bytes.size())) return true;
    if (taken > 0) bytes.remove_prefix(static_cast<std::size_t>(taken));
  }
  held_back_ += bytes.size();
  auto* rest = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  return lws_write(wsi_, rest, bytes.size(), LWS_WRITE_RAW) >= 0;
}

/// Who does not read has a while for what waits, and the close behind it. The socket calls
/// writable() when a good part of its buffer is free, which for who does not read is never, also
/// where it took the last bytes.
void Connection::limit_last_words() {
  if (limited_) return;
  pollfd room{socket_, POLLOUT, 0};
  limited_ = !outbox_.empty() || lws_partial_buffered(wsi_) || ::poll(&room, 1, 0) == 0;
  if (!limited_) return;
  end_in(static_cast<int>(std::chrono::ceil<std::chrono::seconds>(host_.farewell()).count()));
}

int Connection::writable() {
  flush();
  return closing_ && outbox_.empty() && !lws_partial_buffered(wsi_) ? -1 : 0;
}

// --- Up from the client -------------------------------------------------------------------------

void Connection::established(lws* wsi) {
  wsi_ = wsi;
  socket_ = lws_get_socket_fd(wsi);
  receive_buffer_ = ReceiveBuffers::taken_last();
}

int Connection::received(lws* wsi, std::string_view bytes) {
  heard_ = true;
  if (!is_linked()) host_.awake(*this);
  if (closing_) return 0;
  Trouble trouble = accept(wsi, bytes);
  if (!trouble && !message_ends(wsi)) return 0;
  if (!trouble && rate_ && !rate_->take(Clock::now())) trouble = CloseCode::policy_violation;
  if (trouble) {
    refuse(*trouble);
    return 0;
  }
  const auto opcode = lws_frame_is_binary(wsi) ? Frame::binary : Frame::text;
  host_.scheduler().send(process_, socket::FromClient{Frame{opcode, std::exchange(message_, {})}});
  return 0;
}

void Connection::refuse(CloseCode code) {
  using telemetry::Limit;
  if (code == CloseCode::too_big) {
    host_.limit_reached({Limit::message_size, max_frame_size_}, client_.address);
  } else if (code == CloseCode::policy_violation) {
    host_.limit_reached({Limit::message_rate, rate_->rate().per_second}, client_.address);
  }
  close(code);
  host_.scheduler().send(process_, socket::ClientGone{});
}

bool Connection::message_ends(lws* wsi) {
  return lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0;
}

/// RSV1 on a message's first frame says that all of it is compressed. Without an agreement
/// libwebsockets lets no such frame through.
Connection::Trouble Connection::accept(lws* wsi, std::string_view bytes) {
  if (!compression_) return accept_plain(wsi, bytes);
  Compression& c = *compression_;
  const bool rsv1 = lws_get_reserved_bits(wsi) != 0;
  if (!c.in_message) c.message_is_compressed = rsv1;
  const bool continues = c.in_message && !c.in_frame;
  if (continues && rsv1) return CloseCode::protocol_error;  // RFC 7692, 6.1
  c.in_message = !message_ends(wsi);
  c.in_frame = lws_remaining_packet_payload(wsi) > 0;
  return c.message_is_compressed ? accept_compressed(wsi, bytes) : accept_plain(wsi, bytes);
}

/// A frame says its size at its beginning, so what would grow too large is refused before it has.
Connection::Trouble Connection::accept_plain(lws* wsi, std::string_view bytes) {
  const std::size_t to_come = lws_remaining_packet_payload(wsi);
  if (message_.size() + bytes.size() + to_come > max_frame_size_) return CloseCode::too_big;
  if (message_.empty() && to_come > 0) message_.reserve(bytes.size() + to_come);
  message_ += bytes;
  return {};
}

/// A compressed one says nothing about its size, so it is refused where it has grown too large.
Connection::Trouble Connection::accept_compressed(lws* wsi, std::string_view bytes) {
  using Result = websocket::Inflater::Result;
  if (bytes.size() + lws_remaining_packet_payload(wsi) > max_frame_size_) return CloseCode::too_big;
  Result result = compression_->inflater.add(bytes, message_, max_frame_size_);
  if (result == Result::good && message_ends(wsi)) {
    result = compression_->inflater.finish(message_, max_frame_size_);
  }
  switch (result) {
    case Result::good: break;
    case Result::malformed: return CloseCode::bad_payload;
    case Result::too_large: return CloseCode::too_big;
  }
  return {};
}

namespace {

/// What Cowboy answers to a client's close: its own code, or 1002 for one that may not be sent.
unsigned answer_to_close(std::string_view code_and_reason) {
  if (code_and_reason.size() < 2) return 0;
  const unsigned code = static_cast<unsigned char>(code_and_reason[0]) * 256u +
                        static_cast<unsigned char>(code_and_reason[1]);
  const bool may_be_sent = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1011) ||
                           (code >= 3000 && code <= 4999);
  if (!may_be_sent) return 1002;
  return serializer::is_utf8(code_and_reason.substr(2)) ? code : 1007;
}

}  // namespace

int Connection::peer_closes(std::string_view code_and_reason) {
  if (!closing_) {
    outbox_.add_close(answer_to_close(code_and_reason));
    closing_ = true;
  }
  flush();
  return -1;
}

/// Between frames there is nothing in the buffer that libwebsockets has not handed on.
void Connection::rest() {
  if (std::exchange(heard_, false) || lws_remaining_packet_payload(wsi_) > 0) return;
  ReceiveBuffers::rest(receive_buffer_);
  unlink();
}

void Connection::gone() {
  wsi_ = nullptr;
  if (is_linked()) unlink();  // the buffer goes, too
  closing_ = true;
  outbox_ = {};
  host_.scheduler().send(process_, socket::ClientGone{});
}

Millis Connection::quiet_for() const {
  return wsi_ == nullptr ? Millis{0} : client_.quiet_for();  // without it, the socket is another's
}

}  // namespace phx::server
