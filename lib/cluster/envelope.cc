/// Seals and opens envelopes, and refuses what would crash Phoenix.

#include "cluster/envelope.h"

#include "channel/fastlane.h"
#include "cluster/interest.h"
#include "etf/reader.h"
#include "etf/writer.h"
#include "presence/wire.h"
#include "pubsub/term_event.h"
#include "serializer/json_term.h"
#include "serializer/json_text.h"
#include "serializer/serializer.h"

namespace phx::cluster {
namespace {

using etf::Term;
using serializer::Broadcast;
using serializer::NoJson;

constexpr long long version = 3;
constexpr std::string_view by_channels = "Elixir.Phoenix.Channel.Server";
constexpr std::string_view by_pubsub = "Elixir.Phoenix.PubSub";
constexpr std::string_view broadcast_struct = "Elixir.Phoenix.Socket.Broadcast";
/// Any other message there ends that node's tracker, and each channel it tracks.
constexpr std::string_view trackers_prefix = "phx_presence:";
/// A transfer of a hundred thousand presences is two million terms, of seven bytes each.
constexpr std::size_t bytes_a_term = 4;

// --- Sealing ------------------------------------------------------------------------------------

void require_text(std::string_view text, const char* what) {
  if (serializer::is_utf8(text)) return;
  throw serializer::EncodeError(std::string("expected ") + what + " of valid UTF-8");
}

//! [struct_of]
Term payload_term(const serializer::Payload& payload) {
  if (payload.is_binary()) return Term::tuple({Term::atom("binary"), payload.view()});
  try {
    serializer::require_object(payload);  // clients that speak version 1 may be sent any value
    return serializer::term_of(payload.view());
  } catch (const serializer::EncodeError& why) {
    throw BadEnvelope(why.what());
  } catch (const NoJson& why) {
    throw BadEnvelope(why.what());
  }
}

Term struct_of(const Broadcast& broadcast) {
  require_text(broadcast.topic, "a topic");
  require_text(broadcast.event, "an event");
  return Term::map({{Term::atom("__struct__"), Term::atom(broadcast_struct)},
                    {Term::atom("event"), broadcast.event},
                    {Term::atom("payload"), payload_term(broadcast.payload)},
                    {Term::atom("topic"), broadcast.topic}});
}
//! [struct_of]

/// `message` is a term with its version, as etf::encode() writes it.
std::string sealed(const Route& route, std::string_view topic, std::string_view message,
                   std::string_view dispatcher, const EnvelopeOptions& options) {
  etf::Writer writer;
  writer.tuple(6);
  writer.integer(version);
  writer.atom(route.mode == Route::except ? "except" : "only");
  writer.term(route.node);
  writer.binary(topic);
  writer.raw(message.substr(1));
  writer.atom(dispatcher);
  std::string bytes = writer.take();
  const std::size_t limit = of_trackers(topic) ? options.max_transfer_bytes : options.max_bytes;
  if (bytes.size() > limit) throw BadEnvelope("expected a smaller message");
  if (options.compression_level == 0) return bytes;
  return etf::deflated(std::move(bytes), static_cast<int>(options.compression_level));
}

// --- Opening ------------------------------------------------------------------------------------

[[noreturn]] void refuse(const char* expected) {
  throw BadEnvelope(std::string("expected ") + expected);
}

/// The fields of a map that names itself a Broadcast; otherwise null.
bool is_broadcast(const Term& message) {
  const Term* kind = message.find_atom("__struct__");
  return kind != nullptr && kind->is_atom(broadcast_struct);
}

std::string text_member(const Term& broadcast, const char* name) {
  const Term* member = broadcast.find_atom(name);
  const auto* text = member != nullptr ? member->get<std::string>() : nullptr;
  if (text == nullptr || !serializer::is_utf8(*text)) refuse("a topic and an event of valid UTF-8");
  return *text;
}

/// Payloads are maps or `{:binary, Bytes}`; a disconnect may carry anything.
serializer::Payload payload_of(const Term* term, std::string_view event) {
  const auto* binary = term != nullptr ? term->tuple_of(2) : nullptr;
  if (binary != nullptr && (*binary)[0].is_atom("binary")) {
    if (const auto* bytes = (*binary)[1].get<std::string>()) {
      return serializer::Payload::binary(*bytes);
    }
  }
  if (event == disconnect_event) return {};
  if (term == nullptr || term->get<etf::Map>() == nullptr) refuse("a payload that is a map");
  std::string json = serializer::json_of(*term);
  if (!json.starts_with('{')) refuse("a payload that is an object");  // a struct may encode as text
  return serializer::Payload::own_text(std::move(json));
}

pubsub::EventPtr broadcast_of(const Term& message) {
  std::string topic = text_member(message, "topic");
  std::string event = text_member(message, "event");
  serializer::Payload payload = payload_of(message.find_atom("payload"), event);
  return std::make_shared<const Broadcast>(std::move(topic), std::move(event), std::move(payload));
}

/// The dispatchers that Phoenix knows. Its PubSub would pass a Broadcast to channels as mail, which
/// only a disconnect may be.
Opened opened(std::string topic, const Term& message, const Term& dispatcher) {
  const bool channels = dispatcher.is_atom(by_channels);
  if (!channels && !dispatcher.is_atom(by_pubsub)) refuse("a dispatcher of Phoenix");
  if (of_trackers(topic)) {
    return {std::move(topic), presence::tracker_event_in(message), pubsub::send_to_all};
  }
  if (!is_broadcast(message)) {
    return {std::move(topic), std::make_shared<const pubsub::TermEvent>(message),
            pubsub::send_to_all};
  }
  pubsub::EventPtr event = broadcast_of(message);
  if (!channels && pubsub::as<Broadcast>(*event)->event != disconnect_event) {
    refuse("a Broadcast by the dispatcher of channels");
  }
  return {std::move(topic), std::move(event), channel::dispatch};
}

/// Whether a message of this mode and node is for us.
enum class Addressee { for_us, for_others, by_our_name };
Addressee addressee(const Term& mode, const Term& node, std::string_view own_node) {
  const bool ours = node == Term(own_node);
  if (mode.is_atom("except")) return ours ? Addressee::by_our_name : Addressee::for_us;
  return mode.is_atom("only") && ours ? Addressee::for_us : Addressee::for_others;
}

/// Trackers use it to detect another node with this node's name.
std::optional<Opened> by_our_name(std::string topic, etf::Reader& reader) {
  auto said = presence::own_name_in(reader);
  if (!said) return {};
  return Opened{std::move(topic), std::move(said), pubsub::send_to_all};
}

}  // namespace

bool of_trackers(std::string_view topic) { return topic.starts_with(trackers_prefix); }

std::optional<std::string> seal(const Route& route, std::string_view topic,
                                const pubsub::Event& event, const EnvelopeOptions& options) {
  if (const auto* broadcast = pubsub::as<Broadcast>(event)) {
    require_text(topic, "a topic");
    const Term message = struct_of(*broadcast);
    if (of_trackers(topic)) refuse("a topic that is not a tracker's");
    return sealed(route, topic, etf::encode(message), by_channels, options);
  }
  if (const auto* term = pubsub::as<pubsub::TermEvent>(event)) {
    return sealed(route, topic, etf::encode(term->term), by_pubsub, options);
  }
  if (const auto* written = pubsub::as<pubsub::WrittenTerm>(event)) {
    return sealed(route, topic, written->bytes, by_pubsub, options);
  }
  return {};
}

//! [open]
/// Ignores messages of another version or shape, as Phoenix does.
std::optional<Opened> open(std::string_view bytes, std::string_view own_node,
                           const EnvelopeOptions& options, const Interest* interest) try {
  if (bytes.size() > options.largest()) refuse("a smaller message");
  etf::Reader reader(bytes, {.bytes_a_term = bytes_a_term, .inflated = options.largest()});
  if (reader.tuple() != 6 || reader.term() != Term(version)) return {};
  const Term mode = reader.term();
  const Addressee how = addressee(mode, reader.term(), own_node);
  if (how == Addressee::for_others) return {};
  const auto topic = reader.binary();
  if (!topic) refuse("a topic");
  if (how == Addressee::by_our_name && !of_trackers(*topic)) return {};
  if (interest != nullptr && !interest->possible(*topic)) return {};
  const std::string name(*topic);
  const std::size_t limit = of_trackers(name) ? options.max_transfer_bytes : options.max_bytes;
  if (reader.rest().size() > limit) refuse("a smaller message");
  if (how == Addressee::by_our_name) return by_our_name(name, reader);
  const Term message = of_trackers(name) ? reader.shallow_term() : reader.term();
  return opened(name, message, reader.term());
} catch (const etf::TermError& why) {
  throw BadEnvelope(why.what());
} catch (const presence::WireError& why) {
  throw BadEnvelope(why.what());
} catch (const NoJson& why) {
  throw BadEnvelope(why.what());
}
//! [open]

std::optional<std::string> topic_of(std::string_view bytes, std::string_view own_node,
                                    const EnvelopeOptions& options) try {
  if (bytes.size() > options.largest()) return {};
  etf::Reader reader(bytes, {.bytes_a_term = bytes_a_term, .inflated = options.largest()});
  if (reader.tuple() != 6 || reader.term() != Term(version)) return {};
  const Term mode = reader.term();
  if (addressee(mode, reader.term(), own_node) != Addressee::for_us) return {};
  const auto topic = reader.binary();
  return topic ? std::optional<std::string>(*topic) : std::nullopt;
} catch (const etf::TermError&) {
  return {};
}

}  // namespace phx::cluster
