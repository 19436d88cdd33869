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

/// The one process that pairs those who are ready. As it is one, nobody is ever promised to two.
///
/// - [1] The first plays with the second, the third with the fourth. [2] Both are sent Matched,
///   each with the other's name and process. [3] Games are called game-1, game-2 and so on.
/// - [4] Whoever is not ready after all is not paired. [5] Nobody else is forgotten by that.
/// - [6] A process that has ended is not paired: the one that waits is watched. [7] To be ready
///   twice is to be ready once.
class Matchmaker final : public Process {
 public:
  std::string name() const override { return "matchmaker"; }

 protected:
  /// Ready, NotReady, or the Down of the one who waits.
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

  /// - [8] Wants `{"name": …}`, a string of 1 to 20 bytes, else it refuses with {"reason":
  ///   "expected a name of 1 to 20 bytes"}. [9] A name that is present on the topic is refused,
  ///   too: {"reason": "the name is taken"}.
  /// - [10] After the join, and not in it, the client is tracked as waiting. [11] Then it is pushed
  ///   `presence_state`, the list of all, itself among them.
  JoinResult join(std::string_view topic, Payload params, Socket& socket) override;

  /// - `ready`: [12] shown as ready. [13] Said to the matchmaker.
  /// - `wait`: [14] shown as waiting. [15] Said to the matchmaker.
  /// - [16] In a game both are an error, {"reason": "playing"}, and change nothing.
  /// - `move`: [17] its payload goes to the opponent's client, as a push `move`. [18] It goes to
  ///   nobody else.
  /// - `done`: [19] ends the game, for both.
  /// - [20] Outside a game both are an error, {"reason": "not playing"}.
  ///
  /// [21] Each is answered ok where there is no error. [22] Any other event is unhandled.
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override;

  /// - Matched: [23] shown as playing, with the game. [24] Pushed `match`, {"game", "opponent"}.
  ///   [25] The opponent's process is watched. [26] A client that said `wait` while it was being
  ///   matched plays all the same: the other one has been told.
  /// - Move: [27] pushed, where it belongs to the game that is played, and else not.
  /// - Over of the game that is played, or the Down of the opponent: [28] shown as waiting.
  ///   [29] Pushed `game_over`, {"game", "reason"}: the reason is `done`, or `left`. [30] The
  ///   opponent's process is watched no more. [31] An Over of another game counts for nothing.
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
