/// Phoenix's newest release on other HTTP servers than Cowboy 2.18: differences that the suite must
/// accept.

#include <memory>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"
#include "conformance/suite/wire/deflate.h"

namespace phx::conformance {
namespace {

using Frames = std::vector<Frame>;

RELEASE("on-cowboy-2.17", "a line feed after the upgrade request is the end of a bad request line",
        "1.8.12") {
  return {.early = [](Link&, std::string_view bytes) -> std::optional<Response> {
    if (bytes.find('\n') == bytes.npos) return std::nullopt;
    return Response{400};
  }};
}

/// A client's compressed messages on one link, to see how far they inflate.
struct Inflating {
  Inflate inflate;
  std::string compressed;  // of an incomplete message
  bool in_message = false;
};

/// Whether the frame ends a message that inflates beyond a server's limit. Bandit's is 25 to 1; a
/// case that stays below 20 to 1 avoids it.
bool inflates_too_far(Inflating& seen, const Frame& frame) {
  constexpr std::size_t most = 20;
  if (frame.rsv == 4) seen.in_message = true;
  if (!seen.in_message || frame.opcode >= Opcode::close) return false;
  seen.compressed += frame.payload;
  if (!frame.fin) return false;
  seen.in_message = false;
  const auto plain = seen.inflate.plain(seen.compressed);
  const bool too_far = plain && plain->size() > most * seen.compressed.size();
  seen.compressed.clear();
  return too_far;
}

RELEASE("on-bandit",
        "a close is answered with 1000, and a message that inflates too far is closed with 1009",
        "1.8.12") {
  const auto links = std::make_shared<std::map<int, Inflating>>();
  return {.down_frame =
              [](Link& link, Frame frame) {
                // A valid close is echoed with its code; an invalid one was refused with 1002.
                const auto asked = close_code(link.notes["closed with"]);
                if (frame.opcode == Opcode::close && asked) {
                  frame.payload = close_payload(close_code(frame.payload) == asked ? 1000 : 1002);
                }
                return Frames{std::move(frame)};
              },
          .up_frame =
              [links](Link& link, Frame frame) {
                if (frame.opcode == Opcode::close) link.notes["closed with"] = frame.payload;
                if (!inflates_too_far((*links)[link.number()], frame)) {
                  return Frames{std::move(frame)};
                }
                link.client().unsent += frame_bytes(
                    {.opcode = Opcode::close, .payload = close_payload(1009), .masked = false});
                link.cut();
                return Frames{};
              }};
}

}  // namespace
}  // namespace phx::conformance
