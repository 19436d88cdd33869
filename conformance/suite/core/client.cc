/// Sends the case's messages, and compares what comes with what it expects.

#include "conformance/suite/core/client.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/suite/core/translation.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/wire/binary.h"

namespace phx::conformance {
namespace {

using Kind = Received::Kind;

bool is_this_text(const Received& received, const std::string& expected, Version version) {
  if (received.kind != Kind::text) return false;
  const auto wanted = parse_json(expected);
  if (!wanted) throw std::logic_error("the case expects something that is not JSON: " + expected);
  const auto came = parse_json(received.payload);
  if (!came) return false;
  return matches(*wanted, version == Version::v2_as_v1 ? less_join_ref(*came) : *came);
}

bool is_close_with(const Received& received, const Codes& codes) {
  return received.kind == Kind::close && received.code &&
         std::find(codes.begin(), codes.end(), *received.code) != codes.end();
}

/// What came instead, as the end of a sentence.
std::string told(const Received& got) {
  switch (got.kind) {
    case Kind::text:
    case Kind::binary:
    case Kind::pong:
    case Kind::garbage: return described(got);
    case Kind::end: return "the connection ended without a close frame";
    case Kind::close: break;
  }
  const std::string reason =
      got.payload.size() > 2 ? fmt::format(" and the reason \"{}\"", got.payload.substr(2)) : "";
  return got.code ? fmt::format("the connection was closed with {}{}", *got.code, reason)
                  : "the connection was closed without a code";
}

std::string listed(const Codes& codes) { return fmt::format("{}", fmt::join(codes, " or ")); }

}  // namespace

Client::Client(Connection& connection, std::string name, Version version, Words words,
               Millis patience)
    : connection_(connection),
      name_(std::move(name)),
      version_(version),
      words_(std::move(words)),
      patience_(patience) {}

// --- Sending ------------------------------------------------------------------------------------

void Client::send(std::string_view text) { say({said(text)}); }

void Client::send_together(const std::vector<std::string>& texts) {
  std::vector<std::string> all;
  for (const auto& text : texts) all.push_back(said(text));
  say(all);
}

void Client::send_binary(std::string_view message) {
  send_frame({.opcode = Opcode::binary, .payload = std::string(message)});
}

void Client::send_frame(const Frame& frame) { frames().send({frame}); }
void Client::send_frames(const std::vector<Frame>& frames) { this->frames().send(frames); }

void Client::send_fragments(const std::vector<std::string>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    frames().send({{.opcode = i == 0 ? Opcode::text : Opcode::continuation,
                    .payload = parts[i],
                    .fin = i + 1 == parts.size()}});
  }
}

void Client::send_bytes(std::string_view bytes) {
  frames().send_bytes(bytes, fmt::format("{} raw bytes", bytes.size()));
}

// --- Expecting ----------------------------------------------------------------------------------

Json Client::expect(std::string_view text) {
  const std::string expected = awaited(text);
  const Received received = take(expected);
  if (!is_this_text(received, expected, version_)) violated(expected, received);
  const Json came = *parse_json(received.payload);
  return version_ == Version::v2_as_v1 ? v2_of(came) : came;
}

void Client::expect_compressed(std::string_view text) {
  const std::string expected = awaited(text);
  const Received received = take(expected);
  if (!is_this_text(received, expected, version_)) violated(expected, received);
  if (!received.compressed) throw Violation("the frame to be compressed", "a plain one", name_);
}

bool Client::expect_perhaps_after(std::string_view perhaps, std::string_view text) {
  const std::string expected = awaited(text);
  const Received first = take(expected);
  if (is_this_text(first, expected, version_)) return false;
  if (!is_this_text(first, awaited(perhaps), version_)) violated(expected, first);
  expect(text);
  return true;
}

void Client::expect_at_last(std::string_view text) {
  const std::string expected = awaited(text);
  const auto deadline = Clock::now() + patience_;
  while (Clock::now() < deadline) {
    const Received received = take(expected);
    if (is_this_text(received, expected, version_)) return;
    if (received.kind == Kind::close || received.kind == Kind::end) violated(expected, received);
  }
  nothing_came(expected);
}

void Client::expect_in_any_order(const std::vector<std::string>& texts) {
  std::vector<std::string> open;
  for (const auto& text : texts) open.push_back(awaited(text));
  while (!open.empty()) {
    const std::string expected =
        open.size() == 1 ? open.front() : fmt::format("one of {}", fmt::join(open, " | "));
    const Received received = take(expected);
    const auto found =
        std::find_if(open.begin(), open.end(), [this, &received](const std::string& candidate) {
          return is_this_text(received, candidate, version_);
        });
    if (found == open.end()) violated(expected, received);
    open.erase(found);
  }
}

void Client::expect_mention(std::string_view word) {
  const std::string expected = as_json(word);
  const Received received = take("a frame that says " + expected);
  const bool said =
      received.kind == Kind::text && received.payload.find(expected) != std::string::npos;
  if (!said) violated("a frame that says " + expected, received);
}

void Client::expect_mention_at_last(std::string_view word) {
  const std::string wanted = as_json(word);
  const auto deadline = Clock::now() + patience_;
  while (Clock::now() < deadline) {
    const Received received = take("a frame that says " + wanted);
    const bool text = received.kind == Kind::text;
    if (text && received.payload.find(wanted) != std::string::npos) return;
    if (!text && received.kind != Kind::binary) violated("a frame that says " + wanted, received);
  }
  nothing_came("a frame that says " + wanted);
}

void Client::expect_binary(std::string_view message) {
  const std::string expected = described(message);
  const Received received = take(expected);
  if (received.kind != Kind::binary || received.payload != message) violated(expected, received);
}

void Client::expect_pong(std::string_view payload) {
  const std::string expected = fmt::format("pong \"{}\"", payload);
  const Received received = take(expected);
  if (received.kind != Kind::pong || received.payload != payload) violated(expected, received);
}

void Client::expect_close(const Codes& codes) { take_close(codes, "close " + listed(codes)); }

void Client::expect_bare_close(const Codes& codes) {
  const std::string expected = fmt::format("close {}, without a reason", listed(codes));
  const Received received = take_close(codes, expected);
  if (received.payload.size() > 2) violated(expected, received);
}

void Client::expect_end(const Codes& codes) {
  const std::string expected = fmt::format("close {}, or the end of the connection", listed(codes));
  const Received received = take(expected);
  if (received.kind != Kind::end && !is_close_with(received, codes)) violated(expected, received);
  over_ = true;
}

void Client::expect_any_end() {
  const std::string expected = "the end of the connection";
  const Received received = take(expected);
  if (received.kind != Kind::end && received.kind != Kind::close) violated(expected, received);
  over_ = true;
}

void Client::expect_silence() {
  const std::string ref = fmt::format("silence-{}", ++silences_);
  const std::string reply = awaited(heartbeat_reply(ref));
  const std::string expected = "nothing but the reply to a heartbeat: " + reply;
  if (!waiting() && !connection_.ended()) send(heartbeat(ref));
  const Received received = take(expected);
  if (!is_this_text(received, reply, version_)) violated(expected, received);
}

void Client::expect_nothing_yet() {
  if (const auto first = waiting()) violated("nothing yet", *first);
}

bool Client::survives() {
  forget();
  const std::string ref = fmt::format("survives-{}", ++silences_);
  send(heartbeat(ref));
  while (true) {
    const Received received = take("an answer, or the end of the connection");
    if (is_this_text(received, awaited(heartbeat_reply(ref)), version_)) return true;
    if (received.kind == Kind::close || received.kind == Kind::end) return false;
  }
}

void Client::heed_only(const std::string& topic, const std::string& about) {
  const std::string begin = as_json(about).substr(0, as_json(about).size() - 1);
  frames().hear_only([topic = as_json(topic), about = begin](const Received& received) {
    const auto contains = [&received](const std::string& text) {
      return received.payload.find(text) != std::string::npos;
    };
    return !contains(topic) || !contains("\"terminated\"") || contains(about);
  });
}

void Client::expect_all_was_said() {
  if (forgotten_) return;
  if (!over_) return expect_silence();
  for (const Received& received : connection_.waiting()) {
    if (received.kind != Kind::end) violated("nothing after the close", received);
  }
}

Received Client::take(const std::string& expected) {
  if (auto received = connection_.next(Clock::now() + patience_)) return std::move(*received);
  nothing_came(expected);
}

// --- Helpers -------------------------------------------------------------------------------------

Received Client::take_close(const Codes& codes, const std::string& expected) {
  Received received = take(expected);
  if (!is_close_with(received, codes)) violated(expected, received);
  over_ = true;
  return received;
}

void Client::say(const std::vector<std::string>& texts) {
  std::vector<Frame> all;
  for (const auto& text : texts) all.push_back({.payload = text});
  send_frames(all);
}

std::optional<Received> Client::waiting() const {
  if (connection_.waiting().empty()) return std::nullopt;
  return connection_.waiting().front();
}

std::string Client::said(std::string_view text) const {
  const std::string whole = filled(text, words_);
  return version_ == Version::v2_as_v1 ? v1_to_server(whole) : whole;
}

std::string Client::awaited(std::string_view text) const {
  const std::string whole = filled(text, words_);
  return version_ == Version::v2_as_v1 ? v1_from_server(whole) : whole;
}

std::string Client::heartbeat(std::string_view ref) const {
  return version_ == Version::v1
             ? fmt::format(R"({{"topic":"phoenix","event":"heartbeat","payload":{{}},"ref":"{}"}})",
                           ref)
             : fmt::format(R"([null,"{}","phoenix","heartbeat",{{}}])", ref);
}

std::string Client::heartbeat_reply(std::string_view ref) const {
  return version_ == Version::v1
             ? fmt::format(
                   R"({{"topic":{{any}},"event":"phx_reply","payload":{{any}},"ref":"{}"}})", ref)
             : fmt::format(R"([{{any}},"{}",{{any}},"phx_reply",{{any}}])", ref);
}

std::string Client::noted(std::string_view remark) const {
  connection_.note(remark);
  return name_;
}

void Client::violated(const std::string& expected, const Received& got) const {
  throw Violation(expected, told(got), noted("✗ this was not expected"));
}

void Client::nothing_came(const std::string& expected) const {
  const std::string nothing = fmt::format("nothing came within {} ms", patience_.count());
  throw NothingCame(expected, nothing, noted("✗ " + nothing));
}

}  // namespace phx::conformance
