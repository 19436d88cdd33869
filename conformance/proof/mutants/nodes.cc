/// Mutants of many nodes: each node of the cluster is behind one of these, a process of its own.

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

using Messages = std::vector<Message>;

/// Shared by all links of one node.
std::string& noted(Link& link, const std::string& name) { return link.all().front().notes[name]; }

/// Records the topics that are published on at this node.
Messages remember(Link& link, Message m) {
  if (m.event.starts_with("broadcast") || m.event == "intercept") {
    noted(link, "published on " + m.topic) = "yes";
  }
  if (m.event == "disconnect") noted(link, "asked") = "yes";
  return {std::move(m)};
}

/// Whether another node published it.
bool from_elsewhere(Link& link, const Message& m) {
  return broadcast(m) && m.event == "broadcasted" && noted(link, "published on " + m.topic).empty();
}

/// Changes a broadcast of another node.
Tamper on_way_from_elsewhere(void (*change)(Message&)) {
  return {.down =
              [change](Link& link, Message m) {
                if (from_elsewhere(link, m)) change(m);
                return Messages{std::move(m)};
              },
          .up = remember};
}

MUTANT("broadcasts-stay-at-home", "a broadcast reaches only its own node's members", "M-01") {
  return {.down =
              [](Link& link, Message m) {
                return from_elsewhere(link, m) ? Messages{} : Messages{std::move(m)};
              },
          .up = remember};
}

MUTANT("first-from-elsewhere-lost", "a member misses the first broadcast of another node", "M-02") {
  return {.down =
              [](Link& link, Message m) {
                const bool lost =
                    from_elsewhere(link, m) && link.notes["missed on " + m.topic].empty();
                if (lost) link.notes["missed on " + m.topic] = "yes";
                return lost ? Messages{} : Messages{std::move(m)};
              },
          .up = remember};
}

MUTANT("nodes-shuffle-broadcasts", "broadcasts of another node overtake each other", "M-03") {
  return {.down = overtaken([](Link& link, const Message& m) {
            return from_elsewhere(link, m) && m.payload.ends_with("7}");
          }),
          .up = remember};
}

MUTANT("intercepts-at-home-alone", "an intercepted event of another node bypasses the channels",
       "M-04") {
  return {.down =
              [](Link& link, Message m) {
                const bool past =
                    m.event == "intercepted" && noted(link, "published on " + m.topic).empty();
                if (past) m.payload = R"({"x":1})";
                return Messages{std::move(m)};
              },
          .up = remember};
}

MUTANT("bytes-from-elsewhere-cut", "a binary broadcast of another node ends at its first NUL",
       "M-05") {
  return {.down_frame =
              [](Link& link, Frame frame) {
                const bool elsewhere = noted(link, "published bytes").empty();
                const std::size_t data = frame.payload.find(std::string("\0\1\2", 3));
                if (elsewhere && frame.opcode == Opcode::binary && data != std::string::npos) {
                  frame.payload.resize(data);
                }
                return std::vector<Frame>{std::move(frame)};
              },
          .up_frame =
              [](Link& link, Frame frame) {
                if (frame.opcode == Opcode::binary) noted(link, "published bytes") = "yes";
                return std::vector<Frame>{std::move(frame)};
              }};
}

MUTANT("nodes-know-no-fractions", "a number loses its fraction on the way to another node",
       "M-06") {
  return on_way_from_elsewhere([](Message& m) {
    const std::size_t at = m.payload.find("0.5");
    if (at != std::string::npos) m.payload.replace(at, 3, "0");
  });
}

MUTANT("disconnects-stay-at-home", "a disconnect closes only its own node's connections", "M-07") {
  return {.up = remember,
          .down_frame =
              [](Link& link, Frame frame) {
                const bool hidden = frame.opcode == Opcode::close && noted(link, "asked").empty();
                return hidden ? std::vector<Frame>{} : std::vector<Frame>{std::move(frame)};
              },
          .server_gone = [](Link& link) { return noted(link, "asked").empty(); }};
}

MUTANT("leavers-hear-elsewhere", "a member that has left still gets another node's broadcasts",
       "M-08") {
  return {.down =
              [](Link& link, Message m) {
                if (closing(m)) link.notes["left"] = m.topic;
                if (!from_elsewhere(link, m) || link.notes["left"].empty()) {
                  return Messages{std::move(m)};
                }
                Message stray = m;
                stray.topic = link.notes["left"];
                return Messages{std::move(stray), std::move(m)};
              },
          .up = remember};
}

MUTANT("crash-cuts-a-node-off", "after a crash a client gets nothing from other nodes", "M-09") {
  return {.down =
              [](Link& link, Message m) {
                if (erring(m)) link.notes["crashed"] = "yes";
                const bool lost = from_elsewhere(link, m) && !link.notes["crashed"].empty();
                return lost ? Messages{} : Messages{std::move(m)};
              },
          .up = remember};
}

// --- Presence -----------------------------------------------------------------------------------

/// A diff of none of the users who are connected to this node.
bool diff_from_elsewhere(Link& link, const Message& m) {
  if (m.event != "presence_diff") return false;
  for (const Link& one : link.all()) {
    const std::string& target = one.target();
    const std::size_t at = target.find("user_id=");
    if (at == std::string::npos) continue;
    const std::string user = target.substr(at + 8, target.find('&', at) - at - 8);
    if (m.payload.find('"' + user + "\":") != std::string::npos) return false;
  }
  return true;
}
bool joins(const Message& m) { return m.payload.find(R"("joins":{})") == std::string::npos; }
bool leaves(const Message& m) { return m.payload.find(R"("leaves":{})") == std::string::npos; }

MUTANT("presences-stay-at-home", "a node's members get only its own presences", "M-10") {
  return {.down = [](Link& link, Message m) {
    return diff_from_elsewhere(link, m) && joins(m) ? Messages{} : Messages{std::move(m)};
  }};
}

MUTANT("leaves-stay-at-home", "a node's members do not get other nodes' leaves", "M-11 M-12") {
  return {.down = [](Link& link, Message m) {
    return diff_from_elsewhere(link, m) && leaves(m) ? Messages{} : Messages{std::move(m)};
  }};
}

MUTANT("updates-add-elsewhere", "an update adds a meta in the lists at other nodes", "M-13") {
  return {.down = [](Link& link, Message m) {
    if (diff_from_elsewhere(link, m) && joins(m) && leaves(m)) {
      const std::size_t at = m.payload.find(R"("leaves":)");
      m.payload = m.payload.substr(0, at) + R"("leaves":{}})";
    }
    return Messages{std::move(m)};
  }};
}

}  // namespace
}  // namespace phx::conformance
