#pragma once
/// \file
/// When a replayed answer is the recorded one: what differs from run to run is left out of account.
///
/// Left out are dates, the web server's name, tokens of long-poll sessions, presence's `phx_ref`s,
/// the host and port that were talked to, and the words in which a server gives a channel's end.

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/wire/http.h"

namespace phx::trace {

class Normal {
 public:
  /// What the host was in the recording, and is now: `localhost:4000`, `127.0.0.1:5123`.
  Normal(std::string recorded_host, std::string host)
      : recorded_host_(std::move(recorded_host)), host_(std::move(host)) {}

  /// The recorded request as it must be said now: with this session's token, to this host.
  conformance::Request said_now(conformance::Request recorded) const;

  /// Whether two messages are the same: JSON by value, all else byte by byte.
  bool same(const std::string& recorded, const std::string& replayed) const;

  /// Nothing if the responses are the same, or else what differs; a poll's messages are not looked
  /// at. Learns the session's token.
  std::optional<std::string> differs(const conformance::Response& recorded,
                                     const conformance::Response& replayed);

 private:
  bool same_body(const std::string& recorded, const std::string& replayed);
  std::string with_host(std::string text) const;

  std::string recorded_host_;
  std::string host_;
  std::map<std::string, std::string> tokens_;  // recorded to replayed
};

/// The messages in a poll's answer; none for any other body.
std::deque<std::string> polled_messages(std::string_view body);

/// A broadcast of the contract's `terminate` (event `terminated`): the topic that ended, or
/// nothing.
std::optional<std::string> terminated_topic(std::string_view message);

/// Presence's diffs come from its tracker, not from the channel: their order is free.
bool is_presence_diff(std::string_view message);

}  // namespace phx::trace
