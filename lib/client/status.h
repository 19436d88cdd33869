#pragma once
/// \file
/// Where a client and its topics stand.

namespace phx {

/// `waiting`: the connection was lost or did not open, and the next try has its time.
enum class ClientStatus : unsigned char { closed, waiting, connecting, open };

enum class TopicStatus : unsigned char { closed, joining, joined, errored, leaving };

}  // namespace phx
