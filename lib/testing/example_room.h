#pragma once
/// \file
/// A user socket with one channel that does a little of everything, to test the helpers.

#include <stdexcept>

#include "socket/user_socket.h"
#include "testing/channel_test.h"
#include "testing/payload_pattern.h"

namespace phx::testing {

class ExampleRoom final : public Channel {
 public:
  JoinResult join(std::string_view, Payload params, Socket& socket) override {
    if (params["refuse"] == Json(true)) return Refused{Json::object({{"reason", "full"}})};
    if (params["crash"] == Json(true)) throw std::runtime_error("no key");
    if (params["later"] == Json(true)) socket.send_self(Boom{});
    return Joined{std::move(params)};
  }

  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "echo" || event == "slow echo") return Reply::ok(std::move(payload));
    if (event == "no") return Reply::error(std::move(payload));
    if (event == "keep") socket.assigns["kept"] = payload["it"];
    if (event == "tick") socket.send_self_after(Millis{1'000}, Tick{});
    if (event == "again") socket.send_self(Again{});
    if (event == "boom") throw std::runtime_error("boom");
    if (event == "stop") return Stop{};
    if (event == "many") push_often(payload["times"].integer_or(0), socket);
    if (event == "say often") say_often(payload["times"].integer_or(0), socket);
    if (event == "push") {
      socket.push("pushed", std::move(payload));
    } else if (event == "say") {
      socket.broadcast("said", std::move(payload));
    }
    return NoReply{};
  }

  Result handle_out(std::string_view event, Payload payload, Socket& socket) override {
    Json seen = payload.json();
    seen.set("seen", true);
    socket.push(event, seen);
    return NoReply{};
  }
  std::vector<std::string> intercepts() const override { return {"seen"}; }

  Result handle_info(process::Message message, Socket& socket) override {
    if (message.holds<Boom>()) throw std::runtime_error("later boom");
    if (message.holds<Again>()) socket.send_self(Again{});
    if (message.holds<Tick>()) {
      socket.push("ticked", Json::object({{"n", ++ticks_}}));
      if (ticks_ < 3) socket.send_self_after(Millis{1'000}, Tick{});
    }
    if (const auto* text = message.get_if<std::string>()) {
      socket.push("told", Json::object({{"text", *text}}));
    }
    return NoReply{};
  }

  bool blocking(std::string_view event, const Payload&) const override {
    return event == "slow echo";
  }

 private:
  struct Boom {};
  struct Tick {};
  struct Again {};

  static void push_often(long long times, Socket& socket) {
    for (long long i = 0; i < times; ++i) socket.push("pushed", {});
  }
  static void say_often(long long times, Socket& socket) {
    for (long long i = 0; i < times; ++i) socket.broadcast_to("news", "said", {});
  }

  int ticks_ = 0;
};

class ExampleSocket final : public UserSocket {
 public:
  ExampleSocket() { channel<ExampleRoom>("room:*"); }

  ConnectResult connect(Connect connect, Socket& socket) const override {
    const std::string name = connect.params["name"].string_or("");
    if (name == "nobody") return Rejected{"unknown name"};
    if (name == "throw") throw std::runtime_error("no database");
    socket.assigns["name"] = name;
    socket.assigns["agent"] = connect.info.user_agent.value_or("");
    return Accepted{};
  }
  std::optional<std::string> id(const Socket& socket) const override {
    return "users:" + socket.assign("name").string_or("");
  }
};

inline Json named(std::string_view name) { return Json::object({{"name", name}}); }
inline Json n(int value) { return Json::object({{"n", value}}); }

/// Ann is in a room.
struct ExampleTest {
  const ExampleSocket users;
  ChannelTest test;
  const Client ann = test.connect(users, named("ann"));
  const JoinedChannel room = ann.subscribe_and_join("room:a");
};

}  // namespace phx::testing
