/// What the lobby promises, as its clients and its matchmaker see it.

#include "chapters/12-presence/exercise-lobby/lobby.h"

#include "testing/channel_test.h"

using namespace phx;
using namespace phx::testing;
using phx::exercise::Lobby;
using phx::exercise::Matchmaker;

namespace {

struct Users final : UserSocket {
  explicit Users(Presence& presence) {
    channel("lobby*", [this, &presence] { return std::make_unique<Lobby>(presence, matchmaker); });
  }
  Pid matchmaker;
};

Json named(std::string_view name) { return Json::object({{"name", name}}); }
Json because(std::string_view reason) { return Json::object({{"reason", reason}}); }
Json over(std::string_view game, std::string_view reason) {
  return Json::object({{"game", game}, {"reason", reason}});
}

struct Fixture {
  Presence presence;
  Users users{presence};
  ChannelTest test;
  Fixture() { users.matchmaker = test.context().scheduler->spawn(std::make_unique<Matchmaker>()); }

  JoinedChannel join(std::string_view name) {
    return test.socket(users).join("lobby", named(name));
  }
  void ok(const JoinedChannel& who, const std::string& event, const Payload& payload = {}) {
    who.assert_reply(who.push(event, payload), Status::ok);
  }
  void refused(const JoinedChannel& who, const std::string& event, const Json& why) {
    who.assert_reply(who.push(event), Status::error, why);
  }
  /// `waiting`, `ready`, `playing game-1`; `gone` for who is not there.
  std::string shown(std::string_view name) const {
    const Json one = presence.get_by_key("lobby", name);
    if (one.is_null()) return "gone";
    expect_eq(one["metas"].size(), 1u);
    const Json meta = one["metas"][0];
    const std::string game = meta["game"].string_or("");
    return meta["state"].string_or("?") + (game.empty() ? "" : " " + game);
  }
  void expect_match(const JoinedChannel& who, std::string_view game, std::string_view opponent) {
    who.assert_push("match", Json::object({{"game", game}, {"opponent", opponent}}));
  }
};

/// Ada and Bob in a game.
struct Playing : Fixture {
  JoinedChannel ada = join("ada"), bob = join("bob");
  Playing() {
    for (const JoinedChannel& who : {ada, bob}) ok(who, "ready");
    expect_match(ada, "game-1", "bob");
    expect_match(bob, "game-1", "ada");
  }
};

}  // namespace

PHX_TEST("a client without a good name is not let in") {
  Fixture f;
  const Client client = f.test.socket(f.users);
  for (const Json& bad : {Json::object(), named(""), named("a name of over 20 bytes"),
                          Json::object({{"name", 5}}), Json("ada")}) {
    expect_eq(client.join_refused("lobby", bad).json().dump(),
              because("expected a name of 1 to 20 bytes").dump());
  }
  client.join("lobby", named("a name of 20 bytes.."));
}

PHX_TEST(
    "a client that has joined waits, gets the list of players, and is announced to the others") {
  Fixture f;
  const JoinedChannel ada = f.join("ada");
  expect_eq(f.shown("ada"), "waiting");
  expect(ada.assert_push("presence_state").json().has("ada"), "ada sees herself");
  ada.assert_push("presence_diff");
  const JoinedChannel bob = f.join("bob");
  const Json state = bob.assert_push("presence_state").json();
  expect(state.has("ada") && state.has("bob"), "bob sees both");
  expect(ada.assert_push("presence_diff")["joins"].has("bob"), "ada is told");
}

PHX_TEST("a name is one client's until that client has gone") {
  Fixture f;
  const JoinedChannel ada = f.join("ada");
  const Client other = f.test.socket(f.users);
  expect_eq(other.join_refused("lobby", named("ada")).json().dump(),
            because("the name is taken").dump());
  ada.leave();
  other.join("lobby", named("ada"));
}

PHX_TEST("one alone who is ready is shown so, and waits") {
  Fixture f;
  const JoinedChannel ada = f.join("ada");
  f.ok(ada, "ready");
  expect_eq(f.shown("ada"), "ready");
  ada.refute_push("match");
}

PHX_TEST("two who are ready are matched: each is told of the other, and all see it") {
  Playing f;
  expect_eq(f.shown("ada"), "playing game-1");
  expect_eq(f.shown("bob"), "playing game-1");
}

PHX_TEST("the third waits for the fourth, and theirs is another game") {
  Playing f;
  const JoinedChannel eve = f.join("eve"), dan = f.join("dan");
  f.ok(eve, "ready");
  eve.refute_push("match");
  f.ok(dan, "ready");
  f.expect_match(eve, "game-2", "dan");
  f.expect_match(dan, "game-2", "eve");
}

PHX_TEST("two of one name, each in a lobby of their own, play each other") {
  Fixture f;
  const JoinedChannel one = f.join("ada");
  const JoinedChannel other = f.test.socket(f.users).join("lobby next door", named("ada"));
  for (const JoinedChannel& who : {one, other}) f.ok(who, "ready");
  for (const JoinedChannel& who : {one, other}) f.expect_match(who, "game-1", "ada");
}

PHX_TEST("to be ready twice is to be ready once: nobody plays himself") {
  Fixture f;
  const JoinedChannel ada = f.join("ada");
  f.ok(ada, "ready");
  f.ok(ada, "ready");
  ada.refute_push("match");
  f.ok(f.join("bob"), "ready");
  f.expect_match(ada, "game-1", "bob");
  ada.refute_push("match");
}

PHX_TEST("a player who stops waiting is not matched") {
  Fixture f;
  const JoinedChannel ada = f.join("ada"), bob = f.join("bob");
  f.ok(ada, "ready");
  f.ok(ada, "wait");
  expect_eq(f.shown("ada"), "waiting");
  f.ok(bob, "wait");
  f.ok(bob, "ready");
  bob.refute_push("match");
}

PHX_TEST("one who waits is not forgotten when another thinks better of it") {
  Fixture f;
  const JoinedChannel ada = f.join("ada"), bob = f.join("bob"), eve = f.join("eve");
  f.ok(ada, "ready");
  f.ok(bob, "wait");
  f.ok(eve, "ready");
  f.expect_match(ada, "game-1", "eve");
}

PHX_TEST("a player who has gone in any way is not matched") {
  Fixture f;
  f.test.trap_exits();
  const JoinedChannel ada = f.join("ada"), eve = f.join("eve"), bob = f.join("bob");
  f.ok(ada, "ready");
  ada.leave();
  f.ok(eve, "ready");
  eve.push("no such event");
  expect_eq(f.shown("eve"), "gone");
  f.ok(bob, "ready");
  bob.refute_push("match");
  f.ok(f.join("dan"), "ready");
  f.expect_match(bob, "game-1", "dan");
}

PHX_TEST("a move is for the opponent alone") {
  Playing f;
  const JoinedChannel eve = f.join("eve");
  const Json move = Json::object({{"to", "e4"}});
  f.ok(f.ada, "move", move);
  f.bob.assert_push("move", move);
  for (const JoinedChannel& other : {f.ada, eve}) other.refute_push("move");
}

PHX_TEST("done is done for both, and both may play again") {
  Playing f;
  f.ok(f.ada, "done");
  f.bob.assert_push("game_over", over("game-1", "done"));
  f.ada.refute_push("game_over");
  expect_eq(f.shown("ada") + " " + f.shown("bob"), "waiting waiting");
  f.ok(f.bob, "ready");
  f.ok(f.ada, "ready");
  f.expect_match(f.bob, "game-2", "ada");
}

PHX_TEST("a player whose opponent has gone is notified, and may play with another") {
  Playing f;
  const JoinedChannel eve = f.join("eve");
  f.ada.leave();
  f.bob.assert_push("game_over", over("game-1", "left"));
  expect_eq(f.shown("ada") + " " + f.shown("bob"), "gone waiting");
  f.ok(f.bob, "ready");
  f.ok(eve, "ready");
  f.expect_match(f.bob, "game-2", "eve");
}

PHX_TEST("when a game is over, its opponent's end is nobody's business") {
  Playing f;
  const JoinedChannel eve = f.join("eve");
  f.ok(f.ada, "done");
  f.bob.assert_push("game_over");
  f.ok(f.bob, "ready");
  f.ok(eve, "ready");
  f.ada.leave();
  f.bob.refute_push("game_over");
  expect_eq(f.shown("bob"), "playing game-2");
}

PHX_TEST("what was sent in an earlier game counts for nothing in this one") {
  Playing f;
  f.ada.send(exercise::Over{"game-0"});
  f.ada.send(exercise::Move{"game-0", Json::object({{"to", "e5"}})});
  f.ada.refute_push("game_over");
  f.ada.refute_push("move");
  expect_eq(f.shown("ada"), "playing game-1");
}

PHX_TEST("what is not in order is refused, and changes nothing") {
  Playing f;
  const JoinedChannel eve = f.join("eve");
  for (const char* event : {"ready", "wait"}) f.refused(f.ada, event, because("playing"));
  for (const char* event : {"move", "done"}) f.refused(eve, event, because("not playing"));
  expect_eq(f.shown("ada") + ", " + f.shown("eve"), "playing game-1, waiting");
  f.ok(eve, "ready");
  eve.refute_push("match");
}

PHX_TEST("a match that crosses a wait is played") {
  Fixture f;
  const JoinedChannel ada = f.join("ada"), bob = f.join("bob");
  f.ok(ada, "wait");
  ada.send(exercise::Matched{"game-9", "bob", bob.pid()});
  f.expect_match(ada, "game-9", "bob");
  expect_eq(f.shown("ada"), "playing game-9");
}
