/// Pages of the state as it was at one moment.

#include "presence/long_answer.h"

#include <utility>

namespace phx::presence {

LongAnswer::LongAnswer(const TransferRequest& request, const SharedState& state, std::size_t slice)
    : slice_(slice), to_(request.from.name()) {
  Snapshot head = state.head(request.clocks.clocks);
  up_to_ = head.context;
  for (const auto& [ref, part] : head.parts) {
    clouds_.emplace(ref, part.cloud);
    after_.emplace(ref, 0);
  }
  head_ = TransferAck{request.ref, state.self(), std::move(head)};
}

LongAck LongAnswer::next(const SharedState& state) {
  Snapshot page = state.page(after_, {slice_});
  for (auto& [ref, last] : page.context) {
    Part& part = page.parts[ref];
    const Count up_to = up_to_[ref];
    std::erase_if(part.values, [&](const auto& one) {
      return one.first > up_to && !clouds_[ref].contains(one.first);
    });
    after_[ref] = last;
    if (last >= up_to) after_.erase(ref);
  }
  return {std::exchange(head_, std::nullopt), std::move(page.parts), after_.empty()};
}

}  // namespace phx::presence
