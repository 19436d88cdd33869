/// Older releases of the framework, as far as they show on the wire: what the suite must take for
/// them, and name as the nearest.

#include "conformance/mutants/link.h"
#include "conformance/mutants/mutant.h"

namespace phx::conformance {
namespace {

using Frames = std::vector<Frame>;
using Messages = std::vector<Message>;

/// Up to 1.8.11: an event without a join_ref is dropped, as one with a stale join_ref is.
Messages drop_null_join_ref(Link& link, Message m) {
  std::string& joined = link.notes["join_ref of " + m.topic];
  if (m.event == "phx_join") joined = m.join_ref;
  const bool event = m.event != "phx_join" && m.event != "phx_leave" && !m.v1 && !m.is_heartbeat();
  const bool stale = event && m.join_ref == "null" && !joined.empty() && joined != "null";
  return stale ? Messages{} : Messages{std::move(m)};
}

/// Up to 1.8.9: phx_error says nothing more, and the token of a poll stands in its query alone.
Messages hush_crash(Link&, Message m) {
  if (erring(m)) m.payload = "{}";
  return {std::move(m)};
}
std::optional<Response> forget_token_header(Link&, Request& request) {
  request = request.without("x-phoenix-longpoll-token");
  return std::nullopt;
}

/// Up to 1.8.8: topics and lines without a limit. What the good server refuses is made up here.
Messages take_every_topic(Link&, Message m) {
  if (m.payload.find("too many channels joined") != std::string::npos) {
    m.payload = R"({"status":"ok","response":{}})";
  }
  return {std::move(m)};
}
Messages answer_line_101(Link&, Message m) {
  Messages all{m};
  const bool last_line = m.is_heartbeat() && m.ref == "\"100\"";
  if (last_line) all.push_back({"null", "\"101\"", m.topic, m.event, m.payload, m.v1});
  return all;
}

/// Up to 1.8.7: a `disconnect` closes with the HTTP server's own code.
Frames close_with_1000(Link&, Frame frame) {
  const bool disconnect = frame.opcode == Opcode::close && close_code(frame.payload) == 1001;
  if (disconnect) frame.payload = close_payload(1000);
  return {std::move(frame)};
}

/// Up to 1.8.2: nobody looks at the join_ref of an event. Of a leave it is looked at.
Messages freshen(Link& link, Message m) {
  std::string& current = link.notes["join_ref of " + m.topic];
  if (m.event == "phx_join") {
    current = m.join_ref;
  } else if (!current.empty() && m.event != "phx_leave") {
    m.join_ref = current;
  }
  return {std::move(m)};
}
/// The same in binary.
Frames freshen_binary(Link& link, Frame frame) {
  std::string& bytes = frame.payload;
  const auto size = [&bytes](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  constexpr std::size_t head = 5;
  const bool push = frame.opcode == Opcode::binary && bytes.size() >= head && bytes[0] == 0 &&
                    bytes.size() >= head + size(1) + size(2) + size(3) + size(4);
  if (!push || bytes.find("phx_") != std::string::npos) return {std::move(frame)};
  const std::string topic = bytes.substr(head + size(1) + size(2), size(3));
  const std::string current = link.notes["join_ref of " + topic];
  if (current.size() < 2 || current.front() != '"') return {std::move(frame)};
  bytes.replace(head, size(1), current.substr(1, current.size() - 2));
  bytes[1] = static_cast<char>(current.size() - 2);
  return {std::move(frame)};
}

/// Up to 1.7: the answers to polls are stored like any page.
void store_polls(Link&, const Request& request, Response& response) {
  if (request.target.find("/longpoll") == std::string::npos) return;
  for (auto& [name, value] : response.headers) {
    if (name == "cache-control") value = "max-age=0, private, must-revalidate";
  }
}

using OnRequest = std::function<std::optional<Response>(Link&, Request&)>;

/// What is posted fares as what comes in a frame; `first` sees the request before. Batches are left
/// alone.
OnRequest posting(Tamper::OnMessage up, OnRequest first = {}) {
  return [up = std::move(up), first = std::move(first)](Link& link, Request& request) {
    if (first) first(link, request);
    std::optional<Response> taken;
    const auto message = request.method == "POST" ? read_message(request.body) : std::nullopt;
    if (!message) return taken;
    const Messages instead = up(link, *message);
    if (instead.empty()) {
      taken = Response{200, {{"content-type", "application/json"}}, R"({"status":200})"};
    } else if (instead.front().text() != message->text()) {
      request = request.without("content-length");
      request.body = instead.front().text();
    }
    return taken;
  };
}

/// One after the other.
Tamper::OnMessage then(Tamper::OnMessage first, Tamper::OnMessage second) {
  return [first = std::move(first), second = std::move(second)](Link& link, Message message) {
    Messages all;
    for (Message& one : first(link, std::move(message))) {
      for (Message& other : second(link, std::move(one))) all.push_back(std::move(other));
    }
    return all;
  };
}

RELEASE("as-1.8.11", "an event without a join_ref is dropped", "1.8.11") {
  return {.up = drop_null_join_ref, .request = posting(drop_null_join_ref)};
}

RELEASE("as-1.8.9", "and phx_error gives no reason, a poll's token is not read from a header",
        "1.8.9") {
  return {.down = hush_crash,
          .up = drop_null_join_ref,
          .request = posting(drop_null_join_ref, forget_token_header)};
}

RELEASE("as-1.8.8", "and topics and lines are not limited", "1.8.8") {
  return {.down = then(hush_crash, then(take_every_topic, answer_line_101)),
          .up = drop_null_join_ref,
          .request = posting(drop_null_join_ref, forget_token_header)};
}

RELEASE("as-1.8.7", "and a disconnect closes with 1000", "1.8.7") {
  return {.down = then(hush_crash, then(take_every_topic, answer_line_101)),
          .up = drop_null_join_ref,
          .down_frame = close_with_1000,
          .request = posting(drop_null_join_ref, forget_token_header)};
}

RELEASE("as-1.8.2", "and stale join_refs are not looked at, null ones taken", "1.8.2") {
  return {.down = then(hush_crash, then(take_every_topic, answer_line_101)),
          .up = freshen,
          .down_frame = close_with_1000,
          .up_frame = freshen_binary,
          .request = posting(freshen, forget_token_header)};
}

RELEASE("as-1.7.21", "and the answers to polls may be stored", "1.7.21") {
  return {.down = then(hush_crash, then(take_every_topic, answer_line_101)),
          .up = freshen,
          .down_frame = close_with_1000,
          .up_frame = freshen_binary,
          .request = posting(freshen, forget_token_header),
          .response = store_polls};
}

}  // namespace
}  // namespace phx::conformance
