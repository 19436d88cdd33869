/// S: presence: the state for a new member, the diffs for all.
///
/// A new member gets its own join twice, in a diff and in the state. The diff came first in every
/// recorded join, but in the framework the two come from two processes: either order passes.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/wire/url.h"

namespace phx::conformance {
namespace {

/// A meta of the contract's member of this name, without its phx_ref.
std::string meta(const std::string& name) {
  return fmt::format(R"({{"online_at":"0","name":"{}","phx_ref":{{any}}}})", name);
}

std::string one_key(const std::string& key, const std::string& metas) {
  return fmt::format(R"({{"{}":{{"metas":[{}]}}}})", key, metas);
}

std::string diff_frame(const std::string& joins, const std::string& leaves) {
  return fmt::format(R"([null,null,"{{own}}","presence_diff",{{"joins":{},"leaves":{}}}])", joins,
                     leaves);
}

std::string joined(const std::string& key, const std::string& metas) {
  return diff_frame(one_key(key, metas), "{}");
}

std::string left(const std::string& key, const std::string& metas) {
  return diff_frame("{}", one_key(key, metas));
}

/// The same on the topic `{own}-there`.
std::string diff_there(const std::string& joins, const std::string& leaves) {
  return filled(diff_frame(joins, leaves), {{"own", "{own}-there"}});
}

std::string quoted(const std::string& escaped) { return '"' + escaped + '"'; }

/// A client on the case's own presence topic, which `{own}` stands for here.
class Member {
 public:
  /// Joins as `key` under `name`, both as JSON; takes the reply and nothing after it. `behind` is
  /// appended to the topic's name.
  Member(Trial& t, const std::string& key, const std::string& name, const std::string& behind = {})
      : topic_("presence:" + t.word("topic") + behind),
        client_(
            t.connect({.query = "user_id=" + percent_encoded(parse_json(quoted(key))->text())})),
        key_(key),
        name_(name) {
    send(fmt::format(R"(["1","1","{{own}}","phx_join",{{"name":"{}"}}])", name));
    expect(R"(["1","1","{own}","phx_reply",{ok}])");
  }

  void send(const std::string& text) { client_.send(on_topic(text)); }
  Json expect(const std::string& text) { return client_.expect(on_topic(text)); }
  /// Takes the state, and the diff with its own join. \return the state's payload.
  Json expect_state(const std::string& state) {
    const std::string frame = fmt::format(R"(["1",null,"{{own}}","presence_state",{}])", state);
    return expect_beside(frame, joined(key_, meta(name_)))[4];
  }
  /// Takes both frames, in either order. \return the one that matched `text`.
  Json expect_beside(const std::string& text, const std::string& other) {
    const Json wanted = *parse_json(filled(on_topic(text), common_words()));
    const Json beside = *parse_json(filled(on_topic(other), common_words()));
    std::optional<Json> found;
    for (int left = 2; left > 0; --left) {
      const Received received = client_.take(wanted.dump());
      const auto came = parse_json(received.payload);
      const bool is_wanted = came && !found && matches(wanted, *came);
      if (is_wanted) found = came;
      if (!is_wanted && !(came && matches(beside, *came))) {
        throw Violation(wanted.dump() + " and " + beside.dump(), described(received),
                        client_.name());
      }
    }
    if (!found) throw Violation(wanted.dump(), "the other frame twice", client_.name());
    return *found;
  }
  Client& client() { return client_; }

 private:
  std::string on_topic(const std::string& text) const { return filled(text, {{"own", topic_}}); }

  std::string topic_;
  Client& client_;
  std::string key_;
  std::string name_;
};

/// The phx_ref of a key's meta. REQUIRES: the frame was matched.
std::string ref_of(const Json& presences, const std::string& key, std::size_t index = 0) {
  std::string ref = presences[key]["metas"][index]["phx_ref"].text();
  if (ref.empty()) throw Violation("a phx_ref that is a string", presences.dump());
  return ref;
}

void expect_same(const std::string& what, const std::string& wanted, const std::string& came) {
  if (wanted != came) throw Violation(fmt::format("{} {}", what, wanted), came);
}

void expect_other(const std::string& what, const std::string& old, const std::string& came) {
  if (old == came) throw Violation(fmt::format("{} other than {}", what, old), came);
}

RULE("S-01", must, contract, "a new member is pushed presence_state, and is in it",
     "Phoenix.Presence.list") {
  Member ann(t, "ann", "A");
  const std::string first = ref_of(ann.expect_state(one_key("ann", meta("A"))), "ann");
  Member ben(t, "ben", "B");
  const Json state = ben.expect_state(
      fmt::format(R"({{"ann":{{"metas":[{}]}},"ben":{{"metas":[{}]}}}})", meta("A"), meta("B")));
  expect_same("ann's phx_ref", first, ref_of(state, "ann"));
  expect_other("a phx_ref", first, ref_of(state, "ben"));
  ann.expect(joined("ben", meta("B")));
}

RULE("S-02", must, contract, "a join and a leave are broadcast as presence_diff",
     "Phoenix.Presence.handle_diff") {
  Member ann(t, "ann", "A");
  ann.expect_state(one_key("ann", meta("A")));
  Member ben(t, "ben", "B");
  ben.client().forget();  // a diff may still overtake its leave
  const std::string came = ref_of(ann.expect(joined("ben", meta("B")))[4]["joins"], "ben");
  ben.send(R"(["1","2","{own}","phx_leave",{}])");
  const Json leaves = ann.expect(left("ben", meta("B")))[4]["leaves"];
  expect_same("ben's phx_ref", came, ref_of(leaves, "ben"));

  Member cat(t, "cat", "C");
  cat.client().forget();
  ann.expect(joined("cat", meta("C")));
  cat.send(R"(["1","2","{own}","untrack",{}])");
  ann.expect(left("cat", meta("C")));
}

RULE("S-03", must, contract, "two connections under one key are two metas with a phx_ref each",
     "Phoenix.Presence.group") {
  Member first(t, "ann", "first");
  const std::string old = ref_of(first.expect_state(one_key("ann", meta("first"))), "ann");
  Member second(t, "ann", "second");
  const Json state = second.expect_state(one_key("ann", meta("first") + "," + meta("second")));
  expect_same("the first phx_ref", old, ref_of(state, "ann", 0));
  const std::string fresh = ref_of(state, "ann", 1);
  expect_other("a phx_ref", old, fresh);
  const Json joins = first.expect(joined("ann", meta("second")))[4]["joins"];
  expect_same("the second phx_ref", fresh, ref_of(joins, "ann"));

  first.client().forget();
  first.send(R"(["1","2","{own}","phx_leave",{}])");  // one meta of two
  second.expect(left("ann", meta("first")));
  Member third(t, "ann", "third");
  third.expect_state(one_key("ann", meta("second") + "," + meta("third")));
  second.expect(joined("ann", meta("third")));

  third.client().forget();
  third.send(R"(["1","2","{own}","phx_leave",{}])");  // the later one of two
  second.expect(left("ann", meta("third")));
  Member ben(t, "ben", "B");
  ben.expect_state(fmt::format(R"({{"ann":{{"metas":[{}]}},"ben":{{"metas":[{}]}}}})",
                               meta("second"), meta("B")));
  second.expect(joined("ben", meta("B")));
}

RULE("S-04", must, contract,
     "an update is a leave of the old meta and a join of the new, with phx_ref_prev",
     "Phoenix.Tracker.update") {
  Member ann(t, "ann", "A");
  ann.expect_state(one_key("ann", meta("A")));
  Member ben(t, "ben", "B");
  const Json state = ben.expect_state(R"({"ann":{any},"ben":{any}})");
  ann.expect(joined("ben", meta("B")));

  ben.send(R"(["1","2","{own}","update",{"online_at":"1","name":"B2"}])");
  const std::string fresh = R"({"online_at":"1","name":"B2","phx_ref":{any},"phx_ref_prev":{any}})";
  const std::string diff = diff_frame(one_key("ben", fresh), one_key("ben", meta("B")));
  const Json told = ann.expect(diff)[4];
  const Json meta_now = told["joins"]["ben"]["metas"][std::size_t{0}];
  expect_same("the old phx_ref", ref_of(state, "ben"), ref_of(told["leaves"], "ben"));
  expect_same("phx_ref_prev", ref_of(state, "ben"), meta_now["phx_ref_prev"].text());
  expect_other("a phx_ref", ref_of(state, "ben"), ref_of(told["joins"], "ben"));
  ben.expect_beside(R"(["1","2","{own}","phx_reply",{ok}])", diff);
}

RULE("S-05", must, contract, "a connection that drops is a leave",
     "Phoenix.Tracker monitors the process") {
  Member ann(t, "ann", "A");
  ann.expect_state(one_key("ann", meta("A")));
  for (const char* how : {"reset", "finish", "close", "crash"}) {
    Member ben(t, "ben", how);
    ben.client().forget();
    ann.expect(joined("ben", meta(how)));
    if (how == std::string_view("reset")) ben.client().reset();
    if (how == std::string_view("finish")) ben.client().finish();
    if (how == std::string_view("crash")) ben.send(R"(["1","2","{own}","no_such_event",{}])");
    if (how == std::string_view("close")) {
      ben.client().send_frame({.opcode = Opcode::close, .payload = close_payload(1000)});
    }
    ann.expect(left("ben", meta(how)));
  }
}

RULE("S-07", must, contract, "an update replaces the whole meta: nothing of the old one stays",
     "Phoenix.Tracker.update (a new meta)") {
  Member ann(t, "ann", "A");
  ann.expect_state(one_key("ann", meta("A")));
  std::string before = meta("A");
  const std::string refs = R"("phx_ref":{any},"phx_ref_prev":{any})";
  const std::string much = R"("d":")" + std::string(20'000, 'x') + '"';
  const std::string more = R"("d":")" + std::string(65'525, 'x') + '"';  // 65,536 with its key
  for (const std::string& said :
       {std::string(R"("x":1)"), much, more,
        std::string(R"("deep":{"list":[1,null,"é"]},"name":"B")"), std::string(R"("x":2.5)")}) {
    const std::string now = fmt::format("{{{},{}}}", said, refs);
    ann.send(fmt::format(R"(["1","2","{{own}}","update",{{{}}}])", said));
    ann.expect_beside(R"(["1","2","{own}","phx_reply",{ok}])",
                      diff_frame(one_key("ann", now), one_key("ann", before)));
    before = now;
  }
  Member ben(t, "ben", "B");
  ben.expect_state(
      fmt::format(R"({{"ann":{{"metas":[{}]}},"ben":{{"metas":[{}]}}}})", before, meta("B")));
  ann.expect(joined("ben", meta("B")));
}

RULE("S-08", must, contract, "each topic has its own list", "Phoenix.Tracker (by topic)") {
  Member cat(t, "cat", "C");
  cat.expect_state(one_key("cat", meta("C")));
  Member ann(t, "ann", "A");
  ann.expect_state(R"({"ann":{any},"cat":{any}})");
  cat.expect(joined("ann", meta("A")));

  // The same connection on another topic, where another user joins, and which it leaves.
  ann.send(R"(["2","2","{own}-there","phx_join",{"name":"A there"}])");
  ann.expect(R"(["2","2","{own}-there","phx_reply",{ok}])");
  ann.expect_beside(fmt::format(R"(["2",null,"{{own}}-there","presence_state",{}])",
                                one_key("ann", meta("A there"))),
                    diff_there(one_key("ann", meta("A there")), "{}"));
  Member dan(t, "dan", "D", "-there");
  dan.expect_state(fmt::format(R"({{"ann":{{"metas":[{}]}},"dan":{{"metas":[{}]}}}})",
                               meta("A there"), meta("D")));
  ann.expect(diff_there(one_key("dan", meta("D")), "{}"));
  ann.client().forget();  // a diff may still overtake its leave
  ann.send(R"(["2","3","{own}-there","phx_leave",{}])");
  dan.expect(left("ann", meta("A there")));

  Member eve(t, "eve", "E");
  eve.expect_state(
      fmt::format(R"({{"ann":{{"metas":[{}]}},"cat":{{"metas":[{}]}},"eve":{{"metas":[{}]}}}})",
                  meta("A"), meta("C"), meta("E")));
  cat.expect(joined("eve", meta("E")));
}

RULE("S-09", must, contract, "an untracked presence does not leave a second time",
     "Phoenix.Tracker.untrack") {
  Member ann(t, "ann", "A");
  ann.expect_state(one_key("ann", meta("A")));
  Member ben(t, "ben", "B");
  ben.expect_state(R"({"ann":{any},"ben":{any}})");
  ann.expect(joined("ben", meta("B")));
  ben.send(R"(["1","2","{own}","untrack",{}])");
  ben.expect_beside(R"(["1","2","{own}","phx_reply",{ok}])", left("ben", meta("B")));
  ann.expect(left("ben", meta("B")));
  ben.send(R"(["1","3","{own}","untrack",{}])");
  ben.expect(R"(["1","3","{own}","phx_reply",{ok}])");
  ben.send(R"(["1","4","{own}","phx_leave",{}])");
  ben.expect(R"(["1","4","{own}","phx_reply",{ok}])");
  ben.expect(R"([{any},{any},"{own}","phx_close",{any}])");
  Member cat(t, "cat", "C");
  cat.expect_state(
      fmt::format(R"({{"ann":{{"metas":[{}]}},"cat":{{"metas":[{}]}}}})", meta("A"), meta("C")));
  ann.expect(joined("cat", meta("C")));
  // An update does not bring it back either: it finds nothing to update.
  cat.send(R"(["1","2","{own}","untrack",{}])");
  cat.expect_beside(R"(["1","2","{own}","phx_reply",{ok}])", left("cat", meta("C")));
  ann.expect(left("cat", meta("C")));
  cat.send(R"(["1","3","{own}","update",{"x":1}])");
  cat.expect(R"(["1","1","{own}","phx_error",{any}])");
}

RULE("S-10", must, contract, "an update changes only the sender's meta of a key",
     "Phoenix.Tracker.update (pid, topic, key)") {
  Member first(t, "ann", "first");
  const std::string first_ref = ref_of(first.expect_state(one_key("ann", meta("first"))), "ann");
  Member second(t, "ann", "second");
  const Json state = second.expect_state(one_key("ann", meta("first") + "," + meta("second")));
  first.expect(joined("ann", meta("second")));
  for (Member* sender : {&second, &first}) {
    const bool mine = sender == &first;
    const std::string now = fmt::format(
        R"({{"name":"{}","phx_ref":{{any}},"phx_ref_prev":{{any}}}})", mine ? "1" : "2");
    const std::string diff =
        diff_frame(one_key("ann", now), one_key("ann", meta(mine ? "first" : "second")));
    sender->send(fmt::format(R"(["1","2","{{own}}","update",{{"name":"{}"}}])", mine ? "1" : "2"));
    sender->expect_beside(R"(["1","2","{own}","phx_reply",{ok}])", diff);
    const Json told = (mine ? second : first).expect(diff)[4];
    const std::string old = mine ? first_ref : ref_of(state, "ann", 1);
    expect_same("the old phx_ref", old, ref_of(told["leaves"], "ann"));
  }
}

RULE("S-11", must, contract, "changes are sent in the order in which they were made",
     "Phoenix.Presence handle_diff (a queue of tasks)") {
  constexpr int changes = 10;
  Member ann(t, "ann", "A");
  ann.expect_state(one_key("ann", meta("A")));
  Member ben(t, "ben", "B");
  ben.client().forget();
  std::string ref = ref_of(ann.expect(joined("ben", meta("B")))[4]["joins"], "ben");
  std::vector<std::string> updates;
  for (int n = 0; n < changes; ++n) {
    updates.push_back(fmt::format(R"(["1","{0}","presence:{{topic}}","update",{{"n":{0}}}])", n));
  }
  ben.client().send_together(updates);
  std::string before = meta("B");
  for (int n = 0; n < changes; ++n) {
    const std::string now =
        fmt::format(R"({{"n":{},"phx_ref":{{any}},"phx_ref_prev":{{any}}}})", n);
    const Json told = ann.expect(diff_frame(one_key("ben", now), one_key("ben", before)))[4];
    const Json meta_now = told["joins"]["ben"]["metas"][std::size_t{0}];
    expect_same("phx_ref_prev", ref, meta_now["phx_ref_prev"].text());
    expect_same("the old phx_ref", ref, ref_of(told["leaves"], "ben"));
    ref = ref_of(told["joins"], "ben");
    before = now;
  }
}

RULE("S-12", must, contract, "a key may be any text: with quotes, beyond ASCII, or empty",
     "Phoenix.Tracker (a key is a term)") {
  Member ann(t, "ann", "A");
  ann.expect_state(one_key("ann", meta("A")));
  for (const char* key : {R"(q\" b\\ / )", "é 世界 😀", ""}) {
    Member other(t, key, key);
    other.expect_state(fmt::format(R"({{"ann":{{"metas":[{}]}},"{}":{{"metas":[{}]}}}})", meta("A"),
                                   key, meta(key)));
    ann.expect(joined(key, meta(key)));
    other.client().forget();
    other.send(R"(["1","2","{own}","phx_leave",{}])");
    ann.expect(left(key, meta(key)));
  }
}

}  // namespace
}  // namespace phx::conformance
