#pragma once
/// \file
/// A live page as a browser has it: what came first, what the diffs made of it, and the client that
/// talks for it.
///
///     LivePage page(t, "/counter");
///     page.join();
///     page.event("inc", R"({"by":"1"})");
///     page.expect_text("count", "1");
///
/// docs/liveview-contract.md has the app that is judged.

#include <map>
#include <string>
#include <string_view>

#include "conformance/suite/core/trial.h"

namespace phx::conformance {

class LivePage {
 public:
  /// Asks for the page. \throws Skipped if the server does not serve the app.
  LivePage(Trial& t, const std::string& path);

  /// The page as it came over HTTP.
  const Response& first() const { return first_; }
  /// The value of an attribute of the view's element: `id`, `data-phx-session`.
  std::string attribute(std::string_view name) const;
  /// The view's element, between its tags.
  std::string first_content() const;

  /// Connects as the page's script does; without the page's csrf token if `csrf` is empty.
  Client& connect();
  Client& connect(const std::string& csrf);
  /// The payload of a join of this path, with these tokens.
  std::string join_payload(const std::string& path, const std::string& session,
                           const std::string& static_token, const char* key = "url") const;
  /// Connects if that has not happened, joins, and takes the page in.
  void join();
  /// Leaves, and joins another view on the same connection, as a navigation does.
  void navigate(const std::string& path);

  /// Sends a message from the page; returns its ref. The payload may hold words, as in a case.
  std::string send(const std::string& event, const std::string& payload);
  /// The reply's response; what it brings is taken into the page.
  Json answer(const std::string& ref);
  /// A click with this value, and its answer.
  Json event(const std::string& name, const std::string& value = R"({"value":""})");
  /// A form's event: `value` is encoded as a form, `target` the field that was changed.
  Json form(const std::string& name, const std::string& value, const std::string& target = {});
  /// Next comes a push of this event; returns its payload. A diff is taken into the page.
  Json pushed(const std::string& event);

  const std::string& topic() const { return topic_; }
  const std::string& join_ref() const { return join_ref_; }
  Client& client() { return *client_; }

  /// The page as HTML.
  std::string html() const;
  void expect(bool met, const std::string& expected) const;
  /// The element with this id contains this text, and nothing else.
  void expect_text(const std::string& id, const std::string& text) const;
  void expect_html(const std::string& part) const;
  void refute_html(const std::string& part) const;

 private:
  void take(const Json& rendered);
  std::string next_ref() { return std::to_string(++ref_); }
  void join_as(const std::string& payload);

  Trial& t_;
  const std::string path_;
  Response first_;
  std::string csrf_, cookie_, session_, static_, topic_;
  Client* client_ = nullptr;
  int ref_ = 3;
  std::string join_ref_;
  std::optional<Json> page_;  ///< As the client keeps it: `{"s": […], "0": …, "c": {…}}`.
};

/// With ids, tokens and upload refs as the same words.
std::string without_names(std::string html);

}  // namespace phx::conformance
