/// \file
/// A client over a websocket.
#include <fmt/format.h>

#include <utility>

#include "conformance/load/client/error.h"
#include "conformance/load/client/websocket.h"
#include "conformance/load/soak/line.h"
#include "conformance/load/soak/tcp.h"

namespace phx::soak {
namespace {

using bench::Opcode;

class WebsocketLine final : public Line {
 public:
  WebsocketLine(Loop& loop, const Target& target, LineListener& listener)
      : listener_(listener),
        tcp_(loop, target,
             {[this](std::string_view bytes) { return consume(bytes); },
              [this](const std::string& why) { end(leaving_ ? "" : why); }}) {
    tcp_.send(bench::upgrade_request(target.host, target.port, target.websocket_path()));
  }

  void send(std::string_view text) override {
    std::string bytes;
    bench::append_frame(bytes, Opcode::text, text);
    tcp_.send(bytes);
  }

  void leave(Goodbye how) override {
    if (over_) return;
    leaving_ = true;
    if (how == Goodbye::abrupt || !open_) {
      tcp_.reset();
      return end("");
    }
    tcp_.pause(false);
    std::string bytes;
    bench::append_frame(bytes, Opcode::close, std::string_view{"\x03\xe8", 2});
    tcp_.send(bytes);
  }

  void pause(bool paused) override { tcp_.pause(paused); }

 private:
  std::size_t consume(std::string_view bytes) {
    try {
      return understand(bytes);
    } catch (const bench::Failure& failure) {
      tcp_.reset();
      end(failure.what());
      return bytes.size();
    }
  }

  std::size_t understand(std::string_view bytes) {
    std::size_t done = 0;
    if (!open_) {
      const auto head = bench::upgrade_response(bytes);
      if (!head) return 0;
      done = *head;
      open_ = true;
      listener_.opened();
    }
    while (!over_) {
      const auto frame = bench::next_frame(bytes.substr(done));
      if (!frame) break;
      done += frame->size;
      handle(*frame);
    }
    return done;
  }

  void handle(const bench::Frame& frame) {
    switch (frame.opcode) {
      case Opcode::text:
        if (!leaving_) listener_.received(frame.payload, tcp_.arrived());
        return;
      case Opcode::ping: {
        std::string bytes;
        bench::append_frame(bytes, Opcode::pong, frame.payload);
        return tcp_.send(bytes);
      }
      case Opcode::pong: return;
      case Opcode::close: {
        if (leaving_) return;  // the answer to ours; the server ends the connection next
        const auto byte = [&](std::size_t i) {
          return static_cast<unsigned char>(frame.payload[i]);
        };
        const int code = frame.payload.size() < 2 ? 1005 : byte(0) << 8 | byte(1);
        throw bench::Failure(fmt::format("the server closed it with {}", code));
      }
      case Opcode::continuation:
      case Opcode::reserved:
      case Opcode::binary: break;
    }
    throw bench::Failure(
        fmt::format("the server sent a frame with opcode {}", static_cast<int>(frame.opcode)));
  }

  void end(const std::string& why) {
    if (std::exchange(over_, true)) return;
    listener_.ended(why);
  }

  LineListener& listener_;
  Tcp tcp_;
  bool open_ = false;
  bool leaving_ = false;
  bool over_ = false;
};

}  // namespace

std::unique_ptr<Line> open_websocket(Loop& loop, const Target& target, LineListener& listener) {
  return std::make_unique<WebsocketLine>(loop, target, listener);
}

}  // namespace phx::soak
