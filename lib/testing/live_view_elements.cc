/// What a user does to one element, or to a form.

#include <fmt/format.h>

#include <algorithm>

#include "testing/live_view_state.h"

namespace phx::testing {

// --- Elements ------------------------------------------------------------------------------------

void TestElement::click(Where where) const {
  const PageElement page = view_->page();
  const PageElement& element = *view_->one(page, selector_, words_, where);
  if (element.attribute("disabled"))
    view_->fail(selector_ + " can be clicked", "it is disabled", "see what disables it.", where);
  const auto link = element.attribute("data-phx-link");
  const auto click = element.attribute("phx-click");
  if (click && !click->starts_with('[')) {
    view_->event(&element, "click", *click, values_of(element), where);
  } else if (click) {  // commands of the page's script: only those that reach the server
    const Json commands = Json::parse(*click);
    for (std::size_t i = 0; i < commands.size(); ++i) {
      const Json command = commands[i];
      if (command[std::size_t{0}].string_or("") != "push") continue;
      Json value = values_of(element);
      for (const auto& [name, one] : command[1]["value"].sorted_members()) value.set(name, one);
      view_->event(&element, "click", command[1]["event"].string_or(""), value, where);
    }
  } else if (link == "patch") {
    view_->patch(fixed(element, "href"), where);
  } else if (link == "redirect" || (element.tag == "a" && element.attribute("href"))) {
    view_->gone = ViewState::Gone{fixed(element, "href"), "", link.has_value()};
  } else {
    view_->fail(selector_ + " can be clicked", "it has neither phx-click nor a link",
                "give it phx-click=\"event\", or name the element that has it.", where);
  }
}

void TestElement::key(const char* event, const std::string& key, Where where) const {
  const PageElement page = view_->page();
  const PageElement& element = *view_->one(page, selector_, words_, where);
  for (const std::string& name :
       {fmt::format("phx-{}", event), fmt::format("phx-window-{}", event)}) {
    const auto handler = element.attribute(name);
    if (!handler) continue;
    const auto only = element.attribute("phx-key");
    if (only && !key.empty() && *only != key) return;
    Json value = values_of(element);
    if (!key.empty()) value.set("key", key);
    view_->event(&element, event, *handler, value, where);
    return;
  }
  view_->fail(fmt::format("{} has phx-{}", selector_, event), "it has not",
              "give it one, or name the element that has it.", where);
}

void TestElement::keydown(const std::string& name, Where where) const {
  key("keydown", name, where);
}
void TestElement::keyup(const std::string& name, Where where) const { key("keyup", name, where); }
void TestElement::focus(Where where) const { key("focus", {}, where); }
void TestElement::blur(Where where) const { key("blur", {}, where); }

Json TestElement::hook(const std::string& event, const Json& value, Where where) const {
  const PageElement page = view_->page();
  const PageElement& element = *view_->one(page, selector_, words_, where);
  if (!element.attribute("phx-hook"))
    view_->fail(selector_ + " has a hook", "it has no phx-hook", "give it one.", where);
  return view_->event(&element, "hook", event, value, where);
}

std::string TestElement::text(Where where) const {
  const PageElement page = view_->page();
  return view_->one(page, selector_, words_, where)->text();
}
std::string TestElement::html(Where where) const {
  const PageElement page = view_->page();
  return view_->one(page, selector_, words_, where)->html();
}
std::optional<std::string> TestElement::attribute(const std::string& name, Where where) const {
  const PageElement page = view_->page();
  return view_->one(page, selector_, words_, where)->attribute(name);
}

// --- Forms ---------------------------------------------------------------------------------------

namespace {

/// What the field would send, unless the user has filled it in.
std::optional<std::string> default_of(const PageElement& field) {
  const std::string type = fixed(field, "type");
  if (field.attribute("disabled") || type == "submit" || type == "button" || type == "file")
    return std::nullopt;
  if (type == "checkbox" || type == "radio") {
    if (!field.attribute("checked")) return std::nullopt;
    return field.attribute("value").value_or("on");
  }
  if (field.tag == "textarea") return field.children.empty() ? "" : field.children[0].words;
  if (field.tag != "select") return fixed(field, "value");
  std::optional<std::string> chosen;
  for (const PageElement* option : field.find("option")) {
    if (!chosen || option->attribute("selected"))
      chosen = option->attribute("value").value_or(option->text());
  }
  return chosen;
}

}  // namespace

Fields filled_in(ViewState& view, const PageElement& form, const Fields& filled, Where where) {
  Fields all;
  std::string known;
  Fields left = filled;
  for (const PageElement* field : form.find("input, textarea, select")) {
    const std::string name = fixed(*field, "name");
    if (name.empty()) continue;
    known += (known.empty() ? "" : ", ") + name;
    const auto given =
        std::find_if(left.begin(), left.end(), [&](const auto& one) { return one.first == name; });
    const bool chosen = fixed(*field, "type") == "radio";
    if (given != left.end() && (!chosen || fixed(*field, "value") == given->second)) {
      all.push_back(*given);
      left.erase(given);
    } else if (const auto value = default_of(*field); value && given == left.end()) {
      all.emplace_back(name, *value);
    }
  }
  if (left.empty()) return all;
  view.fail("a field " + left[0].first, "the form has " + (known.empty() ? "no fields" : known),
            "see how the field's name is written, and whether it is in the page now.", where);
}

void TestForm::change(const std::string& field, Where where) const {
  const std::string target = !field.empty() || fields_.empty() ? field : fields_.back().first;
  send("phx-change", Json::object({{"_target", target}}), where);
}

void TestForm::submit(Where where) const { send("phx-submit", Json::object(), where); }

void TestForm::send(const std::string& how, const Json& meta, Where where) const {
  const PageElement page = view_->page();
  const PageElement& form = *view_->one(page, selector_, {}, where);
  const auto event = form.attribute(how);
  if (!event) view_->fail(selector_ + " has " + how, "it has not", "give the form one.", where);
  Json payload = Json::object({{"type", "form"},
                               {"event", *event},
                               {"value", query(filled_in(*view_, form, fields_, where))},
                               {"meta", meta}});
  const Json cid = component_of(page, form);
  if (!cid.is_null()) payload.set("cid", cid);
  view_->push("event", payload, where);
}

}  // namespace phx::testing
