/// A client's websocket, from the handshake to the close frame.

#include "client/websocket_transport.h"

#include <cstring>

#include "base/base64.h"

namespace phx::client {
namespace {

constexpr Millis farewell{2'000};  // for the server's own close, and for its end of TCP

/// As phoenix.js offers it: the token beside the sub-protocol's name.
std::vector<std::string> subprotocols(const std::optional<std::string>& token) {
  if (!token) return {};
  return {"phoenix", "base64url.bearer.phx." + base64::url_encode(*token)};
}

}  // namespace

WebsocketTransport::WebsocketTransport(const EndpointUrl& url, const Attempt& attempt,
                                       const ClientOptions& options, TransportUser& user,
                                       const Dialer& dial, Random random)
    : user_(user),
      random_(std::move(random)),
      max_message_(options.max_message),
      opening_{.host = url.authority(),
               .target = attempt.target,
               .key = base64::encode(random_(16)),
               .subprotocols = subprotocols(attempt.token),
               .deflate = options.deflate,
               .headers = options.headers},
      answer_(http::ResponseReader::Limits{.head = 65'536, .body = 65'536}),
      stream_(dial(*this)) {}

// --- Opening ------------------------------------------------------------------------------------

void WebsocketTransport::opened() {
  outgoing_ = websocket::upgrade_request(opening_);
  flush();
}

void WebsocketTransport::received(std::string_view bytes) {
  if (close_came_) return;
  if (!answer_) return read(bytes);
  answer_->feed(bytes);
  take_answer();
}

void WebsocketTransport::take_answer() try {
  const auto answer = answer_->next();
  if (!answer) return;
  const websocket::Opened opened = websocket::check_answer(opening_, *answer);
  const std::string rest = answer_->take_rest();
  answer_.reset();
  websocket::Reader::Options options{.max_message = max_message_,
                                     .sender = websocket::Sender::server};
  if (opened.deflate) {
    window_bits_ = opened.deflate->window_bits;
    deflater_.emplace();
    // The field is named for a server's reader: it means the sender of what is read.
    options.deflate =
        websocket::DeflateParameters{.client_takes_over = opened.deflate->server_takes_over};
  }
  reader_.emplace(options);
  user_.opened();
  if (!rest.empty()) read(rest);
} catch (const std::runtime_error& error) {  // BadResponse, NotOpened
  ending_.reason = error.what();
  close_came_ = true;
  stream_->drop();
}

// --- In -----------------------------------------------------------------------------------------

void WebsocketTransport::read(std::string_view bytes) {
  while (!close_came_) {
    websocket::Event event = reader_->next(bytes);
    if (std::holds_alternative<websocket::NeedMore>(event)) return;
    if (auto* frame = std::get_if<serializer::Frame>(&event)) {
      user_.received(std::move(*frame));
    } else if (const auto* ping = std::get_if<websocket::Ping>(&event)) {
      take(*ping);
    } else if (const auto* close = std::get_if<websocket::Close>(&event)) {
      take(*close);
    } else if (const auto* failure = std::get_if<websocket::Failure>(&event)) {
      fail(static_cast<unsigned>(failure->code), failure->why);
    }
  }
}

void WebsocketTransport::take(const websocket::Ping& ping) {
  constexpr std::size_t max_pongs = 1'048'576;  // a server that pings and does not read
  if (waiting() < max_pongs) write(0, websocket::Opcode::pong, ping.payload);
}

void WebsocketTransport::take(const websocket::Close& close) {
  close_came_ = true;
  if (!close_sent_) ending_.code = close.code == 0 ? 1005 : close.code;
  write(0, websocket::Opcode::close, websocket::close_payload(close.code));
  close_sent_ = true;
  finish_once_sent();
}

void WebsocketTransport::fail(unsigned code, const std::string& why) {
  close_came_ = true;
  if (!close_sent_) ending_ = {.code = 1006, .reason = "the server broke the protocol: " + why};
  write(0, websocket::Opcode::close, websocket::close_payload(code));
  close_sent_ = true;
  finish_once_sent();
}

void WebsocketTransport::closed() {
  const std::string& failure = stream_->failure();
  if (ending_.code == 1006 && ending_.reason.empty()) {
    ending_.reason = answer_ && failure.empty() ? "the server ended the handshake" : failure;
  }
  user_.closed(ending_);
}

// --- Out ----------------------------------------------------------------------------------------

void WebsocketTransport::send(serializer::Frame frame) {
  const auto opcode = frame.opcode == serializer::Frame::binary ? websocket::Opcode::binary
                                                                : websocket::Opcode::text;
  if (!deflater_) return write(0, opcode, frame.bytes);
  const auto compressed = deflater_->compressed(
      std::make_shared<const serializer::Frame>(std::move(frame)), window_bits_);
  write(websocket::rsv1_bit, opcode, compressed->bytes);
}

void WebsocketTransport::write(unsigned flags, websocket::Opcode opcode, std::string_view payload) {
  if (close_sent_) return;
  const std::string bytes = random_(sizeof(std::uint32_t));
  std::uint32_t mask = 0;
  std::memcpy(&mask, bytes.data(), sizeof mask);
  websocket::append_masked(outgoing_, flags, opcode, payload, mask);
  flush();
}

void WebsocketTransport::flush() {
  written_ += stream_->write(std::string_view(outgoing_).substr(written_));
  if (written_ == outgoing_.size()) {
    outgoing_.clear();
    written_ = 0;
    if (outgoing_.capacity() > 65'536) outgoing_.shrink_to_fit();
  } else if (written_ > outgoing_.size() / 2) {
    outgoing_.erase(0, written_);
    written_ = 0;
  }
  finish_once_sent();
}

void WebsocketTransport::close(unsigned code) {
  if (answer_) return stream_->drop();  // there is no websocket to say goodbye on
  if (!close_sent_) {
    ending_.code = code;
    write(0, websocket::Opcode::close, websocket::close_payload(code));
    close_sent_ = true;
  }
  finish_once_sent();
}

/// The server answers our close and ends TCP; if it does not, or does not read, we end it.
void WebsocketTransport::finish_once_sent() {
  if (close_sent_ && waiting() == 0) stream_->finish(farewell);
}

}  // namespace phx::client
