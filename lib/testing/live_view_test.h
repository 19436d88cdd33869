#pragma once
/// \file
/// Tests live views as their users see them: the page, its buttons, its forms; without a server, a
/// port or a browser.
///
///     PHX_TEST("what is added is in the list") {
///       phx::Live live(options);
///       live.view<Todo>("/todo");
///       LiveViewTest test(live);
///       TestView page = test.live("/todo");
///
///       page.form("#new", {{"todo[title]", "milk"}}).submit();
///       page.assert_has("#todos li", "milk");
///
///       page.element("#todos li button", "done").click();
///       page.refute_has("#todos li");
///     }
///
/// live() does what a browser does: it asks for the page over HTTP, reads its tokens, connects and
/// joins. From then on the test has the page that the diffs make of it. Elements are named by
/// selectors (testing/page.h), as a user would find them, and an element that has no phx-click
/// can't be clicked. Where a view goes elsewhere:
///
///     page.element("#to-page-2").click();
///     page.assert_patch("/todo?page=2");        // the same view
///     page.element("#about").click();
///     TestView about = page.follow("/about");   // another one, in the same browser
///
/// The program is built as channel_test.h says. Nothing waits: each call runs the processes until
/// all are idle, and only pass() moves the clock. A view that crashes fails the test where it
/// happens, unless the test has called channels().trap_exits(). Mirrors Phoenix.LiveViewTest.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/request.h"
#include "live_view/live.h"
#include "testing/channel_test.h"
#include "testing/page.h"

namespace phx::testing {

class LiveViewTest;
class TestView;
struct ViewState;

/// A form's fields, by name: `{{"item[name]", "abc"}}`.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// A file that a user picks.
struct TestFile {
  std::string name;
  std::string type = "application/octet-stream";
  std::string bytes;
};

/// One element of a page, looked up for each action. The view's test must outlive it.
class TestElement {
 public:
  /// What phx-click says, or a link: a patch stays in the view, others wait for follow(). \throws
  /// Failure for an element that has none of these, and for a disabled one.
  void click(Where where = Where::current()) const;
  /// phx-keydown and phx-keyup, as if `key` was pressed or released: "Enter", "a".
  void keydown(const std::string& key, Where where = Where::current()) const;
  void keyup(const std::string& key, Where where = Where::current()) const;
  void focus(Where where = Where::current()) const;
  void blur(Where where = Where::current()) const;
  /// What this element's hook sends with pushEvent; returns the reply, or null.
  Json hook(const std::string& event, const Json& value = Json::object(),
            Where where = Where::current()) const;

  std::string text(Where where = Where::current()) const;
  std::string html(Where where = Where::current()) const;
  std::optional<std::string> attribute(const std::string& name,
                                       Where where = Where::current()) const;

 private:
  friend class TestView;
  TestElement(std::shared_ptr<ViewState> view, std::string selector, std::string words)
      : view_(std::move(view)), selector_(std::move(selector)), words_(std::move(words)) {}
  void key(const char* event, const std::string& key, Where where) const;

  std::shared_ptr<ViewState> view_;
  std::string selector_, words_;
};

/// A form with what a user has filled in; the other fields are as the page has them.
class TestForm {
 public:
  /// What phx-change says, after `field` was changed; by default the last one given.
  void change(const std::string& field = {}, Where where = Where::current()) const;
  /// What phx-submit says.
  void submit(Where where = Where::current()) const;

 private:
  friend class TestView;
  TestForm(std::shared_ptr<ViewState> view, std::string selector, Fields fields)
      : view_(std::move(view)), selector_(std::move(selector)), fields_(std::move(fields)) {}
  void send(const std::string& how, const Json& meta, Where where) const;

  std::shared_ptr<ViewState> view_;
  std::string selector_;
  Fields fields_;
};

/// A page that lives. Copies are the same page. The LiveViewTest must outlive it.
class TestView {
 public:
  /// The view with the layout that lives with it, as HTML.
  std::string html() const;
  std::string title() const;
  /// Of its address, with the query.
  std::string path() const;

  bool has(const std::string& selector, const std::string& words = {}) const;
  /// An element that the selector finds contains these words. \throws Failure, which shows the
  /// page.
  void assert_has(const std::string& selector, const std::string& words = {},
                  Where where = Where::current()) const;
  void refute_has(const std::string& selector, const std::string& words = {},
                  Where where = Where::current()) const;
  /// The one element that the selector finds, and which contains these words.
  TestElement element(std::string selector, std::string words = {}) const;
  TestForm form(std::string selector, Fields fields = {}) const;
  /// Picks a file for the form's field, and sends it. Why it was refused, or nothing.
  std::optional<std::string> upload(const std::string& form, const std::string& field,
                                    const TestFile& file, Where where = Where::current()) const;

  /// The view has patched its address: removes the oldest patch. \throws Failure.
  void assert_patch(const std::string& to, Where where = Where::current()) const;
  /// The view has gone: to another by push_navigate or a link, or by redirect. \throws Failure.
  void assert_redirect(const std::string& to, Where where = Where::current()) const;
  /// The page to which it has gone, which a browser now shows. `to` as in assert_redirect.
  TestView follow(const std::string& to, Where where = Where::current()) const;
  /// The view has called push_event: removes it, and returns the payload.
  Json assert_push_event(const std::string& event, const PayloadPattern& payload = any_payload(),
                         Where where = Where::current()) const;

  /// For what only channels have: send() for handle_info, assert_down().
  const JoinedChannel& channel() const;

 private:
  friend class LiveViewTest;
  explicit TestView(std::shared_ptr<ViewState> state) : state_(std::move(state)) {}

  std::shared_ptr<ViewState> state_;
};

/// One browser and the server that it talks to. Neither copied nor moved; `live` outlives it.
class LiveViewTest {
 public:
  explicit LiveViewTest(const Live& live);
  /// Another browser on the server of `other`: the two see each other's broadcasts.
  explicit LiveViewTest(LiveViewTest& other);
  LiveViewTest(const LiveViewTest&) = delete;
  LiveViewTest& operator=(const LiveViewTest&) = delete;
  ~LiveViewTest();

  /// Opens the page, and waits until it lives. \throws Failure if it can't be had or if it goes
  /// elsewhere at once.
  TestView live(const std::string& path, Where where = Where::current());
  /// The page as it comes first, dead. Cookies are kept, as a browser does.
  http::Response get(const std::string& path);

  /// The clock, broadcasts, crashes and the log.
  ChannelTest& channels() { return *channels_; }
  void pass(Millis time, Where where = Where::current()) { channels_->pass(time, where); }

 private:
  friend class TestView;
  std::string cookies() const;
  TestView open(const std::string& path, const http::Response& page, Where where);

  const Live& live_;
  const transport::Mount mount_;
  std::shared_ptr<ChannelTest> channels_;
  std::map<std::string, std::string> cookies_;
};

}  // namespace phx::testing
