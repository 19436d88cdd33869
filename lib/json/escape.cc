/// Writes the short escapes where there are any, else four hex digits.

#include "json/escape.h"

namespace phx::json {

void append_escape(std::string& out, char c) {
  constexpr char hex[] = "0123456789ABCDEF";
  switch (c) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\b': out += "\\b"; break;
    case '\f': out += "\\f"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default:
      out += "\\u00";
      out += hex[c >> 4];
      out += hex[c & 15];
  }
}

}  // namespace phx::json
