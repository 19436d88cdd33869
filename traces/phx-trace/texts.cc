/// Finds secrets in texts by their names.

#include "traces/phx-trace/texts.h"

#include <algorithm>
#include <array>
#include <vector>

#include "conformance/suite/wire/json.h"
#include "conformance/suite/wire/url.h"
#include "traces/phx-trace/redact.h"
#include "traces/phx-trace/text.h"

namespace phx::trace {
namespace {

constexpr std::array parts_of_names = {"token",   "secret", "password",   "passwd",
                                       "pwd",     "pass",   "apikey",     "auth",
                                       "session", "cookie", "credential", "jwt"};
constexpr std::array whole_names = {"key", "signature"};
constexpr std::string_view bearer = "base64url.bearer.phx.";
constexpr std::string_view spaces = " \t\r\n";
constexpr int max_depth = 16;  // of texts in texts

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The characters of a parameter's name.
bool in_name(char c) {
  return is_alnum(c) || std::string_view("_-.[]%$").find(c) != std::string_view::npos;
}

bool in_token(char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; }

/// Unchanged, if it does not decode to text.
std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&text](std::size_t at) -> int {
      if (at >= text.size()) return -1;
      const char c = text[at];
      if (c >= '0' && c <= '9') return c - '0';
      const char low = static_cast<char>(c | 32);
      return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
    };
    const int high = text[i] == '%' ? digit(i + 1) : -1;
    const int low = high >= 0 ? digit(i + 2) : -1;
    out += low >= 0 ? static_cast<char>(high * 16 + low) : text[i];
    if (low >= 0) i += 2;
  }
  return is_utf8(out) ? out : std::string(text);
}

}  // namespace

/// A text that is JSON, or contains some: it is not parsed, so that the rest stays as it is, and a
/// message that was cut short loses its secrets too.
class JsonText {
 public:
  JsonText(std::string_view text, Texts& texts) : rest_(text), texts_(texts) {}
  std::string hidden();

 private:
  /// An object or an array that is open.
  struct Level {
    bool object = false;
    bool secret = false;        ///< Everything in it is secret.
    bool key_comes = false;     ///< The next string is a member's name.
    bool value_secret = false;  ///< The next value is secret.
    bool named = false;         ///< `{"name": "token", "value": …}`
    std::string key = {};
  };
  bool value_is_secret() const {
    if (levels_.empty()) return false;
    return levels_.back().object ? levels_.back().value_secret : levels_.back().secret;
  }
  void take_string();
  void take_number();
  void take_outside();

  std::string_view rest_;
  Texts& texts_;
  std::string out_;
  std::string outside_;  // of strings and brackets
  char before_ = '\0';   // the last that was not a space
  std::vector<Level> levels_;
};

std::string JsonText::hidden() {
  while (!rest_.empty()) {
    const char c = rest_.front();
    const bool value_comes = before_ == ':' || before_ == ',' || before_ == '[';
    const bool number = value_comes && ((c >= '0' && c <= '9') || c == '-');
    if (spaces.find(c) == spaces.npos) before_ = c;
    if (c == '"') {
      take_outside();
      take_string();
      continue;
    }
    if (number && value_is_secret()) {
      take_outside();
      take_number();
      continue;
    }
    rest_.remove_prefix(1);
    outside_ += c;
    if (c == '{' || c == '[') {
      levels_.push_back({.object = c == '{', .secret = value_is_secret(), .key_comes = c == '{'});
      levels_.back().value_secret = levels_.back().secret;
      take_outside();
    } else if ((c == '}' || c == ']') && !levels_.empty()) {
      levels_.pop_back();
      take_outside();
    } else if (c == ',' && !levels_.empty()) {
      levels_.back().key_comes = levels_.back().object;
      levels_.back().value_secret = levels_.back().secret;
    }
  }
  take_outside();
  return std::move(out_);
}

void JsonText::take_outside() {
  out_ += texts_.hidden_parameters(outside_);
  outside_.clear();
}

void JsonText::take_number() {
  const auto end = std::min(rest_.find_first_not_of("0123456789+-.eE"), rest_.size());
  const std::string number(rest_.substr(0, end));
  const auto digits =
      std::count_if(number.begin(), number.end(), [](char c) { return is_alnum(c); });
  rest_.remove_prefix(end);
  const bool secret = static_cast<std::size_t>(digits) >= least_digits;
  out_ += secret ? '"' + texts_.secrets_.hidden(number) + '"' : number;
}

void JsonText::take_string() {
  std::size_t end = 1;
  while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
  const bool closed = end < rest_.size();
  end = std::min(end, rest_.size());
  const std::string raw(rest_.substr(1, end - 1));
  rest_.remove_prefix(closed ? end + 1 : end);
  const auto read = conformance::parse_json('"' + raw + '"');
  const bool plain = read.has_value() && closed;  // otherwise it is read as it is
  const std::string text = plain ? read->text() : raw;
  const auto put = [&](const std::string& now) {
    const std::string inner = now == text ? raw : plain ? conformance::as_json(now).substr(1) : now;
    out_ += '"' + (plain && now != text ? inner.substr(0, inner.size() - 1) : inner);
    if (closed) out_ += '"';
  };
  Level* level = levels_.empty() ? nullptr : &levels_.back();
  if (level && level->key_comes) {
    level->key_comes = false;
    level->key = text;
    level->value_secret =
        level->secret || is_secret_name(text) || (level->named && text == "value");
    return put(text);
  }
  if (level && level->object && (level->key == "name" || level->key == "key")) {
    level->named = level->named || is_secret_name(text);
  }
  put(value_is_secret() ? texts_.secrets_.hidden(text) : texts_.hidden(text));
}

std::string Texts::hidden(const std::string& text) {
  if (depth_ == max_depth) return text;
  ++depth_;
  std::string now = hidden_parts(hidden_signed(hidden_users(hidden_subprotocol(text))));
  const bool json = now.find('"') != now.npos && now.find_first_of("{[") != now.npos;
  now = json ? JsonText(now, *this).hidden() : hidden_parameters(now);
  --depth_;
  return now;
}

/// `base64url.bearer.phx.…`: a server decodes it before anything else, so the replacement must be
/// base64url too.
std::string Texts::hidden_subprotocol(std::string text) {
  for (auto at = text.find(bearer); at != text.npos; at = text.find(bearer, at)) {
    at += bearer.size();
    const std::string token = text.substr(at, text.find_first_of(", \"\\", at) - at);
    std::string bytes;
    const bool decoded = from_base64(token, bytes) && is_utf8(bytes) && !bytes.empty();
    const std::string secret = decoded ? bytes : token;
    const std::string name = secrets_.hidden(secret);
    if (name == secret) continue;
    std::string stand_in = base64(name);
    std::replace(stand_in.begin(), stand_in.end(), '+', '-');
    std::replace(stand_in.begin(), stand_in.end(), '/', '_');
    std::erase(stand_in, '=');
    text.replace(at, token.size(), stand_in);
  }
  return text;
}

/// `https://me:secret@host`
std::string Texts::hidden_users(std::string text) {
  constexpr std::string_view mark = "://";
  for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at)) {
    at += mark.size();
    const auto end = text.find_first_of("/?#@\"'\\<> \t\r\n", at);
    if (end == text.npos || text[end] != '@') continue;
    text.replace(at, end - at, secrets_.hidden(percent_decoded(text.substr(at, end - at))));
  }
  return text;
}

/// JSON web tokens and Phoenix's own, which begin alike: whatever they are called.
std::string Texts::hidden_signed(std::string text) {
  constexpr std::size_t shortest = 8;
  for (const std::string_view start : {"eyJ", "SFMyNTY."}) {
    for (auto at = text.find(start); at != text.npos; at = text.find(start, at + 1)) {
      if (at > 0 && in_token(text[at - 1])) continue;
      std::size_t end = at;
      while (end < text.size() && in_token(text[end])) ++end;
      const std::string token = text.substr(at, end - at);
      const auto first = token.find('.');
      const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
      if (second == token.npos || second - first <= shortest) continue;
      text.replace(at, token.size(), secrets_.hidden(token));
    }
  }
  return text;
}

/// `Content-Disposition: form-data; name="password"`, an empty line, and the value.
std::string Texts::hidden_parts(std::string text) {
  constexpr std::string_view mark = "form-data; name=\"";
  for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at)) {
    at += mark.size();
    const std::string name = text.substr(at, text.find('"', at) - at);
    const auto blank = std::min(text.find("\r\n\r\n", at), text.find("\n\n", at));
    if (blank == text.npos || !is_secret_name(name)) continue;
    const auto begin = text.find_first_not_of("\r\n", blank);
    const auto end =
        std::min({text.find("\r\n--", blank + 1), text.find("\n--", blank + 1), text.size()});
    if (begin == text.npos || begin >= end) continue;
    text.replace(begin, end - begin, secrets_.hidden(text.substr(begin, end - begin)));
  }
  return text;
}

/// `…?vsn=2.0.0&token=abc#pass=x`: each name, `=` and value, whatever stands around them.
std::string Texts::hidden_parameters(std::string_view text) {
  std::string out;
  while (true) {
    const auto equals = text.find('=');
    if (equals == text.npos) return out += text;
    std::size_t begin = equals;
    while (begin > 0 && in_name(text[begin - 1])) --begin;
    const std::string name = percent_decoded(text.substr(begin, equals - begin));
    out += text.substr(0, equals + 1);
    text.remove_prefix(equals + 1);
    if (name.empty()) continue;
    const auto size = std::min(text.find_first_of("&#;,\"'<> \t\r\n"), text.size());
    const std::string value = percent_decoded(text.substr(0, size));
    if (value.find_first_not_of('=') == value.npos) continue;  // base64's end
    if (is_secret_name(name)) {
      const std::string now = secrets_.hidden(value);
      out += now == value ? std::string(text.substr(0, size)) : now;
      text.remove_prefix(size);
    } else if (text.substr(0, size).find('%') != text.npos) {  // a URL in a URL
      const std::string now = hidden(value);
      out += now == value ? std::string(text.substr(0, size)) : conformance::percent_encoded(now);
      text.remove_prefix(size);
    }
  }
}

bool is_secret_name(std::string_view name) {
  if (name.starts_with(':')) return false;  // HTTP/2's own
  std::string letters;
  for (const char c : name) {
    if (is_alnum(c)) letters += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return std::find(whole_names.begin(), whole_names.end(), letters) != whole_names.end() ||
         std::any_of(parts_of_names.begin(), parts_of_names.end(),
                     [&letters](const char* part) { return letters.find(part) != letters.npos; });
}

}  // namespace phx::trace
