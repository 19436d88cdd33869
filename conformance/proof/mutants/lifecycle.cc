/// L: servers whose channels end wrongly.

#include <utility>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"
#include "conformance/suite/wire/json.h"

namespace phx::conformance {
namespace {

using Messages = std::vector<Message>;

/// Lets the message after the reply to such an event overtake it.
Tamper overtaken_reply_to(const char* event) {
  const auto late = [](Link& link, const Message& m) {
    return reply(m) && link.notes["late"] == m.ref;
  };
  return {.down = overtaken(late), .up = [event](Link& link, Message m) {
            if (m.event == event) link.notes["late"] = m.ref;
            return Messages{std::move(m)};
          }};
}

MUTANT("close-before-the-leave-reply", "phx_close comes before the reply to the leave", "L-01") {
  return overtaken_reply_to("phx_leave");
}

MUTANT("close-without-ref", "phx_close has no ref", "L-02 V-04") {
  return on_way_down(closing, [](Message& m) { m.ref = "null"; });
}

MUTANT("close-with-a-reason", "phx_close has a reason", "L-02") {
  return on_way_down(closing, [](Message& m) { m.payload = R"({"reason":"left"})"; });
}

MUTANT("leave-of-nothing-unmatched", "leaving a topic that is not joined is unmatched", "L-04") {
  return {.up = [](Link& link, Message m) {
    if (m.event == "phx_join") link.notes["joined " + m.topic] = "yes";
    if (m.event == "phx_leave" && link.notes["joined " + m.topic].empty()) m.event = "leave";
    return Messages{std::move(m)};
  }};
}

MUTANT("leave-without-close-is-closed", "leaving a topic that is not joined brings a phx_close",
       "L-04") {
  return {.up = [](Link& link, Message m) {
    if (m.event == "phx_join") link.notes["joined " + m.topic] = "yes";
    if (m.event == "phx_leave" && link.notes["joined " + m.topic].empty()) {
      link.to_client({m.join_ref, m.join_ref, m.topic, "phx_close", "{}", m.v1});
    }
    return Messages{std::move(m)};
  }};
}

MUTANT("left-for-ever", "a topic that was left can't be joined again", "L-05") {
  return {.up = [](Link& link, Message m) {
    if (m.event == "phx_leave") link.notes["left " + m.topic] = "yes";
    if (m.event == "phx_join" && !link.notes["left " + m.topic].empty()) {
      link.to_client({m.join_ref, m.ref, m.topic, "phx_reply",
                      R"({"status":"error","response":{"reason":"left"}})", m.v1});
      return Messages{};
    }
    return Messages{std::move(m)};
  }};
}

MUTANT("good-end-told-as-crash", "a channel that stops normally sends phx_error", "L-07 L-01") {
  return on_way_down(closing, [](Message& m) { m.event = "phx_error"; });
}

MUTANT("close-before-the-last-reply", "phx_close comes before the reply of the stop", "L-08") {
  return overtaken_reply_to("stop_reply");
}

MUTANT("crash-told-as-good-end", "a crash sends phx_close", "L-09 L-11") {
  return on_way_down(erring, [](Message& m) {
    m.event = "phx_close";
    m.payload = "{}";
  });
}

MUTANT("crash-without-a-word", "phx_error has an empty payload, as up to 1.8.9", "L-10") {
  return on_way_down(erring, [](Message& m) { m.payload = "{}"; });
}

MUTANT("crash-answered", "the event that crashed its channel gets a reply", "L-11") {
  return {.up = [](Link& link, Message m) {
    if (m.event == "crash") {
      link.to_client(
          {m.join_ref, m.ref, m.topic, "phx_reply", R"({"status":"error","response":{}})", m.v1});
    }
    return Messages{std::move(m)};
  }};
}

MUTANT("channels-outlive-their-connection", "a connection ends and its channels do not",
       "L-13 S-05") {
  return {.client_gone = [](Link& link) { return link.upgraded(); }};
}

MUTANT("left-told-as-closed", "terminate sees a leave as a closed connection", "L-14") {
  return on_way_down(broadcast, [](Message& m) {
    if (m.event == "terminated") m.payload = replaced(m.payload, "left", "closed");
  });
}

MUTANT("events-behind-a-leave-unmatched", "an event in flight after a leave is answered", "L-16") {
  return {.up = [](Link& link, Message m) {
    std::string& left = link.notes["left"];
    if (!left.empty() && m.topic == left && m.event != "phx_join" && m.event != "phx_leave") {
      link.to_client({"null", m.ref, m.topic, "phx_reply",
                      R"({"status":"error","response":{"reason":"unmatched topic"}})", m.v1});
    }
    if (m.event == "phx_leave") left = m.topic;
    return Messages{std::move(m)};
  }};
}

MUTANT("null-leave-dropped", "a leave without a join_ref is ignored, as up to 1.8.11", "L-17") {
  return lost_on_way_up(
      [](const Message& m) { return m.event == "phx_leave" && m.join_ref == "null"; });
}

MUTANT("second-leave-answered", "two leaves that come together are both answered", "L-18") {
  return {.up = [](Link& link, Message m) {
    if (m.event != "phx_leave") return Messages{std::move(m)};
    if (!std::exchange(link.notes["left " + m.topic], "yes").empty()) {
      link.to_client(
          {m.join_ref, m.ref, m.topic, "phx_reply", R"({"status":"ok","response":{}})", m.v1});
    }
    return Messages{std::move(m)};
  }};
}

MUTANT("crash-seen-as-stop", "terminate sees an abnormal end as a normal one", "L-20") {
  return on_way_down(broadcast, [](Message& m) {
    if (m.event == "terminated") m.payload = replaced(m.payload, "boom", "normal");
  });
}

MUTANT("own-last-words-unheard", "a channel's broadcast in terminate does not reach its own client",
       "L-27") {
  return lost_on_way_down([](const Message& m) {
    return m.event == "terminated" &&
           m.payload.find(R"("topic":"conformance:observer")") != std::string::npos;
  });
}

MUTANT("replaced-channels-say-goodbye", "terminate is called for a channel that a second join ends",
       "L-21") {
  return {.up = [](Link& link, Message m) {
    if (m.topic == "conformance:observer") link.notes["observes"] = "yes";
    if (m.event != "phx_join") return Messages{std::move(m)};
    if (std::exchange(link.notes["joined " + m.topic], "yes").empty()) {
      return Messages{std::move(m)};
    }
    for (Link& other : link.all()) {
      if (other.notes["observes"].empty()) continue;
      other.to_client({"null", "null", "conformance:observer", "terminated",
                       R"({"topic":)" + as_json(m.topic) + R"(,"reason":"shutdown"})"});
    }
    return Messages{std::move(m)};
  }};
}

MUTANT("crashed-connections-seen-as-closed", "terminate sees a connection that crashed as closed",
       "L-23") {
  return {.down = [](Link&, Message m) {
    const auto payload = parse_json(m.payload);
    if (m.event != "terminated" || !payload) return Messages{std::move(m)};
    if ((*payload)["reason"].text().find("expected") != std::string::npos) {  // of an exception
      m.payload =
          R"({"topic":)" + as_json((*payload)["topic"].text()) + R"(,"reason":"shutdown: closed"})";
    }
    return Messages{std::move(m)};
  }};
}

MUTANT("one-channel-outlives-the-others", "the last channel of a connection lives on", "L-24") {
  return lost_on_way_down([](const Message& m) {
    return m.event == "terminated" && m.payload.find(R"(:12")") != std::string::npos;
  });
}

MUTANT("leave-overtakes", "a leave is answered before earlier messages", "L-26") {
  return {.up = [](Link& link, Message m) {
    std::string& held = link.notes["held"];
    if (m.event == "count") {
      held = m.text();
      return std::vector<Message>{};
    }
    std::vector<Message> all{m};
    const auto late = m.event == "phx_leave" ? read_message(held) : std::nullopt;
    if (late) all.push_back(*late);
    return all;
  }};
}

MUTANT("last-message-lost", "an event waits for the next one, so that the last is never handled",
       "L-25") {
  return {.up = [](Link& link, Message m) {
    std::vector<Message> all;
    if (const auto held = read_message(link.notes["held"])) all.push_back(*held);
    link.notes["held"] = m.event == "broadcast_from" ? m.text() : "";
    if (link.notes["held"].empty()) all.push_back(std::move(m));
    return all;
  }};
}

}  // namespace
}  // namespace phx::conformance
