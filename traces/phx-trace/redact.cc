/// Finds secrets first, then replaces them wherever they stand.

#include "traces/phx-trace/redact.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "traces/phx-trace/text.h"

namespace phx::trace {
namespace {

constexpr std::array secret_names = {
    "token",         "accesstoken", "refreshtoken", "idtoken", "usertoken", "authtoken",
    "sessiontoken",  "csrftoken",   "jwt",          "apikey",  "apitoken",  "password",
    "passwd",        "secret",      "clientsecret", "auth",    "key",       "session",
    "authorization", "signature",   "credential"};
constexpr std::array secret_headers = {"authorization",
                                       "proxy-authorization",
                                       "cookie",
                                       "set-cookie",
                                       "x-api-key",
                                       "x-csrf-token",
                                       "x-phoenix-authtoken",
                                       "x-phoenix-longpoll-token"};
constexpr std::string_view bearer = "base64url.bearer.phx.";
/// Shorter ones are replaced where they were found, but not looked for everywhere: `1` or `me`
/// stands in many places that are no secret.
constexpr std::size_t telling = 8;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

class Redaction {
 public:
  std::string name_of(const std::string& secret) {
    const auto [at, added] = names_.emplace(secret, "");
    if (added) at->second = fmt::format("REDACTED-{}", names_.size());
    return at->second;
  }
  void find_in(Value entry);
  void replace_in(Value value) const;
  std::size_t count() const { return names_.size(); }

 private:
  void redact_url(Value request);
  void redact_pairs(Value holder, const char* list, bool (*secret)(std::string_view));
  void redact_subprotocol(Value holder);
  void redact_text(Value holder, const char* key);
  bool redact_members(Value value);
  bool is_name(const std::string& text) const { return text.starts_with("REDACTED-"); }
  std::string replaced(std::string text) const;

  std::map<std::string, std::string> names_;
};

bool is_secret_header(std::string_view name) {
  const std::string key = lower(name);
  return std::find(secret_headers.begin(), secret_headers.end(), key) != secret_headers.end();
}

bool any(std::string_view) { return true; }

void Redaction::redact_pairs(Value holder, const char* list, bool (*secret)(std::string_view)) {
  const auto pairs = holder.find(list);
  if (!pairs) return;
  for (Value pair : pairs->items()) {
    const auto name = pair.find("name");
    const auto value = pair.find("value");
    if (!name || !value || !secret(name->string()) || value->string().empty()) continue;
    if (!is_name(value->string())) pair.set("value", Value::text(name_of(value->string())));
  }
}

/// `…?vsn=2.0.0&token=abc`
void Redaction::redact_url(Value request) {
  std::string url = request.at("url").string();
  std::size_t at = url.find('?');
  while (at != url.npos && at + 1 < url.size()) {
    const std::size_t end = std::min(url.find_first_of("&#", at + 1), url.size());
    const std::size_t equals = url.find('=', at);
    if (equals < end && is_secret_name(url.substr(at + 1, equals - at - 1)) && equals + 1 < end) {
      const std::string secret = url.substr(equals + 1, end - equals - 1);
      if (!is_name(secret)) {
        const std::string name = name_of(secret);
        url.replace(equals + 1, secret.size(), name);
      }
    }
    at = url.find('&', equals < end ? equals : at + 1);
  }
  request.set("url", Value::text(url));
}

/// Both as it stands in the header and as the server decodes it.
void Redaction::redact_subprotocol(Value holder) {
  const auto headers = holder.find("headers");
  if (!headers) return;
  for (const Value& header : headers->items()) {
    const auto value = header.find("value");
    const std::string text = value ? value->string() : "";
    const auto at = text.find(bearer);
    if (at == text.npos) continue;
    const auto from = at + bearer.size();
    const std::string token = text.substr(from, text.find_first_of(", ", from) - from);
    if (token.empty()) continue;
    std::string bytes;
    std::string plain = token;
    std::replace(plain.begin(), plain.end(), '-', '+');
    std::replace(plain.begin(), plain.end(), '_', '/');
    // A server decodes it before anything else: what stands there must still be base64url.
    const std::string name = name_of(from_base64(plain, bytes) && !bytes.empty() ? bytes : token);
    std::string stand_in = base64(name);
    std::replace(stand_in.begin(), stand_in.end(), '+', '-');
    std::replace(stand_in.begin(), stand_in.end(), '/', '_');
    std::erase(stand_in, '=');
    Value(header).set(
        "value", Value::text(text.substr(0, from) + stand_in + text.substr(from + token.size())));
  }
}

/// \return whether there was a secret in it, which is replaced.
bool Redaction::redact_members(Value value) {
  bool found = false;
  if (value.is_array()) {
    for (const Value& item : value.items()) found = redact_members(item) || found;
  }
  if (!value.is_object()) return found;
  for (auto& [name, member] : value.members()) {
    const bool secret = is_secret_name(name) && member.is_string() && !member.string().empty();
    if (secret && !is_name(member.string())) {
      value.set(name.c_str(), Value::text(name_of(member.string())));
      found = true;
    } else {
      found = redact_members(member) || found;
    }
  }
  return found;
}

/// A message's or a body's text; of several lines, line by line.
void Redaction::redact_text(Value holder, const char* key) {
  const auto text = holder.find(key);
  if (!text || !text->is_string()) return;
  std::string rest = text->string();
  std::vector<std::string> lines;
  bool found = false;
  for (std::size_t at = 0; at <= rest.size();) {
    const std::size_t end = std::min(rest.find('\n', at), rest.size());
    std::string line = rest.substr(at, end - at);
    try {
      Value json = Value::parse(line);
      if (redact_members(json)) {
        line = json.compact();
        found = true;
      }
    } catch (const BadFile&) {
      // No JSON: it is only searched for the secrets of other places.
    }
    lines.push_back(std::move(line));
    at = end + 1;
  }
  if (found) holder.set(key, Value::text(fmt::format("{}", fmt::join(lines, "\n"))));
}

void Redaction::find_in(Value entry) {
  Value request = entry.at("request");
  Value response = entry.at("response");
  redact_subprotocol(request);
  redact_url(request);
  redact_pairs(request, "queryString", &is_secret_name);
  for (Value& message : std::array{request, response}) {
    redact_pairs(message, "headers", &is_secret_header);
    redact_pairs(message, "cookies", &any);
  }
  if (auto posted = request.find("postData")) redact_text(*posted, "text");
  if (auto content = response.find("content")) redact_text(*content, "text");
  const auto messages = entry.find("_webSocketMessages");
  if (!messages) return;
  for (const Value& message : messages->items()) redact_text(message, "data");
}

std::string Redaction::replaced(std::string text) const {
  for (const auto& [secret, name] : names_) {
    if (secret.size() >= telling) replace_all(text, secret, name);
  }
  return text;
}

void Redaction::replace_in(Value value) const {
  if (value.is_array()) {
    std::vector<Value> items = value.items();
    for (Value& item : items) {
      if (item.is_string()) {
        item = Value::text(replaced(item.string()));
      } else {
        replace_in(item);
      }
    }
    value.replace_items(items);
  }
  if (!value.is_object()) return;
  for (auto& [name, member] : value.members()) {
    if (member.is_string()) {
      value.set(name.c_str(), Value::text(replaced(member.string())));
    } else {
      replace_in(member);
    }
  }
}

}  // namespace

bool is_secret_name(std::string_view name) {
  std::string key = lower(name);
  std::erase_if(key, [](char c) { return c == '-' || c == '_'; });
  return std::find(secret_names.begin(), secret_names.end(), key) != secret_names.end();
}

std::size_t redact(Value& file) {
  Redaction redaction;
  for (const Value& entry : file.at("log").at("entries").items()) redaction.find_in(entry);
  redaction.replace_in(file);
  return redaction.count();
}

}  // namespace phx::trace
