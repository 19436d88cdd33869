/// One step a run of the shard.

#include "dashboard/surveyor.h"

#include <utility>

namespace phx::dashboard {

void Surveyor::handle(process::Message message) {
  if (auto* look = message.get_if<Look>()) {
    looks_.push_back(std::move(*look));
    return go_on_later();
  }
  if (!message.holds<Go>()) return;
  going_ = false;
  if (looks_.empty()) return;
  Look look = std::move(looks_.front());
  looks_.pop_front();
  if (look.survey->step(context_)) {
    looks_.push_back(std::move(look));
  } else {
    look.done();
  }
  if (!looks_.empty()) go_on_later();
}

void Surveyor::go_on_later() {
  if (!std::exchange(going_, true)) scheduler().send_after(Millis{0}, self(), Go{});
}

}  // namespace phx::dashboard
