#pragma once
/// \file
/// The views of an application: their addresses, their layouts, and the socket that they live on.
///
///     phx::Live live({.secret_key_base = secret,
///                     .session = {.key = "_my_app", .signing_salt = "cookie-salt"},
///                     .root = [](const phx::RootPage& page) {
///                       return html(R"(<!DOCTYPE html>
///     <html lang="en"><head><meta name="csrf-token" content={}>
///     <title>{}</title></head><body>{}</body></html>)", page.csrf_token, page.title,
///     page.content);
///                     }});
///     live.view<Counter>("/counter");
///     live.serve(endpoint);                     // GET /counter, and /live for the page's script
///
/// The join tells the client that the server is LiveView 1.1.33; another version of
/// phoenix_live_view writes a warning to the browser's console, and goes on.
///
/// Mirrors Phoenix.LiveView.Router's live/3 in one live_session, Controller's rendering and
/// Phoenix.LiveView.Socket. `Live` outlives the endpoint's server.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "endpoint/endpoint.h"
#include "http/request.h"
#include "live_view/live_view.h"
#include "tokens/session_cookie.h"
#include "tokens/token.h"

namespace phx {

namespace live_view {
/// The layout's hole for the view.
struct Inner {
  const std::function<Html()>& render;
  bool fill(Renderer& renderer, Hole& hole) const { return renderer.inner(hole, render); }
};
}  // namespace live_view

/// The root layout's values: the document around all views, rendered once per page load.
struct RootPage {
  std::string csrf_token;
  std::optional<std::string> title;
  Safe content;
};

/// The layout around the view, which is updated with it.
struct AppPage {
  const Assign<Flash>& flash_messages;
  const live_view::Inner content;
  /// The flash of this kind, or nothing: tracked.
  std::optional<std::string> flash(std::string_view kind) const;
};

struct LiveOptions {
  std::string secret_key_base;  ///< At least 64 bytes: it signs the cookie too.
  std::string signing_salt = "live view";
  tokens::SessionOptions session = {.key = "_phx_key", .signing_salt = "session cookie"};
  std::function<Html(const RootPage&)> root = {};
  std::function<Html(const AppPage&)> app = {};  ///< By default the view alone.
};

class Live {
 public:
  using Make = std::function<std::unique_ptr<LiveView>()>;

  /// \throws std::invalid_argument without a root layout, for a short secret, and for an encrypted
  /// session, which it can't write.
  explicit Live(LiveOptions options);
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  template <class View>
  void view(std::string path) {
    view(std::move(path), [] { return std::make_unique<View>(); });
  }
  /// The same for views whose constructors take arguments.
  void view(std::string path, Make make);
  /// Adds the pages, and the mount `/live`.
  void serve(Endpoint& endpoint) const;
  /// The mount alone, for other options than the default: its session is required.
  transport::Mount mount() const;

  /// The dead render: the response to a GET of this path.
  http::Response page(const http::Request& request) const;

  // For sessions.

  struct Route {
    std::string name;
    Make make;
  };
  const Route* route(std::string_view path) const;
  Html wrapped(const Assign<Flash>& flash, const std::function<Html()>& render) const;
  /// Signs tokens for one purpose. They are valid for two weeks.
  std::string sign(std::string_view purpose, Json data) const;
  std::optional<Json> verify(std::string_view purpose, std::string_view token) const;
  const std::shared_ptr<live_view::Transfers>& transfers() const { return transfers_; }
  const std::shared_ptr<const TokenSigner>& signer() const { return signer_; }

 private:
  const LiveOptions options_;
  const std::shared_ptr<const TokenSigner> signer_;
  const std::shared_ptr<const tokens::SessionCookie> cookie_;
  const std::shared_ptr<live_view::Transfers> transfers_;
  std::map<std::string, Route, std::less<>> routes_;
  std::shared_ptr<const UserSocket> socket_;
};

}  // namespace phx
