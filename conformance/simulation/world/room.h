#pragma once
/// \file
/// The application of the chat world: a room that reports to the oracle all that it does.

#include <stdexcept>
#include <string>
#include <utility>

#include "conformance/simulation/machine/machine.h"
#include "conformance/simulation/world/oracle.h"
#include "phoenix.h"

namespace phx::simulation {

/// A question carries its number, and its answer the same.
class Room final : public Channel {
 public:
  Room(Oracle& oracle, Presence& presence, std::string node)
      : oracle_(oracle), presence_(presence), place_(std::move(node)) {
    oracle_.opened();
  }
  ~Room() override {
    oracle_.closed();
    if (member_ != 0) oracle_.left(member_);
  }

  JoinResult join(std::string_view topic, Payload params, Socket& socket) override {
    if (params["how"] == Json("refused")) return Refused{{{"reason", "refused"}}};
    if (params["how"] == Json("crash")) throw std::runtime_error("join: as was asked");
    place_ += "." + std::to_string(socket.context().scheduler->shard());
    key_ = params["user"].string_or("");
    intercepts_ = topic == "room:b";
    member_ = oracle_.joined(params["who"].string_or(""), key_, std::string(topic), place_,
                             socket.transport().number(), params["how"] == Json("slow"));
    socket.send_self(AfterJoin{});
    return Joined{{{"member", member_}}};
  }

  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    const auto question = static_cast<Oracle::Number>(payload["question"].integer_or(0));
    oracle_.gets(member_, question);
    if (event == "say") say(question, payload, socket);
    if (event == "mood" && !hides_) change_mood(question, socket);
    if (event == "hide") hide(socket);
    if (event == "say" || event == "echo" || event == "block" || event == "mood" ||
        event == "hide") {
      return Reply::ok(payload);
    }
    if (event == "refuse") return Reply::error(payload);
    if (event == "nothing") return NoReply{};
    if (event == "late") {
      const Millis wait{payload["ms"].integer_or(0)};
      socket.send_self_after(wait, Late{socket.socket_ref(), std::move(payload)});
      return NoReply{};
    }
    if (event == "stop") return Stop{{ExitReason::normal, ""}, Reply::ok(payload)};
    if (event == "crash") throw std::runtime_error("crash: as was asked");
    return unhandled(event);
  }

  Result handle_info(process::Message message, Socket& socket) override {
    if (message.holds<AfterJoin>()) {
      oracle_.begins_to_hear(member_);
      presence_.track(socket, key_, meta());
      oracle_.shows(member_, mood_);
      socket.push("presence_state", presence_.list(socket.topic()));
    } else if (Late* late = message.get_if<Late>()) {
      reply(*socket.context().scheduler, late->to, Reply::ok(std::move(late->payload)));
    }
    return NoReply{};
  }

  /// In one room each broadcast goes through its members' channels.
  std::vector<std::string> intercepts() const override {
    return intercepts_ ? std::vector<std::string>{"said"} : std::vector<std::string>{};
  }

  bool blocking(std::string_view event, const Payload& payload) const override {
    return event == "block" || (event == "phx_join" && payload["how"] == Json("slow"));
  }

 private:
  struct AfterJoin {};
  struct Late {
    SocketRef to;
    Payload payload;
  };
  void say(Oracle::Number question, const Payload& payload, Socket& socket) {
    const std::string by = payload["by"].string_or("");
    const Oracle::Number number =
        oracle_.said(socket.topic(), place_, by, Machine::here().agenda.now());
    oracle_.came_of(question, {place_, number});
    socket.broadcast("said", {{"place", place_}, {"number", number}, {"by", by}});
  }

  Json meta() const { return Json::object({{"member", member_}, {"mood", mood_}}); }
  void change_mood(Oracle::Number question, Socket& socket) {
    ++mood_;
    oracle_.came_of(question, member_, mood_);
    presence_.update(socket, key_, meta());
    oracle_.shows(member_, mood_);
  }
  void hide(Socket& socket) {
    hides_ = !hides_;
    hides_ ? presence_.untrack(socket, key_)
           : static_cast<void>(presence_.track(socket, key_, meta()));
    oracle_.shows(member_, hides_ ? std::nullopt : std::optional(mood_));
  }

  Oracle& oracle_;
  Presence& presence_;
  std::string key_;  ///< In the list of presences: its user.
  Oracle::Number mood_ = 0;
  bool hides_ = false;
  bool intercepts_ = false;
  std::string place_;  ///< The shard's name, once it has joined.
  Oracle::Number member_ = 0;
};

}  // namespace phx::simulation
