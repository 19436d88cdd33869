/// One channel, which replies when a look is complete.

#include "dashboard/live_socket.h"

#include <utility>

#include "channel/channel.h"
#include "dashboard/dashboard.h"
#include "tokens/crypto.h"

namespace phx::dashboard {
namespace {

using http::Response;

Reply reply_of(const Response& response) {
  if (response.status < 300) return Reply::ok(Payload::own_text(response.body));
  const Json detail = Json::parse(response.body)["errors"]["detail"];
  return Reply::error({{"status", response.status}, {"detail", detail}});
}

/// A page whose answer takes time.
class WaitingPage final : public http::Responder {
 public:
  WaitingPage(process::Scheduler& scheduler, SocketRef ref)
      : scheduler_(scheduler), ref_(std::move(ref)) {}
  /// A reply to nobody is dropped on its way.
  bool gone() const override { return false; }

 private:
  void send(Response response) override { reply(scheduler_, ref_, reply_of(response)); }

  process::Scheduler& scheduler_;
  const SocketRef ref_;
};

/// Counts the pages that have joined.
using Pages = std::shared_ptr<std::atomic<std::size_t>>;

class LiveChannel final : public Channel {
 public:
  LiveChannel(const LiveSocket::Answer& answer, std::shared_ptr<Shows> shows, Pages pages)
      : answer_(answer), shows_(std::move(shows)), pages_(std::move(pages)) {
    ++*pages_;
  }
  ~LiveChannel() override {
    shows_->show(page_, {});
    --*pages_;
  }

  JoinResult join(std::string_view, Payload, Socket& socket) override {
    page_ = socket.channel();
    if (*pages_ <= LiveSocket::max_pages) return Joined{};
    return Refused{{{"reason", "too many pages watch this server"}}};
  }

  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "show") return show(payload["views"]);
    if (event != "ask") return unhandled(event);
    const std::string query = payload["query"].string_or("");
    http::Request request{
        payload["method"].string_or("GET"),
        std::string(Dashboard::prefix) + payload["path"].string_or("") + "?" + query};
    request.peer = socket.assign("peer").string_or("");
    const Endpoint::Outcome outcome = answer_(request);
    if (const auto* response = std::get_if<Response>(&outcome)) return reply_of(*response);
    std::get<http::Deferred>(outcome).begin(
        std::make_shared<WaitingPage>(*socket.context().scheduler, socket.socket_ref()));
    return NoReply{};
  }

  Result handle_info(process::Message message, Socket& socket) override {
    if (auto* shown = message.get_if<Shown>()) socket.push("shown", std::move(shown->payload));
    return NoReply{};
  }

  Level log_join() const override { return Level::debug; }

 private:
  Result show(const Json& asked) const {
    if (asked.size() > Shows::max_views) return Reply::error({{"detail", "too many views"}});
    std::set<View> views;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      views.insert({asked[i]["path"].string_or(""), asked[i]["query"].string_or("")});
    }
    if (shows_->show(page_, views)) return Reply::ok();
    return Reply::error({{"detail", "too many different views are shown: ask for yours"}});
  }

  const LiveSocket::Answer& answer_;  // its socket's factory's, which outlives all channels
  const std::shared_ptr<Shows> shows_;
  const Pages pages_;
  process::Pid page_;  ///< This channel's process.
};

}  // namespace

LiveSocket::LiveSocket(const Answer& answer, Shows::Newest newest)
    : shows_(std::make_shared<Shows>(answer, std::move(newest))) {
  const auto pages = std::make_shared<std::atomic<std::size_t>>(0);
  channel("dashboard", [answer, shows = shows_, pages] {
    return std::make_unique<LiveChannel>(answer, shows, pages);
  });
}

ConnectResult LiveSocket::connect(Connect connect, Socket& socket) const {
  const auto& shown = connect.info.auth_token;
  if (token_.empty() || !shown || !tokens::crypto::same_secret(*shown, token_)) return Rejected{};
  socket.assigns["peer"] = connect.info.peer_data->address;
  return Accepted{};
}

}  // namespace phx::dashboard
