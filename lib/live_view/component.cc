/// What a component does with an event that it does not handle.

#include "live_view/component.h"

#include <stdexcept>

namespace phx {

Result LiveComponent::handle_event(std::string_view event, const Json&) {
  throw std::runtime_error("expected an event that the component \"" + id.get() +
                           "\" handles, got \"" + std::string(event) + "\"");
}

}  // namespace phx
