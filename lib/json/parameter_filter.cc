/// Walks down the tree, and builds a new one on the way back.

#include "json/parameter_filter.h"

#include <algorithm>

namespace phx {

bool ParameterFilter::matches(const std::string& key) const {
  return std::any_of(words_.begin(), words_.end(), [&](const std::string& word) {
    return keeps_ ? key == word : key.find(word) != std::string::npos;
  });
}

Json ParameterFilter::filtered(const Json& params) const {
  constexpr const char* hidden = "[FILTERED]";
  if (params.is_object()) {
    Json shown = Json::object();
    for (const auto& [key, value] : params.sorted_members()) {
      if (!matches(key)) {
        shown.set(key, filtered(value));
      } else {
        shown.set(key, keeps_ ? value : Json(hidden));
      }
    }
    return shown;
  }
  // To Phoenix the empty list is not a list of parameters: it is hidden like any other value.
  if (params.is_array() && (params.size() > 0 || !keeps_)) {
    Json shown = Json::array();
    for (std::size_t i = 0; i < params.size(); ++i) shown.append(filtered(params[i]));
    return shown;
  }
  return keeps_ ? Json(hidden) : params;
}

/// An escape may spell a key in another way.
bool ParameterFilter::may_hide(std::string_view text) const {
  if (keeps_ || text.find("\\u") != std::string_view::npos) return true;
  return std::any_of(words_.begin(), words_.end(), [text](const std::string& word) {
    return text.find(word) != std::string_view::npos;
  });
}

}  // namespace phx
