/// Names the axes.

#include "conformance/suite/core/axis.h"

#include <algorithm>

namespace phx::conformance {

const std::vector<Axis>& all_axes() {
  static const std::vector<Axis> all{Axis::v2, Axis::v1, Axis::longpoll, Axis::cluster};
  return all;
}

std::string_view name_of(Axis axis) {
  switch (axis) {
    case Axis::v2: return "v2";
    case Axis::v1: return "v1";
    case Axis::longpoll: return "longpoll";
    case Axis::cluster: return "cluster";
  }
  return "";
}

std::optional<Axis> axis_named(std::string_view name) {
  const auto& all = all_axes();
  const auto found =
      std::find_if(all.begin(), all.end(), [name](Axis axis) { return name_of(axis) == name; });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

}  // namespace phx::conformance
