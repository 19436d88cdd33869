/// The list of presences, in whatever order its news come.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "conformance/suite/clients/client_trial.h"

namespace phx::conformance {
namespace {

/// `{"ada":[{"phx_ref":"1"}]}` as `ada: 1`, refs sorted, so that order does not count.
std::string in_words(const Json& list) {
  std::string out;
  const char* key = nullptr;
  json_t* metas = nullptr;
  std::map<std::string, std::multiset<std::string>> refs;
  json_object_foreach(list.get(), key, metas) {
    for (std::size_t i = 0; i < json_array_size(metas); ++i) {
      const Json meta(json_incref(json_array_get(metas, i)));
      refs[key].insert(meta["phx_ref"].text());
    }
    refs.try_emplace(key);
  }
  for (const auto& [name, all] : refs) {
    out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", name, fmt::join(all, ", "));
  }
  return out.empty() ? "nobody" : out;
}

std::string metas(std::string_view name, const std::vector<std::string>& refs) {
  std::string all;
  for (const auto& ref : refs) {
    all += fmt::format(R"({}{{"phx_ref":"{}"}})", all.empty() ? "" : ",", ref);
  }
  return fmt::format(R"("{}":{{"metas":[{}]}})", name, all);
}

std::string diff(const std::string& joins, const std::string& leaves) {
  return fmt::format(R"({{"joins":{{{}}},"leaves":{{{}}}}})", joins, leaves);
}

/// The list as it was last reported. A client may report it at each message, or only as it changes.
struct Reported {
  std::string list = "no list";

  /// Once everything sent so far has been handled, it is this one.
  void is(ClientTrial& t, Guest& guest, const std::string& expected, const char* when) {
    t.settle(guest);
    for (const Json& report : t.shim().reports()) {
      if (report["on"].text() == "presence") list = in_words(report["list"]);
    }
    t.drop(R"({"on":"presence"})");
    if (list != expected) t.violated(fmt::format("the list {} {}", expected, when), list);
  }
};

CLIENT_RULE(
    "C-32", must, 'S',
    "keeps the same list of presences in whatever order state and diff come, each meta once; "
    "a leave takes its own metas only",
    "presence.js syncDiff") {
  t.need("presence");
  t.dial();
  Guest& guest = t.welcome();
  t.join("a", "room:1", R"("presence":true)");
  t.let_in(guest);
  Reported reported;
  const auto lists = [&](const std::string& expected, const char* when) {
    reported.is(t, guest, expected, when);
  };
  const auto tell = [&guest](const char* event, const std::string& payload) {
    guest.broadcast("room:1", event, payload);
  };
  tell("presence_state", fmt::format("{{{},{}}}", metas("ada", {"1"}), metas("bob", {"2"})));
  lists("ada: 1; bob: 2", "after the state");
  tell("presence_diff", diff(metas("ada", {"1"}), ""));
  lists("ada: 1; bob: 2", "after a join that the state had");
  tell("presence_diff", diff(metas("ada", {"3"}), ""));
  lists("ada: 1, 3; bob: 2", "after a second meta");
  tell("presence_diff", diff("", metas("ada", {"1"})));
  lists("ada: 3; bob: 2", "after the first meta left");
  tell("presence_diff", diff(metas("bob", {"4"}), metas("bob", {"2"})));
  lists("ada: 3; bob: 4", "after an update");
  tell("presence_diff", diff("", metas("bob", {"4"})));
  lists("ada: 3", "after the last meta left");
  // A new join: its diff comes before its state, which is older.
  guest.push(t.join_ref(), "room:1", "phx_error");
  if (!t.let_back_in(guest)) return;  // C-23 judges that
  tell("presence_diff", diff(metas("cid", {"6"}), metas("bob", {"5"})));
  tell("presence_state", fmt::format("{{{},{}}}", metas("ada", {"3"}), metas("bob", {"5"})));
  lists("ada: 3; cid: 6", "after a diff that came before its state");
}

}  // namespace
}  // namespace phx::conformance
