/// Reads requests within a time limit, answers them, and passes the stream on to a websocket.

#include "server/http_connection.h"

#include <algorithm>
#include <utility>

#include "server/forwarded.h"

namespace phx::server {
namespace {

/// Bytes of an answer that a client must take to get more time. Otherwise one that takes a byte a
/// minute would keep the rest for ever.
constexpr std::size_t worth_more_time = 16'384;
/// Requests answered on one connection before others get their turn.
constexpr std::size_t answered_at_once = 16;

}  // namespace

/// Passes on a late answer, if the connection still exists.
class HttpConnection::WaitingClient final : public http::Responder {
 public:
  WaitingClient(HttpConnection& connection, bool head_only, http::Persistence persistence)
      : connection_(&connection), head_only_(head_only), persistence_(persistence) {}

  void send(http::Response response) override {
    if (HttpConnection* connection = std::exchange(connection_, nullptr)) {
      connection->waiting_ = false;
      connection->respond(std::move(response), head_only_, persistence_);
      if (connection->idle()) connection->read_requests();
    }
  }
  bool gone() const override { return connection_ == nullptr; }
  void hang_up() { connection_ = nullptr; }

 private:
  HttpConnection* connection_;
  const bool head_only_;
  const http::Persistence persistence_;
};

const net::Networks& HttpHost::trusted_proxies() const {
  static const net::Networks none;
  return none;
}

HttpConnection::HttpConnection(HttpHost& host, std::unique_ptr<net::Stream> stream, Client client,
                               std::uint64_t number)
    : number_(number),
      host_(host),
      stream_(std::move(stream)),
      client_(std::move(client)),
      reader_(host.http_limits()),
      patience_(host.loop(), [this] { timed_out(); }) {
  stream_->set_user(*this);
  restart_timeout();
}

HttpConnection::~HttpConnection() {
  if (waiting_client_) waiting_client_->hang_up();
}

void HttpConnection::restart_timeout() {
  taken_ = 0;
  patience_.start(host_.http_limits().patience);
}

/// Drops the connection; if it was merely idle, without a report.
void HttpConnection::timed_out() {
  if (reader_.midway() || !unsent_.empty()) report(telemetry::Limit::request_time);
  stream_->drop();
}

void HttpConnection::report(telemetry::Limit limit) const {
  using telemetry::Limit;
  const http::Limits& limits = host_.http_limits();
  const std::size_t allowed = limit == Limit::request_head   ? limits.head
                              : limit == Limit::request_body ? limits.body
                                                             : limits.patience.count();
  host_.limit_reached({limit, allowed}, client_.peer.address);
}

// --- Requests -----------------------------------------------------------------------------------

/// While an answer is in progress, the next requests wait here, up to the size of a head; the rest
/// waits in the network and takes none of our memory.
void HttpConnection::received(std::string_view bytes) {
  if (ended_) return;
  if (!late_) answered_ = 0;
  reader_.feed(bytes);
  if (idle()) {
    read_requests();
  } else if (reader_.waiting() > host_.http_limits().head && !std::exchange(paused_, true)) {
    stream_->pause();
  }
}

void HttpConnection::read_requests() {
  while (idle() && !ended_) {
    auto next = reader_.next();
    const bool decided = !std::holds_alternative<std::monostate>(next);
    if (decided) newcomer_ = false;
    if (decided && reader_.exceeded()) report(*reader_.exceeded());
    if (auto* refusal = std::get_if<http::Response>(&next)) {
      respond(std::move(*refusal), false, http::Persistence::close);
    } else if (auto* request = std::get_if<http::Request>(&next)) {
      if (++answered_ == answered_at_once) yield();
      answer(std::move(*request));
    } else if (reader_.awaits_continue()) {
      unsent_ = {"HTTP/1.1 100 Continue\r\n\r\n"};
      write();
    } else {  // more bytes are needed, which may already wait in the network
      if (std::exchange(paused_, false)) stream_->resume();
      return;
    }
  }
}

/// A client may send a thousand requests together: the rest of them wait for the loop's next turn.
void HttpConnection::yield() {
  late_ = true;
  if (!next_turn_) next_turn_ = std::make_unique<net::Timer>(host_.loop(), [this] { resume(); });
  next_turn_->start(Millis{1});  // with 0 it might come before input and output
}

void HttpConnection::resume() {
  late_ = false;
  answered_ = 0;
  if (idle()) read_requests();
}

//! [answer]
void HttpConnection::answer(http::Request&& request) {
  const process::TraceScope trace(host_.traces_for(request));
  process::hop("request", request);
  resolve_peer(request);
  const bool head_only = request.method == "HEAD";
  const http::Persistence persistence = http::wanted_persistence(request);
  Endpoint::Outcome outcome = host_.dispatch(request);
  if (auto* upgrade = std::get_if<transport::Upgrade>(&outcome)) {
    if (request.peer != client_.peer.address) {
      client_.peer.address = request.peer;
      if (!host_.admit(client_)) return respond({503}, head_only, http::Persistence::close);
      stream_->set_client_address(request.peer);
    }
    return become_websocket(std::move(*upgrade));
  }
  if (const auto* deferred = std::get_if<http::Deferred>(&outcome)) {
    waiting_client_ = std::make_shared<WaitingClient>(*this, head_only, persistence);
    return defer(*deferred);
  }
  respond(std::get<http::Response>(std::move(outcome)), head_only, persistence);
}
//! [answer]

/// A proxy's connection may carry one client's request after another's.
void HttpConnection::resolve_peer(http::Request& request) {
  request.peer = client_.peer.address;
  request.peer_port = client_.peer.port;
  request.scheme = client_.peer.secure ? "https" : "http";
  if (auto address = forwarded_for(request, host_.trusted_proxies())) {
    request.peer = std::move(*address);
    request.peer_port = 0;  // which the header does not say
  }
  if (host_.access_log() == nullptr) return;
  access_ = std::make_unique<AccessEntry>(
      AccessEntry{request.peer, request.method, std::string(request.path())});
}

/// Its stream becomes a websocket's. It ends first: frames that came with the request may give
/// processes a turn, and a turn may stop the server, which goes through all connections. REQUIRES:
/// `stream_` knows for whom a proxy speaks.
void HttpConnection::become_websocket(transport::Upgrade upgrade) {
  if (access_) {
    access_->status = 101;
    access_->place = std::move(client_.place);
    client_.place = std::shared_ptr<const AccessEntry>(std::move(access_));
  }
  const std::string early = reader_.take_rest();
  auto stream = std::move(stream_);
  Client client = std::move(client_);
  end();
  host_.become_websocket(std::move(stream), std::move(upgrade), std::move(client), early);
}

/// The answer has a time limit of its own, so ours is stopped. The stream is still read, to notice
/// a client that hangs up.
void HttpConnection::defer(const http::Deferred& deferred) {
  waiting_ = true;
  patience_.stop();
  deferred.begin(waiting_client_);
}

// --- Answers ------------------------------------------------------------------------------------

void HttpConnection::answer_and_close() {
  leaving_ = true;
  if (!newcomer_) close_if_idle();
}

void HttpConnection::close_if_idle() {
  newcomer_ = false;
  if (waiting_ || ended_) return;
  closing_ = true;
  if (unsent_.empty()) stream_->finish(host_.linger());
}

void HttpConnection::respond(http::Response response, bool head_only,
                             http::Persistence persistence) {
  constexpr std::size_t worth_a_write = 16'384;  // a smaller body joins its head
  process::hop("response", response);
  if (leaving_) persistence = http::Persistence::close;
  closing_ = persistence == http::Persistence::close;
  if (host_.access_log() != nullptr) {
    if (!access_) access_ = std::make_unique<AccessEntry>(AccessEntry{client_.peer.address});
    access_->status = response.status;
  }
  unsent_ = {http::head_bytes(response, persistence)};
  if (!head_only && response.body.size() < worth_a_write) {
    unsent_.head += response.body;
  } else if (!head_only) {
    unsent_.body = std::move(response.body);
  }
  restart_timeout();
  write();
}

std::string_view HttpConnection::Unsent::next() const {
  if (sent < head.size()) return std::string_view(head).substr(sent);
  return std::string_view(body).substr(sent - head.size());
}

/// While a client is slow to take an answer, nothing is read from it: if it has ended its own side,
/// it still gets the answer.
void HttpConnection::write() {
  while (!unsent_.empty()) {
    const std::string_view part = unsent_.next();
    const std::size_t taken = stream_->write(part);
    unsent_.sent += taken;
    taken_ += taken;
    if (taken_ >= worth_more_time) restart_timeout();
    if (taken == part.size()) continue;
    if (!std::exchange(paused_, true)) stream_->pause();
    return;
  }
  sent_all();
}

void HttpConnection::log_access() {
  if (const auto entry = std::exchange(access_, nullptr)) {
    write_access(*host_.access_log(), *entry, unsent_.sent);
  }
}

void HttpConnection::sent_all() {
  if (access_ && access_->status != 0) log_access();  // not after a 100
  unsent_ = {};                                       // frees its memory, too
  if (closing_) {
    patience_.stop();
    return stream_->finish(host_.linger());
  }
  const bool has_room = reader_.waiting() <= host_.http_limits().head;
  if (has_room && std::exchange(paused_, false)) stream_->resume();
}

void HttpConnection::writable() {
  if (ended_) return;
  write();
  if (idle()) read_requests();
}

void HttpConnection::closed() { end(); }

void HttpConnection::end() {
  if (std::exchange(ended_, true)) return;
  if (waiting_client_) waiting_client_->hang_up();
  patience_.stop();
  next_turn_.reset();
  log_access();
  host_.finished(*this);
}

}  // namespace phx::server
