/// Reads requests and a client's frames, and answers as a server.

#include "conformance/suite/clients/guest.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "conformance/suite/core/command_line.h"
#include "conformance/suite/wire/binary.h"
#include "conformance/suite/wire/json.h"

namespace phx::conformance {
namespace {

using Direction = Transcript::Direction;

std::string described(const Frame& frame) {
  switch (frame.opcode) {
    case Opcode::text: return frame.payload;
    case Opcode::binary: return conformance::described(std::string_view(frame.payload));
    case Opcode::close: {
      const auto code = close_code(frame.payload);
      return code ? fmt::format("close {}", *code) : "close without a code";
    }
    case Opcode::ping: return fmt::format("ping \"{}\"", frame.payload);
    case Opcode::pong: return fmt::format("pong \"{}\"", frame.payload);
    case Opcode::continuation:
    case Opcode::reserved: break;
  }
  return fmt::format("opcode {}: {}", static_cast<int>(frame.opcode), frame.payload);
}

Frame text_frame(std::string payload) { return {.payload = std::move(payload), .masked = false}; }

/// A client's binary push, or nothing.
std::optional<Heard> read_binary(const std::string& bytes) {
  constexpr std::size_t head = 5;
  if (bytes.size() < head || bytes[0] != 0) return std::nullopt;
  std::vector<std::string> parts;
  std::size_t at = head;
  for (std::size_t i = 1; i < head; ++i) {
    const std::size_t size = static_cast<std::uint8_t>(bytes[i]);
    if (at + size > bytes.size()) return std::nullopt;
    parts.push_back(bytes.substr(at, size));
    at += size;
  }
  const Message message{as_json(parts[0]), as_json(parts[1]), parts[2], parts[3], "null"};
  return Heard{message, bytes.substr(at)};
}

}  // namespace

Guest::Guest(int fd, std::string name, Clock::time_point began, Pump pump, Millis patience)
    : name_(std::move(name)),
      pump_(std::move(pump)),
      patience_(patience),
      transcript_(began),
      end_{.fd = fd} {}

// --- Its request --------------------------------------------------------------------------------

std::vector<std::pair<std::string, std::string>> Guest::query() const {
  std::vector<std::pair<std::string, std::string>> pairs;
  const auto mark = opened_.find('?');
  std::string_view rest = mark == opened_.npos ? "" : std::string_view(opened_).substr(mark + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto equals = std::min(rest.find('='), end);
    pairs.emplace_back(
        percent_decoded(rest.substr(0, equals)),
        equals < end ? percent_decoded(rest.substr(equals + 1, end - equals - 1)) : "");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return pairs;
}

std::optional<std::string> Guest::parameter(std::string_view name) const {
  for (const auto& [key, value] : query()) {
    if (key == name) return value;
  }
  return std::nullopt;
}

void Guest::answer(const Response& response) {
  transcript_.add(Direction::sent, fmt::format("HTTP {} {}", response.status, response.body));
  if (recording_) recording_->answered(response);
  end_.unsent += response_bytes(response);
  request_.reset();
  write_to(end_);
}

void Guest::upgrade() {
  Response response{.status = 101,
                    .headers = {{"connection", "Upgrade"},
                                {"upgrade", "websocket"},
                                {"sec-websocket-accept",
                                 accept_key(request_->header("sec-websocket-key").value_or(""))}}};
  // A client that offers sub-protocols insists on an answer; the framework's is this one.
  if (request_->header("sec-websocket-protocol")) {
    response.headers.emplace_back("sec-websocket-protocol", "phoenix");
  }
  v1_ = !parameter("vsn").value_or("1.0.0").starts_with('2');
  upgraded_ = true;
  answer(response);
  read_frames();
}

// --- Hearing ------------------------------------------------------------------------------------

Heard Guest::hear(std::string_view event, std::string_view topic, Millis more) {
  const auto wanted = [event, topic](const Heard& heard) {
    return heard.message.event == event && (topic.empty() || heard.message.topic == topic);
  };
  auto found = inbox_.end();
  const auto look = [&] {
    found = std::find_if(inbox_.begin(), inbox_.end(), wanted);
    return found != inbox_.end() || ended();
  };
  pump_(look, Clock::now() + patience_ + more);
  if (found == inbox_.end()) {
    nothing_came(fmt::format("{}{}{}", event, topic.empty() ? "" : " on ", topic),
                 patience_ + more);
  }
  Heard heard = *found;
  inbox_.erase(found);
  return heard;
}

std::string Guest::hear_pong() {
  if (!pump_([this] { return !pongs_.empty() || ended(); }, Clock::now() + patience_) ||
      pongs_.empty()) {
    nothing_came("a pong", patience_);
  }
  std::string first = pongs_.front();
  pongs_.pop_front();
  return first;
}

std::optional<std::uint16_t> Guest::hear_close() {
  pump_([this] { return closed_ || ended(); }, Clock::now() + patience_);
  if (!closed_) nothing_came("a close frame", patience_);
  return close_code_;
}

void Guest::expect_end(Millis more) {
  if (!pump_([this] { return closed_ || ended(); }, Clock::now() + patience_ + more)) {
    nothing_came("the client to give up this connection", patience_ + more);
  }
}

void Guest::nothing_came(const std::string& expected, Millis waited) const {
  std::string actual =
      ended() ? "the connection ended" : fmt::format("nothing came within {} ms", waited.count());
  if (!inbox_.empty()) actual = inbox_.front().message.text();
  throw NothingCame(expected, actual, name_);
}

// --- Speaking -----------------------------------------------------------------------------------

std::string Guest::bytes_of(const Frame& frame) {
  if (frame.opcode == Opcode::close) said_close_ = true;
  transcript_.add(Direction::sent, described(frame));
  if (recording_) recording_->said(false, frame.opcode, frame.payload);
  return encode(frame, Mask{});
}

void Guest::send_frames(const std::vector<Frame>& frames) {
  for (const Frame& frame : frames) end_.unsent += bytes_of(frame);
  if (end_.fd >= 0) write_to(end_);
}

/// As the framework writes it: V1 has no join_ref towards a client, and what ends a channel has it
/// as its ref.
static std::string text_of(Message message, bool v1) {
  message.v1 = v1;
  if (!v1) return message.text();
  const bool ends = message.event == "phx_close" || message.event == "phx_error";
  if (ends) message.ref = message.join_ref;
  message.join_ref = "null";
  return message.text();
}

void Guest::send(Message message) { send_together({std::move(message)}); }

void Guest::send_together(const std::vector<Message>& messages) {
  std::vector<Frame> frames;
  for (const Message& message : messages) frames.push_back(text_frame(text_of(message, v1_)));
  send_frames(frames);
}

void Guest::reply(const Heard& to, std::string_view status, std::string_view response) {
  const Message& asked = to.message;
  send({asked.join_ref, asked.ref, asked.topic, "phx_reply",
        fmt::format(R"({{"status":"{}","response":{}}})", status, response)});
}

void Guest::broadcast(std::string_view topic, std::string_view event, std::string_view payload) {
  push("null", topic, event, payload);
}

void Guest::push(const std::string& join_ref, std::string_view topic, std::string_view event,
                 std::string_view payload) {
  send({join_ref, "null", std::string(topic), std::string(event), std::string(payload)});
}

void Guest::close(std::uint16_t code) {
  send_frames({{.opcode = Opcode::close, .payload = close_payload(code), .masked = false}});
  end_.to_finish = true;
  if (end_.fd >= 0) write_to(end_);
}

void Guest::cut() {
  note("FIN");
  end_.to_finish = true;
  if (end_.fd >= 0) write_to(end_);
}

void Guest::reset() {
  note("RST");
  end_.broken = end_.finished = true;
  close_end(end_);
}

// --- The loop -----------------------------------------------------------------------------------

void Guest::turn(short events) {
  if (end_.fd < 0) return;
  const bool was_ended = ended();
  if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) read_from(end_);
  if (!upgraded_ && !request_) {
    if (auto cut = cut_request(end_.unread)) {
      request_ = std::move(cut->what);
      opened_ = request_->target;
      transcript_.add(Direction::received, with_short_tokens(conformance::described(*request_)));
      if (recording_) recording_->asked(*request_);
    }
  } else if (upgraded_) {
    read_frames();
  }
  end_.to_finish = end_.to_finish || end_.finished;
  write_to(end_);
  if (ended() && !was_ended) note("the connection ended");
  if (ended() && (end_.said_goodbye || end_.broken)) close_end(end_);
}

void Guest::read_frames() {
  while (auto cut = cut_frame(end_.unread)) take(std::move(cut->what));
}

void Guest::take(Frame frame) {
  unmasked_ = unmasked_ || !frame.masked;
  switch (frame.opcode) {
    case Opcode::ping:
      transcript_.add(Direction::received, described(frame));
      end_.unsent += bytes_of({.opcode = Opcode::pong, .payload = frame.payload, .masked = false});
      return;
    case Opcode::pong:
      transcript_.add(Direction::received, described(frame));
      pongs_.push_back(frame.payload);
      return;
    case Opcode::close:
      transcript_.add(Direction::received, described(frame));
      closed_ = true;
      close_code_ = close_code(frame.payload);
      if (!said_close_) {
        end_.unsent +=
            bytes_of({.opcode = Opcode::close, .payload = frame.payload, .masked = false});
      }
      end_.to_finish = true;
      return;
    case Opcode::continuation:
    case Opcode::text:
    case Opcode::binary:
      if (!partial_opcode_) partial_opcode_ = frame.opcode;
      partial_ += frame.payload;
      if (!frame.fin) return;
      take_message(*std::exchange(partial_opcode_, std::nullopt), std::exchange(partial_, {}));
      return;
    case Opcode::reserved: break;
  }
  garbage_.push_back(described(frame));
}

void Guest::take_message(Opcode opcode, std::string payload) {
  if (recording_) recording_->said(true, opcode, payload);
  if (opcode == Opcode::text) return take_text(std::move(payload));
  transcript_.add(Direction::received, described_push(payload));
  take_binary(payload);
}

void Guest::take_text(std::string text) {
  transcript_.add(Direction::received, text);
  const auto message = read_message(text);
  if (!message) return garbage_.push_back(std::move(text));
  put({*message});
}

void Guest::take_binary(const std::string& bytes) {
  const auto heard = read_binary(bytes);
  if (!heard) return garbage_.push_back(described_push(bytes));
  put(*heard);
}

void Guest::put(Heard heard) {
  if (heard.message.is_heartbeat()) {
    heartbeats_.push_back(heard);
    if (answers_heartbeats_) reply(heard);
    return;
  }
  if (!at_once_.empty() && heard.message.event == at_once_) {
    ++answered_at_once_;
    return reply(heard, "ok", heard.message.payload);
  }
  inbox_.push_back(std::move(heard));
}

}  // namespace phx::conformance
