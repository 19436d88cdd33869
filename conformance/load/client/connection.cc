/// \file
/// One websocket of the load client: connects, upgrades, and passes each text frame to its
/// listener.
#include "conformance/load/client/connection.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "conformance/load/client/error.h"
#include "conformance/load/client/websocket.h"

namespace phx::bench {

Connection::Connection(Loop& loop, const Target& target, Listener& listener, std::size_t index)
    : loop_(loop),
      listener_(listener),
      index_(index),
      fd_(start_connecting(target)),
      out_(upgrade_request(target.host, target.port, target.websocket_path())) {
  if (target.tls) tls_.emplace(target.tls.get(), fd_, target.host);
  loop_.watch(fd_, *this, EPOLLIN | EPOLLOUT);
}

Connection::~Connection() {
  if (fd_ < 0) return;
  loop_.unwatch(fd_);
  close(fd_);
}

void Connection::send(std::string_view text) { append_frame(out_, Opcode::text, text); }

void Connection::flush() {
  if (state_ == State::connecting || state_ == State::ended) return;
  std::size_t done = 0;
  while (done < out_.size()) {
    const auto sent = write(std::string_view{out_}.substr(done));
    if (sent < 0) {
      if (errno == EAGAIN) break;
      return end(reason());
    }
    done += static_cast<std::size_t>(sent);
  }
  out_.erase(0, done);
  // Frames that wait for the handshake are sent once it has been read.
  want_write(!out_.empty() && (!tls_ || tls_->established()));
}

void Connection::finish() {
  if (state_ == State::finishing || state_ == State::ended) return;
  state_ = State::finishing;
  append_frame(out_, Opcode::close, std::string_view{"\x03\xe8", 2});
  if (!reading_) flush();
}

void Connection::ready(std::uint32_t events) {
  if (state_ == State::ended) return;
  if (state_ == State::connecting) {
    connected();
  } else if ((events & EPOLLOUT) != 0) {
    flush();
  }
  if (state_ != State::ended && (events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read();
}

void Connection::connected() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) throw Failure(fmt::format("connecting failed: {}", std::strerror(error)));
  state_ = State::upgrading;
  flush();
}

void Connection::read() {
  auto& scratch = loop_.scratch();
  bool more = true;
  while (more && state_ != State::ended) {
    const auto got = receive(scratch);
    if (got < 0 && errno != EAGAIN) return end(reason());
    if (got == 0) return end("end of stream");
    if (got > 0) take({scratch.data(), static_cast<std::size_t>(got)});
    if (!out_.empty()) flush();
    more = got > 0 && tls_ && tls_->has_more();
  }
}

void Connection::take(std::string_view bytes) {
  arrived_ = Clock::now();
  reading_ = true;
  if (in_.empty()) {
    // The common case: whole frames, handled where they were read to.
    in_.append(bytes.substr(consume(bytes)));
  } else {
    in_.append(bytes);
    in_.erase(0, consume(in_));
  }
  reading_ = false;
}

ssize_t Connection::receive(std::vector<char>& to) {
  return tls_ ? tls_->receive(to.data(), to.size()) : recv(fd_, to.data(), to.size(), 0);
}

ssize_t Connection::write(std::string_view bytes) {
  return tls_ ? tls_->send(bytes.data(), bytes.size())
              : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::string Connection::reason() const {
  return tls_ && errno == EPROTO ? tls_->error() : std::strerror(errno);
}

std::size_t Connection::consume(std::string_view bytes) {
  std::size_t done = 0;
  if (state_ == State::upgrading) {
    const auto head = upgrade_response(bytes);
    if (!head) return 0;
    done = *head;
    state_ = State::open;
    listener_.opened(*this);
  }
  while (state_ != State::ended) {
    const auto frame = next_frame(bytes.substr(done));
    if (!frame) break;
    handle(static_cast<std::uint8_t>(frame->opcode), frame->payload);
    done += frame->size;
  }
  return done;
}

void Connection::handle(std::uint8_t opcode, std::string_view payload) {
  switch (static_cast<Opcode>(opcode)) {
    case Opcode::text:
      if (state_ == State::open) listener_.received(*this, payload);
      return;
    case Opcode::ping: append_frame(out_, Opcode::pong, payload); return;
    case Opcode::pong: return;
    case Opcode::close: {
      if (state_ == State::finishing)
        return;  // the answer to ours; the server ends the connection next
      const int code = payload.size() < 2 ? 1005
                                          : static_cast<unsigned char>(payload[0]) << 8 |
                                                static_cast<unsigned char>(payload[1]);
      throw Failure(fmt::format("the server closed connection {} with {}", index_, code));
    }
    case Opcode::continuation:
    case Opcode::reserved:
    case Opcode::binary: break;
  }
  throw Failure(fmt::format("connection {} got a frame with opcode {}", index_, opcode));
}

void Connection::want_write(bool wanted) {
  if (wanted == wants_write_) return;
  wants_write_ = wanted;
  loop_.rewatch(fd_, *this, wanted ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void Connection::end(std::string_view why) {
  if (state_ != State::finishing)
    throw Failure(fmt::format("the server dropped connection {}: {}", index_, why));
  state_ = State::ended;
  loop_.unwatch(fd_);
  close(fd_);
  fd_ = -1;
  listener_.closed(*this);
}

}  // namespace phx::bench
