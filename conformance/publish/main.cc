/// phx-publish: an event for the clients of a cluster, from a shell or a program in any language.
///
///     phx-publish --redis redis://127.0.0.1 --pubsub MyApp.PubSub room:lobby new_msg '{"n": 1}'
///
/// Exit status: 0 published, 1 no node listens, 2 usage, or what nodes can't be sent, 3 Redis can't
/// be reached or refuses.

#include <fmt/format.h>

#include <cstdio>

#include "conformance/publish/message.h"
#include "conformance/publish/options.h"
#include "conformance/publish/publisher.h"

namespace phx::publish {
namespace {

int run(int argc, char** argv) try {
  int status = 0;
  const auto options = parse_options(argc, argv, status);
  if (!options) return status;
  const Message message = message_of(*options);
  const std::size_t nodes =
      publish(options->redis, message.channel, message.bytes, options->patience);
  if (nodes == 0) {
    const bool per_topic = options->channel_per == cluster::ChannelPer::topic;
    fmt::print(stderr, "phx-publish: no node listens at this Redis {} {}\n",
               per_topic ? "to the topic" : "under the name",
               per_topic ? options->topic : options->pubsub);
    return 1;
  }
  if (!options->quiet) fmt::print("published to {} node{}\n", nodes, nodes == 1 ? "" : "s");
  return 0;
} catch (const BadMessage& error) {
  fmt::print(stderr, "phx-publish: {}\n", error.what());
  return 2;
} catch (const NotPublished& error) {
  fmt::print(stderr, "phx-publish: {}\n", error.what());
  return 3;
}

}  // namespace
}  // namespace phx::publish

int main(int argc, char** argv) { return phx::publish::run(argc, argv); }
