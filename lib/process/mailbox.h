#pragma once
/// \file
/// A process's unread messages, in order of arrival; only an awaited one is taken out of order.

#include <cstdint>
#include <memory>
#include <optional>
#include <typeinfo>
#include <utility>

#include "process/message.h"

namespace phx::process {

/// A list, whose links are in the messages: it costs nothing while empty, as most processes are
/// most of the time. Neither copied nor moved.
///
/// Signals are not counted: the end of a monitored process, and exit requests. In Erlang they come
/// however full a mailbox is, and a process has no more of them than it asked for: a limit would
/// end a process that watches many, just when they end together.
class Mailbox {
 public:
  Mailbox() = default;
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox() { clear(); }

  /// How many messages wait, without signals.
  std::size_t size() const { return size_; }
  bool empty() const { return first_ == nullptr; }
  /// The total of these messages' Message::bytes.
  std::size_t bytes() const { return bytes_; }

  void push(Message&& message) {
    if (!message.held_) [[unlikely]]
      message = Message::nothing();
    Link& end = empty() ? first_ : last_->next;
    end = std::move(message.held_);
    last_ = end.get();
    if (last_->is_signal()) return;
    bytes_ += last_->bytes;
    ++size_;
  }

  /// The newest message's value, if it is a T; else null.
  template <class T>
  T* last_if() {
    return Message::value_in<T>(last_);
  }
  /// Message::bytes of the newest message. REQUIRES: !empty().
  std::size_t last_bytes() const { return last_->bytes; }
  /// The newest message has come to hold `more` bytes. REQUIRES: !empty(), and it is not a signal.
  void last_grew(std::size_t more) {
    last_->bytes += more;
    bytes_ += more;
  }

  /// Calls `visit` with the type and the bytes of each of the first `most` messages, in order.
  template <class Visit>
  void each(std::size_t most, Visit&& visit) const {
    for (const Message::Base* at = first_.get(); at != nullptr && most > 0; --most) {
      visit(typeid(*at), at->bytes);
      at = at->next.get();
    }
  }

  /// REQUIRES: !empty().
  Message pop() { return take_out(first_, nullptr); }

  /// The message just popped is the first again.
  void put_back(Message&& message) {
    if (empty()) last_ = message.held_.get();
    if (!message.is_signal()) {
      bytes_ += message.bytes();
      size_ += 1;
    }
    message.held_->next = std::move(first_);
    first_ = std::move(message.held_);
  }

  /// Takes out the first message with this tag; the others keep their order.
  std::optional<Message> take(Ref tag) {
    Message::Base* before = nullptr;
    for (Link* link = &first_; *link; link = &before->next) {
      if ((*link)->tag == tag) return take_out(*link, before);
      before = link->get();
    }
    return std::nullopt;
  }

  /// One at a time: a message that destroyed the one after it would do so thousands deep.
  void clear() {
    while (!empty()) pop();
  }

 private:
  using Link = std::unique_ptr<Message::Base>;

  /// `link` leads to the message, from the one `before` it if there is one.
  Message take_out(Link& link, Message::Base* before) {
    Message taken;
    taken.held_ = std::move(link);
    link = std::move(taken.held_->next);
    if (taken.held_.get() == last_) last_ = before;
    if (taken.held_->is_signal()) return taken;
    bytes_ -= taken.bytes();
    --size_;
    return taken;
  }

  Link first_;
  Message::Base* last_ = nullptr;
  std::size_t bytes_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace phx::process
