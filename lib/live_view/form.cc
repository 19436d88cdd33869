/// Attributes as text, and links that stay inside the site.

#include "live_view/form.h"

#include <stdexcept>

namespace phx::live_view {

std::string attributes_text(const Attributes& attributes) {
  std::string text;
  for (const auto& [name, value] : attributes) {
    text += " " + name + "=\"";
    append_escaped(text, value);
    text += '"';
  }
  return text;
}

/// A browser takes `//host` and `/\\host` for addresses of another site.
std::string inside_this_site(std::string to) {
  const bool inside = to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/\\");
  if (inside) return to;
  throw std::invalid_argument("expected a path of this site, which begins with one /, got \"" + to +
                              "\"");
}

}  // namespace phx::live_view
