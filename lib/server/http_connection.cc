/// Reads heads in a bounded time, answers, and hands the socket on when it is to be a websocket.

#include "server/http_connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/check.h"

namespace phx::server {
/// Passes a late answer on, while the connection is there to take it.
class HttpConnection::Answer final : public http::Responder {
 public:
  Answer(HttpConnection& connection, bool head_only, bool keep_alive)
      : connection_(&connection), head_only_(head_only), keep_alive_(keep_alive) {}

  void respond(http::Response response) override {
    if (HttpConnection* connection = std::exchange(connection_, nullptr)) {
      connection->waiting_ = false;
      connection->respond(std::move(response), head_only_, keep_alive_);
    }
  }
  bool gone() const override { return connection_ == nullptr; }
  void hang_up() { connection_ = nullptr; }

 private:
  HttpConnection* connection_;
  const bool head_only_;
  const bool keep_alive_;
};

HttpConnection::HttpConnection(HttpHost& host, int socket, Client client)
    : host_(host), socket_(socket), client_(std::move(client)), reader_(host.http_limits()) {}

HttpConnection::~HttpConnection() {
  if (answer_) answer_->hang_up();
  poll_.close();
  if (socket_ >= 0) ::close(socket_);
}

/// Most requests have come by the time that their connection is accepted: these cost the loop
/// neither a handle nor a timer.
void HttpConnection::start() {
  read();
  if (ended_ || poll_) return;
  be_patient();
  listen();
}

void HttpConnection::be_patient() {
  if (!patience_) {
    patience_.open([this](uv_timer_t* handle) { return uv_timer_init(host_.loop(), handle); },
                   [this] { run_out_of_patience(); });
  }
  const auto patience = static_cast<std::uint64_t>(host_.http_limits().patience.count());
  uv_timer_start(patience_.get(), UvHandle<uv_timer_t>::call, patience, 0);
}

/// A connection that only lay idle goes without a word.
void HttpConnection::run_out_of_patience() {
  if (reader_.midway() || !unsent_.empty()) tell(telemetry::Limit::request_time);
  end();
}

void HttpConnection::tell(telemetry::Limit limit) const {
  using telemetry::Limit;
  const http::Limits& limits = host_.http_limits();
  const std::size_t allowed = limit == Limit::request_head   ? limits.head
                              : limit == Limit::request_body ? limits.body
                                                             : limits.patience.count();
  host_.limit_reached({limit, allowed}, client_.address);
}

/// While an answer is under way nothing more is read: the next request waits in the socket, where
/// it takes none of our memory. That the client hangs up is heard all the same.
void HttpConnection::listen() {
  if (!poll_) {
    const auto opened = poll_.open(
        [this](uv_poll_t* handle) { return uv_poll_init_socket(host_.loop(), handle, socket_); },
        [this] { ready(poll_.what()); });
    if (opened != 0) return end();
  }
  const int events = waiting_ ? UV_DISCONNECT : unsent_.empty() ? UV_READABLE : UV_WRITABLE;
  uv_poll_start(poll_.get(), events, UvHandle<uv_poll_t>::call_poll);
}

void HttpConnection::ready(int events) {
  const bool broken = events == 0;  // libuv's way of saying so
  if (broken || (events & UV_DISCONNECT) != 0) return end();
  if (unsent_.empty()) {
    read();
  } else {
    write();
  }
}

/// Looks before it takes, and takes one request: what comes behind it stays in the socket. So the
/// frames sent along with an upgrade are there for libwebsockets, which would not look again at
/// what it is given in a buffer.
void HttpConnection::read() {
  std::array<char, 16'384> bytes;
  const ssize_t seen = ::recv(socket_, bytes.data(), bytes.size(), MSG_PEEK);
  if (seen < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (seen <= 0) return end();
  reader_.feed({bytes.data(), static_cast<std::size_t>(seen)});
  auto next = reader_.next();
  // Only a whole request has bytes behind it; of a half or a bad one all are taken.
  const bool whole = std::holds_alternative<http::Request>(next);
  const std::size_t behind = whole ? reader_.give_back() : 0;
  check(behind <= static_cast<std::size_t>(seen), "a request ends in the bytes that ended it");
  if (::recv(socket_, bytes.data(), static_cast<std::size_t>(seen) - behind, 0) < 0) return end();
  const bool decided = !std::holds_alternative<std::monostate>(next);
  if (decided && reader_.exceeded()) tell(*reader_.exceeded());
  if (auto* refusal = std::get_if<http::Response>(&next)) {
    respond(std::move(*refusal), false, false);
  } else if (auto* request = std::get_if<http::Request>(&next)) {
    answer(std::move(*request));
  } else if (reader_.awaits_continue()) {
    unsent_ = {"HTTP/1.1 100 Continue\r\n\r\n"};
    write();
  }
}

void HttpConnection::answer(http::Request request) {
  request.peer = client_.address;
  request.peer_port = client_.port;
  request.scheme = client_.scheme;
  const bool head_only = request.method == "HEAD";
  const bool keep_alive = http::wants_keep_alive(request);
  Endpoint::Outcome outcome = host_.dispatch(request);
  if (auto* upgrade = std::get_if<transport::Upgrade>(&outcome)) {
    poll_.close();  // libwebsockets will watch the socket itself
    host_.become_websocket(std::exchange(socket_, -1), std::move(*upgrade), std::move(client_));
    return end();
  }
  if (const auto* later = std::get_if<http::Later>(&outcome)) {
    answer_ = std::make_shared<Answer>(*this, head_only, keep_alive);
    return wait_for(*later);
  }
  respond(std::get<http::Response>(std::move(outcome)), head_only, keep_alive);
}

/// Who answers keeps his own time, so our patience is not asked; but a client that hangs up is
/// heard.
void HttpConnection::wait_for(const http::Later& later) {
  waiting_ = true;
  if (patience_) uv_timer_stop(patience_.get());
  listen();
  later.begin(answer_);
}

void HttpConnection::answer_and_close() {
  leaving_ = true;
  closing_ = true;
  if (!waiting_ && unsent_.empty()) end();
}

void HttpConnection::respond(http::Response response, bool head_only, bool keep_alive) {
  closing_ = leaving_ || !keep_alive;
  unsent_ = {http::head_bytes(response, !closing_)};
  if (!head_only) unsent_.body = std::move(response.body);
  write();
}

/// As much as the socket takes, of head and body in one.
ssize_t HttpConnection::send_some() const {
  const auto& [head, body, sent] = unsent_;
  const std::size_t of_head = std::min(sent, head.size());
  const std::size_t of_body = sent - of_head;
  std::array<iovec, 2> rest{{{const_cast<char*>(head.data()) + of_head, head.size() - of_head},
                             {const_cast<char*>(body.data()) + of_body, body.size() - of_body}}};
  msghdr message{};
  message.msg_iov = rest.data();
  message.msg_iovlen = rest.size();
  return ::sendmsg(socket_, &message, MSG_NOSIGNAL);
}

void HttpConnection::write() {
  const ssize_t sent = send_some();
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return end();
  if (sent > 0) unsent_.sent += static_cast<std::size_t>(sent);
  if (unsent_.empty()) unsent_ = {};  // its memory, too
  if (unsent_.empty() && closing_) {
    ::shutdown(socket_, SHUT_WR);
    return end();
  }
  be_patient();
  listen();
}

void HttpConnection::end() {
  if (std::exchange(ended_, true)) return;
  if (answer_) answer_->hang_up();
  poll_.close();
  patience_.close();
  host_.finished(*this);
}

}  // namespace phx::server
