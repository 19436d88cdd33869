/// B: servers that broadcast to too many, too few, or in the wrong order.

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

using Messages = std::vector<Message>;

MUTANT("push-without-join-ref", "a push has no join_ref", "B-01 J-13") {
  return on_way_down(push, [](Message& m) { m.join_ref = "null"; });
}

MUTANT("broadcast-with-a-join-ref", "a broadcast carries a join_ref", "B-02") {
  return on_way_down(broadcast, [](Message& m) { m.join_ref = R"("1")"; });
}

MUTANT("broadcast-twice", "a broadcast is delivered twice", "B-03 B-11") {
  return twice_on_way_down(broadcast);
}

MUTANT("broadcast-from-reaches-the-sender", "broadcast_from also reaches the sender", "B-04") {
  return on_way_up(every, [](Message& m) {
    if (m.event == "broadcast_from") m.event = "broadcast";
  });
}

/// Every client on any link gets it, joined or not.
MUTANT("broadcast-heard-by-everybody", "a client that is not joined gets a topic's broadcasts",
       "B-05") {
  return {.down = [](Link& link, Message m) {
    if (!broadcast(m) || m.event != "broadcasted") return Messages{std::move(m)};
    for (Link& other : link.all()) {
      if (&other != &link && other.upgraded()) other.to_client(m);
    }
    return Messages{std::move(m)};
  }};
}

MUTANT("intercepted-without-join-ref", "an intercepted event comes like a plain broadcast",
       "B-06") {
  return on_way_down(push, [](Message& m) {
    if (m.event == "intercepted") m.join_ref = "null";
  });
}

MUTANT("dropped-event-delivered", "an event that the channel drops is delivered", "B-07") {
  return on_way_up(every, [](Message& m) {
    if (m.event == "filter") m.event = "broadcast";
  });
}

MUTANT("broadcasts-out-of-order", "every second broadcast overtakes the one before it",
       "B-08 B-09") {
  return late_on_way_down(broadcast);
}

MUTANT("one-form-for-all", "a V1 member gets broadcasts in V2's form", "B-10 V-03") {
  return on_way_down(every, [](Message& m) {
    if (m.ref == "null") m.v1 = false;
  });
}

MUTANT("broadcast-under-another-topic", "a broadcast names another topic than its own",
       "B-11 B-03") {
  return on_way_down(broadcast, [](Message& m) { m.topic += "2"; });
}

MUTANT("crash-untold", "a client is not notified that its channel has crashed",
       "B-12 L-09 L-11 N-09 V-04") {
  return lost_on_way_down(erring);
}

MUTANT("payloads-looked-at-first", "a broadcast that is not an object crashes with any members",
       "B-16") {
  return {.up = [](Link& link, Message m) {
    const bool bad = m.event == "broadcast_from" && !m.payload.starts_with('{');
    if (!bad) return Messages{std::move(m)};
    link.to_client({m.join_ref, m.join_ref, m.topic, "phx_error", "{}", m.v1});
    return Messages{};
  }};
}

MUTANT("leaver-takes-another-along", "a leave also removes the latest member", "B-13") {
  return {.down =
              [](Link& link, Message m) {
                const bool lost = m.event == "broadcasted" && &link == &link.all().back() &&
                                  !link.all().front().notes["somebody left"].empty();
                return lost ? Messages{} : Messages{std::move(m)};
              },
          .up =
              [](Link& link, Message m) {
                if (m.event == "phx_leave") link.all().front().notes["somebody left"] = "yes";
                return Messages{std::move(m)};
              }};
}

MUTANT("reserved-names-not-pushed", "an event whose name begins with phx_ is not pushed", "B-14") {
  return lost_on_way_down([](const Message& m) { return push(m) && m.event.starts_with("phx_"); });
}

MUTANT("crashed-members-still-hear", "a channel that has crashed gets its topic's broadcasts",
       "B-15") {
  return {.down = [](Link& link, Message m) {
    if (erring(m)) link.notes["crashed on"] = m.topic;
    if (m.event != "broadcasted") return Messages{std::move(m)};
    for (Link& other : link.all()) {
      if (&other != &link && other.notes["crashed on"] == m.topic) other.to_client(m);
    }
    return Messages{std::move(m)};
  }};
}

MUTANT("nameless-disconnect-closes-all", "a disconnect closes all connections without an id",
       "D-05") {
  return {.up = [](Link& link, Message m) {
    const auto unnamed = [](const Link& one) {
      return one.upgraded() && one.target().find("user_id=") == std::string::npos;
    };
    if (m.event != "disconnect" || !unnamed(link)) return Messages{std::move(m)};
    for (Link& other : link.all()) {
      if (&other != &link && unnamed(other)) other.cut();
    }
    return Messages{std::move(m)};
  }};
}

MUTANT("broadcasts-to-a-hundred", "only a topic's first hundred members get a broadcast", "B-17") {
  return {.down = [](Link& link, Message m) {
    const bool lost = m.event == "broadcasted" && link.number() - link.all().front().number() > 100;
    return lost ? Messages{} : Messages{std::move(m)};
  }};
}

MUTANT("topics-blind-to-case", "a broadcast also reaches the topic in lower case", "B-18") {
  return {.down = [](Link& link, Message m) {
    if (m.event == "broadcasted" && m.topic.ends_with('A')) {
      Message again = m;
      again.topic.back() = 'a';
      link.to_client(again);
    }
    return Messages{std::move(m)};
  }};
}

MUTANT("topics-end-at-a-nul", "a broadcast also reaches the topic that ends at its own topic's NUL",
       "B-18") {
  return {.down = [](Link& link, Message m) {
    const auto nul = m.topic.find('\0');
    if (m.event == "broadcasted" && nul != std::string::npos && nul + 1 < m.topic.size()) {
      Message again = m;
      again.topic.resize(nul);
      link.to_client(again);
    }
    return Messages{std::move(m)};
  }};
}

}  // namespace
}  // namespace phx::conformance
