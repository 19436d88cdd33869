#pragma once
/// \file
/// Long-poll without a port: requests answered now or later, on a clock that the test moves.

#include <memory>
#include <string>
#include <vector>

#include "telemetry/limits.h"
#include "testing/case.h"
#include "testing/fakes.h"
#include "transport/longpoll.h"
#include "transport/longpoll_requests.h"

namespace phx::testing::polling {

using namespace transport;

struct Room : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "push") {
      socket.push("pushed", std::move(payload));
      return NoReply{};
    }
    return Reply::ok(std::move(payload));
  }
  void terminate(const ExitReason& reason, Socket&) override { ended = to_string(reason); }
  static inline std::string ended;
};

struct Users : UserSocket {
  Users() { channel<Room>("*"); }
  ConnectResult connect(Connect connect, Socket& socket) const override {
    socket.assigns["auth_token"] = connect.info.auth_token.value_or("");
    if (connect.params["token"] == Json("reject")) return Rejected{"a reason"};
    return Accepted{};
  }
};

struct Client : http::Responder {
  void send(http::Response response) override { answers.push_back(std::move(response)); }
  bool gone() const override { return hung_up; }
  std::vector<http::Response> answers;
  bool hung_up = false;
};

struct Fixture {
  TestShard shard;
  Mount mount{"/socket", std::make_shared<Users>()};
  std::shared_ptr<const LongpollTokens> tokens =
      std::make_shared<const LongpollTokens>("a secret of more than twenty bytes");
  std::string token;
  std::string told;  ///< Limits that were reached, each as `message_rate 10`.

  /// Records limits from now on.
  const std::string& listen() {
    shard.telemetry.attach(
        "ear", {telemetry::on<telemetry::LimitReached>([this](const auto& reached) {
          told += std::string(to_string(reached.limit)) + " " + std::to_string(reached.allowed);
        })});
    return told;
  }
  Fixture() {
    mount.longpoll = LongpollOptions{.window = Millis{1'000}};
    mount.check_origin = Origins::list({"//localhost"});
    Room::ended.clear();
  }
  /// A request's answer, immediate or late.
  std::shared_ptr<Client> ask(http::Request request) { return ask_at(mount, std::move(request)); }
  std::shared_ptr<Client> ask_at(const Mount& at, http::Request request,
                                 const PathParams& params = {}) {
    auto client = std::make_shared<Client>();
    auto outcome = longpoll({request, at, params, shard.context()}, tokens);
    if (auto* response = std::get_if<http::Response>(&outcome)) client->respond(*response);
    if (auto* deferred = std::get_if<http::Deferred>(&outcome)) deferred->begin(client);
    shard.settle();
    return client;
  }
  std::shared_ptr<Client> get() {
    return ask({"GET", "/socket/longpoll?vsn=2.0.0&token=" + token});
  }
  std::shared_ptr<Client> post(const std::string& body, const std::string& type = "text/plain") {
    http::Request request{"POST", "/socket/longpoll?vsn=2.0.0&token=" + token};
    request.headers = {{"content-type", type}};
    request.body = body;
    return ask(std::move(request));
  }
  void begin() { token = body_of(get())["token"].string_or(""); }
  /// Whether the token belongs to a session at that place.
  bool known_at(const Mount& at, const PathParams& params = {}) {
    http::Request beat{"POST", "/longpoll?token=" + token};
    beat.body = R"([null,"1","phoenix","heartbeat",{}])";
    return status_of(ask_at(at, std::move(beat), params)) == 200;
  }
  void join() {
    begin();
    post(R"(["1","1","t","phx_join",{}])");
    get();
  }
  static Json body_of(const std::shared_ptr<Client>& client) {
    expect_eq(client->answers.size(), 1u);
    return Json::parse(client->answers[0].body);
  }
  static long long status_of(const std::shared_ptr<Client>& client) {
    return body_of(client)["status"].integer_or(0);
  }
};

}  // namespace phx::testing::polling
