/// J, R and L: servers that handle only one channel at a time well, and only usual names and refs.

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"
#include "conformance/suite/wire/json.h"

namespace phx::conformance {
namespace {

using Messages = std::vector<Message>;

bool join(const Message& m) { return m.event == "phx_join"; }
bool slow_join(const Message& m) { return join(m) && m.payload.find("slow") != std::string::npos; }

MUTANT("latest-of-what-waited", "the first message held back by a join is lost", "J-24") {
  return {.down =
              [](Link& link, Message m) {
                std::string& awaited = link.notes["slow join"];
                if (m.is_join_reply() && m.ref == awaited) awaited = "answered";
                const bool lost = awaited == "answered" && broadcast(m);
                if (lost) awaited.clear();
                return lost ? Messages{} : Messages{std::move(m)};
              },
          .up =
              [](Link& link, Message m) {
                if (slow_join(m)) link.notes["slow join"] = m.ref;
                return Messages{std::move(m)};
              }};
}

MUTANT("leaves-behind-a-join-lost", "a leave during a join is lost", "J-25") {
  return {.down =
              [](Link& link, Message m) {
                if (m.ref == link.notes["slow join"]) link.notes["slow join"].clear();
                return Messages{std::move(m)};
              },
          .up =
              [](Link& link, Message m) {
                if (slow_join(m)) link.notes["slow join"] = m.ref;
                const bool lost = m.event == "phx_leave" && !link.notes["slow join"].empty();
                return lost ? Messages{} : Messages{std::move(m)};
              }};
}

MUTANT("places-of-the-dead",
       "a channel that has stopped or crashed keeps its place among a hundred", "J-26") {
  return {.up = [](Link& link, Message m) {
    constexpr std::size_t most = 100;
    std::string& places = link.notes["places"];
    if (m.event == "phx_leave" && !places.empty()) places.pop_back();
    if (!join(m) || m.payload.find("join") != std::string::npos) return Messages{std::move(m)};
    places += "+";
    if (places.size() <= most) return Messages{std::move(m)};
    link.to_client({m.join_ref, m.ref, m.topic, "phx_reply",
                    R"({"status":"error","response":{"reason":"too many channels joined"}})",
                    m.v1});
    return Messages{};
  }};
}

MUTANT("errors-to-nobody", "an error reply to an event with ref null is not sent", "R-44") {
  return lost_on_way_down([](const Message& m) {
    return m.is_reply() && m.ref == "null" && m.payload.find("error") != std::string::npos;
  });
}

MUTANT("topics-of-two-hundred", "only a topic's first three hundred bytes are compared", "R-45") {
  return on_way_down(every, [](Message& m) {
    if (m.topic.size() > 300) m.topic.resize(300);
  });
}

MUTANT("the-dead-answer-nothing", "deferred replies of a crashed channel never come", "R-46") {
  return {.down = [](Link& link, Message m) {
    if (erring(m)) link.notes["crashed"] = m.join_ref;
    const bool late = reply(m) && m.payload.find(R"("ms")") != std::string::npos;
    const bool lost = late && m.join_ref == link.notes["crashed"];
    return lost ? Messages{} : Messages{std::move(m)};
  }};
}

MUTANT("numbers-close-as-text", "phx_close has a string if the join_ref was a number",
       "L-28 L-02") {
  return on_way_down(closing, [](Message& m) {
    if (m.ref.find_first_not_of("0123456789") == std::string::npos) m.ref = as_json(m.ref);
  });
}

MUTANT("one-crash-at-a-time", "if two channels crash together, the client is notified of only one",
       "L-29") {
  return {.down =
              [](Link& link, Message m) {
                const bool lost = erring(m) && link.notes["crashes"] == "told";
                if (erring(m)) link.notes["crashes"] = "told";
                return lost ? Messages{} : Messages{std::move(m)};
              },
          .up =
              [](Link& link, Message m) {
                if (join(m)) link.notes["crashes"].clear();
                return Messages{std::move(m)};
              }};
}

}  // namespace
}  // namespace phx::conformance
