/// A hostile server's frames: whatever they hold, nothing is thrown, the client stays open, and it
/// reads nothing beyond the frame.
///
/// The first byte says the version, and whether frames are text or binary; each line is a frame.

#include "client/presence_state.h"
#include "testing/client_fixture.h"
#include "testing/fuzz.h"

using namespace phx;
using phx::testing::must;

FUZZ(input) {
  const unsigned choice = phx::testing::first_byte(input);
  testing::ClientFixture client({.vsn = (choice & 1) != 0 ? "1.0.0" : "2.0.0"});
  const auto opcode = (choice & 2) != 0 ? serializer::Frame::binary : serializer::Frame::text;
  const auto room = client.topic("room:a");
  client::PresenceState present;
  room->on(1, "presence_state", [&](const Payload& list) { present.state(list.json(), "1"); });
  room->on(2, "presence_diff", [&](const Payload& change) { present.diff(change.json(), "1"); });
  client.connect();
  room->join();
  client.push(*room, "waiting");
  const std::size_t size = input.size();
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    client.link().user->received({opcode, std::string(line)});
    must(client.session.status() == ClientStatus::open, "the client stays open");
  }
  for (const std::string& heard : client.told()) {
    must(heard.size() <= 2 * size + 200, "nothing is made up");
  }
  client.pass(Millis{60'000});
  must(room->status() != TopicStatus::leaving, "nobody has left");
}
