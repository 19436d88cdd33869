/// Makes an envelope from the words of a command line.

#include "conformance/publish/message.h"

#include <fmt/format.h>
#include <unistd.h>

#include <random>

#include "cluster/envelope.h"
#include "serializer/serializer.h"

namespace phx::publish {
namespace {

/// Nodes drop messages from a node with their own name.
std::string sender() {
  std::random_device random;
  return fmt::format("phx-publish-{}-{:08x}{:08x}", ::getpid(), random(), random());
}

serializer::Payload payload_of(const Options& options) {
  if (options.binary) return serializer::Payload::binary(options.payload);
  const Json json = Json::parse(options.payload);
  if (!json.is_object()) throw BadMessage("expected a JSON object as the payload");
  return json;
}

}  // namespace

Message message_of(const Options& options) try {
  if (options.topic.empty()) throw BadMessage("expected a topic, got an empty one");
  const serializer::Broadcast broadcast(options.topic, options.event, payload_of(options));
  const cluster::Route route{cluster::Route::except, sender()};
  const cluster::Channels channels(options.pubsub, options.channel_per);
  const std::string own = channels.of_message(route, options.topic, broadcast);
  return {own.empty() ? channels.all_nodes() : own,
          *cluster::seal(route, options.topic, broadcast, {})};
} catch (const JsonError& error) {
  throw BadMessage(fmt::format("expected JSON as the payload: {}", error.what()));
} catch (const serializer::EncodeError& error) {
  throw BadMessage(error.what());
} catch (const cluster::BadEnvelope& error) {
  throw BadMessage(error.what());
}

}  // namespace phx::publish
