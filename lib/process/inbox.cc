/// Keeps signals for another thread, and wakes it for the first.

#include "process/inbox.h"

#include <utility>

namespace phx::process {

Inbox::Inbox() = default;
Inbox::~Inbox() = default;

void Inbox::on_wake(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void Inbox::push(Signal signal) {
  const std::lock_guard lock(mutex_);
  add(std::move(signal));
}

Inbox::Offer Inbox::offer(Signal signal, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  if (signals_.size() >= limit) {
    return std::exchange(refused_, true) ? Offer::refused : Offer::first_refused;
  }
  add(std::move(signal));
  return Offer::taken;
}

std::optional<Signal> Inbox::next() {
  if (!has_taken()) take_all();
  if (!has_taken()) return std::nullopt;
  return std::move(taken_[at_++]);
}

void Inbox::add(Signal signal) {
  signals_.push_back(std::move(signal));
  if (signals_.size() == 1 && wake_) wake_();
}

void Inbox::take_all() {
  at_ = 0;
  taken_.clear();
  const std::lock_guard lock(mutex_);
  taken_ = std::exchange(signals_, {});
  refused_ = false;
}

}  // namespace phx::process
