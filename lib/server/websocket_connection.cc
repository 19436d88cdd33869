/// Messages in, frames out, and the ways in which a websocket ends.

#include "server/websocket_connection.h"

#include <algorithm>
#include <limits>
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
      mount_(*upgrade.mount),
      departures_(process::current_trace.recorder),
      window_bits_(
          static_cast<signed char>(upgrade.deflate ? upgrade.deflate->server_window_bits : 0)) {
  if (upgrade.deflate) {
    reader_ = std::make_unique<websocket::Reader>(websocket::Reader::Options{
        .max_message = mount_.websocket->max_frame_size, .deflate = upgrade.deflate});
  }
  outbox_.begin_with(websocket::switching_protocols(
      {upgrade.key, upgrade.subprotocol, upgrade.deflate, upgrade.headers}));
}

void WebsocketConnection::begin(process::Pid process, std::string_view early) {
  process_ = process;
  stream_->set_user(*this);
  Budget unlimited(std::numeric_limits<std::size_t>::max());
  flush(unlimited);
  if (!early.empty()) received(early);
}

// --- Out to the client --------------------------------------------------------------------------

//! [send]
[[gnu::always_inline]] inline void WebsocketConnection::sent() {
  if (outbox_.held() > host_.outbox_limit()) return drop_slow_reader();
  schedule_flush();
}

void WebsocketConnection::send(serializer::FramePtr frame) {
  if (closing_) return;
  departures_.add("frame", frame->bytes);
  ++host_.traffic.frames_out;
  if (window_bits_ > 0) {
    outbox_.add(host_.deflater().compressed(frame, window_bits_), true);
  } else {
    outbox_.add(std::move(frame));
  }
  sent();
}

void WebsocketConnection::send_own(serializer::Draft& draft) {
  if (window_bits_ > 0) return Wire::send_own(draft);
  if (closing_) return;
  ++host_.traffic.frames_out;
  outbox_.add_own(draft);
  sent();
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

void WebsocketConnection::schedule_flush() {
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
  schedule_flush();
}

/// Without a code, drops the connection. Code 0 sends a close frame without a code.
void WebsocketConnection::finish(std::optional<unsigned> code) {
  closing_ = true;
  listening_ = false;
  if (!code) return stream_->drop();
  outbox_.add_close(*code);
  schedule_flush();
}

/// One write takes all frames that are ready; of a large frame that many share, a part.
bool WebsocketConnection::flush(Budget& budget) {
  dirty_ = false;
  std::size_t written = 0;
  while (!outbox_.empty()) {
    const websocket::Outbox::Piece piece = outbox_.take(host_.writing_space());
    const std::string_view part = piece.bytes.substr(0, Budget::per_connection);
    const std::size_t taken = stream_->write(part);
    written += taken;
    departures_.leave("bytes written", piece.bytes.substr(0, taken));
    host_.traffic.bytes_out += taken;
    budget.spend(taken);
    if (drain_) drain_->must_go -= std::min(drain_->must_go, taken);
    if (taken < piece.bytes.size()) outbox_.put_back(piece, taken);
    if (taken < part.size()) {
      listening_ ? limit_drain() : limit_farewell();
      return false;
    }
    if (written >= Budget::per_connection && !outbox_.empty()) return dirty_ = true;
  }
  if (drain_ && (closing_ || !drain_->farewell)) drain_.reset();
  if (closing_) {
    end();
  } else if (!listening_) {
    limit_farewell();
  }
  return false;
}

/// When both have closed, the connection ends at once, as Cowboy's does: waiting for the client's
/// end would cost a tenth of all that a connection costs. A client that may still send gets time,
/// so that no reset destroys the close on its way to it. So does one of TLS, which has yet to
/// answer TLS's own end.
void WebsocketConnection::end() {
  if (!said_all_ || stream_->peer().secure) return stream_->finish(host_.close_linger());
  closed();
}

/// A client that has stopped reading gets `farewell` to take what waits.
void WebsocketConnection::limit_farewell() {
  if (std::exchange(drain().farewell, true)) return;
  drain_->timer.start(host_.farewell());
}

/// If a client reads more slowly than the server writes, the bytes queued now must be sent within a
/// time limit. Otherwise a client that reads a byte a minute would hold its memory for ever.
void WebsocketConnection::limit_drain() {
  if (drain_) return;
  drain().must_go = outbox_.bytes();
  drain_->timer.start(host_.write_patience());
}

WebsocketConnection::Drain& WebsocketConnection::drain() {
  if (!drain_) {
    drain_ = std::make_unique<Drain>(host_.loop(), [this] { drain_is_due(); });
  }
  return *drain_;
}

void WebsocketConnection::drain_is_due() {
  if (drain_->farewell) return stream_->drop();
  if (drain_->must_go > 0) {
    const auto allowed = static_cast<std::size_t>(host_.write_patience().count());
    return evict({telemetry::Limit::write_time, allowed});
  }
  drain_->must_go = outbox_.bytes();
  drain_->timer.start(host_.write_patience());
}

void WebsocketConnection::evict(const telemetry::LimitReached& reached) {
  host_.limit_reached(reached, stream_->peer().address);
  outbox_ = {};
  finish({});
}

// --- In from the client -------------------------------------------------------------------------

void WebsocketConnection::received(std::string_view bytes) {
  const std::size_t size = bytes.size();
  host_.traffic.bytes_in += size;
  behind_ = !read(bytes);
  if (behind_) stream_->pause();
  if (mount_.byte_rate) slow_down(size);
}

void WebsocketConnection::resume_reading(std::string_view unread) {
  behind_ = !read(unread);
  resume_unless_held_back();
}

void WebsocketConnection::resume_unless_held_back() {
  if (!behind_ && !slowed_) stream_->resume();
}

/// Between messages there is nothing to remember, so silent connections have no reader of their
/// own.
bool WebsocketConnection::read(std::string_view bytes) {
  constexpr std::size_t inflated_at_once = 262'144;
  if (!reader_) reader_ = host_.take_reader(mount_.websocket->max_frame_size);
  reader_->may_inflate(inflated_at_once);
  std::size_t events = 0;
  bool completed = false;  // a message, or a control frame between two
  for (; listening_; ++events, completed |= !reader_->in_message()) {
    std::optional<process::TraceScope> trace;
    if (auto* recorder = departures_.recorder()) [[unlikely]]
      trace.emplace(recorder);
    if (!bytes.empty()) process::hop("masked frame", bytes);
    websocket::Event event = reader_->next(bytes);
    if (std::holds_alternative<websocket::NeedMore>(event)) break;
    if (auto* frame = std::get_if<Frame>(&event)) {
      take(std::move(*frame));
    } else if (auto* ping = std::get_if<websocket::Ping>(&event)) {
      take(std::move(*ping));
    } else if (const auto* close = std::get_if<websocket::Close>(&event)) {
      said_all_ = bytes.empty();
      take(*close);
    } else if (const auto* failure = std::get_if<websocket::Failure>(&event)) {
      take(*failure);
    }
  }
  if (message_due_ || reader_->midway()) limit_message(completed);
  if (reader_->clean()) host_.give_back(std::move(reader_));
  const bool all = bytes.empty() || !listening_;
  if (!all) host_.behind(*this, std::string(bytes));
  host_.mail_sent(events);
  return all;
}

/// A control frame may come within a message, and does not restart its time limit.
void WebsocketConnection::limit_message(bool completed) {
  if (!reader_->midway() || !listening_) return message_due_.reset();
  if (message_due_ && !completed) return;
  if (!message_due_) {
    message_due_ = std::make_unique<net::Timer>(host_.loop(), [this] { message_is_due(); });
  }
  message_due_->start(mount_.websocket->message_patience);
}

void WebsocketConnection::message_is_due() {
  const Millis patience = mount_.websocket->message_patience;
  host_.limit_reached({telemetry::Limit::message_time, static_cast<std::size_t>(patience.count())},
                      stream_->peer().address);
  forward_close(static_cast<unsigned>(CloseCode::policy_violation));
}

/// Pauses reading if a client sends too fast: the network then slows the client.
void WebsocketConnection::slow_down(std::size_t bytes) {
  const Millis wait = socket::take(*mount_.byte_rate, bytes_, bytes, host_.now());
  if (wait == Millis{0} || !listening_) return;
  if (!resume_) {
    host_.limit_reached({telemetry::Limit::byte_rate, mount_.byte_rate->per_second},
                        stream_->peer().address);
    resume_ = std::make_unique<net::Timer>(host_.loop(), [this] {
      slowed_ = false;
      resume_unless_held_back();
    });
  }
  slowed_ = true;
  stream_->pause();
  resume_->start(wait);
}

void WebsocketConnection::take(Frame&& frame) {
  const auto& rate = mount_.message_rate;
  if (rate && !socket::take(*rate, messages_, host_.now())) {
    return refuse(CloseCode::policy_violation);
  }
  process::hop("frame", frame.bytes);
  host_.scheduler().hand(process_, socket::FromClient{std::move(frame)}, host_.now());
}

/// Answers a ping after the messages that came before it, as Cowboy does, where one process handles
/// both. If no message waits it answers at once, so a flood of pings alone fills no mailbox.
void WebsocketConnection::take(websocket::Ping ping) {
  if (host_.scheduler().idle(process_)) return pong(std::move(ping.payload));
  host_.scheduler().send(process_, transport::ClientPings{std::move(ping.payload)});
}

void WebsocketConnection::take(websocket::Close close) { forward_close(close.code); }

/// Leaves the close to the process: what came before it is answered first. Most answers are there
/// before this turn's flush(), which sets a time limit for the others.
void WebsocketConnection::forward_close(unsigned code) {
  listening_ = false;
  host_.scheduler().send(process_, transport::ClientCloses{code});
  schedule_flush();
}

void WebsocketConnection::take(const websocket::Failure& failure) {
  process::hop("failure", failure.why);
  refuse(failure.code);
}

void WebsocketConnection::refuse(CloseCode code) {
  using telemetry::Limit;
  if (code == CloseCode::too_big) {
    host_.limit_reached({Limit::message_size, mount_.websocket->max_frame_size},
                        stream_->peer().address);
  } else if (code == CloseCode::policy_violation) {
    host_.limit_reached({Limit::message_rate, mount_.message_rate->per_second},
                        stream_->peer().address);
  }
  forward_close(static_cast<unsigned>(code));
}

void WebsocketConnection::closed() {
  closing_ = true;
  listening_ = false;
  drain_.reset();
  message_due_.reset();
  resume_.reset();
  outbox_ = {};
  host_.scheduler().send(process_, socket::ClientGone{});
  host_.finished(*this);
}

}  // namespace phx::server
