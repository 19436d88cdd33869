#pragma once
/// \file
/// Websocket frames as a client sends them, valid and invalid: for tests of the server's half.

#include <string>

#include "websocket/frame.h"

namespace phx::testing {

struct FrameForm {
  bool final = true;
  bool rsv1 = false;
  std::string mask = std::string("\x01\x02\x03\x04", 4);
};

/// A masked frame in the shortest length form that fits.
inline std::string client_frame(websocket::Opcode opcode, std::string payload,
                                const FrameForm& form = {}) {
  std::string frame;
  websocket::append_head(frame, form.rsv1 ? websocket::rsv1_bit : 0, opcode, payload.size());
  if (!form.final) frame[0] = static_cast<char>(frame[0] & ~websocket::fin_bit);
  frame[1] = static_cast<char>(frame[1] | websocket::mask_bit);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(payload[i] ^ form.mask[i % 4]);
  }
  return frame + form.mask + payload;
}

}  // namespace phx::testing
