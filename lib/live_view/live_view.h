#pragma once
/// \file
/// The class that users write for a live page: its state, its events and its HTML.
///
///     class Counter : public phx::LiveView {
///       Assign<int> count = 0;
///
///       Html render() override {
///         return html(R"(<p>Count: {}</p>
///     <button phx-click="inc">+</button>)", count);
///       }
///       Result handle_event(std::string_view event, const Json&) override {
///         if (event != "inc") return unhandled(event);
///         count += 1;
///         return NoReply{};
///       }
///     };
///
/// Live gives it an address (live.h). A GET of that address creates a view, renders it and drops
/// it: the page that the browser shows at once. Then the page's script joins, and a second view is
/// created that stays, in the process of a channel. An exception ends only that view, and the
/// client joins again. Mirrors the behaviour Phoenix.LiveView.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channel/channel.h"
#include "live_view/component.h"
#include "live_view/form.h"
#include "live_view/html.h"
#include "live_view/stream.h"
#include "live_view/upload.h"

namespace phx {

namespace live_view {
class Session;
}

/// Messages for the user that stay until the page is left or they are cleared: info, error.
using Flash = std::map<std::string, std::string, std::less<>>;

class LiveView {
 public:
  LiveView() = default;
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;
  virtual ~LiveView() = default;

  /// Once for the page sent over HTTP, and once when it is connected. `params` are those of the
  /// address, `session` is the cookie's.
  virtual void mount(const Json& params, const Json& session);
  /// After mount, and whenever the address changes and the view stays: a patch.
  virtual void handle_params(const Json& params, std::string_view uri);
  /// The page: called after each callback; what its lambdas read decides what is sent.
  virtual Html render() = 0;
  /// A click, a form, a key, a hook. Reply::ok answers a hook's pushEvent. For an event that is not
  /// known, return unhandled(event), which crashes.
  virtual Result handle_event(std::string_view event, const Json& value);
  /// A message from another process, from send_self, or an event on a topic it has subscribed to.
  virtual void handle_info(process::Message message);
  /// The last callback of a connected view.
  virtual void terminate(const ExitReason& reason);

  /// The document's title.
  Assign<std::optional<std::string>> page_title;

 protected:
  /// Whether the view is connected, not a page sent over HTTP.
  bool connected() const { return socket_ != nullptr; }
  /// REQUIRES: connected().
  const Socket& socket() const;

  /// Sends an event to the page's hooks, with the diff. Mirrors push_event/3.
  void push_event(std::string_view event, Payload payload = {});
  /// Changes the address; handle_params is called, and the view stays. Mirrors push_patch/2.
  void push_patch(std::string to);
  /// Goes to another view on the same connection. Mirrors push_navigate/2.
  void push_navigate(std::string to);
  /// Goes to another page: the browser loads it. Mirrors redirect/2.
  void redirect(std::string to);

  void put_flash(std::string_view kind, std::string text);
  void clear_flash();
  void clear_flash(std::string_view kind);

  /// Messages to itself, now or later: nothing while it is not connected.
  void send_self(process::Message message) const;
  void send_self_after(Millis delay, process::Message message) const;
  /// From now on handle_info gets what is broadcast on the topic: nothing while it is not
  /// connected.
  void subscribe(std::string_view topic);
  /// To all subscribers but this view.
  void broadcast_from(std::string_view topic, std::string_view event, Payload payload = {}) const;

  [[noreturn]] static Result unhandled(std::string_view event);

 private:
  friend class Upload;
  friend class live_view::Session;
  struct Going {
    enum class How { patch, navigate, redirect } how;
    std::string to;
  };
  void go(Going::How how, std::string to);

  const Socket* socket_ = nullptr;
  Assign<Flash> flash_;
  bool flash_changed_ = false;
  std::string events_;  ///< As JSON items.
  std::size_t event_count_ = 0;
  std::optional<Going> going_;
  std::vector<Upload*> uploads_;
  std::vector<std::unique_ptr<pubsub::Subscription>> subscriptions_;
};

}  // namespace phx
