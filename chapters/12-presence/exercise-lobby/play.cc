/// A lobby, played at random: three players who come, play, and go. The refs of presences are left
/// out, as they are drawn by chance.

#include "chapters/12-presence/exercise-lobby/lobby.h"

#include "chapters/workshop/play.h"
#include "testing/fakes.h"

namespace {

using namespace phx;
using namespace phx::testing;
using exercise::Lobby;
using exercise::Matchmaker;
using exercise::Sequence;

struct Users final : UserSocket {
  explicit Users(Presence& presence) {
    channel("lobby", [this, &presence] { return std::make_unique<Lobby>(presence, matchmaker); });
  }
  Pid matchmaker;
};

std::string without_refs(std::string frame) {
  for (const std::string name : {"\"phx_ref\":\"", "\"phx_ref_prev\":\""}) {
    for (std::size_t at = 0; (at = frame.find(name, at)) != std::string::npos;) {
      at += name.size();
      frame.erase(at, frame.find('"', at) - at);
    }
  }
  return frame;
}

struct Player {
  std::unique_ptr<FakeClient> client;
  std::size_t joins = 0;
};

}  // namespace

void phx::exercise::play(Sequence& steps) {
  TestShard shard;
  Presence presence;
  Users users(presence);
  users.matchmaker = shard.scheduler.spawn(std::make_unique<Matchmaker>());
  std::vector<std::unique_ptr<FakeClient>> gone;  // a process may still speak to one
  Player players[4];
  std::size_t ref = 0;
  while (steps.next()) {
    const unsigned which = steps.below(4);
    Player& player = players[which];
    const unsigned what = player.client ? steps.below(7) : 0;
    const std::string name = std::string(1, static_cast<char>('a' + which));
    std::vector<std::string> frames;
    const auto push = [&](const std::string& event, const std::string& payload) {
      const std::string join_ref = std::to_string(player.joins);
      frames.push_back("[\"" + join_ref + "\",\"" + std::to_string(++ref) + "\",\"lobby\",\"" +
                       event + "\"," + payload + "]");
    };
    if (!player.client) player.client = std::make_unique<FakeClient>(shard, users);
    if (player.joins == 0 || what == 6) {
      const std::string called = steps.of<std::string>(
          {name, name, name, name, "a", "", std::string(20, 'n'), std::string(21, 'n')});
      ++player.joins;
      push("phx_join", steps.below(8) == 7 ? "{\"name\":5}" : "{\"name\":\"" + called + "\"}");
    } else if (what == 5 && steps.below(2) == 1) {
      steps.does({6, 25, 28, 29, 30}, "the connection of " + name + " ends");
      player.client->hang_up();
      gone.push_back(std::move(player.client));
      player = {};
    } else {
      const unsigned more = steps.below(3);
      for (unsigned i = 0; i <= more / 2; ++i) {
        push(steps.of({"ready", "ready", "ready", "move", "done", "wait", "dance"}),
             "{\"n\":" + std::to_string(ref) + "}");
      }
    }
    if (!frames.empty()) {
      steps.does({1,  2,  3,  4,  5,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                  16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 27, 28, 29, 31},
                 "client " + name + " sends " + frames[0] +
                     (frames.size() > 1 ? " and at once " + frames[1] : ""));
      player.client->send_together(frames);
    }
    shard.settle();
    for (std::size_t i = 0; i < std::size(players); ++i) {
      if (!players[i].client) continue;
      for (const std::string& line : players[i].client->heard()) {
        steps.comes("client " + std::string(1, static_cast<char>('a' + i)) + " gets " +
                    without_refs(line));
      }
    }
  }
}
