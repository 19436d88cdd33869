/// Plays a trace, step by step.

#include "traces/phx-trace/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "conformance/suite/wire/json.h"
#include "conformance/suite/wire/message.h"
#include "traces/phx-trace/names.h"
#include "traces/phx-trace/text.h"

namespace phx::trace {

using conformance::Clock;
using conformance::Connection;
using conformance::Frame;
using conformance::lower;
using conformance::Millis;
using conformance::Opcode;
using conformance::Request;

namespace {

constexpr std::string_view usual_mount = "/socket/";  // of the recordings; the URL may name another
constexpr double shortest_pause = 0.02;  // seconds; shorter times are the recorder's own
constexpr double longest_pause = 300;    // seconds; five times a socket's idle timeout
constexpr std::string_view own_key = "dGhlIHNhbXBsZSBub25jZQ==";  // RFC 6455, 1.3

std::string host_of(const Trace& trace) {
  for (const Entry& entry : trace.entries) {
    for (const auto& [name, value] : entry.request.headers) {
      if (lower(name) == "host") return value;
    }
  }
  return "";
}

}  // namespace

Millis millis(Seconds seconds) {
  return Millis(static_cast<long long>(std::ceil(std::max(0.0, seconds) * 1'000)));
}

Replay::Replay(const Trace& trace, const conformance::Url& url, conformance::ServerProcess* server)
    : trace_(trace),
      url_(url),
      server_(server),
      normal_(host_of(trace), url.authority(), trace.whole) {}

Replay::~Replay() = default;

Verdict Replay::run() {
  const std::vector<Explained> story = Narrator::explain(trace_);
  for (const Explained& explained : story) {
    if (explained.step.message && explained.step.message->sent &&
        explained.step.message->opcode == Opcode::text) {
      const auto message = read_text_message(explained.step.message->payload);
      if (message) topics_.insert(message->topic);
    }
  }
  if (!story.empty()) previous_ = story.front().step.at;
  try {
    for (const Explained& explained : story) play(explained);
    // A browser's export may have been made before the last frames came.
    if (trace_.whole) expect_silence();
    return {};
  } catch (const Differs& differs) {
    return differs.verdict;
  } catch (const conformance::NotHttp& error) {
    return {.agrees = false, .why = error.what()};
  }
}

void Replay::play(const Explained& explained) {
  const Step& step = explained.step;
  if (!step.by_server) pace(step);
  switch (step.kind) {
    case Step::Kind::request: play_request(*step.entry); break;
    case Step::Kind::response: expect_response(explained); break;
    case Step::Kind::unanswered: given_up(explained); break;
    case Step::Kind::frame:
      if (!step.by_server) {
        play_frames(*step.entry, *step.message);
      } else {
        expect_frame(explained);
      }
      break;
    case Step::Kind::happening:
      if (step.by_server) {
        expect_end(explained);
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
  network_.pump([] { return false; }, Clock::now() + millis(std::min(gap, longest_pause)));
}

Replay::Playing& Replay::playing(const Entry& entry) { return playing_[&entry]; }

/// Some browsers leave out the handshake's headers, and HTTP/2 has others: then our own handshake
/// carries the known ones.
Request Replay::upgrade_of(const Entry& entry) const {
  static const std::set<std::string> handshake = {"host", "connection", "upgrade",
                                                  "sec-websocket-version", "sec-websocket-key"};
  const bool has_key =
      std::any_of(entry.request.headers.begin(), entry.request.headers.end(),
                  [](const auto& header) { return lower(header.first) == "sec-websocket-key"; });
  if (!entry.websocket || has_key) return entry.request;
  const std::string host = host_of(trace_);
  Request request = conformance::upgrade_request(host.empty() ? url_.authority() : host,
                                                 entry.request.target, std::string(own_key));
  for (const auto& header : entry.request.headers) {
    if (!handshake.contains(lower(header.first))) request.headers.push_back(header);
  }
  return request;
}

Request Replay::said_now(const Entry& entry) const {
  Request request = normal_.said_now(upgrade_of(entry));
  if (request.target.starts_with(usual_mount)) {
    request.target.replace(0, usual_mount.size(), url_.path + "/");
  }
  return request;
}

Frame Replay::frame_of(const Message& message) const {
  return {.opcode = message.opcode,
          .payload =
              message.opcode == Opcode::text ? normal_.text_now(message.payload) : message.payload,
          .fin = message.fin};
}

/// The frames that the client sent in the segment of its request, without waiting for the answer.
std::vector<Frame> Replay::frames_at_once(const Entry& entry, Playing& playing) {
  std::vector<Frame> frames;
  while (playing.sent < early_frames(entry)) {
    frames.push_back(frame_of(entry.messages[playing.sent++]));
  }
  return frames;
}

void Replay::play_request(const Entry& entry) {
  Playing& now = playing(entry);
  const std::size_t wanted = entry.response ? polled_messages(entry.response->body).size() : 0;
  now.skipped = !entry.websocket && wanted > 0 && wanted <= ahead_[entry.connection].size();
  if (now.skipped) return;  // an earlier poll has brought it all
  now.connection = std::make_unique<Connection>(network_, url_);
  const Request request = said_now(entry);
  if (trace_.whole) now.connection->leave_closes_unanswered();
  now.connection->begin(request, frames_at_once(entry, now));
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
    now.sent = i + 1;
    if (!trace_.whole && message.opcode == Opcode::pong) continue;  // the connection answers pings
    frames.push_back(frame_of(message));
    now.said_goodbye = now.said_goodbye || message.opcode == Opcode::close;
    now.client_closed = now.client_closed || now.said_goodbye;
    const auto said =
        message.opcode == Opcode::text ? read_text_message(message.payload) : std::nullopt;
    if (said && said->event == "phx_leave") now.left.insert(said->topic);
  }
  if (!frames.empty() && !now.connection->ended()) now.connection->send(frames);
}

void Replay::play_happening(const Step& step) {
  const Happening& happening = *step.happening;
  if (happening.kind == Happening::Kind::signal) {
    if (!server_)
      throw std::runtime_error("replay can signal only a server that it starts: -- COMMAND");
    server_->terminate();
  }
  if (!step.entry) return;
  Playing& now = playing(*step.entry);
  if (!now.connection) return;  // a poll that an earlier one has done
  if (happening.kind == Happening::Kind::bytes)
    now.connection->send_bytes(happening.bytes, "bytes");
  if (happening.kind == Happening::Kind::fin) now.connection->finish();
  if (happening.kind == Happening::Kind::reset) now.connection->reset();
  if (happening.kind == Happening::Kind::fin || happening.kind == Happening::Kind::reset) {
    now.client_closed = true;
  }
}

/// The client waits no longer. It is unknown why a browser's websocket got no answer: the server
/// may not have been up yet.
void Replay::given_up(const Explained& explained) {
  Playing& now = playing(*explained.step.entry);
  const bool may_answer = !trace_.whole && explained.step.entry->websocket;
  if (now.connection->response_has_begun() && !may_answer) {
    throw Differs{{false, explained.number, "an answer came", explained.said.text, "an answer"}};
  }
  now.connection->reset();
}

}  // namespace phx::trace
