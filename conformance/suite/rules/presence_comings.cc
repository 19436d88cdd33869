/// S: rejoins, several topics, and a crowd, in the list that a member makes.

#include <fmt/format.h>

#include <memory>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/rules/presence_list.h"

namespace phx::conformance {
namespace {

/// A client with the list that phoenix.js would make on the case's presence topic.
class Onlooker {
 public:
  Onlooker(Trial& t, Client& client) : topic_("presence:" + t.word("topic")), client_(client) {
    client.forget();  // diffs may come at any time
  }
  /// Joins under this key.
  Onlooker(Trial& t, const std::string& key)
      : Onlooker(t, t.connect({.query = key.empty() ? "" : "user_id=" + key})) {
    join("1", key);
  }

  void say(const std::string& text) { client_.send(filled(text, {{"own", topic_}})); }
  void join(const std::string& join_ref, const std::string& name) {
    list_ = {};
    say(fmt::format(R"(["{0}","{0}","{{own}}","phx_join",{{"name":"{1}"}}])", join_ref, name));
  }
  /// Takes frames until the list has each of these names this often, and no other name. \throws
  /// NothingCame.
  void follow_until(const std::vector<std::string>& names) {
    while (!shows(names)) {
      const Received received = client_.take(
          fmt::format("{} to be here, and not {}", fmt::join(names, " "), list_.text()));
      const auto frame = parse_json(received.payload);
      if (!frame || (*frame)[2].text() != topic_) continue;
      const std::string event = (*frame)[3].text();
      if (event == "presence_state") list_.take_state((*frame)[4]);
      if (event == "presence_diff") list_.take_diff((*frame)[4]);
    }
  }
  Client& client() { return client_; }
  std::string list() const { return list_.text(); }

 private:
  bool shows(const std::vector<std::string>& names) const {
    const std::string text = list_.text();
    std::size_t metas = 0;
    for (std::size_t at = text.find(R"("phx_ref":)"); at != text.npos;
         at = text.find(R"("phx_ref":)", at + 1)) {
      ++metas;
    }
    if (metas != names.size()) return false;
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
      return text.find(fmt::format(R"("name":"{}")", name)) != text.npos;
    });
  }

  std::string topic_;
  Client& client_;
  PresenceList list_;
};

RULE("S-13", must, contract,
     "a user that leaves and joins again is listed once, with a new presence",
     "Phoenix.Tracker (the old process ends, the new one is tracked)") {
  Onlooker ann(t, "ann");
  ann.follow_until({"ann"});
  Onlooker ben(t, "ben");
  for (Onlooker* each : {&ann, &ben}) each->follow_until({"ann", "ben"});
  ben.say(R"(["1","2","{own}","phx_leave",{}])");
  ann.follow_until({"ann"});
  ben.join("3", "ben again");  // over the same connection
  for (Onlooker* each : {&ann, &ben}) each->follow_until({"ann", "ben again"});
  ben.join("4", "ben once more");  // where it is joined
  for (Onlooker* each : {&ann, &ben}) each->follow_until({"ann", "ben once more"});
  ben.say(R"(["4","5","{own}","no_such_event",{}])");
  ann.follow_until({"ann"});
  ben.join("6", "ben at last");
  Onlooker cat(t, "cat");
  for (Onlooker* each : {&ann, &ben, &cat}) each->follow_until({"ann", "ben at last", "cat"});
  ben.say(R"(["6","7","{own}","untrack",{}])");
  for (Onlooker* each : {&ann, &ben, &cat}) each->follow_until({"ann", "cat"});
}

RULE("S-14", must, contract, "a connection's end is a leave on all of its topics, however it ends",
     "Phoenix.Tracker (one link a process)") {
  constexpr int topics = 12;
  const std::string own = "presence:" + t.word("topic");
  Onlooker ann(t, "ann");
  ann.follow_until({"ann"});
  Client& witness = t.connect({.query = "user_id=wit"});
  Client& leaver = t.connect({.query = "user_id=" + t.word("topic")});
  for (Client* client : {&witness, &leaver}) {
    client->forget();
    for (int n = 1; n <= topics; ++n) {
      client->send(fmt::format(R"(["{0}","{0}","{1}-{0}","phx_join",{{"name":"N"}}])", n, own));
      client->expect_at_last(fmt::format(R"(["{0}","{0}","{1}-{0}","phx_reply",{{ok}}])", n, own));
    }
  }
  leaver.send(fmt::format(R"(["j","j","{}","phx_join",{{"name":"leaver"}}])", own));
  ann.follow_until({"ann", "leaver"});
  // Its id is disconnected.
  leaver.send(R"(["c","c","{other}","phx_join",{}])");
  leaver.send(R"(["c","d","{other}","disconnect",{}])");
  ann.follow_until({"ann"});
  std::vector<std::string> missing;
  for (int n = 1; n <= topics; ++n) missing.push_back(fmt::format("{}-{}", own, n));
  while (!missing.empty()) {
    const Received received = witness.take("a leave on " + missing.front());
    const auto frame = parse_json(received.payload);
    if (!frame) continue;
    const Json left = (*frame)[4]["leaves"][t.word("topic")];
    if ((*frame)[3].text() == "presence_diff" && !left["metas"].dump().empty() &&
        left["metas"].dump() != "null") {
      std::erase(missing, (*frame)[2].text());
    }
  }
}

RULE("S-15", must, contract,
     "a crowd is listed whole: users with one key, with many, and with none",
     "Phoenix.Presence.list") {
  constexpr int members = 40;
  std::vector<std::unique_ptr<Onlooker>> all;
  std::vector<std::string> names;
  for (int n = 0; n < members; ++n) {
    names.push_back(fmt::format("name{}", n));
    const std::string key = n % 3 == 0 ? "" : n % 3 == 1 ? "ann" : fmt::format("u{}", n);
    Client& client = t.connect({.query = key.empty() ? "" : "user_id=" + key});
    all.push_back(std::make_unique<Onlooker>(t, client));
    all.back()->join("1", names.back());
  }
  for (const auto& member : all) member->follow_until(names);
  if (all.front()->list().find("anonymous:") == std::string::npos) {
    throw Violation("users without a user_id, under the key anonymous", all.front()->list());
  }
  while (all.size() > 2) {  // from the front and from the back
    all.front()->client().reset();
    all.erase(all.begin());
    all.back()->say(R"(["1","2","{own}","phx_leave",{}])");
    all.pop_back();
    names.erase(names.begin());
    names.pop_back();
  }
  for (const auto& member : all) member->follow_until(names);
}

}  // namespace
}  // namespace phx::conformance
