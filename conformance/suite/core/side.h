#pragma once
/// \file
/// The side of the wire that a run judges.

#include <string_view>

namespace phx::conformance {

enum class Side { server, client };

/// `server`, `client`: the one that is judged, in reports.
constexpr std::string_view name_of(Side side) { return side == Side::server ? "server" : "client"; }

}  // namespace phx::conformance
