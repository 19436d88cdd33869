/// Explains messages; narrator_http.cc explains requests and responses.

#include "traces/phx-trace/narrator.h"

#include <fmt/format.h>

#include "traces/phx-trace/text.h"

namespace phx::trace {
namespace {

using conformance::Opcode;

/// A ref for people: `"1"` is 1, and the number 1 stays different.
std::string spoken(const std::string& ref) {
  const bool text = ref.size() >= 2 && ref.front() == '"';
  if (!text) return ref == "null" ? "null" : "the number " + ref;
  const std::string inner = ref.substr(1, ref.size() - 2);
  return inner.empty() ? "\"\"" : cut(inner, 12);
}

std::string close_text(std::string_view payload) {
  const auto code = conformance::close_code(payload);
  if (!code) return payload.empty() ? "close" : "close " + hex(payload, 8);
  const std::string reason = printable(payload.substr(2));
  return fmt::format("close {}{}{}", *code, reason.empty() ? "" : " ", reason);
}

std::string control_text(const Message& message) {
  const std::string payload = printable(message.payload);
  switch (message.opcode) {
    case Opcode::close: return close_text(message.payload);
    case Opcode::ping: return fmt::format("ping \"{}\"", payload);
    case Opcode::pong: return fmt::format("pong \"{}\"", payload);
    case Opcode::text:
    case Opcode::binary:
    case Opcode::continuation:
    case Opcode::reserved: break;
  }
  return fmt::format("opcode {}: {}", static_cast<int>(message.opcode), hex(message.payload, 16));
}

std::string fragment_note(const Message& message) {
  if (message.opcode != Opcode::continuation) return "the first fragment of a message";
  return message.fin ? "the last fragment" : "a fragment";
}

std::string happening_text(const Happening& happening) {
  switch (happening.kind) {
    case Happening::Kind::fin: return "TCP FIN";
    case Happening::Kind::reset: return "TCP RST";
    case Happening::Kind::bytes: return hex(happening.bytes, 16);
    case Happening::Kind::signal: return happening.text;
    case Happening::Kind::note: break;
  }
  return printable(happening.text);
}

std::string happening_note(const Happening& happening) {
  switch (happening.kind) {
    case Happening::Kind::fin: return "will send nothing more";
    case Happening::Kind::reset: return "the connection is gone";
    case Happening::Kind::bytes: return happening.text;
    case Happening::Kind::signal: return "the server is asked to stop";
    case Happening::Kind::note: break;
  }
  return "";
}

}  // namespace

std::vector<Explained> Narrator::explain(const Trace& trace) {
  Narrator narrator;
  std::vector<Explained> story;
  for (const Step& step : timeline(trace)) {
    Explained next = narrator.explain(step);
    next.number = story.size() + 1;
    story.push_back(std::move(next));
  }
  return story;
}

Explained Narrator::explain(const Step& step) {
  Explained explained{.step = step, .connection = step.entry ? step.entry->connection : ""};
  switch (step.kind) {
    case Step::Kind::request: explain_request(*step.entry, explained); break;
    case Step::Kind::response: explain_response(*step.entry, explained); break;
    case Step::Kind::unanswered: explained.said = {"(no answer)", step.entry->error}; break;
    case Step::Kind::frame: explain_frame(*step.message, explained); break;
    case Step::Kind::happening:
      explained.said = {happening_text(*step.happening), happening_note(*step.happening)};
  }
  return explained;
}

void Narrator::explain_frame(const Message& message, Explained& explained) {
  Client& client = clients_[explained.connection];
  const bool whole = message.fin && message.opcode != Opcode::continuation;
  if (!whole) {
    explained.said = {printable(message.payload), fragment_note(message)};
  } else if (message.opcode == Opcode::text) {
    explained.said = said_text(message.payload, explained);
    if (message.compressed) explained.said.note += ", compressed";
  } else if (message.opcode == Opcode::binary) {
    explained.said = said_binary(message.payload, explained);
  } else {
    explained.said.text = control_text(message);
    if (message.opcode == Opcode::close) {
      explained.said.note = client.closing ? "agrees: the end"
                            : message.sent ? "says goodbye"
                                           : "closes";
      client.closing = true;
    }
  }
}

Said Narrator::said_text(std::string_view text, Explained& explained) {
  const std::string shown = text.empty() ? "(an empty frame)" : printable(text);
  const auto message = read_text_message(text);
  if (!message) return {shown, explained.step.by_server ? "" : "not a Channels message"};
  return said_message(shown, *message, explained);
}

Said Narrator::said_binary(std::string_view bytes, Explained& explained) {
  const auto message = read_binary_message(bytes, explained.step.by_server);
  if (!message)
    return {"binary " + (bytes.empty() ? "(empty)" : hex(bytes, 20)), "not a Channels message"};
  return said_message(described(*message, explained.step.by_server), *message, explained);
}

Said Narrator::said_message(std::string text, const ChannelMessage& message, Explained& explained) {
  return {std::move(text), explained.step.by_server ? server_note(message, explained)
                                                    : client_note(message, explained)};
}

std::string Narrator::client_note(const ChannelMessage& message, const Explained& explained) {
  Client& client = clients_[explained.connection];
  // Numbered when the story has it: for now, by the time that orders it.
  client.asked[message.ref] = {.number = 0, .at = explained.step.at};
  if (message.topic == "phoenix" && message.event == "heartbeat") return "a heartbeat";
  const auto joined = client.joined.find(message.topic);
  if (message.event == "phx_join") {
    const bool again = joined != client.joined.end();
    client.joined[message.topic] = message.join_ref;
    return again ? "joins again" : "joins";
  }
  if (message.event == "phx_leave") return "leaves";
  const bool binary = message.form == ChannelMessage::Form::binary_push;
  if (joined == client.joined.end()) return "an event on a topic that is not joined";
  if (message.join_ref != "null" && joined->second != message.join_ref)
    return "an event with a stale join_ref";
  if (message.ref == "null") return "an event without a ref";
  return binary ? "an event with bytes" : "an event";
}

std::string Narrator::reply_note(const ChannelMessage& message, Explained& explained) {
  const auto& asked = clients_[explained.connection].asked;
  const auto question = asked.find(message.ref);
  const std::string status = cut(printable(message.status), 20);
  if (message.ref == "null" || question == asked.end()) return "a reply without a ref: " + status;
  explained.answered_after = explained.step.at - question->second.at;
  return fmt::format("answers ref {}: {}", spoken(message.ref), status);
}

std::string Narrator::server_note(const ChannelMessage& message, Explained& explained) {
  Client& client = clients_[explained.connection];
  const bool v1 = message.form == ChannelMessage::Form::v1;
  const std::string& join_ref = v1 ? message.ref : message.join_ref;
  if (message.event == "phx_reply") {
    const bool refused = message.status == "error" && client.joined[message.topic] == message.ref;
    if (refused || client.joined[message.topic].empty()) client.joined.erase(message.topic);
    return reply_note(message, explained);
  }
  if (message.event == "phx_close" || message.event == "phx_error") {
    if (client.joined[message.topic] == join_ref) client.joined.erase(message.topic);
    return fmt::format("join_ref {} {}", spoken(join_ref),
                       message.event == "phx_close" ? "is closed" : "has crashed");
  }
  if (message.form == ChannelMessage::Form::binary_broadcast) return "a broadcast";
  if (v1 && message.ref == "null") return "a push or a broadcast";
  if (message.ref != "null") return "";
  return message.join_ref == "null" ? "a broadcast" : "a push";
}

}  // namespace phx::trace
