#pragma once
/// \file
/// What a mailbox holds: values of any type, some tagged with the Ref that they answer.

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "process/hop.h"
#include "process/pid.h"

namespace phx::process {

/// The bytes a string keeps outside itself; see SaysHeapBytes.
inline std::size_t heap_bytes(const std::string& text) { return text.size(); }

/// A body that keeps bytes outside itself, in a frame or a payload, reports how many with a
/// function beside its type: `std::size_t heap_bytes(const Body&)`. Shared bytes count in full. A
/// mailbox's limit in bytes includes them: see Limits::mailbox_bytes.
template <class T>
concept SaysHeapBytes = requires(const T& body) {
  { heap_bytes(body) } -> std::same_as<std::size_t>;
};

/// The type that a message keeps a T as: any kind of string as a std::string, as a view or a
/// pointer would outlive what it points to; anything else as itself.
template <class T>
using Kept = std::conditional_t<std::same_as<std::decay_t<T>, const char*> ||
                                    std::same_as<std::decay_t<T>, char*> ||
                                    std::same_as<std::decay_t<T>, std::string_view>,
                                std::string, std::decay_t<T>>;

/// Notifies a watcher that the process it monitors has ended, or never existed (`noproc`).
struct Down {
  Ref ref{};
  Pid pid;
  ExitReason reason;
};
/// An exit signal for a process that traps them: read in turn, like any message.
struct ExitRequest {
  ExitReason reason;
};

/// What a message can keep: anything but an array, which would decay to a pointer. String literals
/// are kept as strings.
template <class T>
concept Keepable =
    !std::is_array_v<std::remove_reference_t<T>> || std::same_as<Kept<T>, std::string>;

/// A moved-in value that the receiver asks for by type. Messages move; they do not copy.
///
///     socket.send_self("tick");                      // kept as a std::string
///     message.get_if<std::string>();                 // in handle_info
class Message {
 public:
  Message() = default;
  template <class T>
  requires(!std::same_as<std::decay_t<T>, Message> && Keepable<T>) Message(T&& body, Ref tag = {})
      : held_(std::make_unique<Held<Kept<T>>>(std::forward<T>(body))) {
    held_->tag = tag;
  }

  /// The value, if it is a T; null otherwise. Valid while the message lives.
  template <class T>
  T* get_if() {
    static_assert(std::same_as<T, Kept<T>>,
                  "a message keeps a string as a std::string: ask for that");
    return value_in<T>(held_.get());
  }
  template <class T>
  bool holds() const {
    static_assert(std::same_as<T, Kept<T>>,
                  "a message keeps a string as a std::string: ask for that");
    return held_ && held_->type == &type_of<T>;
  }

  /// The type of what holds the value; null if it holds none.
  const std::type_info* holder() const {
    const Base* const held = held_.get();
    return held == nullptr ? nullptr : &typeid(*held);
  }
  /// The bytes it takes up while it waits: the body, plus its heap_bytes.
  std::size_t bytes() const { return held_ ? held_->bytes : 0; }
  /// It has come to hold `more` bytes.
  void grew(std::size_t more) { held_->bytes += more; }
  /// A Down or an ExitRequest: see Mailbox.
  bool is_signal() const { return held_ && held_->is_signal(); }
  /// What Process::await looks for.
  Ref tag() const { return held_ ? held_->tag : Ref{}; }
  /// The trace that it belongs to, if it was sent in a traced turn.
  const Trail* trail() const { return held_ ? held_->trail.get() : nullptr; }
  /// It is sent now: if this thread works for a traced frame, the trace follows it.
  void depart() {
    if (traced() && held_) [[unlikely]]
      held_->trail = process::trail();
  }
  /// The same body under another tag: an answer carries its request's Ref.
  Message tagged(Ref tag) && {
    if (!held_) return Message(Nothing{}, tag);
    held_->tag = tag;
    return std::move(*this);
  }

 private:
  friend class Mailbox;
  struct Nothing {};
  [[gnu::cold, gnu::noinline]] static Message nothing() { return Message(Nothing{}); }

  // One object per type: its address identifies the type, and is cheaper to compare than typeid.
  // Its value says whether it is a signal.
  template <class T>
  static inline constexpr bool type_of = std::same_as<T, Down> || std::same_as<T, ExitRequest>;

  struct Base {
    explicit Base(const bool* t) : type(t) {}
    virtual ~Base() = default;
    const bool* const type;
    std::size_t bytes = 0;         ///< Counted when it was made.
    Ref tag{};                     ///< What Process::await looks for.
    std::unique_ptr<Trail> trail;  ///< Of a traced frame.
    std::unique_ptr<Base> next;    ///< In a mailbox: the message that came after it.

    bool is_signal() const { return *type; }
  };
  template <class T>
  struct Held final : Base {
    template <class U>
    explicit Held(U&& v) : Base(&type_of<T>), value(std::forward<U>(v)) {
      this->bytes = sizeof(*this);
      if constexpr (SaysHeapBytes<T>) this->bytes += heap_bytes(value);
    }
    T value;
  };
  template <class T>
  static T* value_in(Base* held) {
    const bool is = held != nullptr && held->type == &type_of<T>;
    return is ? &static_cast<Held<T>*>(held)->value : nullptr;
  }

  std::unique_ptr<Base> held_;
};

/// A body that a process may take without a message and a turn, if it is at rest: a function beside
/// its type says so, `void needs_no_turn(const Body&)`. See Process::take_at_once.
template <class T>
concept NeedsNoTurn = requires(const T& body) {
  needs_no_turn(body);
};

/// A value that its sender still has: the receiver moves it out, or leaves it.
class Offer {
 public:
  template <class T>
  explicit Offer(T& value) : type_(&type_of<T>), value_(&value) {}
  /// The value, if it is a T; null otherwise.
  template <class T>
  T* get_if() const {
    return type_ == &type_of<T> ? static_cast<T*>(value_) : nullptr;
  }
  /// The value, moved into a message. REQUIRES: it can be moved.
  Message message() const { return type_->as_message(value_); }

 private:
  // One object per type: its address identifies the type.
  struct Type {
    Message (*as_message)(void* value);
  };
  template <class T>
  static Message moved_out(void* value) {
    if constexpr (std::move_constructible<T>) return Message(std::move(*static_cast<T*>(value)));
    return {};
  }
  template <class T>
  static inline constexpr Type type_of{moved_out<T>};

  const Type* type_;
  void* value_;
};

/// Asks for an answer; made by Process::call, answered by Scheduler::answer.
struct Request {
  Ref ref{};
  Pid from;
  Message body;
};
inline std::size_t heap_bytes(const Request& request) { return request.body.bytes(); }

}  // namespace phx::process
