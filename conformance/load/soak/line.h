/// \file
/// A client's way to the server, over a websocket or by long-polling, for good and for bad clients.
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

/// Hears what a line has to say. Must outlive it, and must not destroy it meanwhile.
class LineListener {
 public:
  virtual ~LineListener() = default;
  /// Messages may be sent.
  virtual void opened() = 0;
  virtual void received(std::string_view text, Instant arrived) = 0;
  /// Nothing more will come. `why` is empty when it was the client's own wish.
  virtual void ended(const std::string& why) = 0;
};

/// How a client goes.
enum class Goodbye {
  clean,   ///< A close frame, and the server hangs up.
  abrupt,  ///< The connection is reset in the middle of whatever was on the way.
};

/// A resource: neither copied nor moved. Loop's thread only.
class Line {
 public:
  Line() = default;
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  virtual ~Line() = default;

  virtual void send(std::string_view text) = 0;
  /// Ends it: ended() comes now or, for a clean one, when the server has hung up.
  virtual void leave(Goodbye how) = 0;
  /// A slow reader: what the server sends stays in the kernel, and then in the server.
  virtual void pause(bool paused) = 0;
};

std::unique_ptr<Line> open_websocket(Loop&, const Target&, LineListener&);
std::unique_ptr<Line> open_longpoll(Loop&, const Target&, LineListener&);

}  // namespace phx::soak
