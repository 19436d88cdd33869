/// Joins, events and patches of a connected view.

#include "live_view/session.h"

#include <stdexcept>

#include "http/query.h"
#include "process/scheduler.h"

namespace phx::live_view {
namespace {

constexpr std::string_view version = "1.1.33";  // of LiveView: the client compares it with its own

Reply raw_reply(std::string json) { return Reply::ok(Payload::own_text(std::move(json))); }

/// `item[name]` as `["item","name"]`.
Json target_keys(const std::string& target) {
  Json keys = Json::array();
  std::size_t begin = 0;
  while (begin <= target.size()) {
    const std::size_t end = std::min(target.find('[', begin), target.size());
    std::string key = target.substr(begin, end - begin);
    if (key.ends_with(']')) key.pop_back();
    if (!key.empty()) keys.append(key);
    begin = end + 1;
  }
  return keys;
}

/// Where Elixir has no clause for what a client sends, the view ends.
void must_be(bool good, const char* what, const Json& got) {
  if (!good) throw std::invalid_argument(std::string("expected ") + what + ", got " + got.dump());
}

/// The value of an event: a form comes as a query.
Json value_of(const Json& payload) {
  if (payload["type"].string_or("") != "form") return payload["value"];
  Json value = http::parse_query(payload["value"].string_or(""));
  for (const auto& [name, meta] : payload["meta"].sorted_members()) value.set(name, meta);
  if (value["_target"].is_string()) {
    value.set("_target", target_keys(http::percent_decoded(value["_target"].string_or(""), true)));
  }
  return value;
}

Flash flash_of(const Json& json) {
  Flash flash;
  for (const auto& [kind, text] : json.sorted_members()) flash[kind] = text.string_or("");
  return flash;
}

Json json_of(const Flash& flash) {
  Json json = Json::object();
  for (const auto& [kind, text] : flash) json.set(kind, text);
  return json;
}

}  // namespace

Address address_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t path = scheme == std::string_view::npos
                               ? 0
                               : std::min(url.find_first_of("/?#", scheme + 3), url.size());
  std::string_view rest = url.substr(path);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t mark = rest.find('?');
  Address address{std::string(url.substr(0, path)), std::string(rest.substr(0, mark)),
                  Json::object()};
  if (address.path.empty()) address.path = "/";
  if (mark != std::string_view::npos) address.params = http::parse_query(rest.substr(mark + 1));
  return address;
}

// --- Joining -------------------------------------------------------------------------------------

/// Mirrors Phoenix.LiveView.Session.verify_session/4: both tokens must be of the page whose topic
/// this is, and what they hold is put together, so a page's two tokens may be exchanged.
bool Session::verified(std::string_view topic, const Json& params) {
  const std::string id(topic.substr(topic.find(':') + 1));
  Json both = Json::object();
  for (const char* token : {"session", "static"}) {
    const bool none = params[token].is_null();
    if (none && token == std::string_view("static")) continue;
    must_be(none || params[token].is_string(), "a token", params[token]);
    const auto page = live_.verify("page", params[token].string_or(""));
    if (!page || (*page)["id"].string_or("") != id) return false;
    for (const auto& [name, value] : page->sorted_members()) both.set(name, value);
  }
  must_be(both["view"].is_string(), "a token that names a view", both);
  must_be(params["static"].is_null() || both.has("flash"), "a static token", both);
  verified_view_ = both["view"].string_or("");
  page_flash_ = flash_of(both["flash"]);
  return true;
}

JoinResult Session::join(std::string_view topic, Payload payload, Socket& socket) {
  const Json& params = payload.json();
  if (!verified(topic, params) || !socket.assigns.contains("live_session"))
    return Refused{{{"reason", "stale"}}};
  const bool redirected = params["redirect"].is_string();
  const std::string url = params[redirected ? "redirect" : "url"].string_or("");
  must_be(url.find("://") != std::string::npos, "a URL", params["url"]);
  must_be(params["params"].is_null() || params["params"].is_object(), "params", params["params"]);
  const Address address = address_of(url);
  const Live::Route* route = live_.route(address.path);
  if (route == nullptr || (!redirected && route->name != verified_view_))
    return Refused{{{"reason", "unauthorized"}}};
  Flash flash;
  if (params["flash"].is_string()) {
    if (const auto given = live_.verify("flash", params["flash"].string_or("")))
      flash = flash_of(*given);
  } else if (!redirected && params["params"]["_mounts"].integer_or(1) == 0) {
    flash = page_flash_;
  }

  route_ = route->name;
  origin_ = address.origin;
  view_ = route->make();
  view_->socket_ = &socket;
  view_->flash_ = std::move(flash);
  view_->mount(address.params, socket.assign("live_session"));
  if (!view_->going_) call_handle_params(url);
  const auto patched = follow_patches();
  if (const auto gone = departure()) return Refused{Json::object({{gone->key, gone->to}})};

  std::string response = "{";
  if (redirected) response += R"("container":["div",{}],)";
  if (patched)
    response +=
        R"("live_patch":)" + Json::object({{"kind", "push"}, {"to", *patched}}).dump() + ",";
  response += R"("liveview_version":")" + std::string(version) + R"(","rendered":)" + diff() + "}";
  return Joined{Payload::own_text(std::move(response))};
}

void Session::call_handle_params(const std::string& url) {
  view_->handle_params(address_of(url).params, url);
}

std::optional<std::string> Session::follow_patches() {
  std::optional<std::string> last;
  for (int patches = 0; view_->going_ && view_->going_->how == LiveView::Going::How::patch;
       ++patches) {
    if (patches == max_patches) {
      throw std::runtime_error("expected handle_params to stop asking for push_patch, got " +
                               std::to_string(patches) + " in a row");
    }
    last = view_->going_->to;
    view_->going_.reset();
    const Live::Route* route = live_.route(address_of(*last).path);
    if (route == nullptr || route->name != route_) {
      throw std::runtime_error("expected push_patch to stay with this view, and \"" + *last +
                               "\" is another: use push_navigate");
    }
    if (!std::exchange(view_->flash_changed_, false)) view_->clear_flash();
    call_handle_params(origin_ + *last);
  }
  return last;
}

std::optional<Departure> Session::departure() {
  if (!view_->going_) return std::nullopt;
  const LiveView::Going going = *std::exchange(view_->going_, std::nullopt);
  Json to = Json::object({{"to", going.to}});
  if (view_->flash_changed_) to.set("flash", live_.sign("flash", json_of(view_->flash_.get())));
  const bool navigates = going.how == LiveView::Going::How::navigate;
  to.set(navigates ? "kind" : "status", navigates ? Json("push") : Json(302));
  return Departure{navigates ? "live_redirect" : "redirect", std::move(to)};
}

// --- Diffs ---------------------------------------------------------------------------------------

std::string Session::events() {
  view_->event_count_ = 0;
  return "[" + std::exchange(view_->events_, {}) + "]";
}

Extras Session::extras(const std::string& reply) {
  Extras extras;
  if (!view_->events_.empty()) extras.events = events();
  extras.reply = reply;
  const std::uint64_t title = view_->page_title.version();
  if (std::exchange(title_version_, title) != title) extras.title = view_->page_title.get();
  return extras;
}

std::string Session::diff(const std::string& reply) {
  view_->flash_changed_ = false;
  return page_.diff(
      [this] { return live_.wrapped(view_->flash_, [this] { return view_->render(); }); },
      extras(reply));
}

Result Session::answer(Socket& socket, const std::string& reply) {
  const auto patched = follow_patches();
  if (const auto gone = departure()) {
    socket.push("diff", Payload::own_text(R"({"e":)" + events() + "}"));
    return Stop{{ExitReason::shutdown, gone->key},
                Reply::ok(Json::object({{gone->key, gone->to}}))};
  }
  const std::string changes = diff(reply);
  if (patched) socket.push("live_patch", {{"kind", "push"}, {"to", *patched}});
  return raw_reply(changes == "{}" ? "{}" : R"({"diff":)" + changes + "}");
}

// --- What the client sends -----------------------------------------------------------------------

Result Session::handle_in(std::string_view name, Payload payload, Socket& socket) {
  const Json& json = payload.json();
  if (name == "event") return event(json, socket);
  if (name == "live_patch") {
    const std::string url = json["url"].string_or("");
    const Live::Route* route = live_.route(address_of(url).path);
    must_be(json["url"].is_string() && route != nullptr, "the URL of a view", json["url"]);
    if (route->name != route_) return Reply::ok({{"link_redirect", true}});
    view_->clear_flash();
    call_handle_params(url);
    return answer(socket);
  }
  if (name == "allow_upload") return allow_upload(json, socket);
  if (name == "progress") return progress(json, socket);
  if (name.starts_with("cids_")) must_be(json["cids"].is_array(), "a list of cids", json["cids"]);
  if (name == "cids_will_destroy") {
    for (std::size_t i = 0; i < json["cids"].size(); ++i) {
      page_.components().doom(static_cast<int>(json["cids"][i].integer_or(0)));
    }
    return Reply::ok();
  }
  if (name == "cids_destroyed") return components_destroyed(json);
  return unhandled(name);
}

Result Session::event(const Json& payload, Socket& socket) {
  for (const char* key : {"event", "type", "value"}) {
    if (!payload.has(key))
      throw std::invalid_argument(std::string("expected an event with \"") + key + "\", got none");
  }
  const std::string name = payload["event"].string_or("");
  const Json value = value_of(payload);
  for (const auto& [ref, entries] : payload["uploads"].sorted_members())
    upload_of(ref).put(entries);
  if (payload["cid"].is_integer())
    return component_event(static_cast<int>(payload["cid"].integer_or(0)), payload);
  if (name == "lv:clear-flash") {
    value["key"].is_string() ? view_->clear_flash(value["key"].string_or(""))
                             : view_->clear_flash();
    return answer(socket);
  }
  if (name.starts_with("lv:")) return unhandled(name);
  process::hop_into(*view_, "handle_event", name);
  Result result = view_->handle_event(name, value);
  if (std::holds_alternative<Stop>(result)) return result;
  const auto* reply = std::get_if<Reply>(&result);
  return answer(socket, reply != nullptr ? std::string(reply->response.view()) : "");
}

Result Session::component_event(int cid, const Json& payload) {
  Components::One* one = page_.components().find(cid);
  if (one == nullptr) return Reply::ok();  // it has just gone
  const std::string name = payload["event"].string_or("");
  if (name == "lv:clear-flash") return Reply::ok();  // a component here has no flash of its own
  const Result result = one->component->handle_event(name, value_of(payload));
  const auto* reply = std::get_if<Reply>(&result);
  const std::string changes =
      page_.diff_of(cid, {.reply = reply != nullptr ? std::string(reply->response.view()) : ""});
  return raw_reply(changes == "{}" ? "{}" : R"({"diff":)" + changes + "}");
}

Result Session::components_destroyed(const Json& payload) {
  Json gone = Json::array();
  for (std::size_t i = 0; i < payload["cids"].size(); ++i) {
    const int cid = static_cast<int>(payload["cids"][i].integer_or(0));
    if (page_.components().destroy(cid)) gone.append(cid);
  }
  return Reply::ok(Json::object({{"cids", gone}}));
}

// --- Uploads -------------------------------------------------------------------------------------

Upload& Session::upload_of(std::string_view ref) {
  for (Upload* upload : view_->uploads_) {
    if (upload->ref() == ref) return *upload;
  }
  throw std::runtime_error("expected the ref of an upload of this view, got \"" + std::string(ref) +
                           "\"");
}

Result Session::allow_upload(const Json& payload, Socket& socket) {
  Upload& upload = upload_of(payload["ref"].string_or(""));
  const auto preflight =
      upload.preflight(payload["entries"], socket.channel(), *live_.transfers(), *live_.signer());
  const UploadOptions& options = upload.options();
  const Json config = Json::object({{"chunk_size", options.chunk_size},
                                    {"chunk_timeout", options.chunk_timeout.count()},
                                    {"max_entries", options.max_entries},
                                    {"max_file_size", options.max_file_size}});
  const std::string changes = diff();
  const std::string changed = changes != "{}" ? R"("diff":)" + changes + "," : "";
  const std::string ref = R"(,"ref":)" + Json(upload.ref()).dump() + "}";
  if (preflight.refused)
    return raw_reply("{" + changed + R"("error":)" + preflight.refused->dump() + ref);
  return raw_reply(R"({"config":)" + config.dump() + "," + changed + R"("entries":)" +
                   preflight.entries.dump() + R"(,"errors":)" + preflight.errors.dump() + ref);
}

Result Session::progress(const Json& payload, Socket& socket) {
  const Json percent = payload["progress"];
  const long long now = percent.integer_or(-1);
  // An error is for files that go elsewhere; here its channel has told already.
  must_be((now >= 0 && now <= 100) || percent["error"].is_string(), "a progress", percent);
  Upload& upload = upload_of(payload["ref"].string_or(""));
  if (now >= 0) upload.progress(payload["entry_ref"].string_or(""), static_cast<int>(now));
  return answer(socket);
}

// --- What the view's process gets ----------------------------------------------------------------

/// A view that gets many messages at once sends one diff for all of them: it asks itself for the
/// diff by a message, which arrives after those that already wait.
Result Session::handle_info(process::Message message, Socket& socket) {
  if (message.holds<Flush>()) {
    flush_asked_ = false;
    const std::string changes = diff();
    if (changes != "{}") socket.push("diff", Payload::own_text(changes));
    return NoReply{};
  }
  if (const auto* registered = message.get_if<UploadRegistered>()) {
    upload_of(registered->upload_ref).registered();
  } else if (const auto* drop = message.get_if<DropConsumed>()) {
    upload_of(drop->upload_ref).drop_consumed();
  } else {
    view_->handle_info(std::move(message));
  }
  if (const auto patched = follow_patches()) {
    socket.push("live_patch", {{"kind", "push"}, {"to", *patched}});
  }
  if (const auto gone = departure()) {
    socket.push("diff", Payload::own_text(R"({"e":)" + events() + "}"));
    socket.push(gone->key, gone->to);
    return Stop{{ExitReason::shutdown, gone->key}, {}};
  }
  if (!std::exchange(flush_asked_, true)) socket.send_self(Flush{});
  return NoReply{};
}

void Session::terminate(const ExitReason& reason, Socket&) {
  if (view_) view_->terminate(reason);
}

// --- The dead page -------------------------------------------------------------------------------

Session::Dead Session::render_dead(const Live& live, LiveView& view, const Address& address,
                                   std::string_view url, const Json& session, Flash flash) {
  view.flash_ = std::move(flash);
  view.mount(address.params, session);
  if (!view.going_) view.handle_params(address.params, url);
  if (view.going_) return {{}, {}, view.going_->to};
  std::string html =
      Page::html([&] { return live.wrapped(view.flash_, [&] { return view.render(); }); });
  return {std::move(html), view.page_title.get(), {}};
}

}  // namespace phx::live_view
