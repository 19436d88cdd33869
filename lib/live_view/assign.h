#pragma once
/// \file
/// A value that a page shows: it knows who has read it, and when it was changed.
///
///     Assign<int> count = 0;
///     count = count + 1;  // a change, which the next diff carries
///
/// Only assigns are tracked. A hole of a template that read one is rendered again when it has
/// changed, and no other is. Mirrors Phoenix.Component.assign/3 and `__changed__`.

#include <concepts>
#include <cstdint>
#include <utility>
#include <vector>

namespace phx::live_view {

/// What every assign has: a version, which grows with each change.
class Tracked {
 public:
  Tracked() = default;
  Tracked(const Tracked&) = delete;
  Tracked& operator=(const Tracked&) = delete;

  std::uint64_t version() const { return version_; }
  void touch() { ++version_; }

 protected:
  ~Tracked() = default;
  /// Notes that the hole which is being rendered, if any, depends on this.
  void noted() const {
    if (reads_ != nullptr) reads_->emplace_back(this, version_);
  }

 private:
  friend class Reads;
  using List = std::vector<std::pair<const Tracked*, std::uint64_t>>;
  inline static thread_local List* reads_ = nullptr;
  std::uint64_t version_ = 1;
};

/// The assigns that were read while it was open, with their versions.
class Reads {
 public:
  /// Records into `list` until close() or destruction.
  class Open {
   public:
    explicit Open(Reads& into) : outer_(Tracked::reads_) {
      into.list_.clear();
      Tracked::reads_ = &into.list_;
    }
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;
    ~Open() { Tracked::reads_ = outer_; }

   private:
    Tracked::List* const outer_;
  };

  //! [stale]
  /// Whether one of them has changed since.
  bool stale() const {
    for (const auto& [assign, version] : list_) {
      if (assign->version() != version) return true;
    }
    return false;
  }
  //! [stale]

 private:
  Tracked::List list_;
};

}  // namespace phx::live_view

namespace phx {

/// One value of a view or a component. It lives as long as its owner, and is not copied.
template <class T>
class Assign : public live_view::Tracked {
 public:
  Assign() = default;
  Assign(T value) : value_(std::move(value)) {}

  /// An equal value changes nothing.
  Assign& operator=(T value) {
    if (value_ == value) return *this;
    value_ = std::move(value);
    touch();
    return *this;
  }
  Assign& operator+=(const T& more) { return *this = value_ + more; }
  /// Changes a large value in place: `items.change([&](auto& list) { list.push_back(name); })`.
  template <class Change>
  void change(Change&& change) {
    T value = value_;
    change(value);
    *this = std::move(value);
  }

  const T& get() const {
    noted();
    return value_;
  }
  operator const T&() const { return get(); }
  const T* operator->() const { return &get(); }
  /// With whatever its value can be compared: `filter == "open"`.
  template <class Other>
  requires(!std::derived_from<Other, Tracked>) bool operator==(const Other& other) const {
    return get() == other;
  }
  bool operator==(const Assign& other) const { return get() == other.get(); }

 private:
  T value_ = {};
};

}  // namespace phx
