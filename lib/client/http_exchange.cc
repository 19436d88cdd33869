/// One request, its answer, and then the next on the same connection.

#include "client/http_exchange.h"

#include <algorithm>

namespace phx::client {
namespace {

/// Servers end connections that idle, and a request that crosses the end is lost: so an idle one is
/// not used for long. Those of Phoenix and nginx stay for a minute.
constexpr Millis max_idle{4'000};

bool may_be_kept(const http::Response& answer) {
  http::Request headers;  // an answer's are looked up as a request's are
  headers.headers = answer.headers;
  const auto options = headers.list("connection");
  return std::none_of(options.begin(), options.end(),
                      [](const std::string& option) { return http::to_lower(option) == "close"; });
}

}  // namespace

struct HttpExchange::Connection final : net::DialUser {
  explicit Connection(HttpExchange& of) : exchange(&of), reader(of.limits_.answer) {}
  void opened() override {
    is_open = true;
    writable();
  }
  void received(std::string_view bytes) override {
    if (exchange != nullptr) exchange->received(bytes);
  }
  void writable() override {
    written += stream->write(std::string_view(request).substr(written));
    if (written < request.size()) return;
    request.clear();
    written = 0;
  }
  void closed() override {
    has_ended = true;
    if (exchange != nullptr) exchange->connection_ended();
  }
  void write(std::string bytes) {
    request += bytes;
    if (is_open) writable();
  }

  HttpExchange* exchange;  ///< Null once it is retired.
  http::ResponseReader reader;
  std::string request = {};
  std::size_t written = 0;
  bool is_open = false;
  bool has_ended = false;
  Clock::time_point idle_since = {};
  std::unique_ptr<net::DialedStream> stream = {};
};

HttpExchange::HttpExchange(Timers& timers, Dialer dial, Limits limits)
    : timers_(timers), dial_(std::move(dial)), limits_(limits) {}

HttpExchange::~HttpExchange() {
  timers_.cancel(deadline_);
  timers_.cancel(burial_);
}

void HttpExchange::send(std::string request, Done done) {
  done_ = std::move(done);
  const bool stale =
      connection_ && (connection_->has_ended || timers_.now() - connection_->idle_since > max_idle);
  if (stale) retire();
  if (!connection_) {
    connection_ = std::make_unique<Connection>(*this);
    connection_->stream = dial_(*connection_);
  }
  connection_->write(std::move(request));
  deadline_ = timers_.after(limits_.patience, [this] {
    deadline_.reset();
    retire();
    settle({.failure = "the server did not answer in time", .late = true});
  });
}

void HttpExchange::received(std::string_view bytes) try {
  if (!busy()) return retire();  // nobody asked
  connection_->reader.feed(bytes);
  auto answer = connection_->reader.next();
  if (!answer) return;
  connection_->idle_since = timers_.now();
  if (!may_be_kept(*answer)) retire();
  settle({.answer = std::move(answer)});
} catch (const http::BadResponse& error) {
  retire();
  settle({.failure = error.what()});
}

void HttpExchange::connection_ended() {
  if (!busy()) return;
  Outcome outcome;
  try {
    outcome.answer = connection_->reader.end();
    if (!outcome.answer) outcome.failure = connection_->stream->failure();
    if (!outcome.answer && outcome.failure.empty()) {
      outcome.failure = "the server ended the connection without an answer";
    }
  } catch (const http::BadResponse& error) {
    outcome.failure = error.what();
  }
  retire();
  settle(std::move(outcome));
}

void HttpExchange::settle(Outcome outcome) {
  timers_.cancel(deadline_);
  if (const Done done = std::exchange(done_, nullptr)) done(std::move(outcome));
}

void HttpExchange::drop() {
  timers_.cancel(deadline_);
  done_ = nullptr;
  retire();
}

/// In a turn of its own: a stream is not destroyed while it calls us.
void HttpExchange::retire() {
  if (!connection_) return;
  connection_->exchange = nullptr;
  connection_->stream->drop();
  retired_.push_back(std::move(connection_));
  timers_.cancel(burial_);
  burial_ = timers_.after(Millis{0}, [this] {
    burial_.reset();
    retired_.clear();
  });
}

}  // namespace phx::client
