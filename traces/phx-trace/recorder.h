#pragma once
/// \file
/// Keeps a proxy's traffic as a trace.

#include <functional>
#include <list>
#include <map>

#include "conformance/proxy/link.h"
#include "conformance/proxy/tamper.h"
#include "conformance/suite/wire/deflate.h"
#include "traces/phx-trace/har.h"

namespace phx::trace {

class Recorder {
 public:
  /// `clock` gives seconds since the epoch.
  explicit Recorder(std::function<Seconds()> clock) : clock_(std::move(clock)) {}

  /// A Tamper that changes nothing. The recorder must outlive it.
  conformance::Tamper tamper();
  /// Ends every connection that is open.
  void cut();
  /// All so far, in the order of its requests, with names for the clients.
  Trace trace() const;
  std::size_t entries() const { return entries_.size(); }

 private:
  /// A connection's open requests and messages.
  struct Talk {
    std::list<Entry*> asked;     ///< Requests without an answer.
    Entry* websocket = nullptr;  ///< Once the server has agreed, or frames have come early.
    std::map<bool, conformance::Inflate> inflate;  ///< By direction, where they agreed to compress.
    bool compresses = false;
    bool ended_up = false;
    bool ended_down = false;
  };

  void asked(conformance::Link& link, const conformance::Request& request);
  void answered(conformance::Link& link, const conformance::Response& response);
  void framed(conformance::Link& link, const conformance::Frame& frame, bool sent);
  void ended(conformance::Link& link, bool by_server);
  Seconds now();

  std::function<Seconds()> clock_;
  Seconds last_ = 0;
  std::list<Entry> entries_;  // which keep their places
  std::map<int, Talk> talks_;
  std::list<conformance::Link>* links_ = nullptr;
};

}  // namespace phx::trace
