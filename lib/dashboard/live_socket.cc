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
  LiveChannel(const LiveSocket::Answer& answer, Pages pages)
      : answer_(answer), pages_(std::move(pages)) {
    ++*pages_;
  }
  ~LiveChannel() override { --*pages_; }

  JoinResult join(std::string_view, Payload, Socket&) override {
    if (*pages_ <= LiveSocket::max_pages) return Joined{};
    return Refused{{{"reason", "too many pages watch this server"}}};
  }

  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
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

  Level log_join() const override { return Level::debug; }

 private:
  const LiveSocket::Answer& answer_;  // its socket's factory's, which outlives all channels
  const Pages pages_;
};

}  // namespace

LiveSocket::LiveSocket(Answer answer) {
  const auto pages = std::make_shared<std::atomic<std::size_t>>(0);
  channel("dashboard", [answer = std::move(answer), pages] {
    return std::make_unique<LiveChannel>(answer, pages);
  });
}

ConnectResult LiveSocket::connect(Connect connect, Socket& socket) const {
  const auto& shown = connect.info.auth_token;
  if (token_.empty() || !shown || !tokens::crypto::same_secret(*shown, token_)) return Rejected{};
  socket.assigns["peer"] = connect.info.peer_data->address;
  return Accepted{};
}

}  // namespace phx::dashboard
