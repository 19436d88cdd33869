/// Speaks HTTP, then frames, and records everything.

#include "conformance/suite/wire/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "conformance/suite/wire/binary.h"

namespace phx::conformance {
namespace {

using Direction = Transcript::Direction;

constexpr Millis flush_patience{10'000};  // a server that stops reading must not hang the suite

std::string described_frame(const Frame& frame) {
  std::string marks;
  const bool compressed = (frame.rsv & 4) != 0;
  if (!frame.fin) marks += " (more fragments follow)";
  if (frame.rsv != 0) marks += fmt::format(" (RSV bits {:03b})", frame.rsv);
  switch (frame.opcode) {
    case Opcode::text:
      if (compressed) return fmt::format("{} bytes{}", frame.payload.size(), marks);
      return frame.payload + marks;
    case Opcode::binary: return described_push(frame.payload) + marks;
    case Opcode::continuation: return fmt::format("continuation {}{}", frame.payload, marks);
    case Opcode::close: {
      const auto code = close_code(frame.payload);
      return (code ? fmt::format("close {}", *code) : "close without a code") + marks;
    }
    case Opcode::ping: return fmt::format("ping \"{}\"{}", frame.payload, marks);
    case Opcode::pong: return fmt::format("pong \"{}\"{}", frame.payload, marks);
    case Opcode::reserved: break;
  }
  return fmt::format("opcode {}{}", static_cast<int>(frame.opcode), marks);
}

/// The server's parameters for its own messages; nothing if it compresses none.
std::optional<Compression> agreed_compression(const Response& response) {
  const std::string extensions = response.header("sec-websocket-extensions").value_or("");
  if (!extensions.starts_with("permessage-deflate")) return std::nullopt;
  constexpr std::string_view window = "server_max_window_bits=";
  Compression agreed{.no_takeover =
                         extensions.find("server_no_context_takeover") != std::string::npos};
  const std::size_t at = extensions.find(window);
  if (at != std::string::npos) {
    agreed.window_bits = std::clamp(std::atoi(extensions.c_str() + at + window.size()), 8, 15);
  }
  return agreed;
}

std::string how_it_ended(const Stream& stream) {
  if (!stream.error().empty()) return stream.error();
  return stream.cut_short() ? "the connection ended, without TLS's close_notify"
                            : "the connection ended";
}

}  // namespace

Opcode opcode_of(Received::Kind kind) {
  switch (kind) {
    case Received::Kind::text: return Opcode::text;
    case Received::Kind::binary: return Opcode::binary;
    case Received::Kind::pong: return Opcode::pong;
    case Received::Kind::close: return Opcode::close;
    case Received::Kind::end:
    case Received::Kind::garbage: break;
  }
  return Opcode::reserved;
}

std::string described(const Received& received) {
  switch (received.kind) {
    case Received::Kind::text: return received.payload;
    case Received::Kind::binary: return described(std::string_view(received.payload));
    case Received::Kind::pong: return fmt::format("pong \"{}\"", received.payload);
    case Received::Kind::close:
      return received.code ? fmt::format("close {}", *received.code) : "close without a code";
    case Received::Kind::end: return "the connection ended";
    case Received::Kind::garbage: return received.payload;
  }
  return "";
}

Connection::Connection(Network& network, const Url& url)
    : network_(network),
      transcript_(Clock::now()),
      stream_(
          network, url, [this](std::string_view bytes) { receive(bytes); },
          [this] {
            transcript_.add(Direction::note, how_it_ended(stream_));
            push({.kind = Received::Kind::end});
          }) {}

std::optional<Response> Connection::ask(const Request& request, Clock::time_point deadline,
                                        const std::vector<Frame>& early) {
  begin(request, early);
  return response(deadline);
}

void Connection::begin(const Request& request, const std::vector<Frame>& early) {
  transcript_.add(Direction::sent, with_short_tokens(described(request)));
  if (recording_) recording_->asked(request);
  std::string bytes = request.text();
  for (const Frame& frame : early) {
    bytes += encode(frame, without_line_feed(fresh_mask(), frame.payload));
    keep(true, frame.opcode, frame.payload);
    transcript_.add(Direction::sent, described_frame(frame) + " (in the same segment)");
  }
  to_head_ = request.method == "HEAD";
  stream_.write(bytes);
}

std::optional<Response> Connection::response(Clock::time_point deadline) {
  std::optional<ReadResponse> read;
  network_.pump(
      [this, &read] {
        read = read_response(http_, ended(), to_head_);
        return read || ended();
      },
      deadline);
  if (!read) return std::nullopt;
  http_.erase(0, read->size);
  if (recording_) recording_->answered(read->response);
  transcript_.add(Direction::received, fmt::format("HTTP {}{}{}", read->response.status,
                                                   read->response.body.empty() ? "" : " ",
                                                   with_short_tokens(read->response.body)));
  if (read->response.status == 101) {
    speaks_frames_ = true;
    compression_ = agreed_compression(read->response);
    if (compression_) inflate_.emplace(compression_->window_bits);
    reader_.feed(std::exchange(http_, {}));
    read_frames();
  }
  return read->response;
}

void Connection::send(const std::vector<Frame>& frames) {
  std::string bytes;
  for (const Frame& frame : frames) {
    bytes += masked(frame);
    keep(true, frame.opcode, frame.payload);
    if (frame.opcode == Opcode::close) close_answered_ = true;  // the next close is the answer
    transcript_.add(Direction::sent, described_frame(frame) + (frame.masked ? "" : " (unmasked)"));
  }
  stream_.write(bytes);
  flush();
}

void Connection::send_bytes(std::string_view bytes, std::string_view note) {
  transcript_.add(Direction::sent, note);
  stream_.write(bytes);
  flush();
}

void Connection::finish() {
  transcript_.add(Direction::sent, "FIN");
  stream_.finish();
}

void Connection::reset() {
  transcript_.add(Direction::sent, "RST");
  stream_.reset();
}

bool Connection::ends_by(Clock::time_point deadline) {
  return network_.pump([this] { return ended(); }, deadline);
}

std::optional<Received> Connection::next(Clock::time_point deadline) {
  if (!network_.pump([this] { return !inbox_.empty(); }, deadline)) return std::nullopt;
  Received first = std::move(inbox_.front());
  inbox_.pop_front();
  return first;
}

void Connection::flush() {
  network_.pump([this] { return stream_.flushed(); }, Clock::now() + flush_patience);
}

void Connection::receive(std::string_view bytes) {
  if (!speaks_frames_) {
    http_ += bytes;
    return;
  }
  reader_.feed(bytes);
  read_frames();
}

void Connection::read_frames() {
  while (auto frame = reader_.next()) take(std::move(*frame));
  if (!reader_.broken().empty()) {
    push({.kind = Received::Kind::garbage, .payload = reader_.broken()});
    stream_.finish();
  }
}

void Connection::take(Frame frame) {
  switch (frame.opcode) {
    case Opcode::continuation:
    case Opcode::text:
    case Opcode::binary: return take_message_part(std::move(frame));
    case Opcode::ping:
      transcript_.add(Direction::received, described_frame(frame));
      keep(false, Opcode::ping, frame.payload);
      stream_.write(masked({.opcode = Opcode::pong, .payload = frame.payload}));
      return;
    case Opcode::pong: return push({.kind = Received::Kind::pong, .payload = frame.payload});
    case Opcode::close:
      if (!std::exchange(close_answered_, true)) {
        stream_.write(masked({.opcode = Opcode::close, .payload = frame.payload}));
      }
      return push({.kind = Received::Kind::close,
                   .payload = frame.payload,
                   .code = close_code(frame.payload)});
    case Opcode::reserved: break;
  }
  push({.kind = Received::Kind::garbage,
        .payload = fmt::format("a frame with the reserved {}", described_frame(frame))});
}

void Connection::take_message_part(Frame frame) {
  const bool goes_on = frame.opcode == Opcode::continuation;
  if (goes_on != partial_.has_value()) {
    return push({.kind = Received::Kind::garbage,
                 .payload = "fragments out of order: " + described_frame(frame)});
  }
  if (!goes_on) {
    partial_ = Received{
        .kind = frame.opcode == Opcode::text ? Received::Kind::text : Received::Kind::binary,
        .compressed = (frame.rsv & 4) != 0};
  }
  partial_->payload += frame.payload;
  if (!frame.fin) return;
  Received whole = std::move(*partial_);
  partial_.reset();
  take_message(std::move(whole));
}

void Connection::take_message(Received whole) {
  if (whole.compressed) {
    // The server agreed not to refer to earlier messages, so none is kept.
    if (compression_ && compression_->no_takeover) inflate_.emplace(compression_->window_bits);
    auto plain = inflate_ ? inflate_->plain(whole.payload) : std::nullopt;
    if (!plain) {
      return push({.kind = Received::Kind::garbage,
                   .payload = inflate_ ? "a compressed message that does not inflate"
                                       : "RSV1, although compression was not negotiated",
                   .compressed = true});
    }
    whole.payload = std::move(*plain);
  }
  push(std::move(whole));
}

void Connection::push(Received received) {
  if (received.kind != Received::Kind::end) {
    transcript_.add(Direction::received, described(received));
    keep(false, opcode_of(received.kind), received.payload);
  }
  if (!filter_ || filter_(received)) inbox_.push_back(std::move(received));
}

Mask Connection::fresh_mask() {
  const std::uint32_t bits = static_cast<std::uint32_t>(random_());
  return {static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(bits >> 8),
          static_cast<std::uint8_t>(bits >> 16), static_cast<std::uint8_t>(bits >> 24)};
}

}  // namespace phx::conformance
