#pragma once
/// \file
/// The states of a client and its topics.

namespace phx {

/// `waiting`: the connection was lost or did not open, and the next try is scheduled.
enum class ClientStatus : unsigned char { closed, waiting, connecting, open };

enum class TopicStatus : unsigned char { closed, joining, joined, errored, leaving };

}  // namespace phx
