/// C-32: one list from states and diffs, in either order; C-39: keys of any name.

#include "client/presence_state.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {

/// A list, and what it tells: `+Ann 1 (0)`: meta 1 came where none was.
struct Told {
  Told() {
    state.listeners() = {
        .on_join =
            [this](const auto& key, const auto& before, const Json& change) {
              lines.push_back("+" + key + " " + refs(change) + " (" +
                              (before ? refs(*before) : "none") + ")");
            },
        .on_leave =
            [this](const auto& key, const auto& now, const Json& change) {
              lines.push_back("-" + key + " " + refs(change) + " (" + refs(*now) + ")");
            },
        .on_sync = [this] { lines.emplace_back("sync"); }};
  }
  static std::string refs(const Json& presence) {
    std::string all;
    for (std::size_t i = 0; i < presence["metas"].size(); ++i) {
      all += presence["metas"][i]["phx_ref"].string_or("?");
    }
    return all;
  }
  void list(const char* text, const char* join = "1") { state.state(Json::parse(text), join); }
  void diff(const char* text, const char* join = "1") { state.diff(Json::parse(text), join); }
  std::string all() const {
    std::string text;
    for (const auto& [key, presence] : state.all()) text += key + ":" + refs(presence) + " ";
    return text;
  }
  std::vector<std::string> taken() { return std::exchange(lines, {}); }

  client::PresenceState state;
  std::vector<std::string> lines;
};

using Lines = std::vector<std::string>;

}  // namespace

PHX_TEST("C-32: a diff before its list waits, and both orders end in the same list") {
  const char* list = R"({"Ann":{"metas":[{"phx_ref":"a"}]},"Bob":{"metas":[{"phx_ref":"b"}]}})";
  const char* diff = R"({"joins":{"Ann":{"metas":[{"phx_ref":"c"}]}},
                         "leaves":{"Bob":{"metas":[{"phx_ref":"b"}]}}})";
  Told first;
  first.list(list);
  first.diff(diff);
  Told second;
  second.diff(diff);
  expect_eq(second.all(), "");
  second.list(list);
  expect_eq(first.all(), "Ann:ac ");
  expect_eq(second.all(), first.all());
  expect_eq(first.taken(),
            (Lines{"+Ann a (none)", "+Bob b (none)", "sync", "+Ann c (a)", "-Bob b ()", "sync"}));
}

PHX_TEST("C-32: each meta counts once, also where list and diff both have it") {
  Told told;
  told.list(R"({"Ann":{"metas":[{"phx_ref":"a"}]}})");
  told.diff(R"({"joins":{"Ann":{"metas":[{"phx_ref":"a"}]}},"leaves":{}})");
  expect_eq(told.all(), "Ann:a ");
}

PHX_TEST("C-32: a leave takes only its metas; one of someone unknown harms nothing") {
  Told told;
  told.list(R"({"Ann":{"metas":[{"phx_ref":"a"},{"phx_ref":"b"}]}})");
  told.diff(R"({"joins":{},"leaves":{"Ann":{"metas":[{"phx_ref":"a"}]},"Eve":{"metas":[]}}})");
  expect_eq(told.all(), "Ann:b ");
}

PHX_TEST("after a rejoin diffs wait for the new list, which says who came and went meanwhile") {
  Told told;
  told.list(R"({"Ann":{"metas":[{"phx_ref":"a"}]},"Bob":{"metas":[{"phx_ref":"b"}]}})");
  told.taken();
  told.diff(R"({"joins":{"Dan":{"metas":[{"phx_ref":"d"}]}},"leaves":{}})", "2");
  told.list(R"({"Ann":{"metas":[{"phx_ref":"x"}]},"Cid":{"metas":[{"phx_ref":"c"}]}})", "2");
  expect_eq(told.all(), "Ann:x Cid:c Dan:d ");
  expect_eq(told.taken(), (Lines{"+Ann x (a)", "+Cid c (none)", "-Ann a (x)", "-Bob b ()",
                                 "+Dan d (none)", "sync"}));
}

//! [earlier_join]
PHX_TEST("a diff from an earlier join is not part of the next join's list") {
  Told told;
  told.diff(R"({"joins":{"Ann":{"metas":[{"phx_ref":"a"}]}},"leaves":{}})", "1");
  told.diff(R"({"joins":{"Bob":{"metas":[{"phx_ref":"b"}]}},"leaves":{}})", "");
  told.diff(R"({"joins":{"Cid":{"metas":[{"phx_ref":"c"}]}},"leaves":{}})", "2");
  told.list(R"({"Dan":{"metas":[{"phx_ref":"d"}]}})", "2");
  expect_eq(told.all(), "Cid:c Dan:d ");
}
//! [earlier_join]

PHX_TEST("C-39: keys such as __proto__ are ordinary, and what is malformed harms nothing") {
  Told told;
  told.list(R"({"__proto__":{"metas":[{"phx_ref":"a"}]},"length":{"metas":[{"phx_ref":"b"}]}})");
  expect_eq(told.all(), "__proto__:a length:b ");
  for (const char* bad : {"[]", "null", R"({"joins":7,"leaves":[]})", R"({"joins":{"a":1}})",
                          R"({"joins":{"b":{"metas":{}}},"leaves":{"b":null}})"}) {
    told.diff(bad);
  }
  told.list("[1,2]", "2");
  expect_eq(told.all(), "");
}

PHX_TEST("diffs whose list never comes are forgotten, the oldest first") {
  Told told;
  for (int i = 0; i < 1'001; ++i) {
    const std::string key = std::to_string(i);
    told.state.diff(Json::parse("{\"joins\":{\"" + key + R"(":{"metas":[{"phx_ref":"r"}]}}})"),
                    "1");
  }
  told.list("{}");
  expect_eq(told.state.all().size(), 1'000u);
}
