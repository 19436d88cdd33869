/// \file
/// A client's connection to the server, by websocket or long-polling, for good and bad clients.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "conformance/load/client/loop.h"
#include "conformance/load/client/target.h"

namespace phx::soak {

using bench::Instant;
using bench::Loop;
using bench::Target;

/// Gets a line's events. Must outlive it, and must not destroy it in a callback.
class LineListener {
 public:
  virtual ~LineListener() = default;
  /// Messages may be sent.
  virtual void opened() = 0;
  virtual void received(std::string_view text, Instant arrived) = 0;
  /// Nothing more will come. `why` is empty if the client ended it.
  virtual void ended(const std::string& why) = 0;
};

/// How a client ends its connection.
enum class Goodbye {
  clean,   ///< A close frame, and the server ends the connection.
  abrupt,  ///< The connection is reset, whatever is under way.
};

/// A resource: neither copied nor moved. Loop's thread only.
class Line {
 public:
  Line() = default;
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  virtual ~Line() = default;

  virtual void send(std::string_view text) = 0;
  /// Ends it: ended() comes now or, for a clean end, once the server has ended the connection.
  virtual void leave(Goodbye how) = 0;
  /// A slow reader: what the server sends stays in the kernel, and then in the server.
  virtual void pause(bool paused) = 0;
};

std::unique_ptr<Line> open_websocket(Loop&, const Target&, LineListener&);
std::unique_ptr<Line> open_longpoll(Loop&, const Target&, LineListener&);

}  // namespace phx::soak
