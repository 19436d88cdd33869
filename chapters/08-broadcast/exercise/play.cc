/// Dispatches, played at random: a few subscribers of each kind, and payloads of each kind.

#include "channel/fastlane.h"

#include <map>

#include "chapters/workshop/play.h"
#include "testing/actors.h"

namespace {

using namespace phx;
using namespace phx::testing;
using exercise::Sequence;

/// A serializer that notes when it is asked, and may refuse.
struct Asked final : serializer::Serializer {
  Asked(std::string name, Journal& journal, const serializer::Serializer& real)
      : name_(std::move(name)), journal_(journal), real_(real) {}
  serializer::SocketMessage decode(serializer::Frame frame) const override {
    return real_.decode(std::move(frame));
  }
  serializer::Frame encode(const serializer::SocketMessage& message) const override {
    return real_.encode(message);
  }
  serializer::Frame encode(const serializer::SocketReply& reply) const override {
    return real_.encode(reply);
  }
  serializer::Frame fastlane(const serializer::Broadcast& broadcast) const override {
    journal_.push_back(name_ + " is asked");
    return real_.fastlane(broadcast);
  }
  std::string name_;
  Journal& journal_;
  const serializer::Serializer& real_;
};

struct Other final : pubsub::Metadata {};
struct Price final : pubsub::Event {};

}  // namespace

void phx::exercise::play(Sequence& steps) {
  ActorShard shard;
  Journal journal;
  const Asked serializers[] = {{"V2", journal, serializer::v2_json()},
                               {"V1", journal, serializer::v1_json()},
                               {"another V2", journal, serializer::v2_json()}};
  std::map<const serializer::Frame*, std::string> frames;
  std::vector<serializer::FramePtr> kept;  // so that no two have the same address
  std::vector<Pid> pids;
  for (const char* name : {"A", "B", "C", "D"}) {
    pids.push_back(shard.spawn([&, name](Actor&, Message message) {
      std::string line = std::string(name) + " gets ";
      if (const auto* push = message.get_if<channel::SocketPush>()) {
        const auto [at, fresh] =
            frames.emplace(push->frame.get(), "frame " + std::to_string(frames.size() + 1));
        if (fresh) kept.push_back(push->frame);
        line += at->second + ": " + push->frame->bytes;
      } else if (const auto* event = pubsub::event_in<serializer::Broadcast>(message)) {
        line += "the broadcast " + event->topic + " " + event->event + " " +
                std::string(event->payload.view());
      } else {
        line += pubsub::event_in<Price>(message) != nullptr ? "the price" : "something else";
      }
      journal.push_back(line);
    }));
  }
  shard.settle();
  std::vector<pubsub::Subscriber> subscribers;
  while (steps.next()) {
    const unsigned what = steps.below(3);
    const unsigned who = steps.below(4);
    const std::string name(1, static_cast<char>('A' + who));
    if (what != 2 && subscribers.size() < 8) {
      const unsigned kind = steps.below(5);
      const unsigned by = steps.below(3);
      const unsigned transport = steps.below(4);
      std::vector<std::string> intercepts = steps.of<std::vector<std::string>>(
          {{}, {"seen"}, {"said", "seen"}, {"see", "seen2", ""}});
      std::string text = name + " subscribes with ";
      std::shared_ptr<const pubsub::Metadata> metadata;
      if (kind == 3) metadata = std::make_shared<Other>();
      if (kind < 3) {
        text += "a fastlane to " + std::string(1, static_cast<char>('A' + transport)) + " by " +
                serializers[by].name_ + ", intercepting";
        for (const std::string& one : intercepts) text += " \"" + one + "\"";
        metadata = std::make_shared<channel::Fastlane>(pids[transport], serializers[by],
                                                       std::move(intercepts));
      } else {
        text += kind == 3 ? "other metadata" : "none";
      }
      subscribers.push_back({pids[who], metadata});
      steps.does({1}, text);
      continue;
    }
    const std::string event = steps.of({"seen", "said", "none", ""});
    const serializer::Payload payload = steps.of<serializer::Payload>(
        {Json::object({{"n", 1}}), serializer::Payload::own_text("{\"n\":"),
         serializer::Payload::binary("b"), serializer::Payload::own_text("[1]"),
         serializer::Payload::own_text(std::string(200, '[') + std::string(200, ']'))});
    const bool is_price = steps.below(6) == 5;
    const unsigned whom = steps.of({0U, 0U, 1U, 2U});
    Pid elsewhere = pids[who];  // the same number on another shard
    elsewhere.shard = 1;
    const Pid from = whom == 0 ? pids[who] : whom == 1 ? Pid{} : elsewhere;
    const std::string sender = whom == 0 ? ", from " + name
                               : whom == 1
                                   ? ", from nobody"
                                   : ", from another shard's process of " + name + "'s number";
    const std::string text = std::string(payload.view().substr(0, 20)) +
                             (payload.is_binary() ? " (bytes)" : "") + sender;
    std::shared_ptr<const pubsub::Event> sent;
    if (is_price) {
      sent = std::make_shared<Price>();
      steps.does({2, 3}, "dispatch an event that is not a broadcast" + sender);
    } else {
      sent = std::make_shared<serializer::Broadcast>("t", event, payload);
      steps.does({1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}, "dispatch t \"" + event + "\" " + text);
    }
    // Where it throws, what was sent before is open, but for the events that nobody can read: [11],
    // [12].
    std::string came = "is dispatched";
    steps.comes_of([&] {
      channel::dispatch(shard.scheduler, subscribers, from, sent);
      return came;
    });
    shard.settle();
    for (const std::string& line : std::exchange(journal, {})) steps.comes(line);
  }
}
