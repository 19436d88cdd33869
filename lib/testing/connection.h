#pragma once
/// \file
/// What a channel test keeps of one client: for the parts of ChannelTest alone.

#include "testing/channel_test.h"

namespace phx::testing {

struct Connection {
  const UserSocket& user;
  Socket socket;
  process::Pid transport = {};
  process::Pid youngest = {};  ///< The channel that was made last.
  Mailbox mailbox = {};
  int next_ref = 1;
};

}  // namespace phx::testing
