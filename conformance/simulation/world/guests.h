#pragma once
/// \file
/// Guests come when a world is at rest. Each asks for something, and must get exactly what is due.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "conformance/simulation/world/foreigner.h"
#include "conformance/simulation/world/stranger.h"
#include "conformance/simulation/world/visitor.h"

namespace phx::simulation {

/// The rules of a seed's servers: see house().
std::size_t rules_of(std::uint64_t seed, std::uint64_t scene);

/// Whom guests meet. A value.
struct Hosts {
  struct Node {
    std::string name;     ///< In the network.
    std::string cluster;  ///< Among nodes.
    std::string shown;    ///< In stories.
    const Presence* presence;
  };
  std::size_t rules = 0;
  std::uint64_t scene = 0;  ///< A number by which scenes of one seed differ.
  std::size_t topics = 0;   ///< Of people.
  bool channel_per_topic = false;
  cluster::EnvelopeOptions limits = {};  ///< Of messages between nodes.
  std::vector<Node> nodes = {};
};

/// Lets the world go on for so long; false: an invariant is broken.
using Pass = std::function<bool(Millis)>;

/// Strangers and visitors. Neither copied nor moved.
class Guests {
 public:
  Guests(Machine& machine, Oracle& oracle, const Hosts& hosts);
  Guests(const Guests&) = delete;
  Guests& operator=(const Guests&) = delete;
  ~Guests();
  /// They come, each does one thing, and they go.
  void stay(const Pass& pass);

 private:
  Machine& machine_;
  Oracle& oracle_;
  const Hosts hosts_;
  std::vector<std::unique_ptr<Stranger>> strangers_;
  std::vector<std::unique_ptr<Visitor>> visitors_;
};

/// In half of the clusters, a node that is not ours comes and goes; a client of ours looks on.
void meet_foreigner(Machine& machine, Oracle& oracle, Redis& redis, const Hosts& hosts,
                    const Pass& pass);

}  // namespace phx::simulation
