/// Serves pages over HTTP, and the socket that makes them live.

#include "live_view/live.h"

#include <stdexcept>

#include "live_view/names.h"
#include "live_view/session.h"
#include "socket/user_socket.h"

namespace phx {
namespace {

constexpr TokenSigner::Seconds two_weeks{1'209'600};  // as Phoenix.LiveView.Static has it
constexpr std::string_view flash_cookie = "__phoenix_flash__";

/// A client that shows a page's csrf token may connect; each view then checks its own token.
class LiveSocket final : public UserSocket {
 public:
  explicit LiveSocket(const Live& live) {
    channel("lv:*", [&live] { return std::make_unique<live_view::Session>(live); });
    channel("lvu:*", [&live] {
      return std::make_unique<live_view::UploadChannel>(live.transfers(), live.signer());
    });
  }
  ConnectResult connect(Connect connect, Socket& socket) const override {
    if (connect.info.session) socket.assigns["live_session"] = *connect.info.session;
    return Accepted{};
  }
};

const LiveOptions& checked(const LiveOptions& options) {
  if (!options.root)
    throw std::invalid_argument(
        "expected LiveOptions with a root layout, the document around all views");
  if (options.session.encryption_salt) {
    throw std::invalid_argument(
        "expected a session without an encryption_salt: an encrypted cookie can be read here, but "
        "not written");
  }
  return options;
}

}  // namespace

std::optional<std::string> AppPage::flash(std::string_view kind) const {
  const Flash& all = flash_messages.get();
  const auto found = all.find(kind);
  return found != all.end() ? std::optional(found->second) : std::nullopt;
}

Live::Live(LiveOptions options)
    : options_(checked(options)),
      signer_(std::make_shared<const TokenSigner>(options_.secret_key_base, options_.signing_salt)),
      cookie_(std::make_shared<const tokens::SessionCookie>(options_.secret_key_base,
                                                            options_.session)),
      transfers_(std::make_shared<live_view::Transfers>()),
      socket_(std::make_shared<LiveSocket>(*this)) {}

void Live::view(std::string path, Make make) {
  std::string name = path;
  routes_[http::plain_path(path)] = {std::move(name), std::move(make)};
}

const Live::Route* Live::route(std::string_view path) const {
  const auto found = routes_.find(http::plain_path(path));
  return found != routes_.end() ? &found->second : nullptr;
}

transport::Mount Live::mount() const {
  transport::Mount mount{.path = "/live", .socket = socket_};
  mount.longpoll = transport::LongpollOptions{};
  mount.connect_info.session = cookie_;
  return mount;
}

void Live::serve(Endpoint& endpoint) const {
  endpoint.socket(mount());
  for (const auto& [path, route] : routes_) {
    endpoint.get(path, [this](const http::Request& request) { return page(request); });
  }
}

Html Live::wrapped(const Assign<Flash>& flash, const std::function<Html()>& render) const {
  const AppPage page{flash, {render}};
  return options_.app ? options_.app(page) : html("{}", page.content);
}

std::string Live::sign(std::string_view purpose, Json data) const {
  return signer_->sign(Json::object({{"for", purpose}, {"data", std::move(data)}}),
                       std::chrono::system_clock::now(), two_weeks);
}

std::optional<Json> Live::verify(std::string_view purpose, std::string_view token) const {
  const auto verdict = signer_->verify(token, std::chrono::system_clock::now(), two_weeks);
  const auto* valid = std::get_if<TokenSigner::Valid>(&verdict);
  if (valid == nullptr || valid->data["for"].string_or("") != purpose) return std::nullopt;
  return valid->data["data"];
}

http::Response Live::page(const http::Request& request) const {
  const Route* route = this->route(request.path());
  if (route == nullptr) return {404};
  http::Request::Headers headers{
      {"cache-control", "max-age=0, private, must-revalidate"},
      {"content-security-policy", "base-uri 'self'; frame-ancestors 'self';"},
      {"content-type", "text/html; charset=utf-8"},
      {"referrer-policy", "strict-origin-when-cross-origin"},
      {"x-content-type-options", "nosniff"},
      {"x-permitted-cross-domain-policies", "none"}};
  Json session = cookie_->read(request).value_or(Json::object());
  const std::string& csrf = options_.session.csrf_token_key;
  if (session[csrf].string_or("").size() != 24) {
    session.set(csrf, live_view::random_csrf_state());
    headers.emplace_back("set-cookie", cookie_->written(session));
  }
  Json flash_json = Json::object();
  Flash flash;
  if (const auto token = tokens::cookie(request, flash_cookie)) {
    if (const auto given = verify("flash", *token)) flash_json = *given;
    headers.emplace_back(
        "set-cookie", std::string(flash_cookie) +
                          "=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; max-age=0; HttpOnly");
  }
  for (const auto& [kind, text] : flash_json.sorted_members()) flash[kind] = text.string_or("");

  const std::string url = request.scheme + "://" +
                          std::string(request.header("host").value_or("localhost")) +
                          request.target;
  const auto view = route->make();
  const auto dead = live_view::Session::render_dead(*this, *view, live_view::address_of(url), url,
                                                    session, std::move(flash));
  if (dead.elsewhere) return {302, "", {{"location", *dead.elsewhere}}};
  const std::string id = "phx-" + live_view::random_id();
  std::string content = "<div id=\"" + id + "\" data-phx-main data-phx-session=\"" +
                        sign("page", Json::object({{"id", id}, {"view", route->name}})) +
                        "\" data-phx-static=\"" +
                        sign("page", Json::object({{"id", id}, {"flash", flash_json}})) + "\">" +
                        dead.html + "</div>";
  const RootPage root{
      live_view::masked_csrf_token(session[csrf].string_or("")), dead.title, {std::move(content)}};
  return {200, live_view::Page::html([&] { return options_.root(root); }), std::move(headers)};
}

}  // namespace phx
