#pragma once
/// \file
/// All the connections of one shard: how they arrive, become websockets, are written to, and end.
///
/// A connection starts as HTTP; after an upgrade its stream is a websocket's. An ended connection
/// is kept until the end of the turn, as it may still be on the stack. Shard thread only.

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "endpoint/endpoint.h"
#include "net/loop.h"
#include "pubsub/pubsub.h"
#include "server/addresses.h"
#include "server/http_connection.h"
#include "server/websocket_connection.h"

namespace phx::server {

struct ConnectionLimits {
  std::size_t max_connections = 16'384;        ///< Of this shard; any more are closed on arrival.
  std::size_t outbox_limit = 32 * 1'048'576;   ///< Bytes of memory waiting for one client.
  Millis farewell{5'000};                      ///< For the client, once we end its connection.
  Millis write_patience{60'000};               ///< For the client to take what waits for it.
  std::size_t client_memory = 64 * 1'048'576;  ///< Bytes waiting for one client's processes.
  http::Limits http = {};
  std::optional<Log> access_log = {};
  net::Networks trusted_proxies = {};
  Addresses* addresses = nullptr;  ///< The places of clients behind proxies.
};

class Connections final : public HttpHost, public WebsocketHost {
 public:
  Connections(const Endpoint& endpoint, net::Loop& loop, process::Scheduler& scheduler,
              pubsub::PubSub& pubsub, const ConnectionLimits& limits);

  /// Takes over an accepted socket; with a certificate, the client must speak TLS.
  void adopt(int socket, Client client, const net::Certificate* certificate);
  /// The same for a stream, which speaks HTTP from now on.
  void welcome(std::unique_ptr<net::Stream> stream, Client client);
  /// Ends a turn: writes to the websockets with waiting frames, and frees ended connections. True:
  /// some are not done and need another turn.
  bool flush();

  /// A stream that spoke HTTP, here or on the admin port, is a websocket from now on.
  void become_websocket(std::unique_ptr<net::Stream> stream, transport::Upgrade upgrade,
                        Client client, std::string_view early) override;
  const Context& context() const { return context_; }

  /// The clients that hold the most memory. Visits every connection: for rare use only.
  struct Holder {
    std::size_t bytes = 0;
    std::function<void(const telemetry::LimitReached&)> evict = {};
  };
  /// The largest holder; with 0 bytes if there is none.
  Holder largest_holder();
  /// Disconnects each client that holds more than its limit.
  void limit_clients();

  /// Answers and closes HTTP connections. The transport closes websockets.
  void stop();
  /// A connection's first request is still on its way.
  bool awaits_newcomers() const;
  /// Accepts no more, and waits for no more first requests.
  void refuse_newcomers();
  /// Ends all connections at once.
  void clear();

  /// Of clients: what the admin port has is not counted.
  std::size_t size() const { return http() + websockets(); }
  /// With those of the admin port: a shutdown waits for all.
  std::size_t all() const { return http_.size() + websockets_.size(); }
  std::size_t http() const { return http_.size(); }
  std::size_t websockets() const { return websockets_.size() - of_admin_.size(); }

 private:
  net::Loop& loop() override { return loop_; }
  const telemetry::Telemetry& telemetry() const override { return endpoint_.telemetry(); }
  Millis farewell() const override { return limits_.farewell; }
  Millis write_patience() const override { return limits_.write_patience; }
  /// The loop's clock may be late after a long turn, the scheduler's if it needed none.
  Clock::time_point now() const override { return std::max(scheduler_.now(), loop_.now()); }
  /// Long enough for a slow link's round trip, while a stop waits for it: a client whose close is
  /// lost sees 1006, and can't tell a deployment from a crash.
  Millis close_linger() const override { return std::min(limits_.farewell, Millis{1'000}); }
  Millis linger() const override {
    return std::min(close_linger(), stopping_ ? Millis{100} : Millis{1'000});
  }
  void limit_reached(const telemetry::LimitReached& reached, const std::string& peer) override {
    telemetry::report_limit(telemetry(), scheduler_.log(), reached, {"peer", peer});
  }
  // HttpHost
  Endpoint::Outcome dispatch(const http::Request& request) override {
    return endpoint_.dispatch(request, context_);
  }
  process::HopRecorder* traces_for(const http::Request& request) override {
    return endpoint_.traces_for(request);
  }
  const http::Limits& http_limits() const override { return limits_.http; }
  const Log* access_log() const override {
    return limits_.access_log ? &*limits_.access_log : nullptr;
  }
  const net::Networks& trusted_proxies() const override { return limits_.trusted_proxies; }
  bool admit(Client& client) override;
  void finished(HttpConnection& connection) override;
  // WebsocketHost
  process::Scheduler& scheduler() override { return scheduler_; }
  void mail_sent(std::size_t messages) override;
  websocket::Deflater& deflater() override { return deflater_; }
  void dirty(WebsocketConnection& connection) override { dirty_.push_back(&connection); }
  void behind(WebsocketConnection& connection, std::string unread) override {
    behind_.emplace_back(websockets_.at(connection.process()), std::move(unread));
  }
  std::unique_ptr<websocket::Reader> take_reader(std::size_t max_message) override;
  void give_back(std::unique_ptr<websocket::Reader> reader) override {
    spare_reader_ = std::move(reader);
  }
  std::string& writing_space() override { return writing_space_; }
  std::size_t outbox_limit() const override { return limits_.outbox_limit; }
  void finished(WebsocketConnection& connection) override;

  bool has_room(const std::string& peer);
  std::vector<HttpConnection*> of_http() const;
  std::vector<Holder> holders();
  void read_on();
  void write_dirty();
  void write_on();

  const Endpoint& endpoint_;
  net::Loop& loop_;
  process::Scheduler& scheduler_;
  const Context context_;
  const ConnectionLimits limits_;
  websocket::Deflater deflater_;
  std::unique_ptr<websocket::Reader> spare_reader_;  ///< One is enough: they read in turn.
  std::string writing_space_;                        ///< As large as a piece of an outbox.

  // By keys that are the same in each run of a simulated world, as addresses are not: what is done
  // to all of them is done in their order.
  std::unordered_map<std::uint64_t, std::unique_ptr<HttpConnection>> http_;  ///< By number.
  std::unordered_map<process::Pid, std::shared_ptr<WebsocketConnection>> websockets_;
  std::set<process::Pid> of_admin_;  ///< Those of Endpoint::admin_socket.
  std::uint64_t welcomed_ = 0;       ///< The last number.
  static constexpr std::size_t written_at_once = 4 * 1'048'576;  // bytes: some milliseconds
  WebsocketConnection::Budget budget_{written_at_once};          ///< Of this turn.
  /// One that ends in this turn is kept until its end, and is dirty no more.
  std::vector<WebsocketConnection*> dirty_;
  /// Dirty since an earlier turn, and bulky(): others are flushed first.
  std::deque<std::shared_ptr<WebsocketConnection>> bulky_;
  /// With bytes received but not read.
  std::deque<std::pair<std::shared_ptr<WebsocketConnection>, std::string>> behind_;
  // Until the end of the turn:
  std::vector<std::unique_ptr<HttpConnection>> ended_http_;
  std::vector<std::shared_ptr<WebsocketConnection>> ended_websockets_;
  std::size_t unread_ = 0;          ///< Messages sent to processes since these last had a turn.
  std::size_t unread_clients_ = 0;  ///< The connections that they came on.
  bool spent_ = false;              ///< The processes have used up their time in this turn.
  bool full_ = false;               ///< A client was refused since there last was room.
  bool stopping_ = false;
  bool closed_ = false;  ///< New connections are accepted.
};

}  // namespace phx::server
