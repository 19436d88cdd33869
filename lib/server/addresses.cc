/// Counts up when a connection is accepted, and down when the last holder releases its place.

#include "server/addresses.h"

#include <map>
#include <mutex>
#include <utility>

#include "base/network.h"

namespace phx::server {

struct Addresses::Counts {
  struct Count {
    std::size_t connections = 0;
    bool refused = false;
  };
  std::mutex mutex;
  std::map<std::string, Count> of;  // of networks that have a connection; a client chooses them

  void leave(const std::string& address) {
    const std::lock_guard lock(mutex);
    const auto found = of.find(address);
    found->second.refused = false;
    if (--found->second.connections == 0) of.erase(found);
  }
};

Addresses::Addresses(std::size_t limit) : limit_(limit), counts_(std::make_shared<Counts>()) {}

Addresses::Admission Addresses::admit(const std::string& peer) {
  const std::string address = network_of(peer);
  {
    const std::lock_guard lock(counts_->mutex);
    Counts::Count& count = counts_->of[address];
    if (count.connections >= limit_) return {{}, !std::exchange(count.refused, true)};
    ++count.connections;
  }
  return {
      Place(counts_.get(), [counts = counts_, address](const void*) { counts->leave(address); })};
}

std::size_t Addresses::known() const {
  const std::lock_guard lock(counts_->mutex);
  return counts_->of.size();
}

}  // namespace phx::server
