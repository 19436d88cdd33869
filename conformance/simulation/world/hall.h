#pragma once
/// \file
/// What a server of a world serves to guests: halls, in which each has a topic of its own.

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "channel/channel_process.h"
#include "phoenix.h"
#include "pubsub/term_event.h"
#include "telemetry/traces.h"

namespace phx::simulation {

/// Does what a guest asks for; each guest knows what it is due. What it does on a topic that begins
/// with `turns:` it does in turn, and on `bye:` the end comes before the answer to a leave.
class Hall final : public Channel {
 public:
  explicit Hall(Presence& presence) : presence_(presence) {}

  JoinResult join(std::string_view topic, Payload params, Socket& socket) override {
    in_turn_ = topic.starts_with("turns:");
    ends_first_ = topic.starts_with("bye:");
    socket.assigns["joins"] = 1;
    socket.assigns["joins"] = topic;
    const std::size_t known = socket.assigns.erase("joins") + socket.assigns.erase("joins");
    if (known != 1) throw std::logic_error("expected to forget what was assigned, once");
    const Json how = params["how"];
    if (how == Json("refused")) return Refused{{{"reason", "full"}}};
    if (how == Json("crash")) throw std::runtime_error("join: as was asked");
    return Joined{{{"kind", socket.assign("kind")},
                   {"params", params["long"].is_null() ? params.json() : Json()},
                   {"query", socket.assign("query")},
                   {"token", socket.assign("token")}}};
  }

  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "echo" || event == "block") return Reply::ok(std::move(payload));
    if (event == "refuse") return Reply::error(std::move(payload));
    if (event == "tell") {
      socket.broadcast("told", std::move(payload));
    } else if (event == "tell_others") {
      socket.broadcast_from("told", std::move(payload));
    } else if (event == "push") {
      socket.push("pushed", std::move(payload));
    } else if (event == "many") {
      push_many(payload, socket);
    } else if (event == "show") {
      return show(payload, socket);
    } else if (event == "hide") {
      return hide(payload, socket);
    } else if (event == "look") {
      return Reply::ok(
          {{"there", presence_.get_by_key(socket.topic(), payload["key"].string_or(""))}});
    } else if (event == "odd") {
      odd(payload["how"].string_or(""), socket);
    } else if (event == "later") {
      socket.send_self(Later{payload["how"].string_or("reply")});
    } else if (event == "answer_later") {
      return answer_later(socket);
    } else if (event == "stop") {
      return Stop{{ExitReason::normal, ""}, {}};
    } else if (event == "stop_after") {
      return Stop{{ExitReason::shutdown, ""}, Reply::ok(payload)};
    } else if (event == "stop_badly") {
      return Stop{{ExitReason::crash, "as was asked"}, {}};
    } else if (event != "nothing") {
      return unhandled(event);
    }
    return NoReply{};
  }

  /// Only handle_in may answer, so a reply from here is a crash.
  Result handle_info(process::Message message, Socket& socket) override {
    if (const auto* later = message.get_if<Later>()) {
      if (later->how == "reply") return Reply::ok();
      if (later->how == "stop") return Stop{{ExitReason::normal, ""}, {}};
      return Stop{{ExitReason::normal, ""}, Reply::ok()};
    }
    if (const auto* term = pubsub::event_in<pubsub::TermEvent>(message)) {
      socket.push("term", {{"of_a_map", term->term.get<etf::Map>() != nullptr}});
    } else if (const auto* there = pubsub::event_in<serializer::Broadcast>(message)) {
      socket.push("there", {{"event", there->event}});
    } else if (pubsub::event_in<Own>(message) != nullptr) {
      socket.push("own", Json::object());
    } else if (message.holds<process::Down>()) {
      socket.push("down", Json::object());
    }
    return NoReply{};
  }
  Result handle_out(std::string_view event, Payload payload, Socket& socket) override {
    if (payload["stops"] == Json(true)) return Stop{{ExitReason::shutdown, ""}, {}};
    socket.push(event, std::move(payload));
    return NoReply{};
  }
  std::vector<std::string> intercepts() const override {
    return in_turn_ ? std::vector<std::string>{"told"} : std::vector<std::string>{};
  }
  bool blocking(std::string_view event, const Payload& payload) const override {
    return event == "block" || payload["how"] == Json("slow");
  }
  bool always_in_turn() const override { return in_turn_; }
  bool closes_before_reply() const override { return ends_first_; }

 private:
  struct Later {
    std::string how;
  };
  /// An event that only this program knows.
  struct Own final : pubsub::Event {};
  /// What applications seldom do.
  void odd(const std::string& how, Socket& socket) {
    const Context& context = socket.context();
    const std::string topic = socket.topic(), there = topic + ":there";
    const auto term = [] { return std::make_shared<pubsub::TermEvent>(etf::Term::map()); };
    if (how == "term") {
      context.pubsub->broadcast(topic, term());
    } else if (how == "term to members") {
      context.pubsub->broadcast(topic, term(), {}, channel::dispatch);
    } else if (how == "own") {
      context.pubsub->broadcast(topic, std::make_shared<Own>());
    } else if (how == "listen") {
      there_ = context.pubsub->subscribe(there, socket.channel());
      context.broadcast(there, "hello");
    } else if (how == "no topic") {
      try {
        context.broadcast("\xff", "hello");
      } catch (const serializer::EncodeError&) {
        // Another node could not be sent it. Alone, nobody is there to be sent anything.
      }
    } else if (how == "trackers") {
      context.broadcast("phx_presence:Elixir.World.Presence_shard0", "hello");
    } else if (how == "greet") {
      context.broadcast(socket.id.str(), "hello");
    } else if (how == "watch") {
      context.scheduler->monitor(socket.channel(), {});
    } else if (how == "inspect") {
      context.scheduler->send(socket.channel(), channel::Inspect{[](const Socket& seen) {
                                seen.push("inspected", {{"topic", seen.topic()}});
                              }});
    } else {
      presence_.track(socket, "\xff", Json::object());
    }
  }
  static void push_many(const Payload& payload, Socket& socket) {
    const std::string filler(static_cast<std::size_t>(payload["size"].integer_or(0)), 'x');
    for (int i = 0; i < payload["count"].integer_or(0); ++i) {
      socket.push("pushed", {{"number", i}, {"z", filler}});
    }
  }
  /// Is present with this meta, under that key: the first time, again, or with another meta.
  Result show(const Payload& payload, Socket& socket) {
    const std::string key = payload["key"].string_or("");
    for (std::int64_t i = 1; i < payload["crowd"].integer_or(0); ++i) {
      presence_.track(socket, key + std::to_string(i), payload["meta"]);
    }
    for (std::int64_t i = 1; i < payload["times"].integer_or(0); ++i) {
      presence_.update(socket, key, payload["meta"]);
    }
    const bool tracked =
        payload["again"] == Json(true)
            ? std::holds_alternative<Tracked>(presence_.update(socket, key, payload["meta"]))
            : std::holds_alternative<Tracked>(presence_.track(socket, key, payload["meta"]));
    return Reply::ok({{"tracked", tracked}, {"count", presence_.count(socket.topic())}});
  }
  Result hide(const Payload& payload, Socket& socket) {
    const std::string key = payload["key"].string_or("");
    presence_.untrack(socket, key);
    return Reply::ok({{"there", presence_.get_by_key(socket.topic(), key)}});
  }
  static Result answer_later(Socket& socket) {
    reply(*socket.context().scheduler, socket.socket_ref(), Reply::ok({{"late", true}}));
    return NoReply{};
  }

  Presence& presence_;
  std::unique_ptr<pubsub::Subscription> there_;
  bool in_turn_ = false;
  bool ends_first_ = false;
};

/// Accepts each client that does not ask to be refused, and remembers what it knows of it.
struct HallSocket final : UserSocket {
  explicit HallSocket(Presence& presence) {
    const auto hall = [&presence] { return std::make_unique<Hall>(presence); };
    channel("lobby", hall);
    channel("hall:*", hall, {.assigns = {{"kind", "public"}}});
    channel("turns:*", hall);
    channel("bye:*", hall);
  }
  ConnectResult connect(Connect connect, Socket& socket) const override {
    const std::string refused = connect.params["refused"].string_or("no");
    if (refused == "badly") throw std::runtime_error("connect of a hall: as was asked");
    if (refused != "no") return Rejected{refused};
    socket.assigns["query"] = connect.info.session ? *connect.info.session : connect.params["asks"];
    socket.assigns["token"] = Json(connect.info.auth_token.value_or(""));
    if (connect.params.has("name")) socket.assigns["name"] = connect.params["name"];
    return Accepted{};
  }
  std::optional<std::string> id(const Socket& socket) const override {
    const std::string name = socket.assign("name").string_or("");
    return name.empty() ? std::nullopt : std::optional("guest:" + name);
  }
  std::size_t max_channels() const override { return 3; }
};

/// The mounts of guests, each with other rules.
// NOLINTNEXTLINE(readability-function-size): one list of mounts
inline void mount_guests(Endpoint& endpoint, Presence& presence) {
  const auto guests = std::make_shared<HallSocket>(presence);
  const auto add = [&](const char* path, transport::Origins origins, auto change) {
    transport::Mount mount{path, guests};
    mount.longpoll = transport::LongpollOptions{};
    mount.check_origin = std::move(origins);
    change(mount);
    endpoint.socket(std::move(mount));
  };
  using transport::Mount;
  using transport::Origins;
  const auto as_it_is = [](Mount&) {};
  add("/guest", Origins::any(), [](Mount& mount) {
    mount.websocket->compress = true;
    mount.auth_token = true;
    mount.error_handler = [](const std::string& reason) { return http::Response{401, reason}; };
    mount.connect_info.x_headers = mount.connect_info.uri = true;
    mount.connect_info.trace_context_headers = true;
  });
  add("/few/:tenant", Origins::any(), [](Mount& mount) {
    mount.longpoll->max_waiting_frames = 10;
    mount.longpoll->max_waiting_bytes = 20'000;
    mount.longpoll->bind_session = true;
    mount.message_rate = socket::MessageRate{1, 5};
    mount.byte_rate = socket::ByteRate{1'000, 10'000};
    mount.transport_log = Level::info;
    mount.websocket->subprotocols = {"chat"};
  });
  add("/polls", Origins::any(), [](Mount& mount) { mount.websocket.reset(); });
  add("/free", Origins::any(), [](Mount& mount) {
    mount.message_rate.reset();
    mount.byte_rate.reset();
  });
  add("/old", Origins::any(), [](Mount& mount) {
    mount.serializers = std::vector<serializer::Offer>(serializer::default_offers().begin(),
                                                       serializer::default_offers().begin() + 1);
  });
  static const auto session = std::make_shared<const tokens::SessionCookie>(
      std::string(64, 's'), tokens::SessionOptions{.key = "_hall", .signing_salt = "salt"});
  add("/session", Origins::any(), [](Mount& mount) { mount.connect_info.session = session; });
  add("/cookie", Origins::any(), [](Mount& mount) {
    mount.connect_info.session = session;
    mount.connect_info.check_csrf = false;
  });
  add("/same", Origins::same_origin(), as_it_is);
  add("/host", Origins::same_host(), as_it_is);
  add("/url", Origins::url_host(), as_it_is);
  add("/ask", Origins::ask([](const http::Uri& origin) { return origin.host == "asked.example"; }),
      as_it_is);
  add("/listed",
      Origins::list({"//example.com", "https://*.example.com", "http://plain.example:8080",
                     "//*.wild.example"}),
      as_it_is);
}

/// Its frames are traced for a client that shows this.
constexpr const char* traces_token = "the token of a simulated server";

/// A server with those rules. People come to it by a name that none of them concerns.
inline EndpointOptions house(std::size_t rules) {
  using transport::ForceSsl;
  EndpointOptions options;
  options.traces = std::make_shared<telemetry::Traces>(traces_token);
  if (rules == 0) return options;
  if (rules == 5) {
    options.max_longpoll_sessions = 100;
    options.max_longpoll_sessions_per_address = 0;
  }
  if (rules == 6) options.max_longpoll_sessions_per_address = 60;
  ForceSsl force{.exclude_hosts = {"server", "server2", "server3"}};
  force.rewrite_on = {.x_forwarded_proto = rules <= 3,
                      .x_forwarded_host = rules == 1 || rules == 4,
                      .x_forwarded_port = rules == 1 || rules == 5};
  if (rules == 2) {
    force.hsts = ForceSsl::Hsts{std::chrono::seconds(60), true, true};
    force.host = "secure.example:8443";
    force.exclude_paths = {"/health", "/guest/longpoll"};
  }
  if (rules == 3) {
    force.hsts.reset();
    options.url_host = "example.com";
  }
  options.force_ssl = force;
  return options;
}

}  // namespace phx::simulation
