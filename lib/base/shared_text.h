#pragma once
/// \file
/// Text that many objects hold and none changes: copies share its bytes.

#include <string>
#include <string_view>
#include <utility>

#include "base/shared.h"

namespace phx {

/// A value that works like a `const std::string`. An empty one owns no memory. Any thread.
class SharedText {
 public:
  SharedText() = default;
  SharedText(std::string text) {
    if (!text.empty()) text_ = Shared(std::move(text));
  }
  SharedText(const char* text) : SharedText(std::string(text)) {}

  bool empty() const { return !text_; }
  /// Valid while a copy of this lives.
  const std::string& str() const {
    static const std::string nothing;
    return text_ ? *text_ : nothing;
  }
  operator const std::string&() const { return str(); }
  operator std::string_view() const { return str(); }

  friend bool operator==(const SharedText& a, std::string_view b) { return a.str() == b; }

 private:
  Shared<std::string> text_;
};

}  // namespace phx
