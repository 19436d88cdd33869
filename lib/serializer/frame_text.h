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
/// own size: one append of a hundred bytes costs less than ten of ten. In a frame that is
/// copied elsewhere at once, a long part may stay where it is: see may_lend().
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

  /// From now on one long part may stay where it is: it outlives this text. To be asked of an empty
  /// text.
  void may_lend() { lends_ = true; }
  /// The text, to be appended to; everything so far is in it.
  std::string& text() {
    text_.reserve(text_.size() + size_ + lent_.size());
    for (const std::string_view part : collected()) text_ += part;
    lends_ = false;
    lent_ = {};
    size_ = 0;
    return text_;
  }
  /// The whole text. Nothing may follow.
  std::string finished() {
    if (text_.empty() && lent_.empty()) return {collected_.data(), size_};
    return std::move(text());
  }
  /// The whole text, in its order. Valid while this is not changed, and what was lent lives.
  std::array<std::string_view, 3> parts() {
    if (text_.empty()) return collected();
    return {text(), {}, {}};
  }

 private:
  /// Before what was lent, this, and what came after it.
  std::array<std::string_view, 3> collected() const {
    const std::string_view all(collected_.data(), size_);
    if (lent_.empty()) return {all, {}, {}};
    return {all.substr(0, lent_at_), lent_, all.substr(lent_at_)};
  }
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
    constexpr std::size_t worth_lending = 128;  // a shorter part may be a mark that ends sooner
    if (part.size() >= worth_lending && std::exchange(lends_, false)) {
      lent_ = part;
      lent_at_ = size_;
      return;
    }
    constexpr std::size_t a_little_more = 64;
    text_.reserve(text_.size() + lent_.size() + size_ + part.size() + a_little_more);
    text() += part;
  }

  std::string text_;                 ///< What did not fit.
  std::array<char, 256> collected_;  ///< What follows it.
  std::size_t size_ = 0;
  std::string_view lent_;    ///< A long part that stays where it is,
  std::size_t lent_at_ = 0;  ///< and its place in what was collected.
  bool lends_ = false;
};

}  // namespace phx::serializer
