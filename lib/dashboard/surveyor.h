#pragma once
/// \file
/// A process on each shard that takes looks: one step, then all others get their turns.

#include <deque>
#include <functional>
#include <memory>

#include "dashboard/survey.h"

namespace phx::dashboard {

/// Begin a look. `done` is called on this shard's thread once it is complete.
struct Look {
  std::shared_ptr<Survey> survey;
  std::function<void()> done;
};

class Surveyor : public process::Process {
 public:
  explicit Surveyor(const Context& context) : context_(context) {}
  std::string name() const override { return "dashboard"; }
  std::string_view kind() const override { return "dashboard"; }

 protected:
  void handle(process::Message message) override;

 private:
  struct Go {};
  /// The next step is taken in the shard's next run, not in this process's next turn: after all
  /// that waits, and after input and output.
  void go_on_later();

  const Context context_;
  std::deque<Look> looks_;  ///< Under way, at most Dashboard::max_looks. They take turns.
  bool going_ = false;
};

}  // namespace phx::dashboard
