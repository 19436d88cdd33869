/// Plays a trace, step by step.

#include "traces/phx-trace/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "conformance/wire/json.h"
#include "traces/phx-trace/names.h"
#include "traces/phx-trace/text.h"

namespace phx::trace {

using conformance::Clock;
using conformance::Connection;
using conformance::Frame;
using conformance::Millis;
using conformance::Opcode;
using conformance::Request;

namespace {

constexpr std::string_view usual_mount = "/socket/";  // of the recordings; the URL may name another
constexpr double shortest_pause = 0.02;               // seconds; less is the recorder's own haste

std::string host_of(const Trace& trace) {
  for (const Entry& entry : trace.entries) {
    for (const auto& [name, value] : entry.request.headers) {
      if (name == "Host" || name == "host") return value;
    }
  }
  return "";
}

}  // namespace

Millis millis(Seconds seconds) {
  return Millis(static_cast<long long>(std::ceil(std::max(0.0, seconds) * 1'000)));
}

Replay::Replay(const Trace& trace, const conformance::Url& url, conformance::ServerProcess* server)
    : trace_(trace), url_(url), server_(server), normal_(host_of(trace), url.authority()) {}

Replay::~Replay() = default;

Verdict Replay::run() {
  const std::vector<Told> story = Narrator::tell(trace_);
  for (const Told& told : story) {
    if (told.step.message && told.step.message->sent && told.step.message->opcode == Opcode::text) {
      const auto message = read_text_message(told.step.message->payload);
      if (message) topics_.insert(message->topic);
    }
  }
  if (!story.empty()) previous_ = story.front().step.at;
  try {
    for (const Told& told : story) play(told);
    expect_silence();
    return {};
  } catch (const Differs& differs) {
    return differs.verdict;
  } catch (const conformance::NotHttp& error) {
    return {.agrees = false, .why = error.what()};
  }
}

void Replay::play(const Told& told) {
  const Step& step = told.step;
  if (!step.by_server) pace(step);
  switch (step.kind) {
    case Step::Kind::request: play_request(*step.entry); break;
    case Step::Kind::response: expect_response(told); break;
    case Step::Kind::unanswered: given_up(told); break;
    case Step::Kind::frame:
      if (!step.by_server) {
        play_frames(*step.entry, *step.message);
      } else {
        expect_frame(told);
      }
      break;
    case Step::Kind::happening:
      if (step.by_server) {
        expect_end(told);
      } else {
        play_happening(step);
      }
  }
  previous_ = step.at;
}

/// Waits as long as the client did.
void Replay::pace(const Step& step) {
  const Seconds gap = step.at - previous_;
  if (gap < shortest_pause) return;
  network_.pump([] { return false; }, Clock::now() + millis(gap));
}

Replay::Playing& Replay::playing(const Entry& entry) { return playing_[&entry]; }

/// A browser keeps its handshake's headers to itself: then it is a client of our own that asks.
Request Replay::upgrade_of(const Entry& entry) const {
  const bool has_key = std::any_of(
      entry.request.headers.begin(), entry.request.headers.end(), [](const auto& header) {
        return header.first.size() == 17 && (header.first[4] | 32) == 'w';
      });
  if (!entry.websocket || has_key) return entry.request;
  return conformance::upgrade_request(host_of(trace_).empty() ? url_.authority() : host_of(trace_),
                                      entry.request.target, "dGhlIHNhbXBsZSBub25jZQ==");
}

Request Replay::said_now(const Entry& entry) const {
  Request request = normal_.said_now(upgrade_of(entry));
  if (request.target.starts_with(usual_mount)) {
    request.target.replace(0, usual_mount.size(), url_.path + "/");
  }
  return request;
}

Frame Replay::frame_of(const Message& message) const {
  return {.opcode = message.opcode, .payload = message.payload, .fin = message.fin};
}

/// What the client sent in the segment of its request, without waiting for the answer.
std::vector<Frame> Replay::early_frames(const Entry& entry, Playing& playing) {
  std::vector<Frame> frames;
  for (const Message& message : entry.messages) {
    if (!message.sent || !message.with_previous || message.at > entry.answered) break;
    frames.push_back(frame_of(message));
    ++playing.sent;
  }
  return frames;
}

void Replay::play_request(const Entry& entry) {
  Playing& now = playing(entry);
  const std::size_t wanted = entry.response ? polled_messages(entry.response->body).size() : 0;
  now.skipped = wanted > 0 && wanted <= ahead_[entry.connection].size();
  if (now.skipped) return;  // an earlier poll has brought it all
  now.connection = std::make_unique<Connection>(network_, url_);
  const Request request = said_now(entry);
  if (trace_.whole) now.connection->leave_closes_unanswered();
  now.connection->begin(request, early_frames(entry, now));
}

/// This frame, and those that were written with it.
void Replay::play_frames(const Entry& entry, const Message& first) {
  Playing& now = playing(entry);
  const auto at = static_cast<std::size_t>(&first - entry.messages.data());
  if (at < now.sent || !now.connection) return;  // it went with one before it
  std::vector<Frame> frames;
  for (std::size_t i = at; i < entry.messages.size(); ++i) {
    const Message& message = entry.messages[i];
    if (i > at && (!message.sent || !message.with_previous)) break;
    frames.push_back(frame_of(message));
    now.client_closed = now.client_closed || message.opcode == Opcode::close;
    now.sent = i + 1;
  }
  if (!now.connection->ended()) now.connection->send(frames);
}

void Replay::play_happening(const Step& step) {
  const Happening& happening = *step.happening;
  if (happening.kind == Happening::Kind::signal) {
    if (!server_)
      throw std::runtime_error("a signal is for a server that replay starts itself: -- COMMAND");
    server_->terminate();
  }
  if (!step.entry) return;
  Playing& now = playing(*step.entry);
  if (happening.kind == Happening::Kind::bytes)
    now.connection->send_bytes(happening.bytes, "bytes");
  if (happening.kind == Happening::Kind::fin) now.connection->finish();
  if (happening.kind == Happening::Kind::reset) now.connection->reset();
  if (happening.kind == Happening::Kind::fin || happening.kind == Happening::Kind::reset) {
    now.client_closed = true;
  }
}

/// The client does not wait any longer.
void Replay::given_up(const Told& told) {
  Playing& now = playing(*told.step.entry);
  if (now.connection->response_has_begun()) {
    throw Differs{{false, told.number, "an answer came", told.said.text, "an answer"}};
  }
  now.connection->reset();
}

}  // namespace phx::trace
