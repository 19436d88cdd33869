#pragma once
/// \file
/// Channels over plain requests: a poll for what there is to hear, a post for what there is to say.
///
///     GET  without a token   a new session      {"messages":[],"status":410,"token":T}
///     GET  with its token    what waits         {"messages":["…"],"status":200,"token":T}
///                            after the window   {"messages":[],"status":204,"token":T}
///     POST with its token    one message, or one a line   {"status":200}
///
/// HTTP's own status is 200 for all of these; the one that counts is in the body. Mirrors
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

/// The signed names of sessions, and how many there may be. Any thread.
class SessionTokens {
 public:
  /// `max_sessions` of the whole server; who comes then is answered 503. They cost no connection,
  /// so no limit on connections bounds them. \throws std::invalid_argument for a secret that is too
  /// short.
  explicit SessionTokens(std::string_view secret_key_base, std::size_t max_sessions = 16'384);

  /// A place among the sessions, held by copying it; nothing where all are taken.
  using Place = std::shared_ptr<const void>;
  Place take_place() const;
  /// How many are taken.
  std::size_t living() const { return living_->load(); }

  std::size_t max_sessions() const { return max_sessions_; }

  /// `scope` is where the token counts.
  std::string sign(process::Pid session, const std::string& scope) const;
  /// Nothing where the token is forged, two weeks old, of another scope, or another server's: pids
  /// are given anew at each start.
  std::optional<process::Pid> verify(std::string_view token, const std::string& scope) const;

 private:
  const std::size_t max_sessions_;
  const TokenSigner signer_;
  const std::string instance_;
  const std::shared_ptr<std::atomic<std::size_t>> living_;
};

/// A random secret in hex, for a server that was given none.
std::string random_secret();

/// Answers one request to `path/longpoll`. Shard thread. REQUIRES: the mount has long-poll.
/// \throws whatever connect throws: answer it 500.
std::variant<http::Response, http::Later> longpoll(Attempt attempt,
                                                   std::shared_ptr<const SessionTokens> tokens);

/// The messages in a POST's body: all of it, or with `application/x-ndjson` at most a hundred
/// lines, of which those that do not begin with `[` are base64 of a binary message. Nothing in
/// place of a line that is neither.
std::vector<std::optional<serializer::Frame>> messages_of(const http::Request& request);

}  // namespace phx::transport
