/// The table of topics, and a broadcast's way from shard to shard.

#include "pubsub/pubsub.h"

#include <algorithm>

#include "pubsub/adapter.h"

namespace phx::pubsub {

//! [send_to_all]
void send_to_all(process::Scheduler& scheduler, std::span<const Subscriber> subscribers,
                 process::Pid from, const EventPtr& event) {
  for (const Subscriber& subscriber : subscribers) {
    if (subscriber.pid != from) scheduler.send(subscriber.pid, EventPtr(event));
  }
}
//! [send_to_all]

Subscription::~Subscription() { hub_.unsubscribe(*this); }

void PubSub::connect(const std::vector<PubSub*>& peers) {
  for (PubSub* peer : peers) peer->peers_ = peers;
}

std::unique_ptr<Subscription> PubSub::subscribe(std::string_view name, process::Pid pid,
                                                std::shared_ptr<const Metadata> metadata,
                                                Wants wants) {
  auto found = topics_.find(name);
  if (found == topics_.end()) {
    found = topics_.try_emplace(ShortText(name)).first;
    found->second.name = &found->first;
  }
  Topic& topic = found->second;
  if (adapter_ != nullptr && topic.count(wants) == 0) adapter_->topic_opened(*topic.name, wants);
  auto subscription = std::make_unique<Subscription>(*this, topic, topic.subscribers.size(), wants);
  if (adapter_ != nullptr && process::traced()) [[unlikely]]
    adapter_->topic_traced(*topic.name, *process::current_trace.recorder);
  topic.subscribers.push_back({pid, std::move(metadata), subscription.get()});
  if (wants == Wants::all) ++topic.want_all;
  return subscription;
}

//! [unsubscribe]
void PubSub::unsubscribe(const Subscription& subscription) {
  Topic& topic = subscription.topic_;
  const Wants wants = subscription.wants_;
  const std::size_t index = subscription.index_;
  topic.subscribers[index] = std::move(topic.subscribers.back());
  topic.subscribers[index].subscription->index_ = index;
  topic.subscribers.pop_back();
  if (wants == Wants::all) --topic.want_all;
  if (adapter_ != nullptr && subscription.traced_) [[unlikely]]
    adapter_->topic_untraced(*topic.name);
  if (adapter_ != nullptr && topic.count(wants) == 0) adapter_->topic_closed(*topic.name, wants);
  if (topic.subscribers.empty()) topics_.erase(topics_.find(*topic.name));
}
//! [unsubscribe]

std::optional<process::Ref> PubSub::when_subscribed(std::string_view topic, process::Pid pid) {
  if (adapter_ == nullptr || adapter_->is_subscribed(topic)) return {};
  const process::Ref ref = scheduler_.make_ref();
  adapter_->when_subscribed(topic, [&scheduler = scheduler_, pid, ref] {
    scheduler.send(pid, process::Message(Subscribed{}, ref));
  });
  return ref;
}

//! [everywhere]
void PubSub::broadcast(std::string_view topic, EventPtr event, process::Pid from,
                       Dispatcher dispatch, process::Pid blame) {
  if (adapter_ != nullptr) adapter_->broadcast(topic, event);
  local_broadcast(topic, std::move(event), from, dispatch, blame);
}
//! [everywhere]

//! [broadcast]
void PubSub::local_broadcast(std::string_view topic, EventPtr event, process::Pid from,
                             Dispatcher dispatch, process::Pid blame) {
  process::hop("topic", topic);
  const std::string name(topic);
  // Our own shard first: if the dispatcher throws here, no other shard has got the event yet.
  const auto dispatch_at = [&](PubSub& peer) {
    peer.scheduler_.offer(
        [&peer, name, event, from, dispatch] { peer.dispatch_here(name, event, from, dispatch); },
        blame);
  };
  dispatch_at(*this);
  for (PubSub* peer : peers_) {
    if (peer != this) dispatch_at(*peer);
  }
}
//! [broadcast]

void PubSub::dispatch_here(const std::string& topic, const EventPtr& event, process::Pid from,
                           Dispatcher dispatch) {
  process::hop("topic", topic);
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return;
  dispatch(scheduler_, found->second.subscribers, from, event);
  ++found->second.broadcasts;
  found->second.deliveries += found->second.subscribers.size();
}

std::size_t PubSub::subscribers(std::string_view topic) const {
  const auto found = topics_.find(topic);
  return found == topics_.end() ? 0 : found->second.subscribers.size();
}

std::size_t PubSub::longest_search() const {
  std::size_t longest = 0;
  for (std::size_t bucket = 0; bucket < topics_.bucket_count(); ++bucket) {
    longest = std::max(longest, topics_.bucket_size(bucket));
  }
  return longest;
}

}  // namespace phx::pubsub
