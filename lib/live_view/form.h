#pragma once
/// \file
/// A form's values, and the elements that LiveView brings along: forms and links.
///
///     Assign<Form> form{Form("item", {{"name", ""}})};
///     html("{}", live_form(form, {{"id", "form"}, {"phx-submit", "save"}}, [&] {
///       return html("<input type=\"text\" name={} value={}>",
///                   [&] { return form->name("name"); }, [&] { return form->value("name"); });
///     }));
///
/// Mirrors to_form/2, `<.form>` and `<.link>` of Phoenix.Component.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "live_view/html.h"

namespace phx {

/// What stands in a form's fields: `item[name]` is field `name` of the form `item`.
class Form {
 public:
  Form() = default;
  Form(std::string as, Json params) : as_(std::move(as)), params_(std::move(params)) {}

  std::string name(std::string_view field) const {
    return as_.empty() ? std::string(field) : as_ + "[" + std::string(field) + "]";
  }
  std::string value(std::string_view field) const { return params_[field].string_or(""); }
  bool operator==(const Form&) const = default;

 private:
  std::string as_;
  Json params_ = Json::object();
};

namespace live_view {

using Attributes = std::vector<std::pair<std::string, std::string>>;
std::string attributes_text(const Attributes& attributes);

/// What stands inside an element: a block.
template <class Body>
struct Slot {
  const Body& body;
  bool fill(Renderer& renderer, Hole& hole) const {
    const auto block = renderer.block();
    return fill_tracked(renderer, hole, body);
  }
};

template <class Body>
struct FormPart {
  const Assign<Form>& form;
  const std::string attributes;
  const Body body;
  bool fill(Renderer& renderer, Hole& hole) const {
    return fill_tracked(renderer, hole, [&] {
      form.get();
      return html(R"(<form{}>
  {}
  {}
  {}
</form>)",
                  always(Safe{attributes}), always(""), always(""), Slot<Body>{body});
    });
  }
};

template <class Body>
struct Link {
  const std::string href;
  const bool patch;
  const std::string attributes;
  const Body body;
  bool fill(Renderer& renderer, Hole& hole) const {
    return fill_tracked(renderer, hole, [&] {
      return patch ? html(R"(<a href={} data-phx-link="patch" data-phx-link-state={}{}>{}</a>)",
                          href, "push", Safe{attributes}, Slot<Body>{body})
                   : html(R"(<a href={} data-phx-link="redirect" data-phx-link-state={}{}>{}</a>)",
                          href, "push", Safe{attributes}, Slot<Body>{body});
    });
  }
};
/// \throws std::invalid_argument unless it begins with `/`.
std::string inside_this_site(std::string to);

}  // namespace live_view

/// A form whose changes and submits come as events. Mirrors `<.form for={@form}>`, without an
/// action.
template <class Body>
live_view::FormPart<Body> live_form(const Assign<Form>& form,
                                    const live_view::Attributes& attributes, Body body) {
  return {form, live_view::attributes_text(attributes), std::move(body)};
}

/// A link to the same view: handle_params gets it, and the page stays. Mirrors `<.link patch>`.
template <class Body>
live_view::Link<Body> patch_link(std::string to, const live_view::Attributes& attributes,
                                 Body body) {
  return {live_view::inside_this_site(std::move(to)), true, live_view::attributes_text(attributes),
          std::move(body)};
}
/// A link to another view of the same router, on the same connection. Mirrors `<.link navigate>`.
template <class Body>
live_view::Link<Body> navigate_link(std::string to, const live_view::Attributes& attributes,
                                    Body body) {
  return {live_view::inside_this_site(std::move(to)), false, live_view::attributes_text(attributes),
          std::move(body)};
}

}  // namespace phx
