/// B: servers that tell too many, too few, or in the wrong order.

#include "conformance/mutants/link.h"
#include "conformance/mutants/mutant.h"

namespace phx::conformance {
namespace {

using Messages = std::vector<Message>;

MUTANT("push-without-join-ref", "a push has no join_ref", "B-01 J-13") {
  return on_way_down(push, [](Message& m) { m.join_ref = "null"; });
}

MUTANT("broadcast-with-a-join-ref", "a broadcast carries a join_ref", "B-02 B-03") {
  return on_way_down(broadcast, [](Message& m) { m.join_ref = R"("1")"; });
}

MUTANT("broadcast-twice", "a broadcast is delivered twice", "B-03 B-11") {
  return twice_on_way_down(broadcast);
}

MUTANT("broadcast-from-reaches-the-sender", "the sender hears what was for all but him", "B-04") {
  return on_way_up(every, [](Message& m) {
    if (m.event == "broadcast_from") m.event = "broadcast";
  });
}

/// Everybody on any link hears it, joined or not.
MUTANT("broadcast-heard-by-everybody", "who is not joined hears a topic's broadcasts", "B-05") {
  return {.down = [](Link& link, Message m) {
    if (!broadcast(m) || m.event != "broadcasted") return Messages{std::move(m)};
    for (Link& other : link.all()) {
      if (&other != &link && other.upgraded()) other.to_client(m);
    }
    return Messages{std::move(m)};
  }};
}

MUTANT("intercepted-without-join-ref", "what was intercepted comes like a plain broadcast",
       "B-06") {
  return on_way_down(push, [](Message& m) {
    if (m.event == "intercepted") m.join_ref = "null";
  });
}

MUTANT("dropped-event-delivered", "what the channel intercepts and drops is delivered", "B-07") {
  return on_way_up(every, [](Message& m) {
    if (m.event == "filter") m.event = "broadcast";
  });
}

MUTANT("broadcasts-out-of-order", "each second broadcast overtakes the one before it",
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

MUTANT("crash-untold", "a client is not told that its channel has crashed",
       "B-12 L-09 L-11 N-09 V-04") {
  return lost_on_way_down(erring);
}

MUTANT("payloads-looked-at-first", "a broadcast of what is not an object crashes, whoever is there",
       "B-16") {
  return {.up = [](Link& link, Message m) {
    const bool bad = m.event == "broadcast_from" && !m.payload.starts_with('{');
    if (!bad) return Messages{std::move(m)};
    link.to_client({m.join_ref, m.join_ref, m.topic, "phx_error", "{}", m.v1});
    return Messages{};
  }};
}

}  // namespace
}  // namespace phx::conformance
