#pragma once
/// \file
/// Decodes frames to messages and encodes messages to frames, in the client's protocol version.

#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "serializer/draft.h"
#include "serializer/message.h"

namespace phx::serializer {

/// The frame is not a message of this version. Ends the connection that sent it (1011).
class DecodeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The text frame is not valid UTF-8: an error of the websocket itself (1007).
class NotUtf8 : public DecodeError {
 public:
  NotUtf8() : DecodeError("expected text in UTF-8, got other bytes") {}
};

/// This version can't carry the message. Crashes the channel that sends it.
class EncodeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

//! [serializer]
/// Pure and stateless; any thread. Mirrors the behaviour Phoenix.Socket.Serializer.
class Serializer {
 public:
  virtual ~Serializer() = default;
  /// \throws DecodeError.
  virtual SocketMessage decode(Frame frame) const = 0;
  /// A push to one client. \throws EncodeError for a payload that this version can't carry: in V2
  /// JSON that is not an object, in V1 bytes.
  virtual Frame encode(const SocketMessage& message) const = 0;
  /// \throws EncodeError.
  virtual Frame encode(const SocketReply& reply) const = 0;
  /// The same for a client whose frame is copied at once; `to` is new. \throws EncodeError.
  virtual void draft(const SocketReply& reply, Draft& to) const { to = encode(reply); }
  /// A broadcast, the same bytes for every member. \throws EncodeError, as for a push.
  virtual Frame fastlane(const Broadcast& broadcast) const = 0;
};
//! [serializer]

/// Phoenix.Socket.V1.JSONSerializer: objects with topic, event, payload, ref.
const Serializer& v1_json();
/// Phoenix.Socket.V2.JSONSerializer: arrays of five, and binary frames.
const Serializer& v2_json();

/// A serializer and the versions that it speaks:
///
///     const Offer offer{&v2_json(), "~> 2.0.0"};
struct Offer {
  const Serializer* serializer;
  std::string requirement;  ///< `~> MAJOR.MINOR.PATCH`
};
/// \throws std::invalid_argument that says what to write, if an offer has no serializer or an
/// invalid requirement.
void check_offers(std::span<const Offer> offers);
/// Phoenix's default offers.
std::span<const Offer> default_offers();

/// The first offer whose requirement matches the version; nothing if none does, or if `vsn` is not
/// a version. REQUIRES: checked offers. Mirrors Phoenix.Socket's negotiate_serializer/2.
const Serializer* negotiate(std::span<const Offer> offers, std::string_view vsn);

}  // namespace phx::serializer
