#pragma once
/// \file
/// Raw bytes to and from the server under test, over libwebsockets' client in RAW mode.
///
/// One Network, many Streams, one thread: bytes move only during a pump, and then on all streams.
/// So a case reads as if every call blocked, with 200 connections as with one.

#include <libwebsockets.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "conformance/suite/wire/tls.h"
#include "conformance/suite/wire/url.h"

namespace phx::conformance {

using Clock = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;

/// Owns libwebsockets' context. Must outlive its Streams.
class Network {
 public:
  /// `trust` matters only to streams that speak TLS. \throws std::runtime_error if its file can't
  /// be read.
  explicit Network(Trust trust = {});
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  /// Moves bytes on every stream until `done()` or the deadline. \return the last result of done().
  bool pump(const std::function<bool()>& done, Clock::time_point deadline);

 private:
  friend class Stream;
  struct ContextDeleter {
    void operator()(lws_context* context) const { lws_context_destroy(context); }
  };
  /// Ends lws's wait when nothing happens.
  struct Alarm {
    lws_sorted_usec_list_t timer = {};
    lws_context* context = nullptr;
  };
  static void ring(lws_sorted_usec_list_t* timer) noexcept;
  /// Made for the first stream that needs it, because reading the certificates that a machine
  /// trusts takes longer than judging a rule.
  SSL_CTX* tls();

  Alarm alarm_;
  std::unique_ptr<lws_context, ContextDeleter> context_;
  const Trust trust_;
  TlsContext tls_;
};

/// One TCP connection, with TLS if the URL says so. It must not move: libwebsockets keeps a pointer
/// to it.
class Stream {
 public:
  enum class State { connecting, open, ended };
  using Receive = std::function<void(std::string_view bytes)>;
  using End = std::function<void()>;

  /// Begins to connect. `receive` and `end` are called during a pump.
  Stream(Network& network, const Url& url, Receive receive, End end);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  State state() const { return state_; }
  /// Why connecting failed; empty if it did not.
  const std::string& error() const { return error_; }
  /// TCP ended without TLS's close_notify.
  bool cut_short() const { return tls_ && state_ == State::ended && !tls_->peer_finished(); }

  /// Its own address, without the port. Empty if it is not connected.
  std::string local_address() const;

  /// Queues bytes, which leave during a pump. Bytes queued together leave in one write.
  void write(std::string_view bytes);
  bool flushed() const;
  /// Stops or resumes reading, as a client that is busy.
  void stop_reading();
  void read_on();
  void finish();  ///< Sends FIN (after TLS's close_notify) and goes on reading.
  void reset();   ///< Sends RST, as a machine does whose process died.

 private:
  friend int on_stream_event(lws*, lws_callback_reasons, void*, void*, std::size_t) noexcept;
  int received(std::string_view bytes);
  int writable();
  void connected();
  void begin_to_speak();
  void send_soon();
  void closing();
  void ended(std::string_view why);

  Receive receive_;
  End end_;
  std::unique_ptr<TlsSession> tls_;  // null: plain
  bool finishing_ = false;           // FIN follows what is unsent
  State state_ = State::connecting;
  std::string outbox_;
  std::string error_;
  lws* wsi_ = nullptr;  // libwebsockets'; valid until RAW_CLOSE
};

/// libwebsockets' text for a failed connection, made readable. From 4.2 on it has a number, `conn
/// fail: 111`, which becomes the system's text `Connection refused`.
std::string in_words(std::string_view why);

}  // namespace phx::conformance
