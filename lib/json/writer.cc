/// Walks down the tree and appends.

#include "json/writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

#include "json/big_integer.h"
#include "json/escape.h"

namespace phx::json {
namespace {

class Writer {
 public:
  void any(const json_t* value) {
    switch (json_typeof(value)) {
      case JSON_OBJECT: return object(const_cast<json_t*>(value));
      case JSON_ARRAY: return array(value);
      case JSON_STRING: return string(value);
      case JSON_INTEGER: out_ += std::to_string(json_integer_value(value)); return;
      case JSON_REAL: return real(json_real_value(value));
      case JSON_TRUE: out_ += "true"; return;
      case JSON_FALSE: out_ += "false"; return;
      case JSON_NULL: out_ += "null"; return;
    }
  }
  std::string text() && { return std::move(out_); }

 private:
  using Member = std::pair<std::string_view, const json_t*>;

  void object(json_t* value) {
    std::vector<Member> members;
    members.reserve(json_object_size(value));
    for (void* i = json_object_iter(value); i; i = json_object_iter_next(value, i)) {
      members.emplace_back(std::string_view(json_object_iter_key(i), json_object_iter_key_len(i)),
                           json_object_iter_value(i));
    }
    std::sort(members.begin(), members.end(),
              [](const Member& a, const Member& b) { return a.first < b.first; });
    out_ += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out_ += ',';
      quoted(members[i].first);
      out_ += ':';
      any(members[i].second);
    }
    out_ += '}';
  }

  void array(const json_t* value) {
    out_ += '[';
    for (std::size_t i = 0; i < json_array_size(value); ++i) {
      if (i > 0) out_ += ',';
      any(json_array_get(value, i));
    }
    out_ += ']';
  }

  void string(const json_t* value) {
    if (is_big_integer(value)) {
      out_ += digits_of(value);
    } else {
      quoted({json_string_value(value), json_string_length(value)});
    }
  }

  void real(double value) {
    std::array<char, 32> digits;  // the longest has 24
    const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
    out_ += text;
    if (text.find_first_of(".e") == std::string_view::npos)
      out_ += ".0";  // otherwise it would read as an integer
  }

  void quoted(std::string_view text) {
    out_ += '"';
    while (!text.empty()) {
      std::size_t plain = 0;
      while (plain < text.size() && !needs_escape(text[plain])) ++plain;
      out_.append(text, 0, plain);
      text.remove_prefix(plain);
      if (text.empty()) break;
      append_escape(out_, text.front());
      text.remove_prefix(1);
    }
    out_ += '"';
  }
  static bool needs_escape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
  }

  std::string out_;
};

}  // namespace

std::string written(const json_t* tree) {
  Writer writer;
  writer.any(tree);
  return std::move(writer).text();
}

}  // namespace phx::json
