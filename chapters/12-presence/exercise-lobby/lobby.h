#pragma once
/// \file
/// A game's lobby: who is here, who wants to play, and who plays whom.
///
///     client                        lobby                        others
///       | phx_join {"name":"ada"}     |
///       | <- ok, presence_state       | -> presence_diff: ada waiting
///       | ready                       |
///       | <- ok                       | -> presence_diff: ada ready
///       | <- match {"game":"game-1","opponent":"bob"}
///       |                             | -> presence_diff: ada playing game-1
///       | move {…}                    |
///       | <- ok                       | -> bob alone: move {…}
///       | done                        |
///       | <- ok                       | -> bob alone: game_over {"game":"game-1","reason":"done"}
///
/// Exercise "lobby" of chapter 12.

#include <optional>
#include <string>

#include "phoenix.h"

namespace phx::exercise {

// To the matchmaker, from a channel.

/// This one wants to play.
struct Ready {
  Pid channel;
  std::string name;
};
/// This one does not, after all.
struct NotReady {
  Pid channel;
};

// To a channel.

/// From the matchmaker: you play. Both of a pair are told, with the same game.
struct Matched {
  std::string game;
  std::string opponent;
  Pid opponent_channel;
};
/// From the opponent in this game: for your client.
struct Move {
  std::string game;
  Payload payload;
};
/// From the opponent in this game: it is over.
struct Over {
  std::string game;
};

/// The one process that pairs who is ready, the first with the second, the third with the fourth.
/// As it is one, nobody is ever promised to two. It watches who waits: a process that has ended is
/// not paired. Games are called game-1, game-2 and so on.
class Matchmaker final : public Process {
 public:
  std::string name() const override { return "matchmaker"; }

 protected:
  /// Ready, NotReady, or the Down of the one who waits. To be ready twice is to be ready once.
  void handle(Message message) override;

 private:
  struct Waiting {
    Ready who;
    process::Ref monitor;
  };
  void ready(Ready who);
  void forget();

  std::optional<Waiting> waiting_;  ///< Never more than one: the next makes a pair.
  std::size_t games_ = 0;
};

/// One client in the lobby. Its presence's key is its name; what it says of itself is
/// `{"state": "waiting"}`, `{"state": "ready"}` or `{"state": "playing", "game": "game-1"}`.
class Lobby final : public Channel {
 public:
  /// Both outlive the channel.
  Lobby(Presence& presence, Pid matchmaker) : presence_(presence), matchmaker_(matchmaker) {}

  /// Wants `{"name": …}`, a string of 1 to 20 bytes, else it refuses with {"reason": "expected a
  /// name of 1 to 20 bytes"}. A name that is present on the topic is refused, too: {"reason": "the
  /// name is taken"}. After the join, and not in it, the client is tracked as waiting, and pushed
  /// `presence_state`, the list of all.
  JoinResult join(std::string_view topic, Payload params, Socket& socket) override;

  /// - `ready`: shown as ready, and said to the matchmaker. In a game: an error, {"reason":
  ///   "playing"}.
  /// - `wait`: shown as waiting, and said to the matchmaker. In a game: the same error.
  /// - `move`: its payload goes to the opponent's client, as a push `move`, and to nobody else.
  ///   Outside a game: an error, {"reason": "not playing"}.
  /// - `done`: ends the game, for both. Outside a game: the same error.
  ///
  /// Each is answered ok where there is no error. Any other event is unhandled.
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override;

  /// - Matched: shown as playing, and pushed `match`, {"game", "opponent"}; and the opponent's
  ///   process is watched. A client that said `wait` while it was being matched plays all the same:
  ///   the other one has been told.
  /// - Move: pushed, where it belongs to the game that is played.
  /// - Over of the game that is played, or the Down of the opponent: shown as waiting, and pushed
  /// `game_over`, {"game",
  ///   "reason"}; the reason is `done` or `left`. The opponent's process is watched no more.
  Result handle_info(Message message, Socket& socket) override;

 private:
  struct AfterJoin {};
  struct Game {
    Matched match;
    process::Ref monitor;  ///< Of the opponent's process.
  };

  bool playing(std::string_view game) const { return game_ && game_->match.game == game; }
  void show(std::string_view state, Socket& socket);
  void begin(Matched match, Socket& socket);
  /// Watches the opponent no more, and shows the client as waiting.
  void end(Socket& socket);
  void game_over(std::string_view reason, Socket& socket);

  Presence& presence_;
  const Pid matchmaker_;
  std::string name_;
  std::optional<Game> game_;
};

}  // namespace phx::exercise
