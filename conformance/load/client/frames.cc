/// \file
/// Writes the Channels frames a client sends (V2 JSON) and checks, cheaply, those that come back.
#include "conformance/load/client/frames.h"

#include <fmt/format.h>
#include "conformance/load/client/error.h"
#include "conformance/suite/wire/json.h"

namespace phx::bench {
namespace {

using conformance::Json;

/// null for what is not JSON: no message is.
Json parse_json(std::string_view text) {
  return conformance::parse_json(text).value_or(Json{json_null()});
}

bool is_string(const json_t* value, std::string_view wanted) {
  return json_is_string(value) && conformance::characters(value) == wanted;
}

/// Whether there are five elements, with this topic and this event.
bool is_message(const json_t* message, std::string_view topic, std::string_view event) {
  return json_is_array(message) && json_array_size(message) == 5 &&
         is_string(json_array_get(message, 2), topic) &&
         is_string(json_array_get(message, 3), event);
}

std::string shortened(std::string_view text) {
  constexpr std::size_t longest = 200;
  return text.size() <= longest ? std::string{text} : std::string{text.substr(0, longest)} + "…";
}

}  // namespace

std::string frame(std::string_view join_ref, std::uint64_t ref, std::string_view topic,
                  std::string_view event, std::string_view payload) {
  const auto quoted = join_ref.empty() ? std::string{"null"} : fmt::format("\"{}\"", join_ref);
  return fmt::format(R"([{},"{}","{}","{}",{}])", quoted, ref, topic, event, payload);
}

std::string payload_of(std::size_t size) {
  constexpr std::size_t around = std::string_view{R"({"d":""})"}.size();
  return fmt::format(R"({{"d":"{}"}})", std::string(size > around ? size - around : 0, 'x'));
}

bool is_ok(std::string_view text) {
  const auto message = parse_json(text);
  return is_string(json_array_get(message.get(), 3), "phx_reply") &&
         is_string(json_object_get(json_array_get(message.get(), 4), "status"), "ok");
}

ReplyCheck::ReplyCheck(std::string_view join_ref, std::string_view topic, std::string_view response)
    : join_ref_(join_ref), topic_(topic), response_(response) {}

void ReplyCheck::operator()(std::string_view text, std::uint64_t ref) {
  const fmt::format_int digits{ref};
  const std::string_view wanted{digits.data(), digits.size()};
  if (!tail_.empty() && text.size() == head_.size() + wanted.size() + tail_.size() &&
      text.starts_with(head_) && text.ends_with(tail_) &&
      text.substr(head_.size(), wanted.size()) == wanted)
    return;
  parse(text, wanted);
}

void ReplyCheck::parse(std::string_view text, std::string_view ref) {
  const auto message = parse_json(text);
  const auto* payload = json_array_get(message.get(), 4);
  const auto* join_ref = json_array_get(message.get(), 0);
  const bool right =
      is_message(message.get(), topic_, "phx_reply") &&
      (join_ref_.empty() ? json_is_null(join_ref) : is_string(join_ref, join_ref_)) &&
      is_string(json_array_get(message.get(), 1), ref) &&
      is_string(json_object_get(payload, "status"), "ok") &&
      json_equal(json_object_get(payload, "response"), parse_json(response_).get()) == 1;
  if (!right)
    throw Failure(fmt::format("expected the ok reply to ref \"{}\" on {}, got {}", ref, topic_,
                              shortened(text)));
  // The ref is the second element: only the join_ref comes before it.
  const auto quoted = fmt::format("\"{}\"", ref);
  const auto at = text.find(quoted, join_ref_.empty() ? 0 : join_ref_.size() + 2);
  if (at == std::string_view::npos) return;
  head_ = text.substr(0, at + 1);
  tail_ = text.substr(at + quoted.size() - 1);
}

BroadcastCheck::BroadcastCheck(std::string_view topic, std::string_view event,
                               std::string_view payload)
    : topic_(topic), event_(event), payload_(payload) {}

void BroadcastCheck::operator()(std::string_view text) {
  if (text == seen_) return;
  const auto message = parse_json(text);
  const bool right = is_message(message.get(), topic_, event_) &&
                     json_is_null(json_array_get(message.get(), 0)) &&
                     json_is_null(json_array_get(message.get(), 1)) &&
                     json_equal(json_array_get(message.get(), 4), parse_json(payload_).get()) == 1;
  if (!right)
    throw Failure(fmt::format("expected the broadcast {} of {} on {}, got {}", event_,
                              shortened(payload_), topic_, shortened(text)));
  seen_ = text;
}

}  // namespace phx::bench
