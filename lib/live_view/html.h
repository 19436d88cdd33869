#pragma once
/// \file
/// Templates in C++: HTML as one text with holes, and what fills them, in order.
///
///     Html render() override {
///       return html(R"(<p class={}>Count: <b>{}</b></p>
///     {}
///     <ul>{}</ul>)",
///           [&] { return count > 9 ? "many" : "few"; },
///           count,
///           when([&] { return count > 1; }, [&] { return html("<p>more than one</p>"); }),
///           each(names, [](const std::string& name) { return html("<li>{}</li>", name); }));
///     }
///
/// A hole takes an Assign, a value, or a lambda that returns a value or html(…). A lambda is called
/// again only when an assign that it read has changed; so in render() a value that changes must be
/// an assign, or come from one. All texts are escaped, except safe(). Mirrors Phoenix.Component's
/// `~H`, and what LiveView's engine makes of it.

#include <array>
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "json/json.h"
#include "live_view/assign.h"
#include "live_view/keyed.h"
#include "live_view/template.h"

namespace phx {

/// Text that is already HTML, so it is not escaped. Never pass it anything a client sent.
struct Safe {
  std::string html;
};
inline Safe safe(std::string html) { return {std::move(html)}; }

/// The end of a template: html() has written it. Empty by default, for a hole without anything.
class Html {
 public:
  Html() = default;
  bool empty() const { return !written_; }

 private:
  friend class live_view::Renderer;
  explicit Html(bool written) : written_(written) {}
  bool written_ = false;
};

namespace live_view {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// A value as HTML: as text, or as the attribute ` name="…"`.
template <class T>
void append_value(std::string& out, const std::string& attribute, const T& value) {
  const auto text = [&](std::string_view shown, bool escaped) {
    if (!attribute.empty()) (out += attribute) += "=\"";
    if (escaped) {
      out += shown;
    } else {
      append_escaped(out, shown);
    }
    if (!attribute.empty()) out += '"';
  };
  if constexpr (is_optional<T>) {
    if (value) append_value(out, attribute, *value);
  } else if constexpr (std::same_as<T, std::nullptr_t>) {
    // Nothing.
  } else if constexpr (std::same_as<T, bool>) {
    if (attribute.empty()) {
      out += value ? "true" : "false";
    } else if (value) {
      out += attribute;
    }
  } else if constexpr (std::same_as<T, Safe>) {
    text(value.html, true);
  } else if constexpr (std::same_as<T, char>) {
    text(std::string_view(&value, 1), false);
  } else if constexpr (std::is_arithmetic_v<T>) {
    text(Json(value).dump(), true);
  } else if constexpr (std::same_as<T, Json>) {
    if (!value.is_null()) text(value.is_string() ? value.string_or("") : value.dump(), false);
  } else {
    text(std::string_view(value), false);
  }
}

/// What fills a hole, without its type. It lives as long as the call of html().
struct Part {
  const void* filler;
  bool (*fill)(const void* filler, Renderer& renderer, Hole& hole);
};

/// A type that fills a hole in its own way: each(), when(), stream(), a component.
template <class T>
concept Filler = requires(const T& part, Renderer& renderer, Hole& hole) {
  { part.fill(renderer, hole) } -> std::same_as<bool>;
};

/// Calls what a hole depends on, and notes the assigns that it reads.
template <class Produce>
bool fill_tracked(Renderer& renderer, Hole& hole, const Produce& produce) {
  const bool stale = renderer.must_send(hole);
  if (!stale && renderer.may_skip(hole)) return false;
  using Result = std::remove_cvref_t<decltype(produce())>;
  const Reads::Open reads(hole.reads);
  if constexpr (std::same_as<Result, Html>) {
    return renderer.nested(hole, stale, [&] { return produce(); });
  } else {
    std::string text;
    append_value(text, renderer.attribute(), produce());
    return renderer.text(hole, stale, std::move(text));
  }
}

template <class T>
bool fill(const void* filler, Renderer& renderer, Hole& hole) {
  const T& part = *static_cast<const T*>(filler);
  static_assert(!std::same_as<T, Html>,
                "html() inside html(): put it into a lambda, [&] { return html(…); }");
  if constexpr (Filler<T>) {
    return part.fill(renderer, hole);
  } else if constexpr (std::derived_from<T, Tracked>) {
    return fill_tracked(
        renderer, hole, [&]() -> const auto& { return part.get(); });
  } else if constexpr (std::invocable<const T&>) {
    return fill_tracked(renderer, hole, part);
  } else {
    std::string text;
    append_value(text, renderer.attribute(), part);
    return renderer.text(hole, false, std::move(text));
  }
}

/// A literal with as many holes as there are fillers: anything else does not compile.
template <std::size_t fillers>
struct Literal {
  template <std::size_t n>
  consteval Literal(const char (&literal)[n]) : text(literal, n - 1) {
    if (count_holes(text) != fillers) throw "expected as many fillers as the template has holes";
  }
  std::string_view text;
};

/// A text that is sent each time its template is visited, changed or not.
template <class T>
struct Always {
  const T value;
  bool fill(Renderer& renderer, Hole& hole) const {
    std::string text;
    append_value(text, renderer.attribute(), value);
    return renderer.text(hole, true, std::move(text));
  }
};
template <class T>
Always<T> always(T value) {
  return {std::move(value)};
}

template <class Condition, class Body>
struct When {
  const Condition condition;
  const Body body;
  bool fill(Renderer& renderer, Hole& hole) const {
    const auto block = renderer.block();
    return fill_tracked(renderer, hole, [&]() -> Html { return condition() ? body() : Html(); });
  }
};

/// The items of an assign, of what a lambda returns, or of a container.
template <class Source>
decltype(auto) items_of(const Source& source) {
  if constexpr (std::derived_from<Source, Tracked>) {
    return source.get();
  } else if constexpr (std::invocable<const Source&>) {
    return source();
  } else {
    return (source);
  }
}

template <class Source, class Body, class Key>
struct Each {
  const Source& source;
  const Body body;
  const Key key;
  bool fill(Renderer& renderer, Hole& hole) const {
    const bool tracked = std::derived_from<Source, Tracked> || std::invocable<const Source&>;
    const bool stale = renderer.must_send(hole);
    if (tracked && !stale && renderer.may_skip(hole)) return false;
    const Reads::Open reads(hole.reads);
    Keyed keyed(renderer, hole, stale);
    for (const auto& item : items_of(source)) {
      if constexpr (std::same_as<Key, std::nullptr_t>) {
        keyed.entry({}, [&] { return body(item); });
      } else {
        std::string name;
        append_value(name, {}, key(item));
        keyed.entry(name, [&] { return body(item); });
      }
    }
    return keyed.end();
  }
};

}  // namespace live_view

/// Renders a template into the hole that asked for it. Only inside render().
template <class... Fillers>
Html html(live_view::Literal<sizeof...(Fillers)> literal, const Fillers&... fillers) {
  const std::array<live_view::Part, sizeof...(Fillers)> parts{
      live_view::Part{&fillers, &live_view::fill<std::remove_cvref_t<Fillers>>}...};
  return live_view::Renderer::current().render(live_view::Template::of(literal.text), parts);
}
/// A string literal fills a hole as text.
// (An array decays: fillers are looked at by reference.)

/// A part that is rendered only while the condition holds. Mirrors `:if`.
template <class Condition, class Body>
live_view::When<Condition, Body> when(Condition condition, Body body) {
  return {std::move(condition), std::move(body)};
}

/// The same for an assign: `when(open, …)`.
template <class T, class Body>
auto when(const Assign<T>& condition, Body body) {
  return when([&condition] { return static_cast<bool>(condition.get()); }, std::move(body));
}

/// One part for each item, all from one template. Mirrors `:for`.
template <class Source, class Body>
live_view::Each<Source, Body, std::nullptr_t> each(const Source& items, Body body) {
  return {items, std::move(body), nullptr};
}
/// With a key for each item: an item that only moved is not sent again. Mirrors `:key`.
template <class Source, class Body, class Key>
live_view::Each<Source, Body, Key> each(const Source& items, Body body, Key key) {
  return {items, std::move(body), std::move(key)};
}

}  // namespace phx
