#pragma once
/// \file
/// How a client connects, how long it waits, and how much it keeps.

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "json/json.h"

namespace phx {

/// Which servers a client trusts, for `wss://` and `https://`.
struct ClientTls {
  bool verify = true;        ///< The certificate must be valid, and the host's. False: for tests.
  std::string ca_file = {};  ///< Trusts these certificates (PEM) in place of the system's.
};

enum class ClientTransport : unsigned char { websocket, longpoll };

/// The endpoints that only long-polling reached, for clients that share one: those that come later
/// need not find out. Any thread. Neither copied nor moved. phoenix.js keeps this in the browser's
/// sessionStorage.
class FallbackMemory {
 public:
  bool knows(const std::string& endpoint) const {
    const std::lock_guard lock(mutex_);
    return endpoints_.contains(endpoint);
  }
  void remember(const std::string& endpoint) {
    constexpr std::size_t max_endpoints = 1'000;
    const std::lock_guard lock(mutex_);
    if (endpoints_.size() < max_endpoints) endpoints_.insert(endpoint);
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> endpoints_;
};

/// The defaults are those of phoenix.js, except where noted.
struct ClientOptions {
  /// Called at each try to connect, on the client's thread, so that what expires can be renewed. An
  /// exception ends that try, and goes to on_error; the next try follows.
  std::function<Json()> params = {};        ///< An object, sent in the query.
  std::function<std::string()> token = {};  ///< Sent apart from the query, so no log has it.
  /// More headers of the handshake: cookies, an origin.
  std::vector<std::pair<std::string, std::string>> headers = {};

  ClientTransport transport = ClientTransport::websocket;
  /// Goes over to long-polling if a websocket does not open in this time, or fails to open, or
  /// opens and does not pass a message to and fro in this time again. phoenix.js's users set 2.5 s.
  /// A websocket that has passed one before is given up for lateness only, and tried again first
  /// when the connection is lost: a server that restarts says nothing about websockets.
  std::optional<Millis> longpoll_fallback = {};
  /// Endpoints where it went over before. Without one: this client alone remembers.
  std::shared_ptr<FallbackMemory> fallback_memory = {};

  std::string vsn = "2.0.0";  ///< Or `1.0.0`, which has no binary messages.
  ClientTls tls = {};
  bool deflate = false;  ///< Offers permessage-deflate. A browser always does.

  Millis timeout{10'000};     ///< For the answer to a join or a push.
  Millis heartbeat{30'000};   ///< From one to the next; an answer must come within the same time.
  Millis connecting{10'000};  ///< For name, connection, TLS and handshake together.
  /// For one request of long-polling: twice the time that servers hold a poll.
  Millis longpoll_request{20'000};
  /// Waits before the first, second … next try to connect; the last one repeats. The count restarts
  /// once a connection has brought a message, so a server that opens and closes at once is not
  /// retried in a tight loop. Without any, each wait is 1 s.
  std::vector<Millis> reconnect_after{Millis{10},    Millis{50},   Millis{100}, Millis{150},
                                      Millis{200},   Millis{250},  Millis{500}, Millis{1'000},
                                      Millis{2'000}, Millis{5'000}};
  /// The same before a topic joins again after an error, while the connection is open.
  std::vector<Millis> rejoin_after{Millis{1'000}, Millis{2'000}, Millis{5'000}, Millis{10'000}};
  /// Up to this part of each wait is added at random: with 0.5, 1 s becomes 1 to 1.5 s. So the
  /// clients of a server that restarted don't come back all at once.
  double jitter = 0;
  /// A server that closes with 1000 wants its clients to stay away; but some proxies send it, too.
  bool reconnect_after_normal_close = false;

  /// Bytes of a message from the server. A larger one ends the connection (1009).
  std::size_t max_message = 16'000'000;
  /// Pushes that wait to be sent or to be answered, in all topics. Any more end at once, with the
  /// status `error` and `{"reason":"too many pushes wait"}`.
  std::size_t max_waiting_pushes = 100'000;
  /// Bytes of pushes that wait for a join, for the connection or for the network. Any more end at
  /// once, with the status `error` and `{"reason":"too many bytes wait"}`.
  std::size_t max_waiting_bytes = 32 * 1'048'576;
};

}  // namespace phx
