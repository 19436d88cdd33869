/// S: servers with a wrong presence list.

#include <memory>
#include <utility>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

/// The value of every `key` in the payload, made the same.
std::string with_one_value(std::string payload, const std::string& key, const std::string& value) {
  const std::string mark = '"' + key + "\":\"";
  for (auto at = payload.find(mark); at != payload.npos; at = payload.find(mark, at + 1)) {
    const std::size_t begin = at + mark.size();
    payload.replace(begin, payload.find('"', begin) - begin, value);
  }
  return payload;
}

MUTANT("no-presence-state", "a new member is not sent the presence state", "S-01") {
  return lost_on_way_down([](const Message& m) { return m.event == "presence_state"; });
}

MUTANT("joins-told-as-leaves", "a diff has its joins and leaves swapped", "S-02 S-06") {
  return on_way_down(broadcast, [](Message& m) {
    if (m.event != "presence_diff") return;
    m.payload =
        replaced(replaced(m.payload, R"("joins")", R"("was joins")"), R"("leaves")", R"("joins")");
    m.payload = replaced(m.payload, R"("was joins")", R"("leaves")");
  });
}

MUTANT("one-phx-ref-for-all", "two connections of one key have the same phx_ref", "S-03") {
  return on_way_down(every, [](Message& m) {
    m.payload = with_one_value(m.payload, "phx_ref", "F000000000000000");
  });
}

MUTANT("update-without-a-trace", "an update does not say which meta it replaces", "S-04") {
  return on_way_down(
      every, [](Message& m) { m.payload = replaced(m.payload, "phx_ref_prev", "previous"); });
}

MUTANT("updates-merge", "members of the old meta stay after an update", "S-07") {
  return on_way_down(broadcast, [](Message& m) {
    m.payload = replaced(m.payload, R"("x":)", R"("online_at":"0","x":)");
  });
}

MUTANT("one-list-for-all-topics", "a topic's members get another topic's diffs", "S-08") {
  return {.down = [](Link& link, Message m) {
    const std::string mark = "-there";
    if (m.event != "presence_diff" || !m.topic.ends_with(mark)) return std::vector<Message>{m};
    Message elsewhere = m;
    elsewhere.topic.resize(m.topic.size() - mark.size());
    for (Link& other : link.all()) {
      if (&other != &link && other.upgraded()) other.to_client(elsewhere);
    }
    return std::vector<Message>{std::move(m)};
  }};
}

MUTANT("untracked-twice-leaves-twice", "a second untrack is a second leave", "S-09") {
  const auto last = std::make_shared<Message>();
  return {.down =
              [last](Link&, Message m) {
                if (m.event == "presence_diff") *last = m;
                return std::vector<Message>{std::move(m)};
              },
          .up =
              [last](Link& link, Message m) {
                std::string& untracked = link.notes["untracked"];
                if (m.event == "untrack" && !std::exchange(untracked, "yes").empty()) {
                  for (Link& other : link.all()) {
                    if (other.upgraded()) other.to_client(*last);
                  }
                }
                return std::vector<Message>{std::move(m)};
              }};
}

MUTANT("update-of-another-meta", "an update's leave is of another meta", "S-10 S-04") {
  return on_way_down(broadcast, [](Message& m) {
    const std::size_t leaves = m.payload.find(R"("leaves")");
    if (m.payload.find("phx_ref_prev") == std::string::npos || leaves == std::string::npos) return;
    m.payload = m.payload.substr(0, leaves) +
                with_one_value(m.payload.substr(leaves), "phx_ref", "F000000000000000");
  });
}

MUTANT("latest-change-first", "the later of two presence changes is sent first", "S-11") {
  return {.down = overtaken([](Link&, const Message& m) {
            return m.event == "presence_diff" && m.payload.find(R"({"n":)") != std::string::npos;
          })};
}

MUTANT("the-oldest-meta-leaves", "of two metas the older one leaves", "S-03") {
  return on_way_down(broadcast, [](Message& m) {
    const bool leaves = m.payload.find(R"("joins":{})") != std::string::npos;
    if (leaves) m.payload = replaced(m.payload, R"("name":"third")", R"("name":"second")");
  });
}

MUTANT("empty-keys-are-nobody", "presences with an empty key are not sent", "S-12") {
  return lost_on_way_down(
      [](const Message& m) { return m.payload.find(R"("":{"metas")") != std::string::npos; });
}

}  // namespace
}  // namespace phx::conformance
