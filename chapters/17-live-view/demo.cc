/// How the pages look, and what they do with events.

#include "demo.h"

#include <charconv>
#include <stdexcept>

namespace demo {
namespace {

using phx::component;
using phx::each;
using phx::html;
using phx::navigate_link;
using phx::NoReply;
using phx::patch_link;
using phx::Reply;
using phx::when;

/// As String.to_integer/1 reads it. \throws std::invalid_argument, which ends the view.
int number(const Json& text) {
  const std::string digits = text.string_or("");
  const char* const begin = digits.data() + (digits.starts_with('+') ? 1 : 0);
  const char* const end = digits.data() + digits.size();
  int value = 0;
  if (const auto read = std::from_chars(begin, end, value);
      read.ec == std::errc() && read.ptr == end)
    return value;
  throw std::invalid_argument("expected an integer, got \"" + digits + "\"");
}

/// Elixir's patterns raise for a value that is missing.
Json required(const Json& value, bool good) {
  if (!good) throw std::invalid_argument("expected another value than " + value.dump());
  return value;
}
std::string name_of(const Json& item) {
  return required(item["name"], item["name"].is_string()).string_or("");
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (c & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

}  // namespace

// --- A component ---------------------------------------------------------------------------------

//! [step_render]
Html Stepper::render() {
  return html(
      R"(<div id={}><button id="step" phx-click="step" phx-target={}>step by {}: {}</button></div>)",
      id, myself, by, clicks);
}

Result Stepper::handle_event(std::string_view event, const Json& value) {
  if (event != "step") return LiveComponent::handle_event(event, value);  // which throws
  clicks += by;
  return NoReply{};
}
//! [step_render]

// --- The counter ---------------------------------------------------------------------------------

void Counter::mount(const Json&, const Json&) {
  page_title = "Counter";
  items_.insert_all({{1, "one"}, {2, "two"}});
}

void Counter::handle_params(const Json& params, std::string_view) {
  page_ = params.has("page") ? number(params["page"]) : 1;
}

Html Counter::render() {
  return html(
      R"(<h1>Counter</h1>
<p>Count: <b id="count">{}</b> page <i id="page">{}</i></p>
<button id="inc" phx-click="inc" phx-value-by="1">+</button>
<button id="patch" phx-click="patch">server patch</button>
{}
{}
<button id="crash" phx-click="crash">crash</button>
<button id="flash-it" phx-click="flash">flash</button>
<button id="tick" phx-click="tick">tick</button>
<button id="tell" phx-click="tell">tell</button>
<button id="title" phx-click="title">title</button>
<button id="redirect" phx-click="redirect">redirect</button>
<button id="nav-server" phx-click="navigate">push_navigate</button>
<div id="ask" phx-hook="Ask"></div>
{}
<ul id="plain">{}</ul>
{}
<form id="up" phx-change="up-validate" phx-submit="up-save">{}<button id="up-save">send</button></form>
<ul id="items" phx-update="stream">{}</ul>
{})",
      count_, page_,
      patch_link("/counter?page=3", {{"id", "link-patch"}}, [] { return html("client patch"); }),
      navigate_link("/other", {{"id", "link-nav"}}, [] { return html("navigate"); }),
      when([&] { return count_ > 1; }, [] { return html(R"(<p id="many">more than one</p>)"); }),
      each(plain_, [](const std::string& x) { return html("<li>{}</li>", x); }),
      live_form(form_, {{"phx-submit", "save"}, {"phx-change", "validate"}, {"id", "form"}},
                [&] {
                  return html(R"(
  <input type="text" name={} id="name" value={}>
  {}
  <button id="save">save</button>
)",
                              [&] { return form_->name("name"); },
                              [&] { return form_->value("name"); },
                              each(errors_, [](const std::string& e) {
                                return html(R"(<span class="error">{}</span>)", e);
                              }));
                }),
      live_file_input(file_),
      stream(
          items_,
          [](const std::string& id, const Item& item) {
            return html(
                R"(<li id={}>{} <button id="del-{}" phx-click="delete" phx-value-id={}>x</button></li>)",
                id, item.name, item.id, item.id);
          }),
      component<Stepper>("stepper", [](Stepper& step) { step.by = 2; }));
}

//! [handle_event]
Result Counter::handle_event(std::string_view event, const Json& value) {
  if (event == "inc") {
    count_ += number(value["by"]);
  } else if (event == "crash") {
    throw std::runtime_error("boom");
  } else if (event == "flash") {
    put_flash("info", "hello");
  } else if (event == "tick") {
    send_self_after(phx::Millis{50}, Tick{});
  } else if (event == "tell") {
    push_event("told", {{"n", 1}});
  } else if (event == "title") {
    page_title = "Renamed";
  } else if (event == "ask") {
    return Reply::ok({{"answer", required(value["q"], value["q"].is_integer()).integer_or(0) * 7}});
  } else if (event == "validate") {
    validate(value["item"]);
  } else if (event == "save") {
    save(name_of(value["item"]));
  } else if (event == "delete") {
    items_.remove(number(value["id"]));
  } else if (event == "up-save") {
    save_files();
  } else if (event != "up-validate" && !navigate(event)) {
    return unhandled(event);
  }
  return NoReply{};
}
//! [handle_event]

bool Counter::navigate(std::string_view event) {
  if (event == "patch") {
    push_patch("/counter?page=2");
  } else if (event == "redirect") {
    redirect("/other");
  } else if (event == "navigate") {
    push_navigate("/other");
  } else {
    return false;
  }
  return true;
}

void Counter::validate(const Json& item) {
  const bool is_short = characters(name_of(item)) < 3;
  form_ = phx::Form("item", item);
  errors_ = is_short ? std::vector<std::string>{"too short"} : std::vector<std::string>{};
}

void Counter::save(const std::string& name) {
  items_.insert({3, name});
  form_ = phx::Form("item", {{"name", ""}});
  errors_ = std::vector<std::string>();
  plain_.change([&](std::vector<std::string>& plain) { plain.push_back(name); });
}

void Counter::save_files() {
  std::string sizes;
  for (const phx::UploadedFile& file : file_.consume()) {
    sizes += (sizes.empty() ? "" : ", ") + std::to_string(file.bytes.size());
  }
  put_flash("info", "got [" + sizes + "]");
}

void Counter::handle_info(phx::Message message) {
  if (message.holds<Tick>()) count_ += 10;
}

// --- The other page, and what stands around both -------------------------------------------------

Html Other::render() {
  return html(R"(<h1 id="other">Other</h1>{})",
              navigate_link("/counter", {{"id", "back"}}, [] { return html("back"); }));
}

namespace {

/// The page's script; a template would take its braces for holes.
constexpr const char* demo_script = R"(
  window.addEventListener("DOMContentLoaded", () => {
    const csrf = document.querySelector("meta[name='csrf-token']").getAttribute("content");
    const hooks = {Ask: {mounted() { this.el.addEventListener("ask", () => this.pushEvent("ask", {q: 6}, r => { this.el.dataset.answer = JSON.stringify(r) })); this.handleEvent("told", p => { this.el.dataset.told = JSON.stringify(p) }) }}};
    window.liveSocket = new LiveView.LiveSocket("/live", Phoenix.Socket, {params: {_csrf_token: csrf}, hooks});
    window.liveSocket.connect();
  });
)";

}  // namespace

//! [layouts]
phx::LiveOptions options(std::string secret_key_base) {
  return {.secret_key_base = std::move(secret_key_base),
          .signing_salt = "lv-salt-",
          .session = {.key = "_lv_key", .signing_salt = "cookie-salt"},
          .root =
              [](const phx::RootPage& page) {
                return html(R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="csrf-token" content={}>
<title data-default="Demo">{}</title>
<script src="/js/phoenix.js"></script><script src="/js/phoenix_live_view.js"></script>
<script>{}</script></head>
<body>{}</body></html>)",
                            page.csrf_token, page.title.value_or("Demo"), phx::safe(demo_script),
                            page.content);
              },
          .app =
              [](const phx::AppPage& page) {
                return html(R"(<main><p id="flash">{}</p>{}</main>)",
                            [&] { return page.flash("info"); }, page.content);
              }};
}

void add_views(phx::Live& live) {
  live.view<Counter>("/counter");
  live.view<Other>("/other");
}
//! [layouts]

}  // namespace demo
