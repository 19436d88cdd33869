#pragma once
/// \file
/// A client that keeps to no protocol: it writes what it likes, and reads or does not.

#include <memory>
#include <string>
#include <vector>

#include "conformance/simulation/machine/machine.h"
#include "conformance/simulation/world/scene.h"

namespace phx::simulation {

/// Its name begins with this, and the topics that it joins with `den:`.
constexpr const char* liar_name = "liar";

/// Neither copied nor moved. No invariant speaks of what it gets: they hold of all others.
class Liar {
 public:
  Liar(Machine& machine, std::size_t number, Access access);
  Liar(const Liar&) = delete;
  Liar& operator=(const Liar&) = delete;
  ~Liar();

  Host& host() { return host_; }
  Access& access() { return access_; }
  /// Tells one lie to that server: on its connection, or on a new one.
  void lie(const std::string& server, const Action& action);
  /// Drops all its connections.
  void vanish();

 private:
  class Line;
  Line& new_line(const std::string& server);
  /// The latest that speaks websocket there, or a new one.
  Line& websocket(const std::string& server);
  void tell_http(const std::string& server, const Action& action);

  Machine& machine_;
  Host host_;
  Access access_;
  Random random_;
  std::vector<std::unique_ptr<Line>> lines_;
};

}  // namespace phx::simulation
