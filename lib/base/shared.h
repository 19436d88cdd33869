#pragma once
/// \file
/// A value that many objects keep: copies share it, and each is only a pointer.

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace phx {

/// A T, or nothing. Half as large as a std::shared_ptr. Different threads may copy, change and
/// destroy copies of one value.
template <class T>
class Shared {
 public:
  Shared() = default;
  explicit Shared(T value) : kept_(std::make_unique<Kept>(std::move(value)).release()) {}
  Shared(const Shared& other) : kept_(other.kept_) {
    if (kept_ != nullptr) kept_->copies.fetch_add(1, std::memory_order_relaxed);
  }
  Shared(Shared&& other) noexcept : kept_(std::exchange(other.kept_, nullptr)) {}
  Shared& operator=(Shared other) noexcept {
    std::swap(kept_, other.kept_);
    return *this;
  }
  ~Shared() {
    if (kept_ == nullptr || kept_->copies.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    const std::unique_ptr<Kept> last(kept_);
  }

  explicit operator bool() const { return kept_ != nullptr; }
  /// REQUIRES: there is one. Valid while a copy of this lives.
  const T& operator*() const { return kept_->value; }

  /// The value, to be changed: shared with nobody from here on, and made if there was none.
  T& own() {
    if (kept_ == nullptr) {
      *this = Shared(T{});
    } else if (kept_->copies.load(std::memory_order_acquire) > 1) {
      *this = Shared(kept_->value);
    }
    return kept_->value;
  }

 private:
  struct Kept {
    explicit Kept(T v) : value(std::move(v)) {}
    T value;
    std::atomic<std::uint32_t> copies = 1;
  };
  Kept* kept_ = nullptr;  ///< Deleted by the last copy.
};

}  // namespace phx
