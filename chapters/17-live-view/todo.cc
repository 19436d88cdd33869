/// What the list shows, and what each event changes.

#include "todo.h"

#include <algorithm>

namespace demo {

using phx::each;
using phx::Html;
using phx::html;
using phx::Json;
using phx::live_form;
using phx::NoReply;
using phx::patch_link;
using phx::when;

namespace {

//! [todo_row]
Html todo_row(const Todo& todo) {
  return html(R"(<li id="todo-{}" class={}>
  <input type="checkbox" phx-click="toggle" phx-value-id={} checked={}>{}
  <button phx-click="remove" phx-value-id={}>x</button></li>)",
              todo.id, todo.done ? "done" : "open", todo.id, todo.done, todo.title, todo.id);
}
//! [todo_row]

}  // namespace

void TodoList::mount(const Json&, const Json&) { page_title = "To do"; }

//! [todo_params]
void TodoList::handle_params(const Json& params, std::string_view) {
  only_open_ = params["show"].string_or("") == "open";
}
//! [todo_params]

//! [todo_render]
Html TodoList::render() {
  return html(R"(<h1>To do</h1>
{}
<ul id="todos">{}</ul>
<p id="left">{} left</p>
<nav>{} {}</nav>)",
              live_form(form_, {{"id", "new"}, {"phx-change", "typed"}, {"phx-submit", "add"}},
                        [&] {
                          return html(R"(<input name={} value={}><button>add</button>{})",
                                      [&] { return form_->name("title"); },
                                      [&] { return form_->value("title"); },
                                      when([&] { return error_ != ""; },
                                           [&] { return html(R"(<em>{}</em>)", error_); }));
                        }),
              each([&] { return shown(); }, todo_row, [](const Todo& todo) { return todo.id; }),
              [&] { return left(); },
              patch_link("/todo", {{"id", "all"}}, [] { return html("all"); }),
              patch_link("/todo?show=open", {{"id", "open"}}, [] { return html("open"); }));
}
//! [todo_render]

//! [todo_events]
phx::Result TodoList::handle_event(std::string_view event, const Json& value) {
  const std::string title = value["todo"]["title"].string_or("");
  const auto is_it = [id = value["id"].string_or("")](const Todo& todo) {
    return std::to_string(todo.id) == id;
  };
  if (event == "typed") {
    form_ = phx::Form("todo", value["todo"]);
    error_ = "";
  } else if (event == "add") {
    add(title);
  } else if (event == "toggle") {
    todos_.change([&](std::vector<Todo>& all) {
      for (Todo& todo : all) todo.done ^= is_it(todo);
    });
  } else if (event == "remove") {
    todos_.change([&](std::vector<Todo>& all) { std::erase_if(all, is_it); });
  } else {
    return unhandled(event);
  }
  return NoReply{};
}
//! [todo_events]

void TodoList::add(const std::string& title) {
  error_ = title.empty() ? "What is to do?" : "";
  if (title.empty()) return;
  todos_.change([&](std::vector<Todo>& all) { all.push_back({next_id_++, title}); });
  form_ = phx::Form("todo", {{"title", ""}});
}

std::vector<Todo> TodoList::shown() const {
  std::vector<Todo> some = todos_;
  if (only_open_) std::erase_if(some, [](const Todo& todo) { return todo.done; });
  return some;
}

std::size_t TodoList::left() const {
  const std::vector<Todo>& all = todos_;
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const Todo& todo) { return !todo.done; }));
}

}  // namespace demo
