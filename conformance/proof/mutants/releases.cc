/// Older releases of the framework, as far as the wire shows: the suite must recognise them, and
/// name them as the nearest.

#include <algorithm>
#include <sstream>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

using Frames = std::vector<Frame>;
using Messages = std::vector<Message>;

/// A link's record of a joined topic: the join_ref, while the channel lives.
std::string& joined(Link& link, const Message& m) { return link.notes["join_ref of " + m.topic]; }
std::string& join_in_hand(Link& link, const Message& m) { return link.notes["join of " + m.topic]; }

void note_join(Link& link, const Message& m) {
  joined(link, m) = m.join_ref;
  join_in_hand(link, m) = m.ref;
}
/// Notices refused joins, and channels' ends.
Messages note_end(Link& link, Message m) {
  const bool refused = m.is_reply() && m.ref == join_in_hand(link, m) &&
                       m.payload.find(R"("status":"error")") != std::string::npos;
  const bool over = (closing(m) || erring(m)) && m.ref == joined(link, m);
  if (refused || over) joined(link, m).clear();
  return {std::move(m)};
}

/// Up to 1.8.11: if a topic was joined with a join_ref, a message without one is stale; if it was
/// joined without, any join_ref matches. Leaves were always judged so.
Messages heed_join_ref(Link& link, Message m) {
  const std::string& current = joined(link, m);
  if (m.is_heartbeat()) return {std::move(m)};  // that topic is never joined
  if (m.event == "phx_join") {
    note_join(link, m);
  } else if (current == "null") {
    m.join_ref = current;
  } else if (m.join_ref == "null" && !current.empty()) {
    return {};
  }
  return {std::move(m)};
}
/// Up to 1.8.2: an event's join_ref is ignored.
Messages overlook_join_ref(Link& link, Message m) {
  const std::string& current = joined(link, m);
  if (m.event == "phx_join" || m.event == "phx_leave") return heed_join_ref(link, std::move(m));
  if (!current.empty()) m.join_ref = current;
  return {std::move(m)};
}

/// Up to 1.8.9: phx_error has an empty payload, a poll's token is only in its query, and polls'
/// answers are stored like any page.
Messages hush_crash(Link&, Message m) {
  if (erring(m) && m.payload.find("channel_crash") != std::string::npos) m.payload = "{}";
  return {std::move(m)};
}
std::optional<Response> forget_token_header(Link&, Request& request) {
  request = request.without("x-phoenix-longpoll-token");
  return std::nullopt;
}

void store_polls(Link&, const Request& request, Response& response) {
  if (request.target.find("/longpoll") == std::string::npos) return;
  for (auto& [name, value] : response.headers) {
    if (name == "cache-control") value = "max-age=0, private, must-revalidate";
  }
}

/// Up to 1.8.8, and up to 1.7.23: topics and lines without a limit. The messages that the good
/// server refuses are made here.
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

/// The same as overlook_join_ref in binary.
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

/// Up to 1.7: there are no auth tokens, nor a mount's option for them.
std::optional<Response> lack_auth(Link&, const Request& request) {
  if (!request.target.starts_with("/auth/")) return std::nullopt;
  return Response{404};
}

/// Up to 1.7.9: the adapter's exception about an upgrade is not rescued.
void raise_for_bad_upgrades(Link&, const Request& request, Response& response) {
  const bool upgrades =
      request.method == "GET" && request.target.find("/websocket") != std::string::npos;
  // Its sentence names the wrong header. Without a host the HTTP server itself refuses.
  const bool header_is_wrong =
      response.body.starts_with("'") || response.body.starts_with("HTTP version");
  if (upgrades && response.status == 400 && header_is_wrong) response = Response{500};
}

/// Up to 1.7.6: each line of a batch is text, so one of base64 ends the session.
std::optional<Response> take_lines_for_text(Link&, const Request& request) {
  const bool batch =
      std::any_of(request.headers.begin(), request.headers.end(),
                  [](const auto& header) { return header.second == "application/x-ndjson"; });
  if (request.method != "POST" || !batch) return std::nullopt;
  std::istringstream lines(request.body);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) continue;
    return Response{200, {{"content-type", "application/json"}}, R"({"status":408})"};
  }
  return std::nullopt;
}

using OnRequest = std::function<std::optional<Response>(Link&, Request&)>;

/// A post is treated like a frame; `first` gets the request before. Batches stay as they are.
OnRequest posting(Tamper::OnMessage up, OnRequest first = {}) {
  return [up = std::move(up), first = std::move(first)](Link& link, Request& request) {
    std::optional<Response> taken;
    if (first) taken = first(link, request);
    if (taken) return taken;
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

/// The treatment of requests in 1.7, after `first`.
OnRequest in_1_7(OnRequest first = {}) {
  return posting(overlook_join_ref, [first](Link& link, Request& request) {
    std::optional<Response> taken = lack_auth(link, request);
    if (!taken && first) taken = first(link, request);
    return taken ? taken : forget_token_header(link, request);
  });
}

RELEASE("as-1.8.11", "an event or a leave without a join_ref is dropped", "1.8.11") {
  return {.down = note_end, .up = heed_join_ref, .request = posting(heed_join_ref)};
}

RELEASE("as-1.8.9",
        "and phx_error gives no reason, a poll's token is in its query, polls are stored",
        "1.8.9") {
  return {.down = then(note_end, hush_crash),
          .up = heed_join_ref,
          .request = posting(heed_join_ref, forget_token_header),
          .response = store_polls};
}

/// Both of what 1.8.9 limits.
Messages be_boundless(Link& link, Message m) {
  return then(take_every_topic, answer_line_101)(link, std::move(m));
}

RELEASE("as-1.8.8", "and topics and lines are not limited", "1.8.8") {
  return {.down = then(note_end, then(hush_crash, be_boundless)),
          .up = heed_join_ref,
          .request = posting(heed_join_ref, forget_token_header),
          .response = store_polls};
}

RELEASE("as-1.8.7", "and a disconnect closes with 1000", "1.8.7") {
  return {.down = then(note_end, then(hush_crash, be_boundless)),
          .up = heed_join_ref,
          .down_frame = close_with_1000,
          .request = posting(heed_join_ref, forget_token_header),
          .response = store_polls};
}

RELEASE("as-1.8.2", "and stale join_refs are ignored, and null ones accepted", "1.8.2") {
  return {.down = then(note_end, then(hush_crash, be_boundless)),
          .up = overlook_join_ref,
          .down_frame = close_with_1000,
          .up_frame = freshen_binary,
          .request = posting(overlook_join_ref, forget_token_header),
          .response = store_polls};
}

RELEASE("as-1.7.24", "like 1.8.2 with limits on topics and lines, and without auth tokens",
        "1.7.24") {
  return {.down = then(note_end, hush_crash),
          .up = overlook_join_ref,
          .down_frame = close_with_1000,
          .up_frame = freshen_binary,
          .request = in_1_7(),
          .response = store_polls};
}

RELEASE("as-1.7.21", "and without those limits", "1.7.21") {
  return {.down = then(note_end, then(hush_crash, be_boundless)),
          .up = overlook_join_ref,
          .down_frame = close_with_1000,
          .up_frame = freshen_binary,
          .request = in_1_7(),
          .response = store_polls};
}

void answer_as_1_7_9(Link& link, const Request& request, Response& response) {
  store_polls(link, request, response);
  raise_for_bad_upgrades(link, request, response);
}

RELEASE("as-1.7.9", "and a GET without upgrade headers is answered 500", "1.7.9") {
  return {.down = then(note_end, then(hush_crash, be_boundless)),
          .up = overlook_join_ref,
          .down_frame = close_with_1000,
          .up_frame = freshen_binary,
          .request = in_1_7(),
          .response = answer_as_1_7_9};
}

RELEASE("as-1.7.0", "and each line of a batch is text", "1.7.0") {
  return {.down = then(note_end, then(hush_crash, be_boundless)),
          .up = overlook_join_ref,
          .down_frame = close_with_1000,
          .up_frame = freshen_binary,
          .request = in_1_7(take_lines_for_text),
          .response = answer_as_1_7_9};
}

}  // namespace
}  // namespace phx::conformance
