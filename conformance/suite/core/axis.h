#pragma once
/// \file
/// An axis: one way to say the same conversation, on which a rule may hold as well.
///
/// A case is written once, in V2 over a websocket. On another axis the very same case runs over a
/// client that translates its texts (`v1`), or posts and polls them (`longpoll`), or its clients
/// are spread over the nodes of a cluster, one after the other (`cluster`).

#include <optional>
#include <string_view>
#include <vector>

namespace phx::conformance {

/// In the order in which a rule is judged on them: every rule's own first.
enum class Axis { v2, v1, longpoll, cluster };

const std::vector<Axis>& all_axes();

/// As `--axis` takes it and the reports tell it: `v2`, `v1`, `longpoll`, `cluster`.
std::string_view name_of(Axis axis);
std::optional<Axis> axis_named(std::string_view name);

}  // namespace phx::conformance
