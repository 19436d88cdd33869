#pragma once
/// \file
/// The text of a frame while it is written.

#include <array>
#include <concepts>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace phx::serializer {

/// Collects short parts on the stack, so that most frames are copied once, into memory of their
/// own size: one append of a hundred bytes costs less than ten of ten.
class FrameText {
 public:
  FrameText() = default;
  FrameText(const FrameText&) = delete;
  FrameText& operator=(const FrameText&) = delete;

  // Inlined, so that a part known to the compiler is a store or two.
  [[gnu::always_inline]] FrameText& operator+=(char c) { return *this += std::string_view(&c, 1); }
  [[gnu::always_inline]] FrameText& operator+=(std::string_view part) {
    add(part);
    return *this;
  }
  /// Several parts, and one look at whether they fit.
  template <std::convertible_to<std::string_view>... Part>
  [[gnu::always_inline]] void add(const Part&... part) {
    add_views(std::string_view(part)...);
  }

  /// The text, to be appended to; everything so far is in it.
  std::string& text() {
    text_.append(collected_.data(), std::exchange(size_, 0));
    return text_;
  }
  /// The whole text. Nothing may follow.
  std::string finished() {
    if (text_.empty()) return {collected_.data(), size_};
    return std::move(text());
  }

 private:
  template <class... View>
  [[gnu::always_inline]] void add_views(View... part) {
    if ((part.size() + ...) > collected_.size() - size_) [[unlikely]] {
      if constexpr (sizeof...(part) == 1) return add_to_text(part...);
      return (add_views(part), ...);
    }
    char* end = collected_.data() + size_;
    ((std::memcpy(end, part.data(), part.size()), end += part.size()), ...);
    size_ = static_cast<std::size_t>(end - collected_.data());
  }
  [[gnu::noinline]] void add_to_text(std::string_view part) {
    constexpr std::size_t a_little_more = 64;
    text_.reserve(text_.size() + size_ + part.size() + a_little_more);
    text() += part;
  }

  std::string text_;                 ///< What did not fit.
  std::array<char, 256> collected_;  ///< What follows it.
  std::size_t size_ = 0;
};

}  // namespace phx::serializer
