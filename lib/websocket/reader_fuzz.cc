/// Any bytes: however the network splits them, the same events come, and no message exceeds the
/// limit.
///
/// The first byte says how large the network's pieces are, and whether messages are compressed.

#include "websocket/reader.h"

#include "serializer/scanner.h"
#include "testing/fuzz.h"

using namespace phx;
using phx::testing::must;

namespace {

constexpr std::size_t limit = 10'000;

/// The code that an event fails with. Invalid UTF-8 is found by the serializer in text that comes
/// at once, and by the reader in pieces; both are right.
std::optional<socket::CloseCode> fails_with(const websocket::Event& event) {
  if (const auto* failure = std::get_if<websocket::Failure>(&event)) return failure->code;
  const auto* frame = std::get_if<serializer::Frame>(&event);
  const bool text = frame != nullptr && frame->opcode == serializer::Frame::text;
  if (text && !serializer::is_utf8(frame->bytes)) return socket::CloseCode::bad_payload;
  return {};
}

/// One line an event, up to the first that ends the connection.
std::string read(std::string_view input, std::size_t piece, bool deflates) {
  websocket::Reader reader(
      {.max_message = limit,
       .deflate = deflates ? std::optional(websocket::DeflateParameters{}) : std::nullopt});
  std::string events;
  bool over = false;
  testing::in_pieces(input, piece, [&](std::string_view bytes) {
    while (!over) {
      const websocket::Event event = reader.next(bytes);
      if (std::holds_alternative<websocket::NeedMore>(event)) {
        must(bytes.empty(), "all bytes are taken before more are asked for");
        return;
      }
      if (const auto code = fails_with(event)) {
        // A message both malformed and too large fails for the fault that is seen first.
        events += "fails " + (deflates ? "" : std::to_string(static_cast<int>(*code)));
        over = true;
        return;
      }
      events += std::to_string(event.index());
      if (const auto* frame = std::get_if<serializer::Frame>(&event)) {
        must(frame->bytes.size() <= limit, "a message keeps to its limit");
        events += std::to_string(frame->opcode) + frame->bytes;
      } else if (const auto* ping = std::get_if<websocket::Ping>(&event)) {
        must(ping->payload.size() <= websocket::max_control_payload, "a ping is small");
        events += ping->payload;
      } else if (const auto* close = std::get_if<websocket::Close>(&event)) {
        events += std::to_string(close->code);
        over = true;
      }
      events += '\n';
    }
  });
  return events;
}

}  // namespace

FUZZ(input) {
  const unsigned choice = phx::testing::first_byte(input);
  const bool deflates = (choice & 1) != 0;
  const std::string whole = read(input, input.size() + 1, deflates);
  must(whole == read(input, choice / 2 + 1, deflates), "the split makes no difference");
}
