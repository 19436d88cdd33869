/// What must not harm a client, and how long it bears it.

#include <fmt/format.h>

#include "conformance/suite/clients/client_trial.h"

namespace phx::conformance {
namespace {

CLIENT_RULE("C-29", must, 'E',
            "is not harmed by a topic it does not know, nor by an event that nobody listens to",
            "socket.js onConnMessage") {
  Guest& guest = t.joined();
  guest.broadcast("nowhere:1", "said", R"({"n":1})");
  guest.push(R"("99")", "nowhere:1", "phx_close");
  guest.send({t.join_ref(), R"("98")", "room:1", "phx_reply", R"({"status":"ok","response":{}})"});
  guest.broadcast("room:1", "nobody_listens", R"({"n":2})");
  guest.broadcast("phoenix", "unheard_of", "{}");
  t.settle(guest);
  t.push("1", "say");
  guest.reply(guest.hear("say"));
  t.expect(R"({"on":"reply","id":"1","status":"ok"})");
  t.expect_none(R"({"on":"message"})", "none of these messages");
}

/// A client that gets frames which nobody can decode.
class Survivor {
 public:
  explicit Survivor(ClientTrial& t) : t_(t), guest_(&t.joined()) {}

  /// After this one it either goes on or comes back.
  void survives(const char* what, const Frame& frame) {
    const std::size_t before = t_.tries();
    guest_->note(what);
    guest_->send_frames({frame});
    const std::string payload = fmt::format(R"({{"after":{}}})", ++sent_);
    guest_->broadcast(topic_, "marker", payload);
    const auto went_on = [this, &payload] {
      return t_.count(R"({"on":"message","event":"marker","payload":)" + payload + "}") > 0;
    };
    t_.until([&] { return went_on() || t_.tries() > before || guest_->ended(); },
             fmt::format("the next message, or a new connection, after {}", what));
    if (!went_on()) comes_back();
  }
  void settles() { t_.settle(*guest_, topic_, channel_); }

 private:
  /// On a new channel if it does not join the old one again, which C-19 judges.
  void comes_back() {
    guest_ = &t_.welcome();
    joins_ = joins_ && t_.let_back_in(*guest_, topic_, channel_);
    if (joins_) return;
    channel_ = fmt::format("after {}", sent_);
    topic_ = fmt::format("room:after-{}", sent_);
    t_.join(channel_, topic_);
    t_.let_in(*guest_, topic_, channel_);
  }

  ClientTrial& t_;
  Guest* guest_;
  std::string topic_ = "room:1";
  std::string channel_ = "a";
  int sent_ = 0;
  bool joins_ = true;
};

CLIENT_RULE(
    "C-30", must, 'E',
    "survives a frame that it can't decode: reports it, or ends the connection and comes back",
    "serializer.js decode") {
  Survivor client(t);
  const auto text = [](const char* payload) { return Frame{.payload = payload, .masked = false}; };
  client.survives("a text that is not JSON", text("{nonsense"));
  client.survives("JSON that is not a message", text("42"));
  client.survives("an array that is too short", text(R"([null,null])"));
  client.survives("a binary frame of an unknown kind",
                  {.opcode = Opcode::binary, .payload = "\x7f\xff\xff", .masked = false});
  client.survives("an empty binary frame",
                  {.opcode = Opcode::binary, .payload = "", .masked = false});
  client.settles();
}

/// Four waves may add some memory that a collector has not freed yet; a leak adds it each time, or
/// so much that no second round is needed.
void does_not_grow(ClientTrial& t, const char* what, const std::function<void()>& wave) {
  constexpr long max_kb = 16'000;
  constexpr long surely_a_leak_kb = 4 * max_kb;
  constexpr int waves = 4;
  constexpr int rounds = 2;
  wave();  // the first ones fill caches and buffers
  wave();
  long grown = 0;
  for (int round = 0; round < rounds && grown < surely_a_leak_kb; ++round) {
    const long before = t.shim().memory_kb();
    for (int n = 0; n < waves; ++n) wave();
    grown = t.shim().memory_kb() - before;
    if (grown < max_kb) return;
  }
  t.violated(fmt::format("memory that does not grow over {}", what),
             fmt::format("growth by {} kB, of {} that may be", grown, max_kb));
}

CLIENT_RULE("C-38", must, 'E',
            "does not grow over 10,000 pushes that are answered, nor over 1,000 reconnects",
            "push.js cancelRefEvent") {
  // A push that is kept keeps its payload and its reply.
  constexpr int pushes = 2'500;
  constexpr int reconnects = 250;
  t.dial(R"("reconnect_ms":[1])");
  Guest* guest = &t.welcome();
  t.join("a", "room:1");
  t.let_in(*guest);
  guest->answer_at_once("say");
  const std::string payload = fmt::format(R"({{"text":"{}"}})", std::string(2'000, 'x'));
  does_not_grow(t, "10,000 pushes that are answered", [&] {
    for (int n = 0; n < pushes; ++n) t.push("1", "say", payload);
    int left = pushes;
    t.until(
        [&] {
          for (const Json& report : t.shim().reports()) left -= report["on"].text() == "reply";
          t.shim().reports().clear();
          return left <= 0;
        },
        fmt::format("{} replies", pushes), Millis{30'000});
  });
  if (t.is_fixed("reconnect_ms")) return;  // a thousand of them would take hours
  guest->reset();
  if (!t.returns()) return;  // C-16 judges that, and C-19 the new join
  guest = &t.welcome();
  const bool joins = t.let_back_in(*guest);
  does_not_grow(t, "1,000 reconnects", [&] {
    for (int n = 0; n < reconnects; ++n) {
      guest->reset();
      guest = &t.welcome();
      if (joins) {
        guest->reply(guest->hear("phx_join"));
        t.expect(R"({"on":"joined"})");
      }
      t.shim().reports().clear();
    }
  });
}

}  // namespace
}  // namespace phx::conformance
