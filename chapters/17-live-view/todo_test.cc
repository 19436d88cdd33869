/// The todo list, as its user finds it.

#include "todo.h"

#include "board.h"
#include "testing/live_view_test.h"

using namespace phx::testing;

namespace {

struct Site {
  Site() { live.view<demo::TodoList>("/todo"); }
  phx::Live live{demo::board_options(phx::random_secret())};
};
struct Browser : Site {
  void add(const std::string& title) const { page.form("#new", {{"todo[title]", title}}).submit(); }
  LiveViewTest test{live};
  TestView page = test.live("/todo");
};

}  // namespace

//! [todo_test]
PHX_TEST("what is to do is added, done, hidden and removed") {
  const Browser browser;
  const TestView& page = browser.page;
  browser.add("milk");
  browser.add("<b>bread");
  page.assert_has("#todo-2.open", "<b>bread");
  page.assert_has("#left", "2 left");

  page.element("#todo-1 input").click();
  page.assert_has("#todo-1.done input[checked]");
  page.assert_has("#left", "1 left");

  page.element("#open").click();
  page.assert_patch("/todo?show=open");
  page.refute_has("#todo-1");
  page.element("#todo-2 button").click();
  page.assert_has("#left", "0 left");
  page.element("#all").click();
  page.assert_has("#todo-1");
}
//! [todo_test]

PHX_TEST("nothing is not to be done, and what is typed stays") {
  const Browser browser;
  browser.add("");
  browser.page.assert_has("#new em", "What is to do?");
  browser.page.form("#new", {{"todo[title]", "mi"}}).change();
  browser.page.refute_has("#new em");
  expect_eq(*browser.page.element("#new input").attribute("value"), "mi");
}
