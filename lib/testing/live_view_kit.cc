/// A browser with a user in front of it, as far as a view can tell.

#include <fmt/format.h>

#include <algorithm>

#include "testing/live_view_state.h"

namespace phx::testing {
namespace {

constexpr const char* origin = "http://localhost";

}  // namespace

// --- The view ------------------------------------------------------------------------------------

std::string TestView::html() const {
  state_->listen();
  return state_->tree.html();
}
std::string TestView::title() const {
  state_->listen();
  return state_->title;
}
std::string TestView::path() const {
  state_->listen();
  return state_->path;
}

bool TestView::has(const std::string& selector, const std::string& words) const {
  const PageElement page = state_->page();
  const auto found = page.find(selector);
  return std::any_of(found.begin(), found.end(), [&](const PageElement* element) {
    return element->text().find(words) != std::string::npos;
  });
}

namespace {

std::string shown(const std::string& selector, const std::string& words) {
  return selector + (words.empty() ? "" : " with the text \"" + words + "\"");
}

}  // namespace

void TestView::assert_has(const std::string& selector, const std::string& words,
                          Where where) const {
  if (has(selector, words)) return;
  state_->fail("the page has " + shown(selector, words), "it has not",
               "see what render() makes of the view's state.", where);
}

void TestView::refute_has(const std::string& selector, const std::string& words,
                          Where where) const {
  if (!has(selector, words)) return;
  state_->fail("the page has no " + shown(selector, words), "it has one",
               "see what render() makes of the view's state.", where);
}

TestElement TestView::element(std::string selector, std::string words) const {
  return {state_, std::move(selector), std::move(words)};
}

TestForm TestView::form(std::string selector, Fields fields) const {
  return {state_, std::move(selector), std::move(fields)};
}

void TestView::assert_patch(const std::string& to, Where where) const {
  state_->listen();
  std::vector<std::string>& patches = state_->patches;
  if (!patches.empty() && patches[0] == to) {
    patches.erase(patches.begin());
    return;
  }
  state_->fail("a patch to " + to, patches.empty() ? "none" : "one to " + patches[0],
               "see where push_patch leads; one assert_patch removes one patch.", where);
}

void TestView::assert_redirect(const std::string& to, Where where) const {
  state_->listen();
  if (state_->gone && state_->gone->to == to) return;
  state_->fail("the view goes to " + to, state_->gone ? "to " + state_->gone->to : "it stays",
               "see where push_navigate, redirect or the link leads.", where);
}

TestView TestView::follow(const std::string& to, Where where) const {
  assert_redirect(to, where);
  ViewState& before = *state_;
  LiveViewTest& test = before.test;
  const ViewState::Gone gone = *before.gone;
  if (!gone.navigates) {
    before.client.close(where);
    if (!gone.flash.empty()) test.cookies_["__phoenix_flash__"] = gone.flash;
    return test.live(gone.to, where);
  }
  before.channel->leave(where);
  while (before.channel->next()) {
  }
  const auto next = std::make_shared<ViewState>(test, before.client);
  next->origin = before.origin;
  next->session = before.session;
  next->id = before.id;
  Json params = Json::object({{"redirect", before.origin + gone.to},
                              {"session", before.session},
                              {"params", Json::object({{"_mounts", 0}})}});
  if (!gone.flash.empty()) params.set("flash", gone.flash);
  next->join(params, where);
  return TestView(next);
}

Json TestView::assert_push_event(const std::string& event, const PayloadPattern& payload,
                                 Where where) const {
  state_->listen();
  std::string all;
  for (auto one = state_->events.begin(); one != state_->events.end(); ++one) {
    if (one->first == event && payload.matches(Payload(one->second))) {
      Json found = one->second;
      state_->events.erase(one);
      return found;
    }
    all += (all.empty() ? "" : ", ") + one->first + " " + one->second.dump();
  }
  state_->fail("push_event " + event + ": " + payload.shown(), all.empty() ? "none" : all,
               "see whether the handler calls push_event; an assertion removes what it finds.",
               where);
}

const JoinedChannel& TestView::channel() const { return *state_->channel; }

// --- Uploads -------------------------------------------------------------------------------------

std::optional<std::string> TestView::upload(const std::string& form, const std::string& field,
                                            const TestFile& file, Where where) const {
  ViewState& view = *state_;
  const PageElement page = view.page();
  const PageElement& element = *view.one(page, form, {}, where);
  const auto inputs = element.find("input[type=file][name=" + field + "]");
  if (inputs.size() != 1)
    view.fail("a file's field " + field, "the form has none", "use live_file_input.", where);
  const std::string ref = fixed(*inputs[0], "data-phx-upload-ref");
  const std::string entry_ref = std::to_string(view.files[ref]++);
  Json entry = Json::object({{"ref", entry_ref},
                             {"name", file.name},
                             {"relative_path", ""},
                             {"type", file.type},
                             {"size", file.bytes.size()},
                             {"last_modified", 0}});
  if (const auto event = element.attribute("phx-change")) {
    view.push("event",
              Json::object({{"type", "form"},
                            {"event", *event},
                            {"value", query(filled_in(view, element, {}, where))},
                            {"meta", Json::object({{"_target", field}})},
                            {"uploads", Json::object({{ref, Json::array({entry})}})}}),
              where);
  }
  const Json allowed = view.push(
      "allow_upload", Json::object({{"ref", ref}, {"entries", Json::array({entry})}}), where);
  if (allowed["error"].size() > 0) return allowed["error"][std::size_t{0}][1].string_or("");
  const Json errors = allowed["errors"][entry_ref];
  if (errors.size() > 0) return errors[std::size_t{0}].string_or("");
  const JoinedChannel channel = view.client.join(
      "lvu:" + entry_ref, Json::object({{"token", allowed["entries"][entry_ref]}}), where);
  const auto chunk = static_cast<std::size_t>(allowed["config"]["chunk_size"].integer_or(64'000));
  for (std::size_t sent = 0; sent < file.bytes.size();) {
    const std::string part = file.bytes.substr(sent, chunk);
    sent += part.size();
    channel.assert_reply(channel.push("chunk", Payload::binary(part), where), Status::ok,
                         any_payload(), where);
    view.push("progress",
              Json::object({{"event", nullptr},
                            {"ref", ref},
                            {"entry_ref", entry_ref},
                            {"progress", sent * 100 / file.bytes.size()}}),
              where);
  }
  return std::nullopt;
}

// --- The browser ---------------------------------------------------------------------------------

LiveViewTest::LiveViewTest(const Live& live)
    : live_(live), mount_(live.mount()), channels_(std::make_shared<ChannelTest>()) {}
LiveViewTest::LiveViewTest(LiveViewTest& other)
    : live_(other.live_), mount_(live_.mount()), channels_(other.channels_) {}
LiveViewTest::~LiveViewTest() = default;

std::string LiveViewTest::cookies() const {
  std::string all;
  for (const auto& [name, value] : cookies_) all += (all.empty() ? "" : "; ") + name + "=" + value;
  return all;
}

http::Response LiveViewTest::get(const std::string& path) {
  http::Request request{.method = "GET", .target = path, .headers = {{"host", "localhost"}}};
  if (!cookies_.empty()) request.headers.emplace_back("cookie", cookies());
  http::Response page = live_.page(request);
  for (const auto& [name, value] : page.headers) {
    if (name != "set-cookie") continue;
    const std::string pair = value.substr(0, value.find(';'));
    const std::size_t equals = pair.find('=');
    if (value.find("max-age=0") != std::string::npos) {
      cookies_.erase(pair.substr(0, equals));
    } else {
      cookies_[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
  }
  return page;
}

TestView LiveViewTest::live(const std::string& path, Where where) {
  const http::Response page = get(path);
  if (page.status == 200) return open(path, page, where);
  std::string to;
  for (const auto& [name, value] : page.headers) {
    if (name == "location") to = " to " + value;
  }
  throw Failure(fmt::format("expected: a page at {}\nactual:   status {}{}\nWhat to do: see the "
                            "paths given to Live::view, and what mount() does.",
                            path, page.status, to),
                where);
}

TestView LiveViewTest::open(const std::string& path, const http::Response& response, Where where) {
  const PageElement page = PageElement::parse(response.body);
  const auto mains = page.find("[data-phx-main]");
  const auto titles = page.find("title");
  ConnectInfo info;
  info.session = mount_.connect_info.session->read(
      {.method = "GET", .target = "/", .headers = {{"cookie", cookies()}}});
  const auto view = std::make_shared<ViewState>(
      *this, channels_->connect(*mount_.socket, Json::object(), info, where));
  if (mains.size() != 1)
    view->fail("one view in the page", std::to_string(mains.size()) + " of them",
               "let the root layout show page.content once.", where);
  view->origin = origin;
  view->id = fixed(*mains[0], "id");
  view->session = fixed(*mains[0], "data-phx-session");
  if (!titles.empty()) view->title = titles[0]->text();
  view->join(Json::object({{"url", origin + path},
                           {"session", view->session},
                           {"static", fixed(*mains[0], "data-phx-static")},
                           {"params", Json::object({{"_mounts", 0}})}}),
             where);
  return TestView(view);
}

}  // namespace phx::testing
