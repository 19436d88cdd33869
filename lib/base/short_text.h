#pragma once
/// \file
/// Text of which there is much, most of it short: names of topics and events, refs.

#include <array>
#include <compare>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace phx {

/// A value that works like a `const std::string`, in twenty-four bytes. Up to twenty-two characters
/// stay inside it, where a std::string keeps fifteen in thirty-two; longer text has memory of its
/// own. Copies are independent. Any thread.
class ShortText {
 public:
  /// As many characters need no memory besides.
  static constexpr std::size_t inside = 22;

  ShortText() = default;
  ShortText(std::string_view text) : ShortText(text, text.size()) {}
  /// The same for text from whose beginning on `readable` bytes may be read: if they are enough, a
  /// number of bytes is copied that the compiler knows.
  ShortText(std::string_view text, std::size_t readable) {
    size_ = static_cast<unsigned char>(text.size());
    if (text.size() > inside) {
      keep_outside(text);
    } else if (readable >= inside) {
      std::memcpy(bytes_.data(), text.data(), inside);
    } else {
      text.copy(bytes_.data(), text.size());
    }
  }
  ShortText(const ShortText& other) : ShortText(other.view()) {}
  ShortText(ShortText&& other) noexcept
      : bytes_(other.bytes_), size_(std::exchange(other.size_, {})) {}
  ShortText& operator=(const ShortText& other) { return *this = ShortText(other); }
  ShortText& operator=(ShortText&& other) noexcept {
    if (this == &other) return *this;
    release();
    bytes_ = other.bytes_;
    size_ = std::exchange(other.size_, {});
    return *this;
  }
  ~ShortText() { release(); }

  /// Valid while this is neither moved from, assigned to nor destroyed.
  std::string_view view() const {
    if (size_ != outside) [[likely]]
      return {bytes_.data(), size_};
    return {kept().text, kept().size};
  }
  operator std::string_view() const { return view(); }

  friend bool operator==(const ShortText& a, std::string_view b) { return a.view() == b; }
  friend bool operator==(const ShortText& a, const ShortText& b) { return a.view() == b.view(); }
  friend auto operator<=>(const ShortText& a, std::string_view b) { return a.view() <=> b; }
  friend auto operator<=>(const ShortText& a, const ShortText& b) { return a.view() <=> b.view(); }

 private:
  static constexpr unsigned char outside = 255;
  struct Kept {
    char* text;  ///< Owned.
    std::size_t size;
  };
  Kept kept() const {
    Kept kept;
    std::memcpy(&kept, bytes_.data(), sizeof kept);
    return kept;
  }
  void release() {
    if (size_ == outside) const std::unique_ptr<char[]> ended(kept().text);
  }
  void keep_outside(std::string_view text) {
    auto space = std::make_unique_for_overwrite<char[]>(text.size());
    text.copy(space.get(), text.size());
    const Kept kept{space.release(), text.size()};
    std::memcpy(bytes_.data(), &kept, sizeof kept);
    size_ = outside;
  }

  alignas(8) std::array<char, inside> bytes_;  ///< The text, or where it is kept.
  unsigned char size_ = 0;                     ///< Or `outside`.
  // A byte is left for a class that derives from this.
};
static_assert(sizeof(ShortText) == 24);

}  // namespace phx
