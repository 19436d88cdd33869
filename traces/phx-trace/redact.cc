/// Goes through a file: finds secrets first, then replaces them everywhere.

#include "traces/phx-trace/redact.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "traces/phx-trace/message.h"
#include "traces/phx-trace/secrets.h"
#include "traces/phx-trace/text.h"
#include "traces/phx-trace/texts.h"

namespace phx::trace {
namespace {

/// Whether a member's text is base64: for data that is not text, or if the object says so.
bool is_base64(const Value& object, const std::string& key) {
  if (key != "data" && key != "text") return false;
  for (const char* name : {"encoding", "_encoding"}) {
    const auto encoding = object.find(name);
    if (encoding && encoding->is_string() && encoding->string() == "base64") return true;
  }
  const auto opcode = object.find("opcode");
  const auto type = object.find("type");
  return key == "data" && ((opcode && opcode->as_number() && opcode->as_number() != 1.0) ||
                           (type && type->is_string() && type->string() == "bytes"));
}

/// Replaces each text in the file by the result of `change`.
template <class Change>
void each_text(Value value, const Change& change) {
  if (value.is_array()) {
    std::vector<Value> items = value.items();
    for (Value& item : items) {
      if (item.is_string()) item = Value::text(change(item.string()));
      each_text(item, change);
    }
    value.replace_items(items);
  }
  if (!value.is_object()) return;
  for (const auto& [key, member] : value.members()) {
    if (!member.is_string()) {
      each_text(member, change);
      continue;
    }
    const std::string text = member.string();
    std::string bytes;
    const bool coded = is_base64(value, key) && from_base64(text, bytes);
    const std::string now = change(coded ? bytes : text);
    if (now != (coded ? bytes : text)) {
      value.set(key.c_str(), Value::text(coded ? base64(now) : now));
    }
  }
}

class Redaction {
 public:
  explicit Redaction(Secrets& secrets) : secrets_(secrets), texts_(secrets) {}
  /// Hides values with a secret's name. `secret`: all of `value`. `cookies`: the values of all its
  /// pairs.
  void hide_in(Value value, bool secret, bool cookies);

 private:
  std::optional<Value> hidden(const Value& leaf, bool secret);
  std::optional<Value> hidden_base64(const Value& text);

  Secrets& secrets_;
  Texts texts_;
};

std::optional<Value> Redaction::hidden(const Value& leaf, bool secret) {
  if (leaf.is_string()) {
    const std::string text = leaf.string();
    const std::string now = secret ? secrets_.hidden(text) : texts_.hidden(text);
    return now == text ? std::nullopt : std::optional(Value::text(now));
  }
  if (!secret || !leaf.is_number() || leaf.as_text().size() < least_digits) return std::nullopt;
  return Value::text(secrets_.hidden(leaf.as_text()));
}

std::optional<Value> Redaction::hidden_base64(const Value& text) {
  std::string bytes;
  if (!from_base64(text.string(), bytes) || !is_utf8(bytes)) return std::nullopt;
  const std::string now = texts_.hidden(bytes);
  return now == bytes ? std::nullopt : std::optional(Value::text(base64(now)));
}

void Redaction::hide_in(Value value, bool secret, bool cookies) {
  if (value.is_array()) {
    std::vector<Value> items = value.items();
    for (Value& item : items) {
      if (const auto now = hidden(item, secret)) item = *now;
      hide_in(item, secret, cookies);
    }
    value.replace_items(items);
  }
  if (!value.is_object()) return;
  const auto name = value.find("name");
  const bool named = name && name->is_string() && is_secret_name(name->string());
  for (const auto& [key, member] : value.members()) {
    const bool hide = secret || is_secret_name(key) || (key == "value" && (named || cookies));
    const bool pairs = !secret && member.is_array() && key.find("ookies") != key.npos;
    const auto now = !hide && member.is_string() && is_base64(value, key) ? hidden_base64(member)
                                                                          : hidden(member, hide);
    if (now) {
      value.set(key.c_str(), *now);
    } else {
      hide_in(member, hide && !pairs, pairs);
    }
  }
}

/// The highest number that the file's redacted words have already.
std::size_t named_before(Value& file) {
  std::size_t highest = 0;
  each_text(file, [&highest](const std::string& text) {
    for (auto at = text.find("REDACTED-"); at != text.npos; at = text.find("REDACTED-", at + 1)) {
      const auto end = text.find_first_not_of("0123456789", at + 9);
      highest = std::max(highest, redacted_number(std::string_view(text).substr(at, end - at)));
    }
    return text;
  });
  return highest;
}

/// A topic's or an event's name is not a secret, even if a member with a secret's name also holds
/// it.
void leave_names_open(Value& file, Secrets& secrets) {
  each_text(file, [&secrets](const std::string& text) {
    if (text.starts_with('[') || text.starts_with('{')) {
      if (const auto message = read_text_message(text)) {
        secrets.leave_open(message->topic);
        secrets.leave_open(message->event);
      }
    }
    return text;
  });
}

}  // namespace

std::size_t redact(Value& file) {
  Secrets secrets(named_before(file));
  Redaction(secrets).hide_in(file, false, false);
  leave_names_open(file, secrets);
  secrets.prepare();
  each_text(file, [&secrets](const std::string& text) { return secrets.replaced_in(text); });
  return secrets.count();
}

}  // namespace phx::trace
