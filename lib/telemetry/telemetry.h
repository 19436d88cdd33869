#pragma once
/// \file
/// Named events: code that does something reports it with execute(); a handler is attached to
/// listen.
///
///     struct OrderPlaced {  // one kind of event: what is measured, and what it is about
///       static constexpr std::string_view name = "shop.order_placed";
///       int pieces;
///       const std::string& customer;
///     };
///
/// To listen:
///
///     telemetry.attach("my-log", {phx::telemetry::on<OrderPlaced>([](const OrderPlaced& order) {
///       std::puts(order.customer.c_str());
///     })});
///
/// To report, at no cost if no handler is attached:
///
///     if (telemetry.attached<OrderPlaced>()) telemetry.execute(OrderPlaced{3, customer});
///
/// Mirrors the Erlang library :telemetry, with a struct in place of its two maps. An event's
/// references are valid during the call: a handler copies what it keeps.

#include <atomic>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace phx::telemetry {

template <class E>
concept Event = requires {
  { E::name } -> std::convertible_to<std::string_view>;
};

/// Identifies a kind of event by an address, which is cheaper to compare than a name.
using Kind = const char*;
template <Event E>
inline constexpr char kind_of = 0;

/// A function for one kind of event. Made by on().
struct Handler {
  Kind kind;
  std::function<void(const void*)> call;
};

/// `handle` is called with each event of the kind E.
template <Event E, std::invocable<const E&> F>
Handler on(F handle) {
  return {&kind_of<E>, [handle = std::move(handle)](const void* event) {
            handle(*static_cast<const E*>(event));
          }};
}

/// A handler threw, and was detached. Mirrors `[:telemetry, :handler, :failure]`.
struct HandlerFailed {
  static constexpr std::string_view name = "telemetry.handler_failed";
  const std::string& handler_id;
  const std::string& event;
  const std::string& reason;
};

using Duration = std::chrono::nanoseconds;

/// Measures the time since it was made. If no handler is attached, it reads no clock.
class Span {
 public:
  explicit Span(bool wanted) : wanted_(wanted) {
    if (wanted_) began_ = Clock::now();
  }
  /// Whether a handler is attached.
  explicit operator bool() const { return wanted_; }
  /// REQUIRES: a handler is attached.
  Duration duration() const { return Clock::now() - began_; }

 private:
  using Clock = std::chrono::steady_clock;
  bool wanted_;
  Clock::time_point began_;
};

/// The attached handlers. Thread-safe.
class Telemetry {
 public:
  Telemetry() = default;
  Telemetry(const Telemetry&) = delete;
  Telemetry& operator=(const Telemetry&) = delete;
  ~Telemetry();

  /// Handlers are called in the order in which they were attached. \throws std::invalid_argument if
  /// the id is taken, std::length_error after 10,000 calls. Mirrors telemetry:attach_many/4.
  void attach(std::string id, std::vector<Handler> handlers);
  /// False if nothing is attached under this id. On another thread a handler may still be running.
  /// Mirrors telemetry:detach/1.
  bool detach(std::string_view id);

  /// Whether a handler is attached to E. Costs almost nothing.
  template <Event E>
  bool attached() const noexcept {
    return (kinds_.load(std::memory_order_relaxed) & bit_of(&kind_of<E>)) != 0 &&
           has_handlers(&kind_of<E>);
  }
  /// Starts to measure, if a handler is attached to E:
  ///
  ///     const phx::telemetry::Span span = telemetry.span<OrderPacked>();
  ///     pack();
  ///     if (span) telemetry.execute(OrderPacked{span.duration()});
  template <Event E>
  Span span() const noexcept {
    return Span(attached<E>());
  }
  /// Calls the handlers at once, on this thread. A handler that throws is detached; the exception
  /// is caught.
  template <Event E>
  void execute(const E& event) const {
    call_all(&kind_of<E>, E::name, &event);
  }

 private:
  struct Attached {
    std::string id;
    Handler handler;
  };
  using Table = std::vector<Attached>;

  /// A kind's place in kinds_; a few share it.
  static std::uint64_t bit_of(Kind kind) noexcept {
    return std::uint64_t{1} << (std::bit_cast<std::uintptr_t>(kind) % 64);
  }
  bool has_handlers(Kind kind) const noexcept;
  void call_all(Kind kind, std::string_view name, const void* event) const;
  void failed(const std::string& id, std::string_view event, const std::string& reason) const;
  bool remove(std::string_view id) const;
  void publish(Table table) const;

  // Reading takes no lock: a table never changes, and is freed only with the Telemetry, because a
  // thread may be reading it. Attaching is rare.
  mutable std::atomic<const Table*> table_ = nullptr;
  mutable std::atomic<std::uint64_t> kinds_ = 0;  ///< Of what is attached: most events are not.
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<const Table>> tables_;  // the last one is table_
  std::size_t attached_times_ = 0;
};

}  // namespace phx::telemetry
