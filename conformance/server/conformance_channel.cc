/// The contract's events, in a line or two each.

#include "conformance/server/conformance_channel.h"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <unordered_map>

#include "serializer/scanner.h"

namespace phx::contract {
namespace {

/// Takes the payload over; by reference, as it passes three hands.
using Handler = Result (*)(Payload&& payload, Socket& socket);

/// The message that `info` sends itself.
struct Info {
  Payload payload;
};

//! [late_answer]
/// Answers after a delay, whether the channel is still alive or not.
class LateAnswer final : public process::Process {
 public:
  LateAnswer(Millis delay, SocketRef to, Payload payload)
      : delay_(delay), to_(std::move(to)), payload_(std::move(payload)) {}

 protected:
  void init() override { scheduler().send_after(delay_, self(), std::string("now")); }
  void handle(process::Message) override {
    reply(scheduler(), to_, Reply::ok(std::move(payload_)));
    stop();
  }

 private:
  const Millis delay_;
  const SocketRef to_;
  Payload payload_;
};
//! [late_answer]

Json assign_or_null(const Socket& socket, std::string_view name) { return socket.assign(name); }

Json opaque_as_json(const serializer::Opaque& value) {
  if (value.is_null()) return {};
  return value.is_string() ? Json(value.text()) : Json::parse(value.text());
}

/// A client says how long; a minute is enough for any rule, and ten sleepers keep all workers busy.
Millis ms_of(const Payload& payload) {
  return Millis{std::clamp(payload["ms"].integer_or(0), 0LL, 60'000LL)};
}

Result push(Payload&& payload, Socket& socket) {
  const Json event = payload["event"];
  if (!event.is_string()) throw std::runtime_error("expected the name of an event to push");
  socket.push(event.string_or(""), payload["payload"]);
  return NoReply{};
}

Result intercept(Payload&& payload, Socket& socket) {
  socket.broadcast("intercepted", std::move(payload));
  return NoReply{};
}

Result broadcast(Payload&& payload, Socket& socket) {
  socket.broadcast("broadcasted", std::move(payload));
  return Reply::ok();
}

Result broadcast_from(Payload&& payload, Socket& socket) {
  socket.broadcast_from("broadcasted", std::move(payload));
  return Reply::ok();
}

Result broadcast_binary(Payload&& payload, Socket& socket) {
  socket.broadcast("broadcasted_binary", std::move(payload));
  return Reply::ok();
}

Result answer_later(Payload&& payload, Socket& socket) {
  const Millis delay = ms_of(payload);
  socket.context().scheduler->spawn(
      std::make_unique<LateAnswer>(delay, socket.socket_ref(), std::move(payload)));
  return NoReply{};
}

Result sleep_and_answer(Payload&& payload, Socket&) {
  std::this_thread::sleep_for(ms_of(payload));
  return Reply::ok(std::move(payload));
}

Result show_assigns(Payload&&, Socket& socket) {
  return Reply::ok(Json::object({{"user_id", assign_or_null(socket, "user_id")},
                                 {"topic", socket.topic()},
                                 {"join_ref", opaque_as_json(socket.join_ref())}}));
}

/// What was there at the connect is kept as text; here the rest is added.
Result show_connect_info(Payload&&, Socket& socket) {
  Json info = Json::parse(socket.assign("connect_info").string_or("{}"));
  for (const char* name : {"auth_token", "user_agent"}) {
    if (info[name].is_null()) info.set(name, nullptr);
  }
  for (const char* name : {"trace_context_headers", "x_headers"}) {
    if (info[name].is_null()) info.set(name, Json::array());
  }
  return Reply::ok(std::move(info));
}

Result disconnect(Payload&&, Socket& socket) {
  socket.broadcast_to(socket.id, "disconnect", {});
  return NoReply{};
}

Result stop_with(ExitReason::Kind kind, const char* detail = "") {
  return Stop{{kind, detail}, {}};
}

const std::unordered_map<std::string_view, Handler> handlers = {
    {"echo", [](Payload&& p, Socket&) -> Result { return Reply::ok(std::move(p)); }},
    {"echo_error", [](Payload&& p, Socket&) -> Result { return Reply::error(std::move(p)); }},
    {"ack", [](Payload&&, Socket&) -> Result { return Reply::ok(); }},
    {"nack", [](Payload&&, Socket&) -> Result { return Reply::error(); }},
    {"noreply", [](Payload&&, Socket&) -> Result { return NoReply{}; }},
    {"push", push},
    {"push_binary",
     [](Payload&& p, Socket& socket) -> Result {
       socket.push("pushed_binary", std::move(p));
       return NoReply{};
     }},
    {"broadcast", broadcast},
    {"broadcast_from", broadcast_from},
    {"broadcast_binary", broadcast_binary},
    {"intercept", intercept},
    {"filter",
     [](Payload&& p, Socket& socket) -> Result {
       socket.broadcast("filtered", std::move(p));
       return NoReply{};
     }},
    {"async", answer_later},
    {"slow", sleep_and_answer},
    {"info",
     [](Payload&& p, Socket& socket) -> Result {
       socket.send_self(Info{std::move(p)});
       return NoReply{};
     }},
    {"assigns", show_assigns},
    {"connect_info", show_connect_info},
    {"stop", [](Payload&&, Socket&) { return stop_with(ExitReason::normal); }},
    {"stop_shutdown", [](Payload&&, Socket&) { return stop_with(ExitReason::shutdown); }},
    {"stop_shutdown_tuple",
     [](Payload&&, Socket&) { return stop_with(ExitReason::shutdown, "bye"); }},
    {"stop_reply",
     [](Payload&& p, Socket&) -> Result {
       return Stop{{ExitReason::normal, ""}, Reply::ok(std::move(p))};
     }},
    {"stop_error", [](Payload&&, Socket&) { return stop_with(ExitReason::crash, "boom"); }},
    {"crash", [](Payload&&, Socket&) -> Result { throw std::runtime_error("crash: boom"); }},
    {"exit",
     [](Payload&&, Socket&) -> Result {
       throw process::Exit{{ExitReason::crash, "boom"}};
     }},
    // No C++ handler can return what its type forbids, so this raises, as the contract allows.
    {"bad_return",
     [](Payload&&, Socket&) -> Result {
       throw std::logic_error("expected NoReply, Reply or Stop, got a bad return");
     }},
    {"disconnect", disconnect},
};

}  // namespace

JoinResult ConformanceChannel::join(std::string_view, Payload params, Socket& socket) {
  const std::string wish = params["join"].string_or("");
  if (wish == "error") return Refused{Json::object({{"reason", "refused"}})};
  if (wish == "crash") throw std::runtime_error("join crash: boom");
  if (wish == "reply") return Joined{std::move(params)};
  if (wish == "push") socket.send_self(std::string("after_join"));
  if (wish == "slow") std::this_thread::sleep_for(ms_of(params));
  return Joined{};
}

bool ConformanceChannel::blocking(std::string_view event, const Payload& payload) const {
  return event == "slow" || (event == "phx_join" && payload["join"] == Json("slow"));
}

Result ConformanceChannel::handle_in(std::string_view event, Payload payload, Socket& socket) {
  if (event == "count") return Reply::ok(Json::object({{"count", ++count_}}));
  const auto handler = handlers.find(event);
  if (handler == handlers.end()) return unhandled(event);
  return handler->second(std::move(payload), socket);
}

Result ConformanceChannel::handle_out(std::string_view event, Payload payload, Socket& socket) {
  if (event == "filtered") return NoReply{};
  Json seen = payload.json();
  seen.set("intercepted_for", assign_or_null(socket, "user_id"));
  socket.push(event, seen);
  return NoReply{};
}

Result ConformanceChannel::handle_info(process::Message message, Socket& socket) {
  if (message.holds<std::string>()) {
    socket.push("after_join", {});
  } else if (Info* info = message.get_if<Info>()) {
    socket.push("info", std::move(info->payload));
  }
  return NoReply{};
}

/// As text: each connection that is measured ends with this, and a tree costs five times as much.
void ConformanceChannel::terminate(const ExitReason& reason, Socket& socket) {
  std::string text = R"({"reason":)";
  serializer::append_quoted(text, process::to_string(reason));
  text += R"(,"topic":)";
  serializer::append_quoted(text, socket.topic());
  text += '}';
  socket.broadcast_to("conformance:observer", "terminated", Payload::own_text(std::move(text)));
}

}  // namespace phx::contract
