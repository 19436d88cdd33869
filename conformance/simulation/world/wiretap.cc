/// Cuts the bytes of a connection into frames, and judges each.

#include "conformance/simulation/world/wiretap.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "conformance/simulation/machine/wire.h"
#include "conformance/simulation/world/liar.h"
#include "conformance/simulation/world/stranger.h"
#include "json/json.h"

namespace phx::simulation {
namespace {

constexpr std::size_t shown = 120;  // bytes of a frame
const char* arrow(bool to_client) { return to_client ? "◀──" : "──▶"; }

bool is_ok(const SeenFrame& reply) {
  return reply.payload.ends_with(R"("status":"ok"})") ||
         reply.payload.starts_with(R"({"status":"ok")");
}

/// `"member":7` of a join's answer.
Oracle::Number member_in(std::string_view payload) {
  constexpr std::string_view key = R"("member":)";
  const std::size_t at = payload.find(key);
  if (at == payload.npos) return 0;
  Oracle::Number number = 0;
  for (const char digit : payload.substr(at + key.size())) {
    if (digit < '0' || digit > '9') break;
    number = number * 10 + static_cast<Oracle::Number>(digit - '0');
  }
  return number;
}

/// A whole HTTP message at the beginning of `bytes`: its head, and its body. False if more must
/// come.
bool read_message(std::string_view bytes, std::string_view& head, std::string_view& body) {
  constexpr std::string_view length = "content-length: ";
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == bytes.npos) return false;
  head = bytes.substr(0, end + 4);
  std::size_t size = 0;
  const std::size_t at = head.find(length);
  for (std::size_t i = at + length.size(); at != head.npos && head[i] != '\r'; ++i) {
    size = size * 10 + static_cast<std::size_t>(head[i] - '0');
  }
  if (bytes.size() - head.size() < size) return false;
  body = bytes.substr(head.size(), size);
  return true;
}

/// RFC 6455, 5.2.
struct Head {
  unsigned opcode = 0;
  std::size_t head = 0;
  std::size_t size = 0;
  std::size_t mask = 0;  ///< Where the masking key is; 0: nowhere.
};
bool read_head(std::string_view bytes, Head& head) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  if (bytes.size() < 2) return false;
  head.opcode = byte(0) & 0x0fU;
  head.size = byte(1) & 0x7fU;
  head.head = 2;
  const std::size_t more = head.size == 126 ? 2 : head.size == 127 ? 8 : 0;
  if (bytes.size() < head.head + more) return false;
  if (more > 0) head.size = 0;
  for (std::size_t i = 0; i < more; ++i) head.size = head.size << 8 | byte(head.head + i);
  head.head += more;
  if ((byte(1) & 0x80U) != 0) {
    head.mask = head.head;
    head.head += 4;
  }
  return bytes.size() >= head.head + head.size;
}

std::string payload_of(std::string_view bytes, const Head& head) {
  std::string payload(bytes.substr(head.head, head.size));
  if (head.mask == 0) return payload;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(payload[i] ^ bytes[head.mask + i % 4]);
  }
  return payload;
}

}  // namespace

void Wiretap::carried(const Wire& wire, bool to_client, std::string_view bytes) {
  const std::string& owner = wire.access().owner;
  const bool of_a_node = owner.starts_with("server");  // to Redis
  if (of_a_node || owner.starts_with(liar_name) || owner.starts_with(stranger_name)) return;
  Conversation& of = conversations_[wire.number()];
  of.owner = wire.access().owner;
  of.wire = wire.number();
  latest_[of.owner] = std::max(latest_[of.owner], of.wire);
  std::string& unread = of.unread[to_client ? 1 : 0];
  unread += bytes;
  if (of.polls) return read_http(wire, of, to_client);
  if (!of.open[to_client ? 1 : 0]) {
    const std::size_t end = unread.find("\r\n\r\n");
    if (end == std::string::npos) return;
    journal_.tell(machine_.agenda.now(), "{:>6} {} {}", wire.access().owner, arrow(to_client),
                  unread.substr(0, std::min(unread.find("\r\n"), shown)));
    of.polls = !to_client && unread.find("/websocket?") == std::string::npos;
    if (of.polls) return read_http(wire, of, to_client);
    unread.erase(0, end + 4);
    of.open[to_client ? 1 : 0] = true;
  }
  read(wire, of, to_client);
}

void Wiretap::ended(const Wire& wire, bool clients_end, const std::string& why) {
  journal_.tell(machine_.agenda.now(), "{:>6} {}   the {}'s end of connection {} has ended{}",
                wire.access().owner, clients_end ? "✗" : " ", clients_end ? "client" : "server",
                wire.number() % 1'000'000, why.empty() ? "" : ": " + why);
  const auto found = conversations_.find(wire.number());
  if (found == conversations_.end()) return;
  (clients_end ? found->second.client_ended : found->second.server_ended) = true;
  if (found->second.client_ended && found->second.server_ended) conversations_.erase(found);
}

bool Wiretap::is_held(const std::string& owner) const {
  return std::ranges::any_of(conversations_, [&](const auto& one) {
    const Conversation& of = one.second;
    return of.owner == owner && !of.client_ended && !of.server_ended && !of.requests.empty() &&
           of.requests.front() == "GET";
  });
}

void Wiretap::check_rest() {
  for (const auto& [wire, of] : conversations_) {
    if (of.polls || of.client_ended || of.server_ended) continue;
    if (const auto missing = of.predicted.unanswered(machine_.agenda.now())) {
      oracle_.violated(invariants::predicted, fmt::format("wire {}: {}", wire, *missing));
    }
    std::set<std::string_view> topics;
    for (const auto& [join_ref, topic] : of.joined) {
      if (topics.insert(topic).second && oracle_.is_member(of.owner, topic)) continue;
      oracle_.violated(invariants::one_end,
                       fmt::format("wire {}: the join {} of {} has ended, and {} does not know",
                                   wire, join_ref, topic, of.owner));
    }
  }
}

void Wiretap::read(const Wire& wire, Conversation& of, bool to_client) {
  std::string& unread = of.unread[to_client ? 1 : 0];
  std::size_t at = 0;
  Head head;
  while (read_head(std::string_view(unread).substr(at), head)) {
    const std::string payload = payload_of(std::string_view(unread).substr(at), head);
    at += head.head + head.size;
    if (head.opcode == 1) hear(wire, of, to_client, payload);
  }
  unread.erase(0, at);
}

void Wiretap::hear(const Wire& wire, Conversation& of, bool to_client, const std::string& text) {
  ++frames_;
  SeenFrame seen;
  const bool is_frame = see(text, seen);
  note(wire, to_client, text, is_frame && seen.topic == "phoenix");
  if (!is_frame) {
    return oracle_.violated(invariants::own_reply,
                            "a frame that can't be read: " + text.substr(0, shown));
  }
  states_.insert(state(of, seen, to_client));
  to_client ? from_server(wire.number(), of, seen) : from_client(of, seen);
}

std::string Wiretap::state(const Conversation& of, const SeenFrame& seen, bool to_client) const {
  constexpr std::ptrdiff_t many = 3;
  const auto on_topic = [&](const auto& of_join) { return of_join.second == seen.topic; };
  const auto asked_there = [&](const auto& one) { return one.second.topic == seen.topic; };
  const bool current = seen.join_ref.empty() || of.joined.contains(std::string(seen.join_ref));
  return fmt::format("{} {} joins={} asked={}{}{}{}{}{}{}", arrow(to_client), seen.event,
                     std::min(std::ranges::count_if(of.joined, on_topic), many),
                     std::min(std::ranges::count_if(of.asked, asked_there), many),
                     oracle_.is_member(of.owner, std::string(seen.topic)) ? " member" : "",
                     current ? "" : " other-join", of.crashing.empty() ? "" : " crashing",
                     of.client_ended || of.server_ended ? " ended" : "", of.polls ? " polls" : "",
                     oracle_.troubled_between_nodes() ? " troubled" : "");
}

// --- Long-polling -------------------------------------------------------------------------------

void Wiretap::read_http(const Wire& wire, Conversation& of, bool to_client) {
  std::string& unread = of.unread[to_client ? 1 : 0];
  std::size_t at = 0;
  std::string_view head, body;
  while (read_message(std::string_view(unread).substr(at), head, body)) {
    at += head.size() + body.size();
    if (!to_client) {
      of.requests.emplace_back(head.substr(0, head.find(' ')));
      if (of.requests.back() == "POST") posted(wire, body);
      continue;
    }
    if (of.requests.empty()) {
      oracle_.violated(invariants::own_reply, "an answer without a request: " + std::string(body));
      break;
    }
    const bool goes_on = head.find("connection: close") == head.npos;
    if (of.requests.front() == "GET" && goes_on) oracle_.answers_poll(wire.access().owner);
    if (of.requests.front() == "GET") polled(wire, body);
    of.requests.pop_front();
  }
  unread.erase(0, at);
}

/// One message a line.
void Wiretap::posted(const Wire& wire, std::string_view body) {
  Conversation& session = sessions_[wire.access().owner];
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    hear(wire, session, false, std::string(body.substr(0, end)));
    body.remove_prefix(std::min(end + 1, body.size()));
  }
}

/// A client that misses an answer begins a new session, so nothing is missing in one.
void Wiretap::polled(const Wire& wire, std::string_view body) try {
  const Json answer = Json::parse(body);
  Conversation& session = sessions_[wire.access().owner];
  if (answer["status"] == Json(410)) {
    session = Conversation();
    session.owner = wire.access().owner;
    session.polls = true;
  }
  const Json messages = answer["messages"];
  for (std::size_t i = 0; i < messages.size(); ++i) {
    hear(wire, session, true, messages[i].string_or(""));
  }
} catch (const JsonError&) {
  oracle_.violated(invariants::own_reply, "an answer that can't be read: " + std::string(body));
}

// --- Frames -------------------------------------------------------------------------------------

/// Heartbeats would fill a story.
void Wiretap::note(const Wire& wire, bool to_client, const std::string& text, bool heartbeat) {
  const Clock::time_point now = machine_.agenda.now();
  const std::string& owner = wire.access().owner;
  const std::string line = text.size() > shown ? text.substr(0, shown) + " …" : text;
  if (heartbeat) {
    journal_.line(now, "{:>6} {} {}", owner, arrow(to_client), line);
  } else {
    journal_.tell(now, "{:>6} {} {}", owner, arrow(to_client), line);
  }
  if (journal_.keeps()) passed_.push_back({wire.number(), owner, now, to_client, text});
}

void Wiretap::from_client(Conversation& of, const SeenFrame& seen) {
  of.predicted.asked(seen, machine_.agenda.now());
  of.asked[std::string(seen.ref)] = {std::string(seen.topic), std::string(seen.join_ref),
                                     seen.event == "phx_join"};
  if (seen.event == "crash") of.crashing.emplace(seen.join_ref);
  const std::string topic(seen.topic);
  if (seen.event == "phx_leave") of.occupied.erase(topic);
  if (seen.event != "phx_join") return;
  if (of.polls) return;  // the client says it
  if (!of.occupied.emplace(topic, seen.join_ref).second) {
    oracle_.violated(invariants::joins_once,
                     fmt::format("{} joins {} by the join_ref {}, and has not left it", of.owner,
                                 topic, seen.join_ref));
  }
  if (is_latest(of)) oracle_.joins(of.owner, topic, ++of.joins[topic]);
}

void Wiretap::from_server(int wire, Conversation& of, const SeenFrame& seen) {
  const std::string who = fmt::format("wire {}: {} on {} with the join_ref {} and the ref {}", wire,
                                      seen.event, seen.topic, seen.join_ref, seen.ref);
  if (const auto wrong = of.predicted.wrong(seen, oracle_, alone_)) {
    oracle_.violated(invariants::predicted,
                     fmt::format("{}: {}, got {}", who, *wrong, seen.payload.substr(0, shown)));
  }
  const auto is_over = [&of](std::string_view topic, std::string_view join_ref) {
    const auto found = of.occupied.find(std::string(topic));
    if (found != of.occupied.end() && found->second == join_ref) of.occupied.erase(found);
  };
  if (seen.event == "phx_reply") {
    const auto asked = of.asked.find(std::string(seen.ref));
    // A topic that is not joined has no join_ref to answer with.
    const bool unmatched = seen.join_ref.empty() && !is_ok(seen);
    if (asked == of.asked.end() || asked->second.topic != seen.topic ||
        (asked->second.join_ref != seen.join_ref && !unmatched)) {
      return oracle_.violated(invariants::own_reply, who + " answers nothing, or something again");
    }
    if (asked->second.join && is_ok(seen)) {
      of.joined.emplace(seen.join_ref, seen.topic);
      if (!of.polls && is_latest(of)) {
        oracle_.seated(of.owner, std::string(seen.topic), member_in(seen.payload));
      }
    }
    if (asked->second.join && !is_ok(seen)) is_over(asked->second.topic, asked->second.join_ref);
    of.asked.erase(asked);
  } else if (seen.event == "phx_close" || seen.event == "phx_error") {
    is_over(seen.topic, seen.join_ref);
    if (of.joined.erase(std::string(seen.join_ref)) == 0) {
      oracle_.violated(invariants::one_end, who + " ends what has not begun, or has ended");
    }
    if (seen.event == "phx_error" && !of.crashing.contains(std::string(seen.join_ref))) {
      oracle_.violated(invariants::one_end, who + " is a crash that nobody asked for");
    }
  } else if (!seen.join_ref.empty()) {
    if (!of.joined.contains(std::string(seen.join_ref))) {
      oracle_.violated(invariants::join_ref, who + " belongs to no living join");
    }
  } else {
    for (const auto& [join_ref, topic] : of.joined) {
      if (topic == seen.topic) return;
    }
    oracle_.violated(invariants::join_ref, who + " is a broadcast on a topic without a join");
  }
}

}  // namespace phx::simulation
