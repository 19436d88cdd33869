#pragma once
/// \file
/// A mutant's changes to the conversations that pass through it; by default everything passes
/// unchanged.

#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "conformance/suite/wire/frame.h"
#include "conformance/suite/wire/http.h"
#include "conformance/suite/wire/message.h"

namespace phx::conformance {

class Link;

/// One thread calls all of them, so their state needs no lock.
struct Tamper {
  /// The messages that replace one on its way to the client, or to the server: none, one or
  /// several. `down` also gets the messages of a poll's answer.
  using OnMessage = std::function<std::vector<Message>(Link&, Message)>;
  OnMessage down = {};
  OnMessage up = {};

  /// The same for frames that are not messages: binary, close, ping, pong, invalid.
  using OnFrame = std::function<std::vector<Frame>(Link&, Frame)>;
  OnFrame down_frame = {};
  OnFrame up_frame = {};

  /// May change a request; if it returns an answer, the server does not get it.
  std::function<std::optional<Response>(Link&, Request&)> request = {};
  std::function<void(Link&, const Request&, Response&)> response = {};
  /// The bytes that came in one segment with an upgrade request; if it returns an answer, the
  /// server gets neither, and the connection ends.
  std::function<std::optional<Response>(Link&, std::string_view bytes)> early = {};
  /// The bytes that came are not a whole request.
  std::function<void(Link&)> no_request = {};
  /// The bytes that came are a part of a request or of a frame; the rest may follow.
  std::function<void(Link&)> in_pieces = {};

  /// The client or the server has gone: whether the other one is not notified.
  std::function<bool(Link&)> client_gone = {};
  std::function<bool(Link&)> server_gone = {};

  /// Called at each turn of the proxy's loop, at most 20 ms apart. Sends what was held back.
  std::function<void(std::list<Link>&)> tick = {};

  /// Whether to wait for a client's whole frame even if it is larger than any server accepts.
  bool awaits_all = false;

  /// Whether a client that waits for `100 Continue` gets it.
  bool tells_to_go_on = true;

  /// Whether a request to stop reaches the server.
  bool stops = true;
  /// Whether new connections are refused after it.
  bool closes_its_door = true;

  bool reads_up() const { return up || up_frame || in_pieces || awaits_all; }
  bool reads_down() const { return down || down_frame; }
};

}  // namespace phx::conformance
