/// Compares what was recorded with what came now.

#include "traces/phx-trace/normal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "conformance/wire/json.h"
#include "traces/phx-trace/json.h"
#include "traces/phx-trace/message.h"
#include "traces/phx-trace/names.h"

namespace phx::trace {
namespace {

using conformance::Request;
using conformance::Response;

constexpr std::array volatile_headers = {"date", "server", "content-length", "x-request-id"};
/// Words of docs/contract.md, one of which each server's own spelling holds.
constexpr std::array reasons = {"left",   "closed",   "bye",   "boom",
                                "normal", "shutdown", "crash", "inactive"};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  if (what.empty() || what == by) return;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

/// Puts `{any}`, which matches all, in the place of each phx_ref.
void forget_refs(const Value& value) {
  if (json_is_array(value.get())) {
    for (const Value& item : value.items()) forget_refs(item);
  }
  if (!json_is_object(value.get())) return;
  for (auto& [name, member] : value.members()) {
    if (name == "phx_ref" || name == "phx_ref_prev") {
      Value(value).set(name.c_str(), Value::text(conformance::any_value));
    } else {
      forget_refs(member);
    }
  }
}

std::string reason_word(const std::string& reason) {
  for (const char* word : reasons) {
    if (reason.find(word) != reason.npos) return word;
  }
  return reason;
}

bool is_terminated(const Value& message) {
  if (!json_is_array(message.get()) || json_array_size(message.get()) != 5) return false;
  const auto parts = message.items();
  return parts[3].is_string() && parts[3].string() == "terminated" &&
         json_is_object(parts[4].get());
}

/// The message with what differs from run to run made alike.
std::optional<Value> normal_form(const std::string& text) {
  try {
    Value value = Value::parse(text);
    forget_refs(value);
    if (is_terminated(value)) {
      Value payload = value.items()[4];
      if (const auto reason = payload.find("reason"); reason && reason->is_string()) {
        payload.set("reason", Value::text(reason_word(reason->string())));
      }
    }
    return value;
  } catch (const BadFile&) {
    return std::nullopt;  // no JSON, and no message: compared as it stands
  }
}

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The headers that count, in an order of their own.
Headers telling(const Headers& headers) {
  Headers kept;
  for (const auto& [name, value] : headers) {
    const std::string key = lower(name);
    const bool skip =
        std::find(volatile_headers.begin(), volatile_headers.end(), key) != volatile_headers.end();
    if (!skip)
      kept.emplace_back(key, key == "upgrade" || key == "connection" ? lower(value) : value);
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

std::string listed(const Headers& headers, const Headers& others) {
  std::vector<std::string> missing;
  for (const auto& [name, value] : headers) {
    if (std::find(others.begin(), others.end(), std::pair(name, value)) == others.end()) {
      missing.push_back(name + ": " + value);
    }
  }
  return fmt::format("{}", fmt::join(missing, "; "));
}

std::optional<std::string> differing_headers(const Response& recorded, const Response& replayed) {
  if (recorded.headers.empty()) return std::nullopt;  // the file keeps none
  const Headers then = telling(recorded.headers);
  const Headers now = telling(replayed.headers);
  if (then == now) return std::nullopt;
  const std::string missing = listed(then, now);
  const std::string added = listed(now, then);
  return fmt::format("headers: {}{}{}{}", missing.empty() ? "" : "missing " + missing,
                     missing.empty() || added.empty() ? "" : "; ", added.empty() ? "" : "added ",
                     added);
}

}  // namespace

std::string Normal::with_host(std::string text) const {
  replace_all(text, recorded_host_, host_);
  return text;
}

Request Normal::said_now(Request recorded) const {
  for (const auto& [then, now] : tokens_) {
    replace_all(recorded.target, then, now);
    for (auto& [name, value] : recorded.headers) replace_all(value, then, now);
  }
  for (auto& [name, value] : recorded.headers) {
    if (lower(name) == "host") value = with_host(value);
  }
  // Request writes the length of its body itself.
  if (!recorded.body.empty()) recorded = recorded.without("content-length");
  return recorded;
}

bool Normal::same(const std::string& recorded, const std::string& replayed) const {
  if (recorded == replayed) return true;
  const auto then = normal_form(with_host(recorded));
  const auto now = normal_form(replayed);
  if (!then || !now) return false;
  return conformance::matches(conformance::Json(json_incref(const_cast<json_t*>(then->get()))),
                              conformance::Json(json_incref(const_cast<json_t*>(now->get()))));
}

bool Normal::same_body(const std::string& recorded, const std::string& replayed) {
  const auto then = conformance::parse_json(recorded);
  const auto now = conformance::parse_json(replayed);
  if (!then || !now || !json_is_object(then->get()) || !json_is_object(now->get())) {
    return same(recorded, replayed);
  }
  const std::string token = (*then)["token"].text();
  if (!token.empty()) tokens_[token] = (*now)["token"].text();
  if (token.empty() != (*now)["token"].text().empty()) return false;
  if (!conformance::matches((*then)["status"], (*now)["status"])) return false;
  return json_object_size(then->get()) == json_object_size(now->get());
}

std::optional<std::string> Normal::differs(const Response& recorded, const Response& replayed) {
  if (recorded.status != replayed.status) return "the status";
  if (!same_body(recorded.body, replayed.body)) return "the body";
  return differing_headers(recorded, replayed);
}

std::deque<std::string> polled_messages(std::string_view body) {
  std::deque<std::string> messages;
  const auto json = conformance::parse_json(body);
  if (!json || !json_is_object(json->get())) return messages;
  const auto list = (*json)["messages"];
  for (std::size_t i = 0; i < json_array_size(list.get()); ++i) messages.push_back(list[i].text());
  return messages;
}

std::optional<std::string> terminated_topic(std::string_view message) {
  const auto json = conformance::parse_json(message);
  if (!json || !json_is_array(json->get()) || (*json)[3].text() != "terminated")
    return std::nullopt;
  return (*json)[4]["topic"].text();
}

bool is_presence_diff(std::string_view message) {
  const auto read = read_text_message(message);
  return read && read->event == "presence_diff";
}

}  // namespace phx::trace
