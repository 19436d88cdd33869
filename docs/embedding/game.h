#pragma once
/// \file
/// A game that visitors follow: any member may score, and all members hear of it.

#include <phoenix.h>

class Game : public phx::Channel {
  phx::JoinResult join(std::string_view, phx::Payload, phx::Socket&) override {
    return phx::Joined{};
  }
  phx::Result handle_in(std::string_view event, phx::Payload payload,
                        phx::Socket& socket) override {
    if (event != "point") return unhandled(event);
    socket.broadcast("point", std::move(payload));
    return phx::Reply::ok();
  }
};

struct Visitors : phx::UserSocket {
  Visitors() { channel<Game>("game:*"); }
};
