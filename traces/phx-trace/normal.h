#pragma once
/// \file
/// Whether a replayed answer equals the recorded one, ignoring parts that differ from run to run.
///
/// Ignored are dates, the web server's name, tokens of long-poll sessions, presence's `phx_ref`s,
/// the server's host and port, its words for a channel's end, what a live page makes up
/// (generated.h), and redacted parts: `REDACTED-1` matches anything, and once the server has sent
/// its current value, the client sends that too.

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/suite/wire/http.h"
#include "traces/phx-trace/generated.h"
#include "traces/phx-trace/json.h"

namespace phx::trace {

class Normal {
 public:
  /// What the host was in the recording, and is now: `localhost:4000`, `127.0.0.1:5123`.
  /// `whole`: the recording has every header as it crossed the wire. A browser's or a proxy's lacks
  /// some, and then only the headers that Channels need are compared.
  Normal(std::string recorded_host, std::string host, bool whole = true)
      : recorded_host_(std::move(recorded_host)), host_(std::move(host)), whole_(whole) {}

  /// The recorded request for the replay: with this session's token, to this host.
  conformance::Request said_now(conformance::Request recorded) const;
  /// The same for a message, or any other text.
  std::string text_now(std::string recorded) const;

  /// Whether the recorded and the replayed message are the same: JSON by value, anything else byte
  /// by byte. Learns the values of redacted words.
  bool same(const std::string& said, const std::string& replayed);

  /// Nothing if the responses are the same, otherwise the difference; a poll's messages are not
  /// compared. Learns the session's token. `body`: the recording has one.
  std::optional<std::string> differs(const conformance::Response& recorded,
                                     const conformance::Response& replayed, bool body = true);

 private:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  void keep_cookies(const Headers& replayed);
  bool same_body(const std::string& recorded, const std::string& replayed);
  std::optional<std::string> differing_headers(const Headers& recorded, const Headers& replayed);
  std::string with_host(std::string text) const;
  /// Whether `now` equals `then` with any value for each redacted word, which it learns.
  bool fits(const std::string& then, const std::string& now);
  /// Replaces the redacted words of `then` by their values in `now`.
  void fill_in(Value then, const Value& now);
  std::optional<Value> filled_in(const Value& then, const Value& now);

  std::string recorded_host_;
  std::string host_;
  bool whole_;
  std::map<std::string, std::string> tokens_;  // recorded to replayed
  Generated generated_;
  std::map<std::string, std::string> cookies_;  // that a live page has set
};

/// The messages in a poll's answer; none for any other body.
std::deque<std::string> polled_messages(std::string_view body);

/// A broadcast of the contract's `terminate` (event `terminated`): the topic that ended, or
/// nothing.
std::optional<std::string> terminated_topic(std::string_view message);

/// Which process sent a message. Between two of them the order is free: presence's diffs come from
/// its tracker, and a live view's file has a channel of its own (`lvu:`).
enum class Sender { channel, presence, upload };
Sender sender_of(std::string_view message);

}  // namespace phx::trace
