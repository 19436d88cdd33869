/// Turns a topic's presence events into a list that any thread may read.

#include "client/presence_list.h"

#include <mutex>

#include "client/engine.h"
#include "client/presence_state.h"

namespace phx {

struct PresenceList::Shared {
  /// Callbacks see the list as it is after the change that they report.
  void publish() {
    const std::lock_guard lock(mutex);
    list = state.all();
  }

  client::PresenceState state;  ///< Client's thread only.
  std::mutex mutex;
  std::map<std::string, Json> list;  ///< Under the mutex.
};

namespace {

/// What a topic's callbacks hold. When the topic drops them the list's own go, too: they often hold
/// the list.
template <class Shared>
struct Owner {
  explicit Owner(std::shared_ptr<Shared> owned) : shared(std::move(owned)) {}
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;
  ~Owner() { shared->state.listeners() = {}; }
  const std::shared_ptr<Shared> shared;
};

}  // namespace

PresenceList::PresenceList(Topic& topic)
    : engine_(topic.engine_), shared_(std::make_shared<Shared>()) {
  const auto owner = std::make_shared<Owner<Shared>>(shared_);
  const auto taken = [owner, of = topic.state_.get()](auto take) {
    return [owner, of, take](const Payload& payload) {
      Shared& shared = *owner->shared;
      (shared.state.*take)(payload.json(), of->join_ref());
      shared.publish();
    };
  };
  topic.on("presence_state", taken(&client::PresenceState::state));
  topic.on("presence_diff", taken(&client::PresenceState::diff));
}

std::map<std::string, Json> PresenceList::list() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->list;
}

/// One that throws must not keep the rest of a list from being applied.
PresenceList::OnChange PresenceList::guarded(OnChange callback) const {
  return [engine = engine_.get(), callback = std::move(callback)](
             const std::string& key, const std::optional<Json>& current, const Json& change) {
    engine->guard([&] { callback(key, current, change); });
  };
}

void PresenceList::on_join(OnChange callback) {
  engine_->post([shared = shared_, guarded = guarded(std::move(callback))] {
    shared->state.listeners().on_join = guarded;
  });
}

void PresenceList::on_leave(OnChange callback) {
  engine_->post([shared = shared_, guarded = guarded(std::move(callback))] {
    shared->state.listeners().on_leave = guarded;
  });
}

void PresenceList::on_sync(std::function<void()> callback) {
  engine_->post([shared = shared_, callback = std::move(callback)] {
    shared->state.listeners().on_sync = [shared = shared.get(), callback] {
      shared->publish();
      callback();
    };
  });
}

}  // namespace phx
