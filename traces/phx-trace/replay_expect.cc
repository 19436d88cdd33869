/// Compares the server's messages with the recording.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "traces/phx-trace/names.h"
#include "traces/phx-trace/replay.h"
#include "traces/phx-trace/text.h"

namespace phx::trace {

using conformance::Clock;
using conformance::Connection;
using conformance::Millis;
using conformance::Opcode;
using conformance::Received;
using conformance::Response;

namespace {

/// Beyond what the recording took: a server may be slower than the one that was recorded.
constexpr Millis patience{5'000};
constexpr Millis overtaking{50};
constexpr std::string_view last_ref = "phx-trace-silence";

std::string summary(const Response& response) {
  return fmt::format("{} {}", response.status, printable(response.body));
}

std::string close_reason(const Received& received) {
  if (received.kind != Received::Kind::close || received.payload.size() <= 2) return "";
  return " " + printable(received.payload.substr(2));
}

std::string described_now(const std::optional<Received>& received) {
  return received ? printable(conformance::described(*received)) + close_reason(*received)
                  : "(nothing)";
}

std::string heartbeat_of(const Entry& entry) {
  const auto version = parameter(entry.request.target, "vsn").value_or("1.0.0");
  if (version.starts_with("2"))
    return fmt::format(R"([null,"{}","phoenix","heartbeat",{{}}])", last_ref);
  return fmt::format(R"({{"topic":"phoenix","event":"heartbeat","payload":{{}},"ref":"{}"}})",
                     last_ref);
}

}  // namespace

Clock::time_point Replay::deadline(const Step& step) const {
  return Clock::now() + patience + millis((step.at - previous_) * 1.5);
}

void Replay::expect_response(const Explained& explained) {
  const Entry& entry = *explained.step.entry;
  Playing& now = playing(entry);
  if (now.skipped) return expect_messages(explained, *entry.response);
  const auto response = now.connection->response(deadline(explained.step));
  if (!response) {
    throw Differs{{false, explained.number, "no answer came", explained.said.text,
                   !now.connection->error().empty() ? now.connection->error()
                   : now.connection->ended()        ? "(the connection ended)"
                                                    : "(nothing)"}};
  }
  now.answered = true;
  if (const auto what = normal_.differs(*entry.response, *response, !entry.body_is_missing)) {
    throw Differs{{false, explained.number, *what, trace::summary(*entry.response),
                   trace::summary(*response)}};
  }
  expect_messages(explained, *response);
}

/// In a race, one poll may bring what the recording has in two, or the reverse.
void Replay::expect_messages(const Explained& explained, const Response& response) {
  const Entry& entry = *explained.step.entry;
  std::deque<std::string>& ahead = ahead_[entry.connection];
  const auto wanted = polled_messages(entry.response->body);
  if (!playing(entry).skipped) {
    for (std::string& message : polled_messages(response.body)) ahead.push_back(std::move(message));
  }
  for (const std::string& message : wanted) {
    while (ahead.empty()) {
      for (std::string& more : polled_messages(poll_again(explained).body)) {
        ahead.push_back(std::move(more));
      }
    }
    if (!normal_.same(message, ahead.front())) {
      throw Differs{{false, explained.number, "another message came", printable(message),
                     printable(ahead.front())}};
    }
    ahead.pop_front();
  }
}

Response Replay::poll_again(const Explained& explained) {
  const Entry& entry = *explained.step.entry;
  Playing& now = playing(entry);
  now.connection = std::make_unique<Connection>(network_, url_);
  const auto response = now.connection->ask(said_now(entry), deadline(explained.step));
  if (!response || polled_messages(response->body).empty()) {
    throw Differs{{false, explained.number, "the poll brings fewer messages", explained.said.text,
                   response ? trace::summary(*response) : "(nothing)"}};
  }
  const auto ignored = normal_.differs(*entry.response, *response);  // it learns the token
  return *response;
}

/// The next message, except those of other conversations, or of kinds that are not recorded.
std::optional<Received> Replay::receive(Playing& now, Clock::time_point until) {
  while (auto received = now.connection->next(until)) {
    if (!trace_.whole && received->kind == Received::Kind::pong) continue;
    const bool text = received->kind == Received::Kind::text;
    const auto topic = text ? terminated_topic(received->payload) : std::nullopt;
    if (!topic || topics_.contains(*topic)) return received;
  }
  return std::nullopt;
}

/// The next message of one sender. Messages of one sender keep their order.
std::optional<Received> Replay::next(Playing& now, Sender sender, Clock::time_point until) {
  auto& wanted = now.waiting[sender];
  while (wanted.empty()) {
    auto received = receive(now, until);
    if (!received) return std::nullopt;
    const bool text = received->kind == Received::Kind::text;
    const Sender from = text ? sender_of(received->payload) : Sender::channel;
    now.waiting[from].push_back(*received);
    if (received->kind == Received::Kind::end && sender != Sender::channel) return received;
  }
  Received first = std::move(wanted.front());
  wanted.pop_front();
  return first;
}

std::optional<Received> Replay::any(Playing& now, Clock::time_point until) {
  const auto waits = std::find_if(now.waiting.begin(), now.waiting.end(),
                                  [](const auto& waiting) { return !waiting.second.empty(); });
  return next(now, waits == now.waiting.end() ? Sender::channel : waits->first, until);
}

void Replay::expect_frame(const Explained& explained) {
  const Message& message = *explained.step.message;
  Playing& now = playing(*explained.step.entry);
  const bool text = message.opcode == Opcode::text;
  const auto topic = text ? terminated_topic(message.payload) : std::nullopt;
  if (topic && !topics_.contains(*topic)) return;
  if (message.opcode == Opcode::ping) return;  // the connection answers it unseen
  if (!trace_.whole && message.opcode == Opcode::pong) return;
  now.server_closed = now.server_closed || message.opcode == Opcode::close;
  const Sender sender = text ? sender_of(message.payload) : Sender::channel;
  const auto received = next(now, sender, deadline(explained.step));
  const auto differ = [&](const char* why) {
    throw Differs{{false, explained.number, why, explained.said.text, described_now(received)}};
  };
  if (!received) differ("nothing came");
  if (received->kind == Received::Kind::end) differ("the connection ended");
  if (opcode_of(received->kind) != message.opcode) differ("another kind of frame came");
  const bool same = text ? normal_.same(message.payload, received->payload)
                         : message.payload == received->payload;
  if (!same) differ("another frame came");
  if (trace_.whole && message.compressed != received->compressed) differ("compression");
}

void Replay::expect_end(const Explained& explained) {
  if (!explained.step.entry || explained.step.happening->kind == Happening::Kind::note) return;
  Playing& now = playing(*explained.step.entry);
  now.server_closed = true;
  if (!now.connection) return;  // a poll that an earlier one has done
  if (!now.connection->ends_by(deadline(explained.step))) {
    throw Differs{{false, explained.number, "the connection did not end", explained.said.text,
                   "(it is open)"}};
  }
}

/// A heartbeat's reply shows that nothing was on its way before it. It may overtake a channel's
/// answer; the second one, a little later, no longer does.
void Replay::expect_silence() {
  for (int round = 0; round < 2; ++round) {
    for (const Entry& entry : trace_.entries) {
      const auto found = playing_.find(&entry);
      const bool agreed = entry.response && entry.response->status == 101;
      if (found == playing_.end() || !agreed || !found->second.answered) continue;
      Playing& now = found->second;
      const bool over = now.connection->ended() || now.client_closed || now.server_closed;
      over ? expect_nothing(entry, now) : expect_heartbeat(entry, now);
    }
    if (round == 0) network_.pump([] { return false; }, Clock::now() + overtaking);
  }
}

void Replay::expect_heartbeat(const Entry& entry, Playing& now) {
  now.connection->send({{.opcode = Opcode::text, .payload = heartbeat_of(entry)}});
  while (const auto received = any(now, Clock::now() + patience)) {
    const bool text = received->kind == Received::Kind::text;
    if (text && received->payload.find(last_ref) != std::string::npos) return;
    // A client that leaves may still get its own leave, or not.
    if (text && sender_of(received->payload) == Sender::presence &&
        now.left.contains(read_text_message(received->payload)->topic)) {
      continue;
    }
    throw Differs{{false, 0, fmt::format("one more message came on {}", entry.connection),
                   "(nothing)", described_now(received)}};
  }
  throw Differs{{false, 0, entry.connection + " does not answer a heartbeat any more",
                 "(an answer)", "(nothing)"}};
}

/// For a connection that is over: only its end.
void Replay::expect_nothing(const Entry& entry, Playing& now) {
  while (const auto received = any(now, Clock::now())) {
    if (received->kind == Received::Kind::end && (now.client_closed || now.server_closed)) return;
    // A client that closed and left did not get the answer.
    if (received->kind == Received::Kind::close && now.said_goodbye) continue;
    throw Differs{{false, 0, fmt::format("one more message came on {}", entry.connection),
                   "(nothing)", described_now(received)}};
  }
}

}  // namespace phx::trace
