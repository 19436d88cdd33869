#pragma once
/// \file
/// The user socket of a world: rooms for people, dens for liars.

#include <memory>
#include <optional>
#include <string>

#include "conformance/simulation/world/room.h"

namespace phx::simulation {

/// Where liars are at home: no invariant speaks of it.
struct Den final : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    constexpr std::size_t much = 20'000;
    if (event == "echo") return Reply::ok(payload);
    if (event != "blast") return unhandled(event);
    socket.broadcast("blast", {{"filler", std::string(much, 'x')}});
    return NoReply{};
  }
};

struct Users final : UserSocket {
  Users(Oracle& oracle, const std::string& node, std::size_t most) : max_channels_(most) {
    channel("room:*",
            [this, &oracle, node] { return std::make_unique<Room>(oracle, *presence, node); });
    channel<Den>("den:*");
  }
  ConnectResult connect(Connect connect, Socket& socket) const override {
    socket.assigns["who"] = connect.params["who"];
    return Accepted{};
  }
  std::optional<std::string> id(const Socket& socket) const override {
    return "user:" + socket.assigns.find("who")->second.string_or("");
  }
  std::size_t max_channels() const override { return max_channels_; }
  const std::unique_ptr<Presence> presence = std::make_unique<Presence>();

 private:
  const std::size_t max_channels_;
};

}  // namespace phx::simulation
