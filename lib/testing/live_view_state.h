#pragma once
/// \file
/// A live view test's state for one page: only for LiveViewTest.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "testing/live_view_test.h"
#include "testing/page_tree.h"

namespace phx::testing {

/// A page in its browser.
struct ViewState {
  LiveViewTest& test;
  Client client;
  std::string origin, path, title, session, id;
  std::optional<JoinedChannel> channel = {};
  PageTree tree = {};
  std::vector<std::string> patches = {};
  std::vector<std::pair<std::string, Json>> events = {};
  struct Gone {
    std::string to, flash;
    bool navigates;  ///< On the same connection.
  };
  std::optional<Gone> gone = {};
  std::map<std::string, int> files = {};  ///< How many each upload has had.
  Json reply = nullptr;                   ///< Of the last event, from the view itself.

  ViewState(LiveViewTest& of, Client browser) : test(of), client(std::move(browser)) {}

  std::string topic() const { return "lv:" + id; }
  void join(const Json& params, Where where);
  /// Sends from the page, and takes in all that came of it; returns the response.
  Json push(const std::string& event, const Json& payload, Where where);
  Json event(const PageElement* target, const std::string& type, const std::string& name,
             const Json& value, Where where);
  /// Takes in what has come meanwhile; returns the response to `ref`, if it is among it.
  Json listen(const std::string& ref = {});

  PageElement page();
  const PageElement* one(const PageElement& page, const std::string& selector,
                         const std::string& words, Where where);
  void patch(const std::string& to, Where where);
  [[noreturn]] void fail(const std::string& expected, const std::string& actual,
                         const std::string& advice, Where where);

 private:
  void take(const Json& diff);
  void take_going(const Json& message);
  void forget_components();
};

/// An attribute's value, or nothing.
std::string fixed(const PageElement& element, std::string_view name);
/// The number of the component in which the element stands, or of the one that it names.
Json component_of(const PageElement& page, const PageElement& element);
/// `phx-value-by="1"` as `{"by": "1"}`.
Json values_of(const PageElement& element);
/// As a browser encodes a form.
std::string query(const Fields& fields);
/// The form's fields in their order, with what the user has filled in.
Fields filled_in(ViewState& view, const PageElement& form, const Fields& filled, Where where);

}  // namespace phx::testing
