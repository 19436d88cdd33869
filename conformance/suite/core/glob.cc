/// Matches patterns by fnmatch(3).

#include "conformance/suite/core/glob.h"

#include <fnmatch.h>

#include <string>

namespace phx::conformance {

bool glob_matches(std::string_view pattern, std::string_view text) {
  std::string escaped;  // to fnmatch a bracket and a backslash are special too
  for (const char c : pattern) {
    if (c == '[' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return ::fnmatch(escaped.c_str(), std::string(text).c_str(), FNM_CASEFOLD) == 0;
}

}  // namespace phx::conformance
