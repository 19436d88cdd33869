#pragma once
/// \file
/// The answer to a push.

#include <string>

#include "serializer/payload.h"

namespace phx {

using serializer::Payload;

namespace client {

struct Answer {
  /// `ok` or `error` from the server, `timeout` if no reply came in time; or what else a channel
  /// replies. `error` also comes from the client itself, with a reason, if a push could not be
  /// sent. A `timeout` has the reason `not sent` if it waited for a join or the connection until
  /// then: the server never saw it.
  std::string status;
  Payload response = {};

  bool ok() const { return status == "ok"; }
};

}  // namespace client
}  // namespace phx
