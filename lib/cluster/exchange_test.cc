/// Which of the other nodes' messages are traced.

#include "cluster/exchange.h"

#include "serializer/message.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::cluster;
using namespace phx::testing;

namespace {

const EnvelopeOptions defaults;

std::string message_of(const std::string& node, const std::string& topic) {
  return seal({Route::except, node}, topic, serializer::Broadcast{topic, "said", {}}, defaults)
      .value();
}

/// Takes messages of other nodes until it is told to refuse them.
struct Recorder final : process::HopRecorder {
  std::uint64_t begin() noexcept override { return 1; }
  std::uint32_t record(const process::Hop&) noexcept override { return 1; }
  bool takes_foreign() noexcept override { return takes; }
  bool takes = true;
};

struct Node {
  Recorder recorder;
  Exchange exchange{"here", Channels("Test.PubSub", ChannelPer::cluster), defaults,
                    [](const std::string&, bool, const std::string&) {}};
  bool traces(const std::string& bytes) const { return exchange.traces_for(bytes) == &recorder; }
};

}  // namespace

PHX_TEST("another node's message is traced while a traced client is subscribed to its topic") {
  Node node;
  const std::string room = message_of("there", "room");
  expect(!node.traces(room), "not before");
  node.exchange.topic_traced("room", node.recorder);
  node.exchange.topic_traced("room", node.recorder);
  expect(node.traces(room), "it is traced");
  expect(!node.traces(message_of("there", "hall")), "no other topic is");
  expect(!node.traces(message_of("here", "room")), "our own message, which Redis sends back");
  expect(!node.traces("not a message"), "nor what is none");
  node.exchange.topic_untraced("room");
  expect(node.traces(room), "one subscription is left");
  node.exchange.topic_untraced("room");
  expect(!node.traces(room), "not afterwards");
}

PHX_TEST("a recorder that takes no more gets no more") {
  Node node;
  node.exchange.topic_traced("room", node.recorder);
  node.recorder.takes = false;
  expect(!node.traces(message_of("there", "room")), "it took its part of this second");
}

PHX_TEST("at most 64 topics are traced") {
  Node node;
  for (int i = 0; i < 70; ++i) node.exchange.topic_traced(std::to_string(i), node.recorder);
  expect(node.traces(message_of("there", "63")), "the 64th");
  expect(!node.traces(message_of("there", "64")), "not the 65th");
  node.exchange.topic_untraced("64");
  node.exchange.topic_untraced("0");
  node.exchange.topic_traced("64", node.recorder);
  expect(node.traces(message_of("there", "64")), "once there is room");
}
