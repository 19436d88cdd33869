/// \file
/// The true counts of each node of a cluster, from its clients' messages.
#include "conformance/load/soak/truth.h"

namespace phx::soak {

std::vector<Truth> truths_of(const std::vector<std::unique_ptr<Feed>>& feeds,
                             const std::vector<std::unique_ptr<Observer>>& observers) {
  std::vector<Truth> all(observers.size());
  for (const auto& feed : feeds) {
    const std::uint64_t said = 2 * feed->next();  // plain, and intercepted
    all[feed->home()].said += said;
    for (std::size_t node = 0; node < all.size(); ++node) {
      if (node == feed->home()) continue;
      all[node].missed += feed->unheard_at(node);
      all[node].heard += said - feed->unheard_at(node);
    }
  }
  for (std::size_t node = 0; node < all.size(); ++node) {
    all[node].observed = observers[node]->heard();
  }
  return all;
}

}  // namespace phx::soak
