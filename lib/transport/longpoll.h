#pragma once
/// \file
/// Channels over plain HTTP requests: clients poll to receive messages and post to send them.
///
///     GET  without a token   a new session      {"messages":[],"status":410,"token":T}
///     GET  with its token    waiting messages   {"messages":["…"],"status":200,"token":T}
///                            after the window   {"messages":[],"status":204,"token":T}
///     POST with its token    one message, or one per line {"status":200}
///
/// HTTP's own status is 200 for all of these; the status that counts is in the body. Mirrors
/// Phoenix.Transports.LongPoll.

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "http/responder.h"
#include "tokens/token.h"
#include "transport/longpoll_places.h"
#include "transport/pipeline.h"

namespace phx::transport {

/// Signs and verifies session tokens, and limits the number of sessions. Any thread.
class LongpollTokens {
 public:
  /// Beyond the limits, new clients get 503. \throws std::invalid_argument if the secret is too
  /// short.
  explicit LongpollTokens(std::string_view secret_key_base, LongpollLimits limits = {});

  /// The places of the sessions.
  LongpollPlaces& places() const { return *places_; }

  /// `scope` is where the token is valid.
  std::string sign(process::Pid session, const std::string& scope) const;
  /// Nothing if the token is forged, two weeks old, or from another scope or server: pids start
  /// afresh with each server.
  std::optional<process::Pid> verify(std::string_view token, const std::string& scope) const;

 private:
  const TokenSigner signer_;
  const std::string instance_;
  const std::unique_ptr<LongpollPlaces> places_;
};

/// A random secret in hex, for a server configured without one.
std::string random_secret();

/// Answers one request to `path/longpoll`. Shard thread. REQUIRES: the mount has long-poll. \throws
/// whatever connect throws; answer 500 then.
std::variant<http::Response, http::Deferred> longpoll(Attempt attempt,
                                                      std::shared_ptr<const LongpollTokens> tokens);

/// The messages in a POST's body: its lines, if it is `application/x-ndjson`, up to a hundred; else
/// the whole body. A line that doesn't begin with `[` is a binary message in base64; nothing stands
/// for one that is invalid.
std::vector<std::optional<serializer::Frame>> messages_of(const http::Request& request);

}  // namespace phx::transport
