/// Translates libwebsockets' callbacks into streams of bytes.

#include "conformance/suite/wire/network.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "conformance/suite/wire/address.h"
#include "conformance/suite/wire/resolve.h"

namespace phx::conformance {

/// libwebsockets' switch: it translates, and nothing may be thrown through C frames.
int on_stream_event(lws* wsi, lws_callback_reasons why, void*, void* in, std::size_t size) noexcept
    try {
  auto* stream = wsi ? static_cast<Stream*>(lws_get_opaque_user_data(wsi)) : nullptr;
  if (!stream) return 0;  // the case is over, the connection is only closing
  const std::string_view bytes(static_cast<const char*>(in), in ? size : 0);
  switch (why) {
    case LWS_CALLBACK_RAW_CONNECTED: stream->connected(); return 0;
    case LWS_CALLBACK_RAW_RX: return stream->received(bytes);
    case LWS_CALLBACK_RAW_WRITEABLE: return stream->writable();
    case LWS_CALLBACK_RAW_CLOSE: stream->closing(); return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR: stream->ended(bytes); return 0;
    default: return 0;
  }
} catch (...) {
  return -1;
}

namespace {

constexpr char protocol_name[] = "raw";
constexpr unsigned read_size = 65'536;

const std::array<lws_protocols, 2>& protocols() {
  static const std::array<lws_protocols, 2> list{
      {{protocol_name, on_stream_event, 0, read_size, 0, nullptr, 0}, {}}};
  return list;
}

}  // namespace

Network::Network(Trust trust) : trust_(std::move(trust)) {
  if (!trust_.ca.empty()) tls();
  lws_set_log_level(0, nullptr);
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.protocols = protocols().data();
  info.gid = -1;
  info.uid = -1;
  info.pt_serv_buf_size = read_size;
  context_.reset(lws_create_context(&info));
  alarm_.context = context_.get();
  if (!context_) throw std::runtime_error("libwebsockets gave no context to connect with");
}

SSL_CTX* Network::tls() {
  if (!tls_) tls_ = make_tls_context(trust_);
  return tls_.get();
}

void Network::ring(lws_sorted_usec_list_t* timer) noexcept {
  // Timers that are due run *before* lws waits, and then nothing would end that wait: set it again.
  constexpr lws_usec_t soon = 1'000;
  lws_sul_schedule(lws_container_of(timer, Alarm, timer)->context, 0, timer, ring, soon);
}

bool Network::pump(const std::function<bool()>& done, Clock::time_point deadline) {
  bool is_done = done();
  while (!is_done && Clock::now() < deadline) {
    const auto left = std::chrono::ceil<std::chrono::microseconds>(deadline - Clock::now());
    lws_sul_schedule(context_.get(), 0, &alarm_.timer, ring, std::max<lws_usec_t>(1, left.count()));
    lws_service(context_.get(), 0);
    is_done = done();
  }
  lws_sul_schedule(context_.get(), 0, &alarm_.timer, ring, LWS_SET_TIMER_USEC_CANCEL);
  return is_done;
}

Stream::Stream(Network& network, const Url& url, Receive receive, End end)
    : receive_(std::move(receive)), end_(std::move(end)) {
  if (url.secure) tls_ = std::make_unique<TlsSession>(network.tls(), url.address());
  const std::string address = reachable_address(url);
  lws_client_connect_info info{};
  info.context = network.context_.get();
  info.address = address.c_str();
  info.host = url.host.c_str();
  info.port = url.port;
  info.method = "RAW";
  info.protocol = protocol_name;
  info.local_protocol_name = protocol_name;
  info.opaque_user_data = this;
  info.pwsi = &wsi_;
  if (!lws_client_connect_via_info(&info) && state_ == State::connecting) {
    ended("libwebsockets could not begin to connect");
  }
}

Stream::~Stream() {
  if (!wsi_) return;
  lws_set_opaque_user_data(wsi_, nullptr);
  // Nothing may pump any more; a server that is asked to stop would wait for the close.
  ::shutdown(lws_get_socket_fd(wsi_), SHUT_RDWR);
  lws_set_timeout(wsi_, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

std::string Stream::local_address() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (state_ == State::ended || !wsi_) return {};
  const int failed =
      ::getsockname(lws_get_socket_fd(wsi_), reinterpret_cast<sockaddr*>(&address), &size);
  return failed ? std::string{} : address_text(address);
}

void Stream::write(std::string_view bytes) {
  if (tls_) {
    tls_->write(bytes);
  } else {
    outbox_ += bytes;
  }
  if (state_ == State::open) send_soon();
}

void Stream::send_soon() {
  if (tls_) outbox_ += tls_->to_send();
  lws_callback_on_writable(wsi_);
}

bool Stream::flushed() const {
  return state_ == State::ended ||
         (state_ == State::open && outbox_.empty() && lws_partial_buffered(wsi_) == 0);
}

void Stream::stop_reading() {
  if (wsi_) lws_rx_flow_control(wsi_, 0);
}
void Stream::read_on() {
  if (wsi_) lws_rx_flow_control(wsi_, 1);
}

void Stream::finish() {
  if (state_ != State::open) return;
  if (!tls_) {
    ::shutdown(lws_get_socket_fd(wsi_), SHUT_WR);
    return;
  }
  tls_->finish();
  finishing_ = true;
  send_soon();
}

void Stream::reset() {
  if (state_ != State::open) return;
  // On Linux, to disconnect an established TCP socket sends RST at once, unlike any way of closing.
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;
  static_cast<void>(::connect(lws_get_socket_fd(wsi_), &nowhere, sizeof nowhere));
}

int Stream::writable() {
  if (outbox_.empty()) {
    if (finishing_) ::shutdown(lws_get_socket_fd(wsi_), SHUT_WR);
    return 0;
  }
  if (finishing_) lws_callback_on_writable(wsi_);  // FIN follows this
  std::string padded(LWS_PRE, '\0');
  padded += outbox_;
  const std::size_t size = outbox_.size();
  outbox_.clear();
  auto* start = reinterpret_cast<unsigned char*>(padded.data()) + LWS_PRE;
  // libwebsockets keeps bytes that the socket does not take now, and sends them before the next
  // write.
  return lws_write(wsi_, start, size, LWS_WRITE_RAW) < 0 ? -1 : 0;
}

void Stream::connected() { tls_ ? send_soon() : begin_to_speak(); }

void Stream::begin_to_speak() {
  state_ = State::open;
  if (!outbox_.empty()) lws_callback_on_writable(wsi_);
}

int Stream::received(std::string_view bytes) {
  if (!tls_) {
    receive_(bytes);
    return 0;
  }
  const std::string said = tls_->received(bytes);
  send_soon();
  if (state_ == State::connecting && tls_->established()) begin_to_speak();
  if (!said.empty()) receive_(said);
  if (tls_->error().empty() || state_ == State::ended) return 0;
  ended(tls_->error());
  return -1;
}

/// A server that refuses a message closes while it is being sent: then writing fails, and
/// libwebsockets gives up, while the server's last bytes still wait to be read.
void Stream::closing() {
  std::array<char, 4'096> last{};
  while (state_ == State::open) {
    const auto size = ::recv(lws_get_socket_fd(wsi_), last.data(), last.size(), MSG_DONTWAIT);
    if (size <= 0 || received({last.data(), static_cast<std::size_t>(size)}) != 0) break;
  }
  ended("");
}

std::string in_words(std::string_view why) {
  constexpr std::string_view numbered = "conn fail: ";
  int number = 0;
  if (!why.starts_with(numbered)) return std::string(why);
  const char* end = why.data() + why.size();
  const auto read = std::from_chars(why.data() + numbered.size(), end, number);
  if (read.ec != std::errc{} || read.ptr != end) return std::string(why);
  return std::generic_category().message(number);
}

void Stream::ended(std::string_view why) {
  if (state_ == State::ended) return;
  if (state_ == State::connecting) {
    const char* refused =
        tls_ ? "the connection ended before TLS had begun" : "the connection was refused";
    error_ = why.empty() ? refused : in_words(why);
  }
  state_ = State::ended;
  wsi_ = nullptr;
  end_();
}

}  // namespace phx::conformance
