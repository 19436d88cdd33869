#pragma once
/// \file
/// One message that waits for its answer. Mirrors phoenix.js's Push.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/answer.h"
#include "client/timers.h"

namespace phx::client {

/// Client's thread only, once it has been handed to its topic.
class PushState {
 public:
  using Hook = std::function<void(const Answer&)>;
  /// Calls a hook, and catches what it throws.
  using Guard = std::function<void(const std::function<void()>&)>;

  PushState(std::string name, Payload body, Millis patience)
      : event(std::move(name)), payload(std::move(body)), timeout(patience) {}
  /// A join: its parameters are asked for each time it is sent.
  PushState(std::function<Payload()> asked, Millis patience)
      : event("phx_join"), params(std::move(asked)), timeout(patience), repeats(true) {}

  const std::string event;
  Payload payload;  ///< Until it is sent.
  const std::function<Payload()> params = {};
  Millis timeout;
  const bool repeats = false;  ///< A join, which is sent and answered again after each loss.
  std::string ref = {};
  std::optional<Timers::Id> timer = {};
  std::size_t bytes = 0;  ///< While it is buffered.
  bool sent = false;      ///< Under this ref: only then there can be an answer.

  bool answered() const { return answer_.has_value(); }
  /// Calls `hook` with each answer, or only with those of one status; at once if it has come.
  void receive(std::optional<std::string> status, Hook hook, const Guard& guard) {
    if (answer_ && (!status || *status == answer_->status)) call(hook, *answer_, guard);
    if (!answer_ || repeats) hooks_.push_back({std::move(status), std::move(hook)});
  }
  /// Calls `hook` with the first answer alone.
  void once(Hook hook, const Guard& guard) {
    if (answer_) return call(hook, *answer_, guard);
    firsts_.push_back(std::move(hook));
  }
  /// The answer has come; the hooks of its status are called, those of a push for the last time.
  void settle(Answer answer, const Guard& guard) {
    answer_ = std::move(answer);
    const Answer known = *answer_;
    const std::vector<Hook> firsts = std::exchange(firsts_, {});
    const std::vector<Waiting> hooks = repeats ? hooks_ : std::exchange(hooks_, {});
    for (const Hook& first : firsts) call(first, known, guard);
    for (const Waiting& waiting : hooks) {
      if (!waiting.status || *waiting.status == known.status) call(waiting.hook, known, guard);
    }
  }
  /// No answer comes any more. Only once()'s hooks hear of it.
  void abandon(const Answer& why, const Guard& guard) {
    if (!answer_) answer_ = why;
    const std::vector<Hook> firsts = std::exchange(firsts_, {});
    for (const Hook& first : firsts) call(first, why, guard);
  }
  /// It is about to be sent again.
  void begin_again() { answer_.reset(); }
  /// Nothing more comes: releases the hooks, and what they hold. A hook's end may destroy this.
  void release() {
    const auto firsts = std::exchange(firsts_, {});
    const auto hooks = std::exchange(hooks_, {});
  }

 private:
  struct Waiting {
    std::optional<std::string> status;
    Hook hook;
  };
  static void call(const Hook& hook, const Answer& answer, const Guard& guard) {
    guard([&] { hook(answer); });
  }

  std::optional<Answer> answer_;
  std::vector<Waiting> hooks_;
  std::vector<Hook> firsts_;
};

}  // namespace phx::client
