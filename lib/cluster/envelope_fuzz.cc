/// Bytes from Redis are untrusted: they are refused, or read as a broadcast that clients can be
/// sent and that other nodes read the same. And a client's broadcast never becomes one that we
/// would refuse.

#include "cluster/envelope.h"

#include "etf/reader.h"
#include "presence/replica.h"
#include "presence/wire.h"
#include "pubsub/term_event.h"
#include "serializer/message.h"
#include "serializer/scanner.h"
#include "serializer/serializer.h"
#include "testing/fuzz.h"

using namespace phx;
using namespace phx::cluster;
using phx::testing::must;
using serializer::Broadcast;
using serializer::Payload;

namespace {

const EnvelopeOptions options{.max_bytes = 1 << 20};
constexpr Millis replica_is_gone{2'000'000};

std::optional<Opened> read(std::string_view bytes) try {
  return open(bytes, "b", options);
} catch (const BadEnvelope&) {
  return std::nullopt;
}

/// A replica takes any message, twice, and lists only presences that are up; others can read its
/// answer.
void to_tracker(const presence::TrackerEvent& said) {
  presence::State list;
  presence::Replica replica({"b", 1}, list, {.first_tick = Millis{0}});
  Clock::time_point now{};
  const presence::PidSpace pids{{"b@phx"}, 1};
  for (int i = 0; i < 2; ++i) {
    for (const presence::TrackerMessage& message : said.messages) replica.receive(now, message);
    for (const presence::Outgoing& out : replica.tick(now).send) {
      presence::decode(etf::decode_whole(presence::encode(out.message, pids)));
    }
  }
  now += replica_is_gone;
  replica.tick(now);
  must(list.processes(0).empty(), "a silent replica has left");
}

void from_redis(std::string_view bytes) {
  const auto opened = read(bytes);
  if (!opened) return;
  if (const auto* said = pubsub::as<presence::TrackerEvent>(*opened->event))
    return to_tracker(*said);
  const auto* broadcast = pubsub::as<Broadcast>(*opened->event);
  if (broadcast == nullptr) return;
  const serializer::Frame frame = serializer::v2_json().fastlane(*broadcast);
  if (frame.opcode == serializer::Frame::text) {
    serializer::Scanner scanner(frame.bytes);
    scanner.value();
    scanner.end();
  }
}

void from_client(const std::string& text) {
  std::string compact;
  try {
    serializer::Scanner scanner(text);
    scanner.value();
    scanner.end();
    compact = serializer::compact(text);
  } catch (const serializer::DecodeError&) {
    return;
  }
  const Broadcast sent("t", "e", Payload::own_text(compact));
  std::optional<std::string> bytes;
  try {
    bytes = seal({Route::except, "a"}, "t", sent, options);
  } catch (const BadEnvelope&) {
    return;
  } catch (const serializer::EncodeError&) {
    return;
  }
  const auto opened = read(*bytes);
  must(opened.has_value(), "we read what we send");
  const auto* broadcast = pubsub::as<Broadcast>(*opened->event);
  must(broadcast != nullptr, "a broadcast stays a broadcast");
  must(seal({Route::except, "a"}, "t", *broadcast, options) == bytes, "it survives a round trip");
}

}  // namespace

FUZZ(input) {
  if (phx::testing::first_byte(input) % 2 == 0) return from_redis(input);
  from_client(std::string(input));
}
