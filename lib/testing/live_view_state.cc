/// The page's script: what it sends, and what it makes of what comes.

#include "testing/live_view_state.h"

#include <fmt/format.h>

#include <algorithm>

namespace phx::testing {

// --- The page's script ---------------------------------------------------------------------------

void ViewState::fail(const std::string& expected, const std::string& actual,
                     const std::string& advice, Where where) {
  std::string shown = tree.html();
  throw Failure(fmt::format("expected: {}\nactual:   {}\nWhat to do: {}\nThe page:\n{}", expected,
                            actual, advice, shown),
                where);
}

void ViewState::join(const Json& params, Where where) {
  channel.emplace(client.join(topic(), params, where));
  tree = PageTree();
  const Json response = channel->response().json();
  path = params[params.has("redirect") ? "redirect" : "url"].string_or("").substr(origin.size());
  if (response.has("live_patch")) path = response["live_patch"]["to"].string_or(path);
  take(response["rendered"]);
  listen();
}

void ViewState::take(const Json& diff) {
  if (diff.has("t")) title = diff["t"].string_or("");
  for (std::size_t i = 0; i < diff["e"].size(); ++i) {
    const Json event = diff["e"][i];
    events.emplace_back(event[std::size_t{0}].string_or(""), event[1]);
  }
  // In a diff after an event "r" is the hook's answer; in a page it says that it is one element.
  if (diff.has("r") && !diff.has("s")) reply = diff["r"];
  tree.merge(diff);
}

void ViewState::take_going(const Json& message) {
  for (const char* key : {"redirect", "live_redirect"}) {
    if (!message.has(key)) continue;
    const Json to = message[key];
    gone = Gone{to["to"].string_or(""), to["flash"].string_or(""), key[0] == 'l'};
  }
}

Json ViewState::listen(const std::string& ref) {
  Json response = nullptr;
  while (const auto mail = channel->next()) {
    const Json payload = mail->payload.json();
    if (mail->kind == Mail::reply) {
      if (mail->ref == ref) response = payload;
      if (payload.has("diff")) take(payload["diff"]);
      take_going(payload);
    } else if (mail->name == "diff") {
      take(payload);
    } else if (mail->name == "live_patch") {
      patches.push_back(path = payload["to"].string_or(""));
    } else {
      take_going(Json::object({{mail->name, payload}}));
    }
  }
  return response;
}

/// The client says which components are not in the page any more, and the server forgets them.
void ViewState::forget_components() {
  const std::vector<int> dropped = tree.drop_components();
  if (dropped.empty() || gone) return;
  Json cids = Json::array();
  for (const int cid : dropped) cids.append(cid);
  channel->push("cids_will_destroy", Json::object({{"cids", cids}}));
  channel->push("cids_destroyed", Json::object({{"cids", cids}}));
}

Json ViewState::push(const std::string& event, const Json& payload, Where where) {
  if (gone) {
    fail("the view is still there", "it has gone to " + gone->to,
         "call follow(\"" + gone->to + "\"), and go on with what it returns.", where);
  }
  listen();
  reply = nullptr;
  Json response = listen(channel->push(event, payload, where).text);
  forget_components();
  return response;
}

Json ViewState::event(const PageElement* target, const std::string& type, const std::string& name,
                      const Json& value, Where where) {
  Json payload = Json::object({{"type", type}, {"event", name}, {"value", value}});
  if (target != nullptr) {
    const Json cid = component_of(page(), *target);
    if (!cid.is_null()) payload.set("cid", cid);
  }
  push("event", payload, where);
  return reply;
}

void ViewState::patch(const std::string& to, Where where) {
  push("live_patch", Json::object({{"url", origin + to}}), where);
  path = to;
  patches.push_back(to);
}

PageElement ViewState::page() {
  listen();
  return PageElement::parse(tree.html());
}

const PageElement* ViewState::one(const PageElement& page, const std::string& selector,
                                  const std::string& words, Where where) {
  std::vector<const PageElement*> found = page.find(selector);
  std::erase_if(found, [&](const PageElement* element) {
    return element->text().find(words) == std::string::npos;
  });
  if (found.size() == 1) return found[0];
  fail("one element " + selector + (words.empty() ? "" : " with the text \"" + words + "\""),
       found.empty() ? "none" : std::to_string(found.size()) + " of them",
       found.empty() ? "see whether the page shows it, and how it is spelled."
                     : "name one of them: by its id, by its text, or by what it stands in.",
       where);
}

// --- Elements and their values -------------------------------------------------------------------

std::string fixed(const PageElement& element, std::string_view name) {
  return element.attribute(name).value_or("");
}

Json component_of(const PageElement& page, const PageElement& element) {
  const std::string target = fixed(element, "phx-target");
  if (target.empty()) return nullptr;
  if (std::all_of(target.begin(), target.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::stoi(target);
  const auto named = page.find(target);
  if (named.empty()) return nullptr;
  Json innermost = nullptr;
  for (const PageElement* component : page.find("[data-phx-component]")) {
    const auto inside = component->find(target);
    if (component == named[0] || std::find(inside.begin(), inside.end(), named[0]) != inside.end())
      innermost = std::stoi(fixed(*component, "data-phx-component"));
  }
  return innermost;
}

Json values_of(const PageElement& element) {
  Json values = Json::object();
  for (const auto& [name, value] : element.attributes) {
    if (name.starts_with("phx-value-")) values.set(name.substr(10), value);
  }
  const bool has_value = element.tag == "button" || element.tag == "input";
  if (has_value || element.attribute("value")) values.set("value", fixed(element, "value"));
  return values;
}

std::string query(const Fields& fields) {
  std::string text;
  const auto append = [&text](std::string_view part) {
    for (const char c : part) {
      const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                         (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
      text += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  };
  for (const auto& [name, value] : fields) {
    if (!text.empty()) text += '&';
    append(name);
    text += '=';
    append(value);
  }
  return text;
}

}  // namespace phx::testing
