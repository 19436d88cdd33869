/// Which Redis channel a message is published on.

#include "cluster/channels.h"

#include "pubsub/term_event.h"
#include "serializer/message.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::cluster;
using namespace phx::testing;
using etf::Term;

namespace {

const std::string all = "phx:Elixir.MyApp.PubSub.Adapter";
const Route to_all{Route::except, "a"};
const Channels topics("MyApp.PubSub", ChannelPer::topic);

serializer::Broadcast broadcast(const std::string& topic, const std::string& event) {
  return {topic, event, serializer::Payload::own_text("{}")};
}

}  // namespace

PHX_TEST("with one channel for everything, every message uses Phoenix's") {
  const Channels one("MyApp.PubSub", ChannelPer::cluster);
  expect_eq(one.all_nodes(), all);
  expect_eq(one.of_message(to_all, "room:1", broadcast("room:1", "new_msg")), std::string());
  expect_eq(one.of_message({Route::only, "b"}, "room:1", broadcast("room:1", "new_msg")),
            std::string());
}

PHX_TEST("with a channel for each topic, a broadcast uses its topic's, also as a term") {
  const std::string room = all + ":topic:room:1";
  expect_eq(topics.of_topic("room:1"), room);
  expect_eq(topics.of_message(to_all, "room:1", broadcast("room:1", "new_msg")), room);
  expect_eq(topics.of_message(to_all, "room:1", pubsub::TermEvent(Term("any"))), room);
}

PHX_TEST("notices go to all nodes: disconnects and trackers' messages") {
  const std::string tracker = "phx_presence:Elixir.MyPresence_shard0";
  expect_eq(topics.of_message(to_all, "user:1", broadcast("user:1", "disconnect")), std::string());
  expect_eq(topics.of_message(to_all, tracker, pubsub::WrittenTerm("")), std::string());
}

PHX_TEST("a message for one node goes to that node; an atom is never one of our names") {
  const auto message = broadcast("room:1", "new_msg");
  expect_eq(topics.of_message({Route::only, "b"}, "room:1", message), all + ":node:b");
  expect_eq(topics.of_message({Route::only, "b"}, "phx_presence:x", pubsub::WrittenTerm("")),
            all + ":node:b");
  expect_eq(topics.of_message({Route::only, Term::atom("b@host")}, "room:1", message),
            std::string());
}
