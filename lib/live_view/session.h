#pragma once
/// \file
/// `lv:`: a channel that renders. Events come in, the view's callbacks run, and a diff goes out.
///
/// One for each connected view. Mirrors Phoenix.LiveView.Channel.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "channel/channel.h"
#include "live_view/live.h"
#include "live_view/live_view.h"
#include "live_view/renderer.h"

namespace phx::live_view {

/// An address taken apart.
struct Address {
  std::string origin;  ///< `http://host:4000`
  std::string path;
  Json params;  ///< Of the query.
};
/// \throws http::BadQuery.
Address address_of(std::string_view url);

/// Where a view sends the browser, in the wire's words.
struct Departure {
  std::string key;  ///< redirect, live_redirect
  Json to;
};

class Session final : public Channel {
 public:
  explicit Session(const Live& live) : live_(live) {}

  JoinResult join(std::string_view topic, Payload params, Socket& socket) override;
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override;
  Result handle_info(process::Message message, Socket& socket) override;
  void terminate(const ExitReason& reason, Socket& socket) override;
  bool always_in_turn() const override { return true; }
  bool closes_before_reply() const override { return true; }

  /// The dead page's part: mounts and renders once. Nothing is kept.
  struct Dead {
    std::string html;
    std::optional<std::string> title;
    std::optional<std::string> elsewhere;  ///< The path that the view redirects to.
  };
  static Dead render_dead(const Live& live, LiveView& view, const Address& address,
                          std::string_view url, const Json& session, Flash flash);

 private:
  struct Flush {};

  /// Whether the tokens are ours, not too old, and of this topic's page.
  bool verified(std::string_view topic, const Json& params);
  void call_handle_params(const std::string& url);
  /// Follows push_patch until the view asks for none. Returns the last one, if any.
  std::optional<std::string> follow_patches();
  std::optional<Departure> departure();
  std::string diff(const std::string& reply = {});
  std::string events();
  Extras extras(const std::string& reply);

  Result event(const Json& payload, Socket& socket);
  Result component_event(int cid, const Json& payload);
  Result allow_upload(const Json& payload, Socket& socket);
  Result progress(const Json& payload, Socket& socket);
  Result components_destroyed(const Json& payload);
  /// The result of a callback: a diff, or where the view sends the browser.
  Result answer(Socket& socket, const std::string& reply = {});
  Upload& upload_of(std::string_view ref);

  const Live& live_;
  std::unique_ptr<LiveView> view_;
  Page page_;
  std::string verified_view_;  ///< As the page's token has it.
  Flash page_flash_;           ///< What the dead page showed.
  std::string route_;
  std::string origin_;
  std::uint64_t title_version_ = 0;
  bool flush_asked_ = false;
};

}  // namespace phx::live_view
