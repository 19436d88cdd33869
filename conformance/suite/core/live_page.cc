/// Merges what a server sends, as phoenix_live_view's rendered.js does.

#include "conformance/suite/core/live_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

constexpr const char* app = "the server does not serve the app of docs/liveview-contract.md";

std::string cut(const std::string& text, const std::string& before, const std::string& after) {
  const std::size_t begin = text.find(before);
  if (begin == std::string::npos) return {};
  const std::size_t from = begin + before.size();
  return text.substr(from, text.find(after, from) - from);
}

std::string encoded(std::string_view token) {
  std::string text;
  for (const char c : token) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    text += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return text;
}

// --- The client's tree ---------------------------------------------------------------------------

json_t* member(json_t* object, const char* key) { return json_object_get(object, key); }

/// Writes the statics themselves where a diff has only their place in "p".
void resolve(json_t* node, json_t* templates) {
  if (json_is_array(node)) {
    std::size_t i = 0;
    json_t* item = nullptr;
    json_array_foreach(node, i, item) resolve(item, templates);
  }
  if (!json_is_object(node)) return;
  if (json_t* own = member(node, "p")) templates = json_incref(own);
  json_t* statics = member(node, "s");
  if (json_is_integer(statics) && templates != nullptr) {
    const std::string place = std::to_string(json_integer_value(statics));
    if (json_t* texts = member(templates, place.c_str())) json_object_set(node, "s", texts);
  }
  const char* key = nullptr;
  void* next = nullptr;
  json_t* value = nullptr;
  json_object_foreach_safe(node, next, key, value) {
    if (std::string_view(key) != "p" && std::string_view(key) != "s") resolve(value, templates);
  }
  if (member(node, "p") != nullptr) {
    json_object_del(node, "p");
    json_decref(templates);
  }
}

void merge(json_t* target, json_t* diff);

/// Entries that have moved are taken from a copy: another may stand at their place already.
void merge_entries(json_t* target, json_t* diff) {
  json_t* entries = member(target, "k");
  json_t* const before = json_deep_copy(entries);
  const char* key = nullptr;
  json_t* entry = nullptr;
  json_object_foreach(diff, key, entry) {
    if (std::string_view(key) == "kc") continue;
    json_t* const from = json_is_array(entry) ? json_array_get(entry, 0) : entry;
    if (json_is_integer(from)) {
      const std::string place = std::to_string(json_integer_value(from));
      json_object_set_new(entries, key, json_deep_copy(member(before, place.c_str())));
      if (json_is_array(entry)) merge(member(entries, key), json_array_get(entry, 1));
    } else {
      if (member(entries, key) == nullptr) json_object_set_new(entries, key, json_object());
      merge(member(entries, key), entry);
    }
  }
  const json_int_t count = json_integer_value(member(diff, "kc"));
  for (json_int_t i = count; i < json_integer_value(member(entries, "kc")); ++i)
    json_object_del(entries, std::to_string(i).c_str());
  json_object_set_new(entries, "kc", json_integer(count));
  json_decref(before);
}

void merge(json_t* target, json_t* diff) {
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(diff, key, value) {
    json_t* const had = member(target, key);
    if (std::string_view(key) == "k" && had != nullptr) {
      merge_entries(target, value);
    } else if (json_is_object(value) && member(value, "s") == nullptr && json_is_object(had)) {
      merge(had, value);
    } else {
      json_object_set(target, key, value);
    }
  }
}

/// A stream's items are the browser's: what was sent once is not in the tree.
void forget_streams(json_t* node) {
  if (!json_is_object(node)) return;
  if (member(node, "stream") != nullptr) {
    json_object_set_new(node, "k", json_pack("{s:i}", "kc", 0));
    json_object_del(node, "stream");
  }
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(node, key, value) forget_streams(value);
}

void append_html(json_t* node, json_t* page, std::string& out);

void append_part(json_t* statics, json_t* holes, json_t* page, std::string& out) {
  for (std::size_t i = 0; i < json_array_size(statics); ++i) {
    out += characters(json_array_get(statics, i));
    append_html(member(holes, std::to_string(i).c_str()), page, out);
  }
}

void append_html(json_t* node, json_t* page, std::string& out) {
  if (json_is_string(node)) out += characters(node);
  if (json_is_integer(node)) {
    const std::string cid = std::to_string(json_integer_value(node));
    append_html(member(member(page, "c"), cid.c_str()), page, out);
  }
  if (!json_is_object(node)) return;
  json_t* const entries = member(node, "k");
  if (entries == nullptr) return append_part(member(node, "s"), node, page, out);
  for (json_int_t i = 0; i < json_integer_value(member(entries, "kc")); ++i)
    append_part(member(node, "s"), member(entries, std::to_string(i).c_str()), page, out);
}

}  // namespace

// --- The page as it comes first ------------------------------------------------------------------

LivePage::LivePage(Trial& t, const std::string& path) : t_(t), path_(path) {
  const Request request{.target = path, .headers = {{"Host", t.authority()}}};
  first_ = t.ask(request);
  if (first_.status == 404) throw Skipped(app);
  csrf_ = cut(first_.body, "name=\"csrf-token\" content=\"", "\"");
  const std::string cookies = first_.header("set-cookie").value_or("");
  cookie_ = cookies.substr(0, cookies.find(';'));
  session_ = attribute("data-phx-session");
  static_ = attribute("data-phx-static");
  topic_ = "lv:" + attribute("id");
}

std::string LivePage::attribute(std::string_view name) const {
  const std::size_t main = first_.body.find("data-phx-main");
  if (main == std::string::npos) return {};
  const std::size_t begin = first_.body.rfind('<', main);
  const std::string element = first_.body.substr(begin, first_.body.find('>', main) - begin);
  return cut(element, fmt::format(" {}=\"", name), "\"");
}

std::string LivePage::first_content() const {
  const std::size_t main = first_.body.find("data-phx-main");
  if (main == std::string::npos) return {};
  const std::size_t begin = first_.body.find('>', main) + 1;
  return first_.body.substr(begin, first_.body.find("</div></body>", begin) - begin);
}

// --- The page that lives -------------------------------------------------------------------------

Client& LivePage::connect() { return connect(csrf_); }

Client& LivePage::connect(const std::string& csrf) {
  Opening opening{.mount = "/live", .headers = {{"Cookie", cookie_}}};
  if (!csrf.empty()) opening.query = "_csrf_token=" + encoded(csrf);
  client_ = &t_.connect(opening);
  return *client_;
}

std::string LivePage::join_payload(const std::string& path, const std::string& session,
                                   const std::string& static_token, const char* key) const {
  return fmt::format(
      R"({{"{}":"{}{}","params":{{"_csrf_token":"{}","_mounts":0,"_mount_attempts":0}},"session":{},"static":{}}})",
      key, t_.origin(), path, csrf_, as_json(session),
      static_token.empty() ? "null" : as_json(static_token));
}

void LivePage::join() {
  if (client_ == nullptr) connect();
  join_as(join_payload(path_, session_, static_));
}

void LivePage::navigate(const std::string& path) {
  const std::string left = join_ref_;
  const std::string leave = next_ref(), join = next_ref();
  client_->send_together({fmt::format(R"(["{}","{}","{}","phx_leave",{{}}])", left, leave, topic_),
                          fmt::format(R"(["{}","{}","{}","phx_join",{}])", join, join, topic_,
                                      join_payload(path, session_, static_, "redirect"))});
  join_ref_ = join;
  page_.reset();
  take(answer(join)["rendered"]);
  client_->expect(fmt::format(R"(["{}","{}","{}","phx_close",{{}}])", left, left, topic_));
}

void LivePage::join_as(const std::string& payload) {
  join_ref_ = next_ref();
  client_->send(
      fmt::format(R"(["{}","{}","{}","phx_join",{}])", join_ref_, join_ref_, topic_, payload));
  page_.reset();
  take(answer(join_ref_)["rendered"]);
}

std::string LivePage::send(const std::string& event, const std::string& payload) {
  std::string ref = next_ref();
  client_->send(fmt::format(R"(["{}","{}","{}","{}",{}])", join_ref_, ref, topic_, event, payload));
  return ref;
}

Json LivePage::answer(const std::string& ref) {
  const Json frame = client_->expect(
      fmt::format(R"(["{}","{}","{}","phx_reply",{{"status":"ok","response":{{any}}}}])", join_ref_,
                  ref, topic_));
  Json response = frame[4]["response"];
  if (json_is_object(response["diff"].get())) take(response["diff"]);
  return response;
}

Json LivePage::event(const std::string& name, const std::string& value) {
  return answer(
      send("event", fmt::format(R"({{"type":"click","event":"{}","value":{}}})", name, value)));
}

Json LivePage::form(const std::string& name, const std::string& value, const std::string& target) {
  const std::string meta = target.empty() ? "{}" : fmt::format(R"({{"_target":"{}"}})", target);
  return answer(send(
      "event",
      fmt::format(R"({{"type":"form","event":"{}","value":"{}","meta":{}}})", name, value, meta)));
}

Json LivePage::pushed(const std::string& event) {
  const Json frame =
      client_->expect(fmt::format(R"(["{}",null,"{}","{}",{{any}}])", join_ref_, topic_, event));
  if (event == "diff") take(frame[4]);
  return frame[4];
}

void LivePage::take(const Json& rendered) {
  const Json fresh(json_deep_copy(rendered.get()));
  resolve(fresh.get(), nullptr);
  for (const char* key : {"e", "t"}) json_object_del(fresh.get(), key);
  if (page_) forget_streams(page_->get());
  if (!page_ || member(fresh.get(), "s") != nullptr) {
    page_ = fresh;
  } else {
    json_object_del(fresh.get(), "r");
    merge(page_->get(), fresh.get());
  }
}

// --- What it shows -------------------------------------------------------------------------------

std::string LivePage::html() const {
  std::string out;
  if (page_) append_html(page_->get(), page_->get(), out);
  return out;
}

void LivePage::expect(bool met, const std::string& expected) const {
  if (!met) throw Violation(expected, page_ ? html() : first_.body);
}

void LivePage::expect_text(const std::string& id, const std::string& text) const {
  const std::string element = cut(html(), fmt::format(" id=\"{}\"", id), "</");
  expect(element.substr(element.find('>') + 1) == text,
         fmt::format("the element {} has the text \"{}\"", id, text));
}

void LivePage::expect_html(const std::string& part) const {
  expect(html().find(part) != std::string::npos, "in the page: " + part);
}

void LivePage::refute_html(const std::string& part) const {
  expect(html().find(part) == std::string::npos, "not in the page: " + part);
}

std::string without_names(std::string html) {
  for (std::size_t at = 0; (at = html.find("phx-", at)) != std::string::npos; at += 4) {
    std::size_t end = at + 4;
    while (end < html.size() && (std::isalnum(static_cast<unsigned char>(html[end])) != 0 ||
                                 html[end] == '-' || html[end] == '_'))
      ++end;
    // Sixteen characters of base64, which no attribute's name has.
    if (end - at == 20) html.replace(at + 4, 16, "ID");
  }
  return html;
}

}  // namespace phx::conformance
