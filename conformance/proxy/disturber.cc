/// Counts messages, and disturbs those that were chosen.

#include "conformance/proxy/disturber.h"

#include <fmt/format.h>

#include "conformance/proxy/link.h"
#include "conformance/suite/wire/cutter.h"
#include "conformance/suite/wire/transcript.h"

namespace phx::conformance {
namespace {

bool is_message(const Frame& frame) {
  return frame.opcode == Opcode::text || frame.opcode == Opcode::binary;
}

const char* name_of(Disturbance what) {
  switch (what) {
    case Disturbance::drop: return "dropped";
    case Disturbance::duplicate: return "sent twice";
    case Disturbance::delay: return "delayed";
    case Disturbance::cut: return "cut in place of";
    case Disturbance::stop: return "stopped at";
  }
  return "";
}

}  // namespace

Tamper Disturber::tamper() {
  Tamper tamper;
  tamper.down_frame = [this](Link& link, Frame frame) {
    return pass(link, std::move(frame), false);
  };
  tamper.up_frame = [this](Link& link, Frame frame) { return pass(link, std::move(frame), true); };
  tamper.tick = [this](std::list<Link>& links) { send_what_is_due(links); };
  return tamper;
}

std::vector<Frame> Disturber::pass(Link& link, Frame frame, bool from_client) {
  if (stopped_.contains(link.number())) return {};
  Way& way = ways_[{link.number(), from_client}];
  if (from_client == disturbing_.from_client && chooses(frame, way)) {
    return disturb(link, std::move(frame), way);
  }
  if (way.waiting.empty()) return {frame};
  way.waiting.push_back({way.waiting.back().due, std::move(frame)});
  return {};
}

bool Disturber::chooses(const Frame& frame, Way& way) const {
  if (!is_message(frame)) return false;
  if (!disturbing_.event.empty() || !disturbing_.topic.empty()) {
    const auto message = read_message(frame.payload);
    if (!message) return false;
    if (!disturbing_.event.empty() && message->event != disturbing_.event) return false;
    if (!disturbing_.topic.empty() && message->topic != disturbing_.topic) return false;
  }
  const int number = ++way.messages;
  if (disturbing_.frame > 0) return number == disturbing_.frame;
  return disturbing_.every == 0 || number % disturbing_.every == 0;
}

std::vector<Frame> Disturber::disturb(Link& link, Frame frame, Way& way) {
  say_(fmt::format("connection {}, message {} of the {}: {} {}", link.number() + 1, way.messages,
                   disturbing_.from_client ? "client" : "server", name_of(disturbing_.what),
                   shortened(frame.payload)));
  switch (disturbing_.what) {
    case Disturbance::drop: return {};
    case Disturbance::duplicate: return {frame, frame};
    case Disturbance::delay:
      way.waiting.push_back({Clock::now() + disturbing_.delay, std::move(frame)});
      return {};
    case Disturbance::cut: link.cut(); return {};
    case Disturbance::stop: stopped_.insert(link.number()); return {};
  }
  return {frame};
}

void Disturber::send_what_is_due(std::list<Link>& links) {
  const auto now = Clock::now();
  for (Link& link : links) {
    if (ending_) link.cut();
    for (const bool from_client : {false, true}) {
      auto& waiting = ways_[{link.number(), from_client}].waiting;
      End& to = from_client ? link.server() : link.client();
      while (!waiting.empty() && waiting.front().due <= now) {
        to.unsent += frame_bytes(waiting.front().frame);
        waiting.pop_front();
      }
    }
  }
}

}  // namespace phx::conformance
