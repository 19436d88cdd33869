#pragma once
/// \file
/// Which transport a client's next try takes, a websocket or long-polling. Mirrors phoenix.js's
/// connectWithFallback. Pure; ClientOptions::longpoll_fallback says what it does.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "client/options.h"

namespace phx::client {

/// Client's thread only.
class Fallback {
 public:
  Fallback(const ClientOptions& options, std::string endpoint)
      : only_longpoll_(options.transport == ClientTransport::longpoll),
        patience_(options.longpoll_fallback),
        memory_(options.fallback_memory),
        endpoint_(std::move(endpoint)) {}

  /// A try begins: with long-polling?
  bool begin() {
    if (patience_ && memory_ && !passed_ && memory_->knows(endpoint_)) longpoll_ = true;
    return is_longpoll();
  }
  bool is_longpoll() const { return only_longpoll_ || longpoll_; }
  /// How long a websocket may take to open, and then to pass a message to and fro.
  std::optional<Millis> patience() const { return is_longpoll() ? std::nullopt : patience_; }

  /// The connection of this try opened.
  void opened() {
    if (longpoll_ && memory_ && !passed_) memory_->remember(endpoint_);
  }
  /// The websocket passed a message to and fro.
  void passed() { passed_ = true; }
  /// The websocket took too long: it is to be given up.
  void late() { longpoll_ = goes_over_ = true; }
  /// A connection ended, or did not open. True: the next try comes at once, by long-polling.
  bool ended(bool was_open) {
    if (std::exchange(goes_over_, false)) return true;
    if (longpoll_ && passed_) longpoll_ = false;
    if (was_open || passed_ || !patience()) return false;
    longpoll_ = true;
    return true;
  }

 private:
  const bool only_longpoll_;
  const std::optional<Millis> patience_;
  const std::shared_ptr<FallbackMemory> memory_;
  const std::string endpoint_;
  bool longpoll_ = false;
  bool passed_ = false;     ///< Some websocket has, in this client's life.
  bool goes_over_ = false;  ///< Since late().
};

}  // namespace phx::client
