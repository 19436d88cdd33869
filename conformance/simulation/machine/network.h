#pragma once
/// \file
/// The network of a world: connections whose bytes take time, come in pieces, and may never come.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "conformance/simulation/machine/agenda.h"
#include "net/client_loop.h"

namespace phx::simulation {

using Micros = std::chrono::microseconds;

/// How a person's access to the network behaves. A value.
struct Access {
  std::string owner = {};
  std::string user = {};  ///< Whose device this is; empty: its owner's own.
  std::string address = "10.0.0.1";
  Micros min_delay{100};  ///< For bytes to get from one end to the other.
  Micros max_delay{2'000};
  std::size_t window = 65'536;  ///< Bytes on their way or unread, at most, in each direction.
  unsigned short_writes = 0;    ///< Percent of writes that take less than there is room for.
  unsigned short_reads = 0;     ///< Percent of reads that give less than has come.
  bool piecewise = false;       ///< A read gives what one write has sent.
  bool polls = false;           ///< Its client uses long-polling.
  bool silent = false;          ///< Nothing gets through, and neither end is notified.
  bool reads_nothing = false;   ///< The person's program is busy: bytes pile up unread.
};

/// What is on its way by one access, on whichever connection, and how long nothing was. A value.
class Traffic {
 public:
  void send(Clock::time_point now, Clock::time_point arrives) {
    still_ = still(now);
    busy_until_ = std::max({busy_until_, now, arrives});
  }
  /// For how long nothing was on its way, in all: only the difference of two of these means
  /// something. What the network takes for an answer is not in it, however slow the network is.
  Clock::duration still(Clock::time_point now) const {
    return still_ + std::max(now - busy_until_, Clock::duration::zero());
  }

 private:
  Clock::duration still_ = {};
  Clock::time_point busy_until_ = {};
};

class Wire;

/// An observer of the wires. It must not touch a wire.
class WireUser {
 public:
  virtual ~WireUser() = default;
  /// Bytes have reached their reader.
  virtual void carried(const Wire& wire, bool to_client, std::string_view bytes) = 0;
  /// An end of the connection has ended.
  virtual void ended(const Wire& wire, bool clients_end, const std::string& why) = 0;
};

/// Neither copied nor moved.
class Network {
 public:
  using Accept = std::function<void(int socket, net::Peer peer)>;

  Network(Agenda& agenda, std::uint64_t seed)
      : agenda_(agenda), seed_(seed), nowhere_("network", seed) {
    nowhere_.place.clear();
  }
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  ~Network();

  /// Connections to `name` are given to `accept`, on `host`, until close_port().
  void listen(const std::string& name, Host& host, Accept accept);
  void close_port(const std::string& name) { ports_.erase(name); }
  /// Begins to connect. `access` outlives the connection.
  std::unique_ptr<net::DialedStream> dial(Host& host, const Access& access, const net::Dial& dial,
                                          net::DialUser& user);
  /// The server's end of an accepted connection, to be read on `host`.
  std::unique_ptr<net::Stream> adopt(int socket, Host& host);
  /// Closes an accepted connection that nobody has taken over. False if no such number is open.
  bool close(int socket);

  /// Breaks all connections of this access. Both ends are notified, if anything gets through.
  void cut(const Access& access);
  /// The machine of that name dies. Its connections are reset; if `silently`, nobody is notified,
  /// as when someone pulls the plug.
  void crash(const std::string& name, bool silently);
  /// The access has changed: bytes that waited for it move on.
  void changed(const Access& access);

  void watch(WireUser& user) { watcher_ = &user; }
  /// See Traffic::still().
  Clock::duration still(const Access& access) {
    return traffic_[access.owner].still(agenda_.now());
  }
  /// Connections of which one end still lives.
  std::size_t living() const { return wires_.size(); }

 private:
  friend class Wire;
  friend class WireStream;
  struct Port {
    Host* host;
    Accept accept;
  };
  void forget(const Wire& wire);

  Agenda& agenda_;
  const std::uint64_t seed_;
  std::map<std::string, Port> ports_;
  std::map<int, std::shared_ptr<Wire>> wires_;  ///< By the number that stands for its socket.
  int next_ = 1'000'000;                        ///< No descriptor of this process.
  WireUser* watcher_ = nullptr;
  std::map<std::string, std::uint64_t> dialed_;  ///< How often, by owner.
  std::map<std::string, Traffic> traffic_;       ///< By owner.
  Host nowhere_;                                 ///< Where nothing is ever frozen.
};

}  // namespace phx::simulation
