#pragma once
/// \file
/// A part of a page with a state and events of its own.
///
///     struct Step : phx::LiveComponent {
///       Assign<int> by = 1, clicks = 0;
///       Html render() override {
///         return html(R"(<button id={} phx-click="step" phx-target={}>{}</button>)", id, myself,
///         clicks);
///       }
///       Result handle_event(std::string_view, const Json&) override {
///         clicks += by;
///         return NoReply{};
///       }
///     };
///
/// In a page: `component<Step>("stepper", [&](Step& step) { step.by = 2; })`. Mirrors
/// Phoenix.LiveComponent.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "channel/channel.h"
#include "live_view/html.h"

namespace phx {

class LiveComponent {
 public:
  LiveComponent() = default;
  LiveComponent(const LiveComponent&) = delete;
  LiveComponent& operator=(const LiveComponent&) = delete;
  virtual ~LiveComponent() = default;

  Assign<std::string> id;  ///< As the page names it.
  Assign<int> myself = 0;  ///< For phx-target: its events come here.

  /// Once, before the first rendering.
  virtual void mount() {}
  /// One element, with this id.
  virtual Html render() = 0;
  /// An event whose phx-target is this component.
  virtual Result handle_event(std::string_view event, const Json& value);
};

namespace live_view {

template <class C>
struct ComponentPart {
  const std::string id;
  const std::function<void(C&)> update;
  bool fill(Renderer& renderer, Hole& hole) const {
    const bool must = renderer.must_send(hole);
    if (!must && renderer.may_skip(hole)) return false;
    const int cid =
        renderer.components().cid_of(typeid(C), id, [] { return std::make_unique<C>(); });
    const Reads::Open reads(hole.reads);
    if (update) update(static_cast<C&>(*renderer.components().find(cid)->component));
    return renderer.component(hole, must, cid);
  }
};

}  // namespace live_view

/// A component in a hole. `update` sets what the page decides, whenever it is rendered.
template <class C>
live_view::ComponentPart<C> component(std::string id, std::function<void(C&)> update = {}) {
  return {std::move(id), std::move(update)};
}

}  // namespace phx
