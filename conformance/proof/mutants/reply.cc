/// R: servers that answer wrongly, late, or not at all.

#include <memory>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"
#include "conformance/suite/wire/json.h"

namespace phx::conformance {
namespace {

using Messages = std::vector<Message>;

bool event_reply(const Message& m) { return reply(m) && !join_reply(m); }
bool bare(const Message& m) {
  return event_reply(m) && m.payload.find(R"("response":{})") != std::string::npos;
}

Message ok_reply(const Message& to) {
  return {to.join_ref, to.ref, to.topic, "phx_reply", R"({"status":"ok","response":{}})", to.v1};
}

MUTANT("reply-with-the-wrong-ref", "a reply has another event's ref", "R-01 P-15") {
  return on_way_down(event_reply, [](Message& m) { m.ref = R"("another")"; });
}

MUTANT("reply-without-join-ref", "the reply to an event has no join_ref", "R-01 R-13 R-02") {
  return on_way_down(event_reply, [](Message& m) { m.join_ref = "null"; });
}

MUTANT("always-ok", "a reply's status is ok, whatever the channel says", "R-02 J-03 P-18") {
  return on_way_down(reply, [](Message& m) {
    m.payload = replaced(m.payload, R"("status":"error")", R"("status":"ok")");
  });
}

MUTANT("bare-status-without-object", "a status without a response has null for it", "R-03") {
  return on_way_down(bare, [](Message& m) {
    m.payload = replaced(m.payload, R"("response":{})", R"("response":null)");
  });
}

MUTANT("every-event-answered", "an event that the channel does not answer gets a reply", "R-04") {
  return {.up = [](Link& link, Message m) {
    if (m.event == "noreply") link.to_client(ok_reply(m));
    return Messages{std::move(m)};
  }};
}

MUTANT("null-ref-made-up", "a reply to an event without a ref has one", "R-05") {
  return on_way_down(event_reply, [](Message& m) {
    if (m.ref == "null") m.ref = R"("0")";
  });
}

MUTANT("slow-events-overtaken", "messages after a slow event are handled before it", "R-06") {
  return {.up = [](Link& link, Message m) {
    std::string& slow = link.notes["slow"];
    if (m.event == "slow" && slow.empty()) {
      slow = m.text();
      return Messages{};
    }
    Messages all{std::move(m)};
    if (!slow.empty()) all.push_back(*read_message(slow));
    slow.clear();
    return all;
  }};
}

/// Holds back everything while an event of that name waits for its reply.
Tamper blocked_by(const char* event) {
  const auto waiting = std::make_shared<std::map<int, Messages>>();
  return {.down =
              [waiting](Link& link, Message m) {
                Messages& held = (*waiting)[link.number()];
                std::string& ref = link.notes["blocked by"];
                if (!ref.empty() && ref != m.ref) {
                  held.push_back(std::move(m));
                  return Messages{};
                }
                ref.clear();
                Messages all{std::move(m)};
                all.insert(all.end(), held.begin(), held.end());
                held.clear();
                return all;
              },
          .up =
              [event](Link& link, Message m) {
                if (m.event == event) link.notes["blocked by"] = m.ref;
                return Messages{std::move(m)};
              }};
}

MUTANT("slow-channel-holds-its-socket", "a slow channel holds back all others of its socket",
       "R-07 K-02 J-22") {
  return blocked_by("slow");
}

MUTANT("deferred-reply-holds-the-channel", "nothing overtakes a deferred reply", "R-08") {
  return blocked_by("async");
}

MUTANT("nul-characters-lost", "a NUL in a string is lost on the way", "R-09") {
  return on_way_down(reply, [](Message& m) { m.payload = replaced(m.payload, "\\u0000", ""); });
}

MUTANT("payloads-are-objects", "a payload that is not an object is wrapped in one", "R-10") {
  return on_way_up(every, [](Message& m) {
    if (!m.payload.starts_with('{')) m.payload = R"({"value":)" + m.payload + "}";
  });
}

MUTANT("unmatched-events-unanswered", "an event on a topic that is not joined gets no answer",
       "R-11 J-05 J-07") {
  return lost_on_way_down(
      [](const Message& m) { return m.payload.find("unmatched topic") != std::string::npos; });
}

MUTANT("join-refs-not-looked-at", "an event of an earlier join is handled by the later one",
       "R-12 L-06") {
  return {.up = [](Link& link, Message m) {
    std::string& current = link.notes["join_ref of " + m.topic];
    if (m.event == "phx_join") {
      current = m.join_ref;
    } else if (!current.empty()) {
      m.join_ref = current;
    }
    return Messages{std::move(m)};
  }};
}

MUTANT("null-join-ref-dropped", "an event without a join_ref is dropped, as from 1.8.3 to 1.8.11",
       "R-13") {
  return lost_on_way_up([](const Message& m) {
    const bool joins = m.event == "phx_join" || m.event == "phx_leave";
    return !joins && !m.v1 && !m.is_heartbeat() && m.join_ref == "null";
  });
}

MUTANT("null-join-ref-dropped-in-v1", "the same for a client of version 1", "R-13") {
  return lost_on_way_up([](const Message& m) {
    const bool joins = m.event == "phx_join" || m.event == "phx_leave";
    return !joins && m.v1 && !m.is_heartbeat() && m.join_ref == "null";
  });
}

MUTANT("ref-stands-for-a-null-join-ref",
       "a channel that is joined without a join_ref compares the ref", "J-20") {
  return {.up = [](Link& link, Message m) {
    std::string& ref = link.notes["ref of " + m.topic];
    if (m.event == "phx_join" && m.join_ref == "null") {
      ref = m.ref;
    } else if (!ref.empty() && m.join_ref == ref) {
      m.join_ref = "null";
    }
    return Messages{std::move(m)};
  }};
}

MUTANT("state-outlives-a-rejoin", "a channel that is joined again goes on counting", "R-14") {
  return {.down =
              [](Link& link, Message m) {
                if (link.notes["joins of " + m.topic].size() > 1) {
                  m.payload = replaced(m.payload, R"("count":1})", R"("count":3})");
                }
                return Messages{std::move(m)};
              },
          .up =
              [](Link& link, Message m) {
                if (m.event == "phx_join") link.notes["joins of " + m.topic] += "+";
                return Messages{std::move(m)};
              }};
}

MUTANT("large-payloads-cut", "a payload over half a megabyte is not echoed", "R-15 R-29") {
  return on_way_down(reply, [](Message& m) {
    if (m.payload.size() > 500'000) m.payload = R"({"status":"ok","response":{}})";
  });
}

MUTANT("one-reply-in-700-lost", "one of a thousand replies is lost", "R-16") {
  return {.down = [](Link& link, Message m) {
    std::string& seen = link.notes["replies"];
    if (event_reply(m)) seen += "+";
    return seen.size() == 700 ? (seen.clear(), Messages{}) : Messages{std::move(m)};
  }};
}

MUTANT("sixth-element-dropped", "a message of six elements is dropped", "R-17") {
  return {.up = [](Link&, Message m) { return Messages{std::move(m)}; },
          .up_frame =
              [](Link&, Frame frame) {
                const bool array = frame.payload.starts_with('[');
                return array ? std::vector<Frame>{} : std::vector<Frame>{std::move(frame)};
              }};
}

MUTANT("refs-become-strings", "a ref that is a number comes back as a string", "R-18") {
  return on_way_down(every, [](Message& m) {
    if (m.ref != "null" && !m.ref.starts_with('"')) m.ref = '"' + m.ref + '"';
  });
}

MUTANT("replies-end-with-the-channel", "a deferred reply of a channel that has left is dropped",
       "R-19") {
  return {.down = [](Link& link, Message m) {
    if (closing(m)) link.notes["closed " + m.topic] = "yes";
    const bool late = event_reply(m) && !link.notes["closed " + m.topic].empty();
    return late ? Messages{} : Messages{std::move(m)};
  }};
}

MUTANT("reserved-events-dropped", "phx_reply, phx_close and phx_error from a client are ignored",
       "R-20") {
  return lost_on_way_up([](const Message& m) {
    return m.event == "phx_reply" || m.event == "phx_close" || m.event == "phx_error";
  });
}

MUTANT("odd-events-dropped", "an event whose name is not a string is ignored", "R-21") {
  return {.up = [](Link&, Message m) { return Messages{std::move(m)}; },
          .up_frame =
              [](Link&, Frame frame) {
                const bool array = frame.payload.starts_with('[');
                return array ? std::vector<Frame>{} : std::vector<Frame>{std::move(frame)};
              }};
}

MUTANT("unanswerable-events-ignored", "deferring the reply to an event without a ref is harmless",
       "R-22") {
  return lost_on_way_up([](const Message& m) { return m.event == "async" && m.ref == "null"; });
}

/// Changes each text to the server.
Tamper on_text_up(void (*change)(std::string&)) {
  return {.up_frame = [change](Link&, Frame frame) {
    if (frame.opcode == Opcode::text) change(frame.payload);
    return std::vector<Frame>{std::move(frame)};
  }};
}

MUTANT("escapes-not-resolved", "an escape in a name is read as its characters", "R-23") {
  return on_text_up([](std::string& text) { text = replaced(text, R"(\u00)", R"(\\u00)"); });
}

MUTANT("quotes-in-refs-lost", "a ref with a quote comes back without", "R-24") {
  return on_way_down(every, [](Message& m) { m.ref = replaced(m.ref, R"(\")", ""); });
}

MUTANT("all-white-space-dropped", "white space inside strings is dropped too", "R-25") {
  return on_text_up([](std::string& text) { std::erase(text, ' '); });
}

MUTANT("sixteenth-quote-lost", "a quote after fifteen plain characters is lost", "R-26") {
  return on_way_down(reply, [](Message& m) {
    m.payload = replaced(m.payload, R"("xxxxxxxxxxxxxxx\")", R"("xxxxxxxxxxxxxxx)");
  });
}

MUTANT("pushed-fractions-rounded", "a fraction that is pushed loses its last digits", "R-27") {
  return on_way_down(push, [](Message& m) {
    m.payload = replaced(m.payload, "3.141592653589793", "3.14159265359");
  });
}

MUTANT("pushed-nul-cuts", "a string that is pushed ends at its first NUL", "R-27") {
  return on_way_down(push, [](Message& m) { m.payload = replaced(m.payload, R"(\u0000y)", ""); });
}

MUTANT("integers-are-fractions", "an integer is read as a fraction, and loses its last digits",
       "R-39") {
  return on_way_down(push, [](Message& m) {
    m.payload = replaced(m.payload, "9007199254740993", "9007199254740992");
  });
}

MUTANT("integers-of-64-bits", "an integer beyond 64 bits becomes a fraction", "R-40") {
  return {.down_frame = [](Link&, Frame frame) {
    frame.payload = replaced(frame.payload, "18446744073709551616", "1.8446744073709552e19");
    return std::vector<Frame>{std::move(frame)};
  }};
}

MUTANT("last-keys-count", "of a duplicate key the last value counts", "R-41") {
  return on_way_down(push,
                     [](Message& m) { m.payload = replaced(m.payload, R"("c":1)", R"("c":2)"); });
}

MUTANT("large-intercepted-events-lost", "a large intercepted event is lost", "R-42") {
  return lost_on_way_down(
      [](const Message& m) { return m.event == "intercepted" && m.payload.size() > 65'536; });
}

MUTANT("exponents-refused", "a number with an exponent in capitals is ignored with its message",
       "R-28") {
  return {.up_frame = [](Link&, Frame frame) {
    const bool refused = frame.payload.find("1E+2") != std::string::npos ||
                         frame.payload.find("1E2") != std::string::npos;
    return refused ? std::vector<Frame>{} : std::vector<Frame>{std::move(frame)};
  }};
}

MUTANT("messages-of-126-bytes-lost", "a message of exactly 126 bytes never arrives", "R-30") {
  return {.down_frame = [](Link&, Frame frame) {
    return frame.payload.size() == 126 ? std::vector<Frame>{}
                                       : std::vector<Frame>{std::move(frame)};
  }};
}

MUTANT("large-replies-overtaken", "a large reply comes after the small one that follows it",
       "R-31") {
  return {.down = overtaken(
              [](Link&, const Message& m) { return reply(m) && m.payload.size() > 10'000; })};
}

MUTANT("double-keys-refused", "a message with a duplicate key is ignored", "R-32 V-10") {
  return {.up_frame = [](Link&, Frame frame) {
    const bool json = frame.payload.starts_with('[') || frame.payload.starts_with('{');
    return json && !parse_json(frame.payload) ? std::vector<Frame>{}
                                              : std::vector<Frame>{std::move(frame)};
  }};
}

MUTANT("one-of-three-due-at-once", "one of several replies due at the same time is lost", "R-33") {
  return lost_on_way_down([](const Message& m) {
    return event_reply(m) && m.payload.find(R"(00,"n":2)") != std::string::npos;  // 100, 200 … ms
  });
}

MUTANT("connections-are-used-up", "a connection may carry sixty-four megabytes", "R-34") {
  return {.up_frame = [](Link& link, Frame frame) {
    std::string& used = link.notes["bytes"];
    const std::size_t bytes = frame.payload.size() + std::strtoul(used.c_str(), nullptr, 10);
    used = std::to_string(bytes);
    if (bytes > 64'000'000) link.cut();
    return std::vector<Frame>{std::move(frame)};
  }};
}

MUTANT("who-does-not-read-holds-up-others", "while a client does not read, no other is handled",
       "R-35") {
  return {.up = [](Link& link, Message m) {
    for (Link& other : link.all()) {
      if (&other != &link && !other.client().unsent.empty()) return Messages{};
    }
    return Messages{std::move(m)};
  }};
}

}  // namespace
}  // namespace phx::conformance
