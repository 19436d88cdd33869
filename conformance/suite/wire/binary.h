#pragma once
/// \file
/// V2's binary messages, built from their parts: those of clients and those of servers.
///
///     client, push    0 | sizes of join_ref, ref, topic, event | those four | the data
///     server, push    0 | sizes of join_ref, topic, event       | those three | the data
///     server, reply   1 | sizes of join_ref, ref, topic, status | those four | the data
///     server, bcast   2 | sizes of topic, event                 | those two | the data
///
/// Every size is one byte. A longer part is cut: only E-04's cases send false sizes, by hand.

#include <string>
#include <string_view>

namespace phx::conformance {

struct BinaryPush {
  std::string join_ref, ref, topic, event, data;
};
std::string encode(const BinaryPush& push);

/// A server's message to one member.
struct BinaryPushed {
  std::string join_ref, topic, event, data;
};
std::string encode(const BinaryPushed& pushed);

struct BinaryReply {
  std::string join_ref, ref, topic, status, data;
};
std::string encode(const BinaryReply& reply);

/// A server's message to every member.
struct BinaryBroadcast {
  std::string topic, event, data;
};
std::string encode(const BinaryBroadcast& broadcast);

/// A client's message for people: `push [join_ref "1", …] + 4 bytes: …`.
std::string described_push(std::string_view message);
/// A server's message for people: `reply [join_ref "1", …] + 4 bytes: 00 01 ff fe`.
std::string described(std::string_view message);

}  // namespace phx::conformance
