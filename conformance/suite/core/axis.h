#pragma once
/// \file
/// An axis: one way to run the same conversation, on which a rule may also hold.
///
/// A case is written once, in V2 over a websocket. On another axis the very same case runs over a
/// client that translates its texts (`v1`), or posts and polls them (`longpoll`), or its clients
/// are spread over the nodes of a cluster, one after the other (`cluster`).

#include <optional>
#include <string_view>
#include <vector>

namespace phx::conformance {

/// In the order of judging: each rule's own axis first.
enum class Axis { v2, v1, longpoll, cluster };

const std::vector<Axis>& all_axes();

/// As in `--axis` and in the reports: `v2`, `v1`, `longpoll`, `cluster`.
std::string_view name_of(Axis axis);
std::optional<Axis> axis_named(std::string_view name);

}  // namespace phx::conformance
