#pragma once
/// \file
/// What a mutant does to the conversations that go through it; what it does not name goes through
/// untouched.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "conformance/proxy/message.h"
#include "conformance/suite/wire/frame.h"
#include "conformance/suite/wire/http.h"

namespace phx::conformance {

class Link;

/// One thread calls all of them, so what they remember needs no lock.
struct Tamper {
  /// What goes to the client, or to the server, in the place of a message: none, one or several.
  /// `down` sees the messages in a poll's answer, too.
  using OnMessage = std::function<std::vector<Message>(Link&, Message)>;
  OnMessage down = {};
  OnMessage up = {};

  /// The same for frames that are no messages: binary, close, ping, pong, rubbish.
  using OnFrame = std::function<std::vector<Frame>(Link&, Frame)>;
  OnFrame down_frame = {};
  OnFrame up_frame = {};

  /// May bend a request; an answer keeps it from the server.
  std::function<std::optional<Response>(Link&, Request&)> request = {};
  std::function<void(Link&, const Request&, Response&)> response = {};
  /// What came in one segment with an upgrade request, as it is; an answer keeps both from the
  /// server, and ends the connection.
  std::function<std::optional<Response>(Link&, std::string_view bytes)> early = {};
  /// What came is not a whole request.
  std::function<void(Link&)> no_request = {};
  /// What came is a part of a request, or of a frame; the rest may follow.
  std::function<void(Link&)> in_pieces = {};

  /// The client has gone, or the server has: whether the other one is left in the dark.
  std::function<bool(Link&)> client_gone = {};
  std::function<bool(Link&)> server_gone = {};

  /// Whether a client's frame is awaited whole even if nobody would take as much as it announces.
  bool awaits_all = false;

  /// Whether a client that awaits `100 Continue` gets it.
  bool tells_to_go_on = true;

  /// Whether a request to stop reaches the server.
  bool stops = true;
  /// Whether new connections are turned away after it.
  bool closes_its_door = true;

  bool reads_up() const { return up || up_frame || in_pieces || awaits_all; }
  bool reads_down() const { return down || down_frame; }
};

}  // namespace phx::conformance
