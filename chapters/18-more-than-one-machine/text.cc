/// Writing terms, in one line or in many.

#include "chapters/18-more-than-one-machine/text.h"

#include <fmt/format.h>

#include <vector>

#include "etf/decimal.h"
#include "serializer/json_term.h"

namespace phx::overheard {
namespace {

using etf::Term;

/// What stands before, between and after the parts of a term that has parts.
struct Parts {
  std::string open;
  std::vector<std::string> parts;
  std::string close;
};

std::string joined(const Parts& parts, const std::string& between) {
  return fmt::format("{}{}{}", parts.open, fmt::join(parts.parts, between), parts.close);
}

bool is_plain(const std::string& name) {
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string::npos;
}

std::string atom(const std::string& name) {
  if (name == "nil" || name == "true" || name == "false") return name;
  if (name.starts_with("Elixir.")) return name.substr(7);
  return is_plain(name) ? ":" + name : ":\"" + name + "\"";
}

std::string quoted(const std::string& bytes) {
  std::string text = "\"";
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text += std::string("\\") + c;
    } else if (code < ' ') {
      text += fmt::format("\\x{:02X}", code);
    } else {
      text += c;
    }
  }
  return text + '"';
}

struct Writer {
  std::size_t width;

  std::string of(const Term& term, std::size_t indent) const {
    return term.visit([&](const auto& value) { return of(value, indent); });
  }

  std::string of(long long value, std::size_t) const { return std::to_string(value); }
  std::string of(const etf::BigInteger& value, std::size_t) const { return etf::digits_of(value); }
  std::string of(double value, std::size_t) const { return serializer::text_of(value); }
  std::string of(const etf::Atom& value, std::size_t) const { return atom(value.name); }
  std::string of(const std::string& value, std::size_t) const { return quoted(value); }
  std::string of(const etf::Pid& pid, std::size_t) const {
    return fmt::format("#PID<{} {}.{}>", pid.node.name, pid.id, pid.serial);
  }
  std::string of(const etf::Tuple& tuple, std::size_t indent) const {
    Parts parts{"{", {}, "}"};
    for (const Term& item : tuple.items) parts.parts.push_back(of(item, indent + 1));
    return fitted(parts, indent + 1);
  }
  std::string of(const etf::List& list, std::size_t indent) const {
    Parts parts{"[", {}, "]"};
    for (const Term& item : list.items) parts.parts.push_back(of(item, indent + 1));
    return fitted(parts, indent + 1);
  }
  std::string of(const etf::Map& map, std::size_t indent) const {
    Parts parts{"%{", {}, "}"};
    for (const auto& [key, value] : map.pairs) {
      const auto* name = key.get<etf::Atom>();
      const std::string left = name != nullptr && is_plain(name->name)
                                   ? name->name + ": "
                                   : of(key, indent + 2) + " => ";
      parts.parts.push_back(left + of(value, indent + 4));
    }
    return fitted(parts, indent + 2);
  }
  /// References, funs, ports: nothing that this chapter looks into.
  std::string of(const auto&, std::size_t) const { return "#…"; }

  std::string fitted(const Parts& parts, std::size_t indent) const {
    std::string line = joined(parts, ", ");
    const bool has_lines = line.find('\n') != std::string::npos;
    if (!has_lines && (width == std::string::npos || indent + line.size() <= width)) return line;
    return joined(parts, ",\n" + std::string(indent, ' '));
  }
};

}  // namespace

std::string text(const Term& term, std::size_t width) { return Writer{width}.of(term, 0); }

std::string unquoted(std::string_view text) {
  constexpr std::string_view letters = "nrtab", means = "\n\r\t\a\b";
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      bytes += text[i];
      continue;
    }
    const char sign = text[++i];
    const std::size_t letter = letters.find(sign);
    if (sign == 'x' && i + 2 < text.size()) {
      bytes += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      bytes += letter == std::string_view::npos ? sign : means[letter];
    }
  }
  return bytes;
}

std::string cut(const std::string& text, std::size_t characters) {
  std::size_t count = 0, last = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) continue;
    if (++count == characters) last = at;
    if (count > characters) return text.substr(0, last) + "…";
  }
  return text;
}

}  // namespace phx::overheard
