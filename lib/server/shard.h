#pragma once
/// \file
/// One thread's worth of server: a libuv loop, a libwebsockets context on it, a scheduler, a
/// pubsub.
///
/// A connection, its socket process and its channels live on one shard and meet no lock. One turn
/// of the loop: read what has come, give the processes their turns, write each connection once.

#include <atomic>
#include <memory>
#include <unordered_map>
#include <vector>

#include "endpoint/endpoint.h"
#include "server/connection.h"
#include "server/http_connection.h"
#include "server/tls_relay.h"
#include "server/uv.h"
#include "telemetry/faults.h"

namespace phx::server {

struct ShardOptions {
  std::size_t max_connections = 16'384;       ///< Of this shard; more are closed as they come.
  std::size_t outbox_limit = 32 * 1'048'576;  ///< Bytes that may wait for one client.
  Millis farewell{5'000};  ///< Who has been told to go and has not by then is dropped.
  http::Limits http = {};
  process::Limits processes = {};
};

class Shard final : public HttpHost, public ConnectionHost, public TlsRelayHost {
 public:
  Shard(std::uint32_t number, const Endpoint& endpoint, Log log, process::Workers& workers,
        ShardOptions options);
  ~Shard() override;

  process::Scheduler& scheduler() override { return scheduler_; }
  websocket::Deflater& deflater() override { return deflater_; }
  pubsub::PubSub& pubsub() { return pubsub_; }

  /// Starts the endpoint's children and runs the loop until stop(). On its own thread.
  void run();
  /// Sends the connections home in batches (1012), and ends run() when they are gone or their time
  /// is over. Any thread.
  void stop();
  /// Takes an accepted socket over; `tls`, which outlives the shard, where the client is to speak
  /// TLS. Any thread.
  void adopt(int socket, Client client, const TlsContext* tls);
  /// The connections that it has, as its last turn left them, and those on their way. Any thread.
  std::size_t load() const { return open_ + coming_; }

  uv_loop_t* loop() override { return &loop_; }

 private:
  // HttpHost
  Endpoint::Outcome dispatch(const http::Request& request) override;
  void become_websocket(int socket, transport::Upgrade upgrade, Client client) override;
  const http::Limits& http_limits() const override { return options_.http; }
  void finished(HttpConnection& connection) override;
  // TlsRelayHost
  void secured(int plain, Client client) override { start(plain, std::move(client)); }
  void finished(TlsRelay& relay) override;
  // ConnectionHost
  void dirty(Connection& connection) override { dirty_.push_back(connection.shared_from_this()); }
  std::string& writing_space() override { return writing_space_; }
  void awake(Connection& connection) override { awake_.push_back(connection); }
  std::size_t outbox_limit() const override { return options_.outbox_limit; }
  Millis farewell() const override { return options_.farewell; }
  void limit_reached(const telemetry::LimitReached& reached, const std::string& peer) override {
    telemetry::tell(telemetry(), scheduler_.log(), reached, {"peer", peer});
  }
  const telemetry::Telemetry& telemetry() const override { return endpoint_.telemetry(); }

  void open_context();
  void close_context();
  void open_loop();
  /// Processes, then writes; and says when to come back.
  void turn();
  void flush();
  void begin_stop();
  void tell_measures();
  void let_rest();
  void tell_load();
  void go_on_stopping();
  bool draining() const;
  void say_farewell();
  bool has_room(std::size_t there_are, const std::string& peer);
  void start(int socket, Client client);
  void start_tls(int socket, Client client, const TlsContext& tls);

  static int on_event(lws* wsi, lws_callback_reasons why, void* user, void* in,
                      size_t size) noexcept;
  int event(lws* wsi, lws_callback_reasons why, Connection** user, void* in, size_t size);
  int established(lws* wsi, Connection** user);
  void closed(Connection** user);

  const Endpoint& endpoint_;
  const ShardOptions options_;
  telemetry::FaultTeller faults_;
  process::Scheduler scheduler_;
  pubsub::PubSub pubsub_{scheduler_};
  uv_loop_t loop_{};
  lws_context* context_ = nullptr;
  lws_vhost* vhost_ = nullptr;
  websocket::Deflater deflater_;

  UvHandle<uv_check_t> after_input_;
  UvHandle<uv_timer_t> timer_;
  UvHandle<uv_async_t> wake_;
  UvHandle<uv_idle_t> busy_;
  UvHandle<uv_timer_t> last_call_;
  UvHandle<uv_timer_t> measuring_;
  UvHandle<uv_timer_t> resting_;

  std::unordered_map<HttpConnection*, std::unique_ptr<HttpConnection>> http_;
  std::vector<std::unique_ptr<HttpConnection>> finished_;  // until the end of the turn
  // A TLS client has one of these besides his connection, so each kind keeps to the limit.
  std::unordered_map<TlsRelay*, std::shared_ptr<TlsRelay>> relays_;
  std::vector<std::shared_ptr<TlsRelay>> finished_relays_;  // until the end of the turn
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::vector<std::shared_ptr<Connection>> dirty_;
  std::string writing_space_;  // as large as a piece of an outbox
  // Until they rest, or are closed; these leave it by themselves.
  boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> awake_;
  struct Adoption {
    Connection* connection = nullptr;  ///< Nobody's, once it is established.
    const transport::Upgrade* upgrade = nullptr;
  };
  Adoption adopting_;  // while libwebsockets takes a socket over
  process::Pid supervisor_;
  std::vector<process::Pid> drainers_;
  std::atomic<std::size_t> open_ = 0;    ///< As the last turn left them.
  std::atomic<std::size_t> coming_ = 0;  ///< Adopted, and not among these yet.
  std::size_t come_ = 0;                 ///< Of them, in this turn.
  bool full_ = false;                    ///< Somebody was turned away since there last was room.
  bool stopping_ = false;
  bool farewell_said_ = false;  ///< The batches are over, and the children have been told to end.
};

}  // namespace phx::server
