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

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "http/responder.h"
#include "tokens/token.h"
#include "transport/pipeline.h"

namespace phx::transport {

/// Signs and verifies session tokens, and limits the number of sessions. Any thread.
class SessionTokens {
 public:
  /// `max_sessions` is for the whole server; beyond it, new clients get 503. Sessions hold no
  /// connection, so no limit on connections bounds them. \throws std::invalid_argument if the
  /// secret is too short.
  explicit SessionTokens(std::string_view secret_key_base, std::size_t max_sessions = 16'384);

  /// One session's place, held until its last copy is gone; null if all are taken.
  using Place = std::shared_ptr<const void>;
  Place take_place() const;
  /// Places taken now.
  std::size_t living() const { return living_->load(); }

  std::size_t max_sessions() const { return max_sessions_; }

  /// `scope` is where the token is valid.
  std::string sign(process::Pid session, const std::string& scope) const;
  /// Nothing if the token is forged, two weeks old, or from another scope or server: pids start
  /// afresh with each server.
  std::optional<process::Pid> verify(std::string_view token, const std::string& scope) const;

 private:
  const std::size_t max_sessions_;
  const TokenSigner signer_;
  const std::string instance_;
  const std::shared_ptr<std::atomic<std::size_t>> living_;
};

/// A random secret in hex, for a server configured without one.
std::string random_secret();

/// Answers one request to `path/longpoll`. Shard thread. REQUIRES: the mount has long-poll. \throws
/// whatever connect throws; answer 500 then.
std::variant<http::Response, http::Later> longpoll(Attempt attempt,
                                                   std::shared_ptr<const SessionTokens> tokens);

/// The messages in a POST's body: its lines, if it is `application/x-ndjson`, up to a hundred; else
/// the whole body. A line that doesn't begin with `[` is a binary message in base64; nothing stands
/// for one that is invalid.
std::vector<std::optional<serializer::Frame>> messages_of(const http::Request& request);

}  // namespace phx::transport
