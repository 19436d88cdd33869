#pragma once
/// \file
/// A process's unread messages, in order of arrival; only an awaited one is taken out of order.

#include <optional>
#include <vector>

#include "process/message.h"

namespace phx::process {

/// A queue that costs nothing while empty: most processes are idle most of the time.
class Mailbox {
 public:
  std::size_t size() const { return messages_.size() - head_; }
  bool empty() const { return size() == 0; }
  /// The total of its messages' Message::bytes.
  std::size_t bytes() const { return bytes_; }

  void push(Message&& message) {
    if (empty()) rewind();
    // Otherwise a mailbox that is never quite empty would grow for ever.
    if (head_ > 64 && head_ * 2 > messages_.size()) drop_read();
    bytes_ += message.bytes();
    messages_.push_back(std::move(message));
  }

  /// The newest message; null while empty.
  Message* last() { return empty() ? nullptr : &messages_.back(); }
  /// The newest message has come to hold `more` bytes. REQUIRES: !empty().
  void last_grew(std::size_t more) {
    messages_.back().grew(more);
    bytes_ += more;
  }

  /// REQUIRES: !empty().
  Message pop() {
    Message message = std::move(messages_[head_++]);
    bytes_ -= message.bytes();
    if (empty()) rewind();
    return message;
  }

  /// Takes out the first message with this tag; the others keep their order.
  std::optional<Message> take(Ref tag) {
    for (std::size_t i = head_; i < messages_.size(); ++i) {
      if (messages_[i].tag() != tag) continue;
      Message found = std::move(messages_[i]);
      bytes_ -= found.bytes();
      messages_.erase(messages_.begin() + static_cast<std::ptrdiff_t>(i));
      return found;
    }
    return std::nullopt;
  }

 private:
  void rewind() {
    constexpr std::size_t worth_keeping = 32;  // half a kilobyte
    head_ = 0;
    messages_.clear();
    if (messages_.capacity() > worth_keeping) messages_.shrink_to_fit();
  }

  void drop_read() {
    messages_.erase(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }

  std::vector<Message> messages_;
  std::size_t head_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace phx::process
