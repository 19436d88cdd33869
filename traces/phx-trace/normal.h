#pragma once
/// \file
/// When a replayed answer is the recorded one: what differs from run to run is left out of account.
///
/// Left out are dates, the web server's name, tokens of long-poll sessions, presence's `phx_ref`s,
/// the host and port that were talked to, the words in which a server gives a channel's end, and
/// what was redacted: `REDACTED-1` is anything at all, and once the server has said what it is now,
/// the client says that, too.

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/suite/wire/http.h"
#include "traces/phx-trace/json.h"

namespace phx::trace {

class Normal {
 public:
  /// What the host was in the recording, and is now: `localhost:4000`, `127.0.0.1:5123`.
  /// `whole`: the recording has every header as it crossed the wire. A browser's or a proxy's has
  /// not, and then only the headers that Channels need are compared.
  Normal(std::string recorded_host, std::string host, bool whole = true)
      : recorded_host_(std::move(recorded_host)), host_(std::move(host)), whole_(whole) {}

  /// The recorded request as it must be said now: with this session's token, to this host.
  conformance::Request said_now(conformance::Request recorded) const;
  /// The same for a message, or any other text.
  std::string text_now(std::string recorded) const;

  /// Whether two messages are the same: JSON by value, all else byte by byte. Learns what stands in
  /// the place of redacted words.
  bool same(const std::string& recorded, const std::string& replayed);

  /// Nothing if the responses are the same, or else what differs; a poll's messages are not looked
  /// at. Learns the session's token. `body`: the recording has one.
  std::optional<std::string> differs(const conformance::Response& recorded,
                                     const conformance::Response& replayed, bool body = true);

 private:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  bool same_body(const std::string& recorded, const std::string& replayed);
  std::optional<std::string> differing_headers(const Headers& recorded, const Headers& replayed);
  std::string with_host(std::string text) const;
  /// Whether `now` is `then` with anything in the place of each redacted word, which it learns.
  bool fits(const std::string& then, const std::string& now);
  /// Puts what stands in `now` in the place of what was redacted in `then`.
  void fill_in(Value then, const Value& now);
  std::optional<Value> filled_in(const Value& then, const Value& now);

  std::string recorded_host_;
  std::string host_;
  bool whole_;
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
