/// Turns a proxy's traffic into entries, messages and ends.

#include "traces/phx-trace/recorder.h"

#include <algorithm>

#include "traces/phx-trace/names.h"

namespace phx::trace {

using conformance::Frame;
using conformance::Link;
using conformance::Request;
using conformance::Response;
using conformance::Tamper;

namespace {

/// Two steps never have the same time, so that times alone give the order.
constexpr Seconds tick = 1e-6;

bool keeps_whole(const Frame& frame) {
  return frame.fin && frame.opcode != conformance::Opcode::continuation;
}

const char* reason(int status) {
  switch (status) {
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 500: return "Internal Server Error";
    default: return "";
  }
}

}  // namespace

Tamper Recorder::tamper() {
  Tamper tamper;
  tamper.request = [this](Link& link, Request& request) {
    asked(link, request);
    return std::optional<Response>{};
  };
  tamper.response = [this](Link& link, const Request&, Response& response) {
    answered(link, response);
  };
  tamper.up_frame = [this](Link& link, Frame frame) {
    framed(link, frame, true);
    return std::vector{std::move(frame)};
  };
  tamper.down_frame = [this](Link& link, Frame frame) {
    framed(link, frame, false);
    return std::vector{std::move(frame)};
  };
  tamper.client_gone = [this](Link& link) { return ended(link, false), false; };
  tamper.server_gone = [this](Link& link) { return ended(link, true), false; };
  return tamper;
}

Seconds Recorder::now() { return last_ = std::max(clock_(), last_ + tick); }

void Recorder::cut() {
  if (!links_) return;
  for (Link& link : *links_) link.cut();
}

void Recorder::asked(Link& link, const Request& request) {
  links_ = &link.all();
  Entry& entry = entries_.emplace_back();
  entry.asked = entry.answered = now();
  entry.request = request;
  Talk& talk = talks_[link.number()];
  talk.asked.push_back(&entry);
  if (is_websocket(request.target)) talk.websocket = &entry;
}

void Recorder::answered(Link& link, const Response& response) {
  Talk& talk = talks_[link.number()];
  if (talk.asked.empty()) return;
  Entry& entry = *talk.asked.front();
  talk.asked.pop_front();
  entry.answered = now();
  entry.response = response;
  entry.status_text = reason(response.status);
  entry.websocket = response.status == 101;
  const auto extensions = response.header("sec-websocket-extensions");
  talk.compresses = extensions && extensions->starts_with("permessage-deflate");
}

void Recorder::framed(Link& link, const Frame& frame, bool sent) {
  Talk& talk = talks_[link.number()];
  if (!talk.websocket) return;
  const bool compressed = talk.compresses && (frame.rsv & 4) != 0;
  Message message{.at = now(),
                  .sent = sent,
                  .opcode = frame.opcode,
                  .payload = frame.payload,
                  .fin = frame.fin};
  if (compressed && keeps_whole(frame)) {
    if (auto plain = talk.inflate[sent].plain(frame.payload)) {
      message.payload = std::move(*plain);
      message.compressed = true;
    }
  }
  talk.websocket->messages.push_back(std::move(message));
}

void Recorder::ended(Link& link, bool by_server) {
  Talk& talk = talks_[link.number()];
  for (Entry* entry : talk.asked) {
    entry->answered = now();
    entry->error = by_server ? "the server ended the connection" : "given up by the client";
  }
  talk.asked.clear();
  if (!talk.websocket || std::exchange(by_server ? talk.ended_down : talk.ended_up, true)) return;
  // The other side's end is only the echo of the first.
  if (talk.ended_up && talk.ended_down) return;
  const conformance::End& end = by_server ? link.server() : link.client();
  talk.websocket->happenings.push_back(
      {.at = now(),
       .kind = end.broken ? Happening::Kind::reset : Happening::Kind::fin,
       .by_server = by_server});
}

Trace Recorder::trace() const {
  Trace trace{.whole = true};
  for (const Entry& entry : entries_) trace.entries.push_back(entry);
  name_connections(trace);
  return trace;
}

}  // namespace phx::trace
