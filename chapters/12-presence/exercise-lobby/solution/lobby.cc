/// A channel for each player, and one process between them: one solution of exercise "lobby".

#include "chapters/12-presence/exercise-lobby/lobby.h"

#include "process/scheduler.h"

namespace phx::exercise {

using process::Down;

// --- The matchmaker -----------------------------------------------------------------------------

void Matchmaker::handle(Message message) {
  if (auto* who = message.get_if<Ready>()) {
    ready(std::move(*who));
  } else if (const auto* one = message.get_if<NotReady>()) {
    if (waiting_ && waiting_->who.channel == one->channel) forget();
  } else if (const auto* down = message.get_if<Down>()) {
    if (waiting_ && waiting_->monitor == down->ref) waiting_.reset();
  }
}

void Matchmaker::ready(Ready who) {
  if (waiting_ && waiting_->who.channel == who.channel) return;
  if (!waiting_) {
    const process::Ref monitor = scheduler().monitor(self(), who.channel);
    waiting_ = Waiting{std::move(who), monitor};
    return;
  }
  const Ready first = waiting_->who;
  forget();
  const std::string game = "game-" + std::to_string(++games_);
  scheduler().send(first.channel, Matched{game, who.name, who.channel});
  scheduler().send(who.channel, Matched{game, first.name, first.channel});
}

void Matchmaker::forget() {
  scheduler().demonitor(waiting_->monitor, self(), waiting_->who.channel);
  waiting_.reset();
}

// --- The channel --------------------------------------------------------------------------------

namespace {

constexpr std::size_t longest_name = 20;  // bytes

Refused because(std::string_view reason) { return {Json::object({{"reason", reason}})}; }
Reply error(std::string_view reason) { return Reply::error(Json::object({{"reason", reason}})); }

}  // namespace

JoinResult Lobby::join(std::string_view topic, Payload params, Socket& socket) {
  name_ = params["name"].string_or("");
  if (name_.empty() || name_.size() > longest_name) {
    return because("expected a name of 1 to 20 bytes");
  }
  if (!presence_.get_by_key(topic, name_).is_null()) return because("the name is taken");
  socket.send_self(AfterJoin{});
  return Joined{};
}

Result Lobby::handle_in(std::string_view event, Payload payload, Socket& socket) {
  process::Scheduler& scheduler = *socket.context().scheduler;
  if (event == "ready" || event == "wait") {
    if (game_) return error("playing");
    const bool ready = event == "ready";
    show(ready ? "ready" : "waiting", socket);
    if (ready) {
      scheduler.send(matchmaker_, Ready{socket.channel(), name_});
    } else {
      scheduler.send(matchmaker_, NotReady{socket.channel()});
    }
  } else if (event == "move" || event == "done") {
    if (!game_) return error("not playing");
    const Pid opponent = game_->match.opponent_channel;
    if (event == "move") {
      scheduler.send(opponent, Move{game_->match.game, std::move(payload)});
    } else {
      scheduler.send(opponent, Over{game_->match.game});
      end(socket);
    }
  } else {
    return unhandled(event);
  }
  return Reply::ok();
}

Result Lobby::handle_info(Message message, Socket& socket) {
  if (message.holds<AfterJoin>()) {
    presence_.track(socket, name_, Json::object({{"state", "waiting"}}));
    socket.push("presence_state", presence_.list(socket.topic()));
  } else if (auto* match = message.get_if<Matched>()) {
    begin(std::move(*match), socket);
  } else if (auto* move = message.get_if<Move>()) {
    if (playing(move->game)) socket.push("move", std::move(move->payload));
  } else if (const auto* over = message.get_if<Over>()) {
    if (playing(over->game)) game_over("done", socket);
  } else if (const auto* down = message.get_if<Down>()) {
    if (game_ && game_->monitor == down->ref) game_over("left", socket);
  }
  return NoReply{};
}

void Lobby::show(std::string_view state, Socket& socket) {
  Json said = Json::object({{"state", state}});
  if (game_) said.set("game", game_->match.game);
  presence_.update(socket, name_, std::move(said));
}

void Lobby::begin(Matched match, Socket& socket) {
  const process::Ref monitor =
      socket.context().scheduler->monitor(socket.channel(), match.opponent_channel);
  game_ = Game{std::move(match), monitor};
  show("playing", socket);
  socket.push("match",
              Json::object({{"game", game_->match.game}, {"opponent", game_->match.opponent}}));
}

void Lobby::end(Socket& socket) {
  socket.context().scheduler->demonitor(game_->monitor, socket.channel(),
                                        game_->match.opponent_channel);
  game_.reset();
  show("waiting", socket);
}

void Lobby::game_over(std::string_view reason, Socket& socket) {
  const std::string game = game_->match.game;
  end(socket);
  socket.push("game_over", Json::object({{"game", game}, {"reason", reason}}));
}

}  // namespace phx::exercise
