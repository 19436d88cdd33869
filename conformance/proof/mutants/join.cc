/// J: servers that join wrongly.

#include <algorithm>
#include <utility>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

using Messages = std::vector<Message>;

bool refusal(const Message& m) {
  return m.is_reply() && m.payload.find(R"("status":"error")") != std::string::npos;
}
bool unmatched(const Message& m) { return m.payload.find("unmatched topic") != std::string::npos; }
bool join(const Message& m) { return m.event == "phx_join"; }

Message error_reply(const Message& to) {
  return {to.join_ref, to.ref, to.topic, "phx_reply", R"({"status":"error","response":{}})", to.v1};
}

MUTANT("none", "nothing is broken: the good server, judged through the proxy", "") { return {}; }

MUTANT("join-reply-without-join-ref", "the reply to a join has lost its join_ref", "J-01 P-15") {
  return {.down =
              [](Link& link, Message m) {
                if (reply(m) && link.notes["joins by"] == m.ref) m.join_ref = "null";
                return Messages{std::move(m)};
              },
          .up =
              [](Link& link, Message m) {
                if (join(m)) link.notes["joins by"] = m.ref;
                return Messages{std::move(m)};
              }};
}

MUTANT("reply-with-a-third-key", "a reply's payload has an extra key", "J-02") {
  return on_way_down(reply, [](Message& m) { m.payload.insert(1, R"("time":1,)"); });
}

MUTANT("refusal-without-its-reason", "a refused join has no reason", "J-03") {
  return on_way_down(refusal,
                     [](Message& m) { m.payload = R"({"status":"error","response":{}})"; });
}

MUTANT("join-crash-in-other-words", "a join that crashed has the exception as its reason", "J-04") {
  return on_way_down(
      refusal, [](Message& m) { m.payload = replaced(m.payload, "join crashed", "RuntimeError"); });
}

MUTANT("unmatched-with-a-join-ref", "an unmatched topic's reply has a join_ref", "J-05 R-11") {
  return on_way_down(unmatched, [](Message& m) { m.join_ref = m.ref; });
}

MUTANT("join-payload-lost", "join does not get the client's payload", "J-06 J-03") {
  return on_way_up(join, [](Message& m) { m.payload = "{}"; });
}

MUTANT("unmatched-events-acknowledged", "an event on a topic that is not joined is answered ok",
       "J-07 L-03 L-12 R-11 K-04") {
  return on_way_down(unmatched, [](Message& m) { m.payload = R"({"status":"ok","response":{}})"; });
}

MUTANT("no-phx-close", "the client is not notified of a channel's normal end",
       "J-08 J-18 L-01 L-07 L-15 V-04") {
  return lost_on_way_down(closing);
}

/// Records the topics that were joined twice on their link.
bool joined_again(Link& link, const Message& m) {
  return m.is_join_reply() && !m.is_heartbeat() && link.notes["joined " + m.topic] == "again";
}
void note_join(Link& link, const Message& m) {
  std::string& note = link.notes["joined " + m.topic];
  if (join(m)) note = note.empty() ? "once" : "again";
}

MUTANT("close-before-the-new-reply", "the old join's phx_close overtakes the new join's reply",
       "J-09") {
  return {.down = overtaken(joined_again), .up = [](Link& link, Message m) {
            note_join(link, m);
            return Messages{std::move(m)};
          }};
}

MUTANT("old-join-still-listens", "after a second join a broadcast is delivered twice", "J-10") {
  return {.down =
              [](Link& link, Message m) {
                const bool twice = broadcast(m) && link.notes["joined " + m.topic] == "again";
                return twice ? Messages{m, m} : Messages{m};
              },
          .up =
              [](Link& link, Message m) {
                note_join(link, m);
                return Messages{std::move(m)};
              }};
}

MUTANT("leaving-one-leaves-all", "after a leave the socket's other topics are gone too", "J-11") {
  return {.up = [](Link& link, Message m) {
    if (m.event == "phx_leave") {
      link.notes["left"] = m.topic;
    } else if (!link.notes["left"].empty() && m.topic != link.notes["left"]) {
      m.topic = m.is_heartbeat() ? m.topic : "gone:" + m.topic;
    }
    return Messages{std::move(m)};
  }};
}

MUTANT("no-limit-on-topics", "the 101st join of a socket is accepted", "J-12") {
  return on_way_down(refusal, [](Message& m) {
    if (m.payload.find("too many") == std::string::npos) return;
    m.payload = R"({"status":"ok","response":{}})";
  });
}

MUTANT("pattern-blind-to-case", "a topic also matches in capitals", "J-14") {
  return on_way_up(join, [](Message& m) {
    std::transform(m.topic.begin(), m.topic.end(), m.topic.begin(), ::tolower);
  });
}

MUTANT("join-does-not-hold-back", "a heartbeat after a slow join is answered before it", "J-15") {
  return {.up = [](Link& link, Message m) {
    if (!m.is_heartbeat()) return Messages{std::move(m)};
    link.to_client({"null", m.ref, m.topic, "phx_reply", R"({"status":"ok","response":{}})", m.v1});
    return Messages{};
  }};
}

MUTANT("push-before-the-join-reply", "a channel's pushes after its join come before the reply",
       "J-16") {
  const auto joins_and_pushes = [](Link& link, const Message& m) {
    return m.is_join_reply() && link.notes["pushes"] == m.ref;
  };
  return {.down = overtaken(joins_and_pushes), .up = [](Link& link, Message m) {
            if (join(m) && m.payload.find("push") != std::string::npos)
              link.notes["pushes"] = m.ref;
            return Messages{std::move(m)};
          }};
}

MUTANT("one-state-for-all", "two sockets' channels of a topic count together", "J-17") {
  return {.down = [](Link& link, Message m) {
    const bool counts = m.payload.find(R"("count":)") != std::string::npos;
    const bool first = &link == &link.all().front();
    if (counts && !first) m.payload = replaced(m.payload, R"("count":)", R"("count":1)");
    return Messages{std::move(m)};
  }};
}

MUTANT("join-payload-must-be-an-object", "a join with another JSON value is refused", "J-19") {
  return {.up = [](Link& link, Message m) {
    if (!join(m) || m.payload.starts_with('{')) return Messages{std::move(m)};
    link.to_client(error_reply(m));
    return Messages{};
  }};
}

MUTANT("same-join-ref-keeps-its-channel",
       "a second join with the first one's join_ref starts nothing", "J-08 J-09") {
  return {.up = [](Link& link, Message m) {
    std::string& current = link.notes["join_ref of " + m.topic];
    if (!join(m)) return Messages{std::move(m)};
    if (std::exchange(current, m.join_ref) != m.join_ref) return Messages{std::move(m)};
    link.to_client(
        {m.join_ref, m.ref, m.topic, "phx_reply", R"({"status":"ok","response":{}})", m.v1});
    return Messages{};
  }};
}

MUTANT("null-join-closed-by-its-ref", "the end of a join without join_ref has its ref",
       "J-13 V-02") {
  return on_way_down(closing, [](Message& m) {
    if (m.ref == "null") m.ref = R"("1")";
  });
}

MUTANT("no-room-for-a-rejoin", "with a hundred topics joined, none can be joined again", "J-21") {
  return {.up = [](Link& link, Message m) {
    if (!join(m)) return Messages{std::move(m)};
    constexpr std::size_t most = 100;
    std::string& joined = link.notes["joins"];
    if (joined.size() >= most) {
      link.to_client(error_reply(m));
      return Messages{};
    }
    joined += "+";
    return Messages{std::move(m)};
  }};
}

MUTANT("ended-meanwhile-stays-joined",
       "a topic whose channel ends during another join stays joined for ever", "J-23") {
  return {.up = [](Link& link, Message m) {
    if (m.event == "crash") link.notes["crash"] = m.topic;
    if (join(m) && m.payload.find("slow") != std::string::npos) {
      link.notes["behind"] = link.notes["crash"];
    }
    const bool lost = join(m) && link.notes["behind"] == m.topic;
    return lost ? Messages{} : Messages{std::move(m)};
  }};
}

}  // namespace
}  // namespace phx::conformance
