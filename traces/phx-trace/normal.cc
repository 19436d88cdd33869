/// Compares the recording with the replay.

#include "traces/phx-trace/normal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "conformance/suite/wire/json.h"
#include "conformance/suite/wire/message.h"
#include "traces/phx-trace/json.h"
#include "traces/phx-trace/message.h"
#include "traces/phx-trace/names.h"

namespace phx::trace {
namespace {

using conformance::lower;
using conformance::Request;
using conformance::Response;

// `vary` depends on the other plugs of an endpoint.
constexpr std::array volatile_headers = {"date", "server", "content-length", "x-request-id",
                                         "vary"};
/// The headers compared if a proxy or a browser may have added or left out others.
constexpr std::array needed_headers = {"content-type", "sec-websocket-protocol"};
/// Headers that depend on the version of HTTP, or on the encoding of the body.
constexpr std::array framing_headers = {"content-length", "transfer-encoding", "accept-encoding",
                                        "te", "expect"};
constexpr std::string_view redacted = "REDACTED-";
/// Words of docs/contract.md, one of which each server's own spelling holds.
constexpr std::array reasons = {"left",   "closed",   "bye",   "boom",
                                "normal", "shutdown", "crash", "inactive"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `REDACTED-1` is not part of `REDACTED-12`.
void replace_all(std::string& text, const std::string& what, const std::string& by) {
  if (what.empty() || what == by) return;
  for (auto at = text.find(what); at != text.npos;) {
    const std::size_t end = at + what.size();
    const bool longer = what.starts_with(redacted) && end < text.size() && is_digit(text[end]);
    if (!longer) text.replace(at, what.size(), by);
    at = text.find(what, longer ? end : at + by.size());
  }
}

/// Where the next redacted word stands, and its size; the text's end if there is none.
std::pair<std::size_t, std::size_t> next_redacted(std::string_view text, std::size_t from) {
  for (auto at = text.find(redacted, from); at != text.npos; at = text.find(redacted, at + 1)) {
    std::size_t end = at + redacted.size();
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end > at + redacted.size()) return {at, end - at};
  }
  return {text.size(), 0};
}

/// Replaces each phx_ref by `{any}`, which matches everything.
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

/// The message with the parts that differ from run to run made equal.
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
    return std::nullopt;  // neither JSON nor a message: compared as it is
  }
}

using Headers = std::vector<std::pair<std::string, std::string>>;

template <class Names>
bool holds(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The headers that count, sorted.
Headers telling(const Headers& headers, bool whole) {
  Headers kept;
  for (const auto& [name, value] : headers) {
    const std::string key = lower(name);
    if (whole ? !holds(volatile_headers, key) : holds(needed_headers, key))
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

}  // namespace

std::string Normal::with_host(std::string text) const {
  if (whole_) {
    replace_all(text, recorded_host_, host_);
  } else if (!recorded_host_.empty()) {  // which may be as short as a word of anybody's
    replace_all(text, "://" + recorded_host_, "://" + host_);
  }
  return text;
}

std::string Normal::text_now(std::string recorded) const {
  recorded = generated_.now(std::move(recorded));
  for (const auto& [then, now] : tokens_) replace_all(recorded, then, now);
  return recorded;
}

Request Normal::said_now(Request recorded) const {
  recorded.target = text_now(recorded.target);
  recorded.body = text_now(recorded.body);
  for (auto& [name, value] : recorded.headers) {
    value = text_now(value);
    const std::string key = lower(name);
    if (key == "host") value = whole_ ? with_host(value) : host_;
    // The recorded server's own origin becomes the current server's.
    if (!whole_ && key == "origin" && !recorded_host_.empty() &&
        value.ends_with("://" + recorded_host_)) {
      value = "http://" + host_;
    }
  }
  // The page's session; a browser's file may lack it, or hold it without its value.
  if (!cookies_.empty()) {
    std::string all;
    for (const auto& [name, value] : cookies_)
      all += (all.empty() ? "" : "; ") + name + "=" + value;
    recorded = recorded.without("cookie");
    recorded.headers.emplace_back("Cookie", all);
  }
  // Request writes the length of its body itself.
  if (!recorded.body.empty()) recorded = recorded.without("content-length");
  if (whole_) return recorded;
  for (const char* name : framing_headers) recorded = recorded.without(name);
  return recorded;
}

bool Normal::fits(const std::string& then, const std::string& now) {
  std::map<std::string, std::string> learnt;
  std::string name;  // whose end is not found yet
  std::size_t at = 0;
  std::size_t at_now = 0;
  while (true) {
    const auto [next, size] = next_redacted(then, at);
    const std::string piece = then.substr(at, next - at);
    const bool last = size == 0;
    std::size_t found = at_now;
    if (!name.empty() && last) {
      found = now.size() >= at_now + piece.size() ? now.size() - piece.size() : now.npos;
    } else if (!name.empty()) {
      found = now.find(piece, at_now);
    }
    if (found == now.npos || now.compare(found, piece.size(), piece) != 0) return false;
    if (!name.empty()) learnt[name] = now.substr(at_now, found - at_now);
    at_now = found + piece.size();
    if (last) break;
    name = then.substr(next, size);
    at = next + size;
  }
  if (at_now != now.size()) return false;
  for (auto& [word, value] : learnt) tokens_[word] = value;
  return true;
}

std::optional<Value> Normal::filled_in(const Value& then, const Value& now) {
  if (!then.is_string()) {
    fill_in(then, now);
    return std::nullopt;
  }
  const std::string text = then.string();
  if (text.find(redacted) == text.npos) return std::nullopt;
  const bool matches =
      now.is_string() ? fits(text, now.string()) : next_redacted(text, 0).second == text.size();
  return matches ? std::optional(now) : std::nullopt;
}

void Normal::fill_in(Value then, const Value& now) {
  if (then.is_array() && now.is_array()) {
    std::vector<Value> items = then.items();
    const std::vector<Value> others = now.items();
    for (std::size_t i = 0; i < std::min(items.size(), others.size()); ++i) {
      if (auto item = filled_in(items[i], others[i])) items[i] = *item;
    }
    then.replace_items(items);
  }
  if (!then.is_object() || !now.is_object()) return;
  for (auto& [name, member] : then.members()) {
    const auto other = now.find(name.c_str());
    if (!other) continue;
    if (const auto value = filled_in(member, *other)) then.set(name.c_str(), *value);
  }
}

bool Normal::same(const std::string& said, const std::string& replayed) {
  if (said == replayed) return true;
  // Without a live page no word is made up, and every byte counts.
  if (!generated_.empty() || is_live_page(said)) generated_.learn(said, replayed);
  const std::string recorded = generated_.now(said);
  if (recorded == replayed) return true;
  const bool hides = recorded.find(redacted) != recorded.npos;
  const auto then = normal_form(with_host(recorded));
  const auto now = normal_form(replayed);
  if (!then || !now) return hides && fits(with_host(recorded), replayed);
  if (hides) fill_in(*then, *now);
  return conformance::matches(then->json(), now->json());
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

std::optional<std::string> Normal::differing_headers(const Headers& recorded,
                                                     const Headers& replayed) {
  if (recorded.empty()) return std::nullopt;  // the file keeps none
  Headers then = telling(recorded, whole_);
  Headers now = telling(replayed, whole_);
  for (auto& [name, value] : then) {
    const auto other = std::find_if(now.begin(), now.end(), [&](const auto& header) {
      return header.first == name && value.find(redacted) != value.npos &&
             fits(value, header.second);
    });
    if (other != now.end()) value = other->second;
  }
  std::sort(then.begin(), then.end());
  if (then == now) return std::nullopt;
  const std::string missing = listed(then, now);
  const std::string added = listed(now, then);
  if (!whole_ && missing.empty()) return std::nullopt;  // it may have been left out of the file
  return fmt::format("headers: {}{}{}{}", missing.empty() ? "" : "missing " + missing,
                     missing.empty() || added.empty() ? "" : "; ", added.empty() ? "" : "added ",
                     added);
}

/// As a browser keeps them. A page's CSRF token is good only with its session.
void Normal::keep_cookies(const Headers& replayed) {
  for (const auto& [name, value] : replayed) {
    const std::string pair = value.substr(0, value.find(';'));
    const auto equals = pair.find('=');
    if (lower(name) != "set-cookie" || equals == pair.npos) continue;
    cookies_[pair.substr(0, equals)] = pair.substr(equals + 1);
    if (value.find("max-age=0") != value.npos) cookies_.erase(pair.substr(0, equals));
  }
}

std::optional<std::string> Normal::differs(const Response& recorded, const Response& replayed,
                                           bool body) {
  if (recorded.status != replayed.status) return "the status";
  if (is_live_page(recorded.body)) keep_cookies(replayed.headers);
  if (body && !same_body(recorded.body, replayed.body)) return "the body";
  return differing_headers(recorded.headers, replayed.headers);
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

Sender sender_of(std::string_view message) {
  const auto read = read_text_message(message);
  if (read && read->event == "presence_diff") return Sender::presence;
  return read && read->topic.starts_with("lvu:") ? Sender::upload : Sender::channel;
}

}  // namespace phx::trace
