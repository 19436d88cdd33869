#pragma once
/// \file
/// V2's binary messages, each built from its parts: what a client sends, and what it may be sent.
///
///     client, push    0 | sizes of join_ref, ref, topic, event | those four | the data
///     server, push    0 | sizes of join_ref, topic, event       | those three | the data
///     server, reply   1 | sizes of join_ref, ref, topic, status | those four | the data
///     server, bcast   2 | sizes of topic, event                 | those two | the data
///
/// Every size is one byte. A part that is longer is cut: only E-04's cases mean to lie, by hand.

#include <string>
#include <string_view>

namespace phx::conformance {

struct BinaryPush {
  std::string join_ref, ref, topic, event, data;
};
std::string encode(const BinaryPush& push);

/// What the server sends to one member.
struct BinaryPushed {
  std::string join_ref, topic, event, data;
};
std::string encode(const BinaryPushed& pushed);

struct BinaryReply {
  std::string join_ref, ref, topic, status, data;
};
std::string encode(const BinaryReply& reply);

/// What the server sends to every member alike.
struct BinaryBroadcast {
  std::string topic, event, data;
};
std::string encode(const BinaryBroadcast& broadcast);

/// A binary message as a line of a long-poll's post: base64.
std::string as_line(std::string_view message);

/// A client's message for people: `push [join_ref "1", …] + 4 bytes: …`.
std::string described_push(std::string_view message);
/// A server's message for people: `reply [join_ref "1", …] + 4 bytes: 00 01 ff fe`.
std::string described(std::string_view message);

}  // namespace phx::conformance
