#pragma once
/// \file
/// A channel test's state for one client: only for ChannelTest.

#include "testing/channel_test.h"

namespace phx::testing {

struct Connection {
  const UserSocket& user;
  Socket socket;
  process::Pid transport = {};
  process::Pid youngest = {};  ///< The latest channel.
  Mailbox mailbox = {};
  int next_ref = 1;
};

}  // namespace phx::testing
