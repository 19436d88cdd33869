/// \file
/// Writes the Channels frames a client sends (V2 JSON) and checks, cheaply, those that come back.
///
/// A reply is parsed once; the next ones must equal it except for the ref. So the check is as
/// strict as parsing each, and costs a comparison of bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace phx::bench {

/// `[join_ref, ref, topic, event, payload]`; `payload` is JSON. An empty join_ref is null.
std::string frame(std::string_view join_ref, std::uint64_t ref, std::string_view topic,
                  std::string_view event, std::string_view payload);

/// JSON of `size` bytes, 8 at least: `{"d":"xxx…"}`.
std::string payload_of(std::size_t size);

/// Whether this is a reply, and its status ok.
bool is_ok(std::string_view text);

/// Expects the replies of one topic: status ok, and always the same response. A value.
class ReplyCheck {
 public:
  /// `response` is the JSON value every reply must carry.
  ReplyCheck(std::string_view join_ref, std::string_view topic, std::string_view response);
  /// Throws Failure when `text` is not the ok reply to `ref`.
  void operator()(std::string_view text, std::uint64_t ref);

 private:
  void parse(std::string_view text, std::string_view ref);

  std::string join_ref_, topic_, response_;
  std::string head_, tail_;  // what surrounds the ref in this server's spelling; learnt
};

/// Expects one broadcast at many subscribers. The first copy is parsed. A value.
class BroadcastCheck {
 public:
  BroadcastCheck(std::string_view topic, std::string_view event, std::string_view payload);
  /// Throws Failure when `text` is not that broadcast.
  void operator()(std::string_view text);

 private:
  std::string topic_, event_, payload_;
  std::string seen_;  // the first one's bytes
};

}  // namespace phx::bench
