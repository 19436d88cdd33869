#pragma once
/// \file
/// Breaks what passes through a proxy at a chosen message: for people who test their own
/// application on a network that fails.

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "conformance/proxy/tamper.h"
#include "conformance/suite/wire/network.h"

namespace phx::conformance {

enum class Disturbance {
  drop,       ///< The message does not arrive.
  duplicate,  ///< It arrives twice.
  delay,      ///< It arrives later, and so does what follows it.
  cut,        ///< The connection ends in its place.
  stop        ///< Nothing passes any more, either way, though the connection stays open.
};

/// Which messages, and what becomes of them. Pings, pongs and closes always pass.
struct Disturbing {
  Disturbance what = Disturbance::drop;
  Millis delay{0};
  bool from_client = false;  ///< The client's messages instead of the server's.
  int frame = 0;             ///< Only this one of each connection, from 1; 0: all.
  int every = 0;             ///< Only each Nth one; 0: all.
  std::string event = {};    ///< Only those with this event; empty: any.
  std::string topic = {};    ///< The same.
};

/// One thread, as a proxy's Tamper.
class Disturber {
 public:
  /// `say` gets a line for each disturbance.
  Disturber(Disturbing disturbing, std::function<void(const std::string&)> say)
      : disturbing_(std::move(disturbing)), say_(std::move(say)) {}

  /// The disturber must outlive it.
  Tamper tamper();
  /// Ends every connection at the next turn.
  void end() { ending_ = true; }

 private:
  struct Waiting {
    Clock::time_point due;
    Frame frame;
  };
  struct Way {
    int messages = 0;  // that were counted
    std::deque<Waiting> waiting = {};
  };
  using Key = std::pair<int, bool>;  // a link's number, and whether it is the client's way

  std::vector<Frame> pass(Link& link, Frame frame, bool from_client);
  bool chooses(const Frame& frame, Way& way) const;
  std::vector<Frame> disturb(Link& link, Frame frame, Way& way);
  void send_what_is_due(std::list<Link>& links);

  const Disturbing disturbing_;
  std::function<void(const std::string&)> say_;
  std::map<Key, Way> ways_;
  std::set<int> stopped_;  // links
  bool ending_ = false;
};

}  // namespace phx::conformance
