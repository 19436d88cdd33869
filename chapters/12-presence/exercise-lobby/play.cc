/// A lobby, played at random: three players who come, play, and go. The refs of presences are left
/// out, as they are drawn by chance.

#include "chapters/12-presence/exercise-lobby/lobby.h"

#include <array>

#include "chapters/workshop/play.h"
#include "testing/fakes.h"

namespace {

using namespace phx;
using namespace phx::testing;
using exercise::Lobby;
using exercise::Matchmaker;
using exercise::Move;
using exercise::Over;
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
  Pid connection;
  Pid channel;
  std::vector<std::string> heard;
  std::size_t joins = 0;
};

/// Four clients, of whom each may join again, or come back over another connection.
struct Game {
  TestShard shard;
  Presence presence;
  Users users{presence};
  std::array<Player, 4> players;
  std::size_t ref = 0;

  Game() { users.matchmaker = shard.scheduler.spawn(std::make_unique<Matchmaker>()); }
  ~Game() { shard.scheduler.clear(); }  // before the players, to whom its processes speak

  void connect(Player& player) {
    Socket socket(shard.context(), *serializer::negotiate(users.serializers(), "2.0.0"));
    player.connection = shard.scheduler.spawn(std::make_unique<FakeTransport>(
        users, std::move(socket),
        [&player](const Sent& sent) {
          const auto* frame = std::get_if<serializer::FramePtr>(&sent);
          player.heard.push_back(frame != nullptr ? (*frame)->bytes : "close");
        },
        [&player](Pid channel) { player.channel = channel; }));
  }
  std::string push(Player& player, const std::string& event, const std::string& payload) {
    const std::string text = "[\"" + std::to_string(player.joins) + "\",\"" +
                             std::to_string(++ref) + "\",\"lobby\",\"" + event + "\"," + payload +
                             "]";
    shard.scheduler.send(player.connection, socket::FromClient{{serializer::Frame::text, text}});
    return text;
  }
};

}  // namespace

void phx::exercise::play(Sequence& steps) {
  Game game;
  while (steps.next()) {
    const unsigned what = steps.below(8);
    const unsigned which = steps.below(4);
    Player& player = game.players[which];
    const std::string name(1, static_cast<char>('a' + which));
    if (what == 7) {
      const std::string event = steps.of({"ready", "ready", "done", "move"});
      steps.does({1, 2, 3, 12, 13, 17, 18, 19, 23, 24, 27, 28, 29},
                 "all who are there send " + event + " at once");
      for (Player& one : game.players) {
        if (one.joins > 0) game.push(one, event, "{\"n\":1}");
      }
    } else if (player.joins == 0 || what == 6) {
      const std::string called = steps.of<std::string>(
          {name, name, name, name, "a", "", std::string(20, 'n'), std::string(21, 'n')});
      if (player.joins++ == 0) game.connect(player);
      const std::string params = steps.below(8) == 7 ? "5" : "\"" + called + "\"";
      steps.does({5, 6, 8, 9, 10, 11, 25, 29, 30},
                 "client " + name + " joins as " + params + (player.joins > 1 ? " again" : ""));
      game.push(player, "phx_join", "{\"name\":" + params + "}");
    } else if (what == 5) {
      const std::string of = "game-" + std::to_string(1 + steps.below(3));
      if (steps.below(3) == 2) {
        steps.does({6, 25, 28, 29, 30}, "the connection of " + name + " ends");
        game.shard.scheduler.send(player.connection, socket::ClientGone{});
        player.joins = 0;
      } else if (steps.below(2) == 1) {
        steps.does({28, 29, 31}, "the channel of " + name + " is sent Over of " + of);
        game.shard.scheduler.send(player.channel, Over{of});
      } else {
        steps.does({27}, "the channel of " + name + " is sent a Move of " + of);
        game.shard.scheduler.send(player.channel, Move{of, Json::object({{"late", 1}})});
      }
    } else {
      std::string sent;
      for (unsigned times = 1 + steps.below(3) / 2; times > 0; --times) {
        const std::string event =
            steps.of({"ready", "ready", "ready", "move", "done", "wait", "dance"});
        sent += (sent.empty() ? "" : " and at once ") + game.push(player, event, "{\"n\":2}");
      }
      steps.does(
          {1, 2, 3, 4, 5, 7, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 27, 28, 29},
          "client " + name + " sends " + sent);
    }
    game.shard.settle();
    for (std::size_t i = 0; i < game.players.size(); ++i) {
      for (const std::string& line : std::exchange(game.players[i].heard, {})) {
        steps.comes("client " + std::string(1, static_cast<char>('a' + i)) + " gets " +
                    without_refs(line));
      }
    }
  }
}
