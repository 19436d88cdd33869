#pragma once
/// \file
/// A todo list: a page that one browser has for itself, as small as a useful one can be.

#include <string>
#include <vector>

#include "phoenix.h"

namespace demo {

struct Todo {
  int id;
  std::string title;
  bool done = false;
  bool operator==(const Todo&) const = default;
};

class TodoList : public phx::LiveView {
 public:
  void mount(const phx::Json& params, const phx::Json& session) override;
  /// `/todo?show=open` hides what is done.
  void handle_params(const phx::Json& params, std::string_view uri) override;
  phx::Html render() override;
  phx::Result handle_event(std::string_view event, const phx::Json& value) override;

 private:
  void add(const std::string& title);
  std::vector<Todo> shown() const;
  std::size_t left() const;

  //! [todo_state]
  phx::Assign<std::vector<Todo>> todos_;
  phx::Assign<phx::Form> form_{phx::Form("todo", {{"title", ""}})};
  phx::Assign<std::string> error_;
  phx::Assign<bool> only_open_ = false;
  //! [todo_state]
  int next_id_ = 1;
};

}  // namespace demo
