/// A game's lobby: your own.
///
/// lobby.h beside this file has the classes and their contract; README.md says in which order to
/// write the parts. The private functions there are a plan that you may follow, or not.

#include "chapters/12-presence/exercise-lobby/lobby.h"

#include "chapters/not_written.h"
#include "process/scheduler.h"

namespace phx::exercise {

// --- The matchmaker -----------------------------------------------------------------------------

void Matchmaker::handle(Message message) {
  // Yours: Matchmaker::handle
  not_written("Matchmaker::handle", message, waiting_, games_);
}

// --- The channel --------------------------------------------------------------------------------

JoinResult Lobby::join(std::string_view topic, Payload params, Socket& socket) {
  // Yours: Lobby::join
  not_written("Lobby::join", topic, params, socket, presence_, name_);
}

Result Lobby::handle_in(std::string_view event, Payload payload, Socket& socket) {
  // Yours: Lobby::handle_in
  not_written("Lobby::handle_in", event, payload, socket, matchmaker_);
}

Result Lobby::handle_info(Message message, Socket& socket) {
  // Yours: Lobby::handle_info
  not_written("Lobby::handle_info", message, socket, game_);
}

}  // namespace phx::exercise
