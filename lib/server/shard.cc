/// The loop's turn, and the passage of a connection from HTTP to websocket.

#include "server/shard.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "process/supervisor.h"
#include "server/handshake.h"
#include "server/receive_buffers.h"
#include "telemetry/shard_measured.h"

namespace phx::server {

Shard::Shard(std::uint32_t number, const Endpoint& endpoint, Log log, process::Workers& workers,
             ShardOptions options)
    : endpoint_(endpoint),
      options_(options),
      faults_(endpoint.telemetry()),
      scheduler_(number, std::move(log), options_.processes) {
  scheduler_.report_to(faults_);
  scheduler_.use_workers(workers);
  scheduler_.await_thread();  // connections may be dealt to this shard before it runs
  open_loop();
  open_context();
}

Shard::~Shard() {
  scheduler_.clear();
  http_.clear();
  finished_.clear();
  relays_.clear();
  finished_relays_.clear();
  after_input_.close();
  timer_.close();
  wake_.close();
  busy_.close();
  last_call_.close();
  measuring_.close();
  resting_.close();
  close_context();
  uv_run(&loop_, UV_RUN_DEFAULT);  // the handles' close callbacks
  uv_loop_close(&loop_);
}

void Shard::open_loop() {
  check(uv_loop_init(&loop_) == 0, "a loop can be made");
  after_input_.open([this](uv_check_t* h) { return uv_check_init(&loop_, h); }, [this] { turn(); });
  timer_.open([this](uv_timer_t* h) { return uv_timer_init(&loop_, h); }, [this] { turn(); });
  busy_.open([this](uv_idle_t* h) { return uv_idle_init(&loop_, h); }, [] {});
  wake_.open([this](uv_async_t* h) { return uv_async_init(&loop_, h, UvHandle<uv_async_t>::call); },
             [] {});  // the check handle does the work
  uv_check_start(after_input_.get(), UvHandle<uv_check_t>::call);
  uv_async_t* wake = wake_.get();
  scheduler_.on_wake([wake] { uv_async_send(wake); });
}

// --- The turn -----------------------------------------------------------------------------------

void Shard::run() {
  scheduler_.adopt_thread();
  supervisor_ = scheduler_.spawn(
      std::make_unique<process::Supervisor>(process::Strategy::one_for_one, endpoint_.children()));
  if (telemetry().attached<telemetry::ShardMeasured>()) tell_measures();
  let_rest();
  turn();
  uv_run(&loop_, UV_RUN_DEFAULT);
}

void Shard::tell_measures() {
  constexpr std::uint64_t every_ms = 1'000;
  const auto tell = [this] {
    telemetry().execute(telemetry::ShardMeasured{scheduler_.population(), connections_.size(),
                                                 http_.size(), scheduler_.shard()});
  };
  tell();
  measuring_.open([this](uv_timer_t* h) { return uv_timer_init(&loop_, h); }, tell);
  uv_timer_start(measuring_.get(), UvHandle<uv_timer_t>::call, every_ms, every_ms);
}

/// Whoever was silent for one to two of these times keeps no receive buffer.
void Shard::let_rest() {
  constexpr std::uint64_t every_ms = 200;
  resting_.open([this](uv_timer_t* h) { return uv_timer_init(&loop_, h); },
                [this] {
                  for (auto one = awake_.begin(); one != awake_.end();) (one++)->rest();
                  ReceiveBuffers::cool();
                });
  uv_timer_start(resting_.get(), UvHandle<uv_timer_t>::call, every_ms, every_ms);
}

void Shard::turn() {
  const bool more = scheduler_.run(Clock::now());
  flush();
  deflater_.forget();
  finished_.clear();
  finished_relays_.clear();
  tell_load();
  if (stopping_) go_on_stopping();
  if (more) {
    uv_idle_start(busy_.get(), UvHandle<uv_idle_t>::call);  // so that the loop does not wait
  } else {
    uv_idle_stop(busy_.get());
  }
  if (const auto next = scheduler_.next_timer()) {
    const auto wait = std::chrono::ceil<Millis>(*next - Clock::now());
    uv_update_time(&loop_);
    uv_timer_start(timer_.get(), UvHandle<uv_timer_t>::call,
                   static_cast<std::uint64_t>(std::max<long>(wait.count(), 0)), 0);
  } else {
    uv_timer_stop(timer_.get());
  }
}

void Shard::flush() {
  // A write of a fan-out finds little of its connection in the cache, so what comes next is fetched
  // while the kernel works. A flush may find its connection broken, but it makes no other dirty.
  constexpr std::size_t near = 4;
  constexpr std::size_t nearer = 2;
  for (std::size_t i = 0; i < dirty_.size(); ++i) {
    if (i + near < dirty_.size()) dirty_[i + near]->come_near();
    if (i + nearer < dirty_.size()) dirty_[i + nearer]->come_nearer();
    dirty_[i]->flush();
  }
  dirty_.clear();
}

// --- Connections --------------------------------------------------------------------------------

void Shard::adopt(int socket, Client client, const TlsContext* tls) {
  ++coming_;
  scheduler_.post([this, socket, client = std::move(client), tls] {
    ++come_;
    tls == nullptr ? start(socket, client) : start_tls(socket, client, *tls);
  });
}

void Shard::tell_load() {
  const std::size_t open = std::max(connections_.size() + http_.size(), relays_.size());
  open_.store(open, std::memory_order_relaxed);
  if (come_ > 0) coming_ -= std::exchange(come_, 0);
}

bool Shard::has_room(std::size_t there_are, const std::string& peer) {
  if (there_are < options_.max_connections) {
    full_ = false;
    return true;
  }
  if (!std::exchange(full_, true)) {
    scheduler_.log().warn("there are as many connections as there may be: more are closed",
                          {{"connections", std::to_string(there_are)}, {"peer", peer}});
  }
  telemetry().execute(telemetry::ConnectionRefused{there_are, peer});
  return false;
}

void Shard::start_tls(int socket, Client client, const TlsContext& tls) {
  const std::string address = client.address;
  auto relay = std::make_shared<TlsRelay>(*this, tls, socket, std::move(client));
  if (stopping_ || !has_room(relays_.size(), address)) return;
  if (relay->start()) relays_.emplace(relay.get(), relay);
}

void Shard::finished(TlsRelay& relay) {
  const auto found = relays_.find(&relay);
  if (found == relays_.end()) return;
  finished_relays_.push_back(std::move(found->second));
  relays_.erase(found);
}

void Shard::start(int socket, Client client) {
  if (!client.quiet_for) client.quiet_for = [socket] { return tcp_quiet_for(socket); };
  const std::string address = client.address;
  auto connection = std::make_unique<HttpConnection>(*this, socket, std::move(client));
  if (stopping_ || !has_room(http_.size() + connections_.size(), address)) return;
  HttpConnection& newcomer = *connection;
  http_.emplace(&newcomer, std::move(connection));
  newcomer.start();
}

void Shard::finished(HttpConnection& connection) {
  const auto found = http_.find(&connection);
  if (found == http_.end()) return;
  finished_.push_back(std::move(found->second));
  http_.erase(found);
}

Endpoint::Outcome Shard::dispatch(const http::Request& request) {
  return endpoint_.dispatch(request, {&scheduler_, &pubsub_, &endpoint_.telemetry()});
}

void Shard::become_websocket(int socket, transport::Upgrade upgrade, Client client) {
  const std::string head = handshake::request(upgrade);
  auto connection = std::make_shared<Connection>(
      *this, std::move(client), MessageLimits{upgrade.max_frame_size, upgrade.message_rate},
      upgrade.deflate);
  const process::Pid pid = scheduler_.spawn(std::make_unique<transport::Websocket>(
      std::move(upgrade.user), std::move(upgrade.socket), connection, upgrade.timeout));
  connection->serve(pid);
  connections_.emplace(connection.get(), connection);
  adopting_ = {connection.get(), &upgrade};
  lws* adopted = lws_adopt_socket_vhost_readbuf(vhost_, socket, head.data(), head.size());
  if (std::exchange(adopting_, {}).connection == nullptr && adopted != nullptr) return;
  // Never established: libwebsockets has closed the socket, or will.
  connection->gone();
  connections_.erase(connection.get());
}

// --- The end ------------------------------------------------------------------------------------

void Shard::stop() {
  scheduler_.post([this] {
    begin_stop();
    uv_async_send(wake_.get());
  });
}

/// First the batches, while polls that are held are still answered; then the endpoint's children
/// end; and who has been told to go has a while for it.
void Shard::begin_stop() {
  stopping_ = true;
  const auto relays = relays_;  // some finish at once
  for (const auto& [key, relay] : relays) relay->hurry();
  std::vector<HttpConnection*> http;
  for (const auto& [key, connection] : http_) http.push_back(key);
  for (HttpConnection* connection : http) connection->answer_and_close();
  for (auto& drainer : endpoint_.drainers()) {
    drainers_.push_back(scheduler_.spawn(std::move(drainer)));
  }
}

void Shard::go_on_stopping() {
  if (!farewell_said_ && !draining()) say_farewell();
  const bool empty = connections_.empty() && http_.empty() && relays_.empty();
  if (farewell_said_ && empty && !scheduler_.alive(supervisor_)) uv_stop(&loop_);
}

bool Shard::draining() const {
  return std::any_of(drainers_.begin(), drainers_.end(),
                     [this](process::Pid drainer) { return scheduler_.alive(drainer); });
}

void Shard::say_farewell() {
  farewell_said_ = true;
  scheduler_.exit(supervisor_, {process::ExitReason::shutdown});
  last_call_.open(
      [this](uv_timer_t* h) { return uv_timer_init(&loop_, h); },
      [this] {
        const std::size_t left = std::max(connections_.size() + http_.size(), relays_.size());
        scheduler_.log().warn("some connections did not close in time",
                              {{"left", std::to_string(left)}});
        telemetry().execute(telemetry::LimitReached{
            telemetry::Limit::farewell, static_cast<std::size_t>(options_.farewell.count())});
        uv_stop(&loop_);
      });
  uv_timer_start(last_call_.get(), UvHandle<uv_timer_t>::call,
                 static_cast<std::uint64_t>(options_.farewell.count()), 0);
}

}  // namespace phx::server
