/// The count of shards that still drain, and the news to all that it is nought.

#include "server/draining.h"

namespace phx::server {

void Draining::add(process::Scheduler& shard) {
  shards_.push_back(&shard);
  ++left_;
}

void Draining::shard_drained() {
  if (--left_ > 0) return;
  for (process::Scheduler* shard : shards_) shard->post([] {});
}

}  // namespace phx::server
