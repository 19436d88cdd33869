/// Joins, played at random: few topics, all kinds of refs, channels that refuse, crash and end.

#include <stdexcept>

#include "chapters/workshop/play.h"
#include "telemetry/limits.h"
#include "testing/fakes.h"

namespace {

using namespace phx;
using namespace phx::testing;
using exercise::Sequence;

using Journal = std::vector<std::string>;

struct Room : Channel {
  Room(std::string route, Journal& journal) : route_(std::move(route)), journal_(journal) {}

  JoinResult join(std::string_view topic, Payload params, Socket& socket) override {
    journal_.push_back("join of " + std::string(topic) + " by route " + route_ + ": " +
                       std::string(params.view()) + ", " + seen(socket));
    if (params["do"] == Json("refuse")) return phx::Refused{Json::object({{"reason", "no"}})};
    if (params["do"] == Json("crash")) throw std::runtime_error("boom");
    if (params["do"] == Json("push")) socket.send_self(1);
    if (params["do"] == Json("bytes")) return Joined{Payload::binary("bytes")};
    return Joined{std::move(params)};
  }
  Result handle_in(std::string_view event, Payload, Socket& socket) override {
    if (event == "end") return Stop{};
    if (event == "crash") throw std::runtime_error("boom");
    return Reply::ok(Json::object({{"count", ++count_}, {"sees", seen(socket)}}));
  }
  Result handle_info(process::Message, Socket& socket) override {
    socket.push("after join", {});
    return NoReply{};
  }
  void terminate(const ExitReason& reason, Socket& socket) override {
    journal_.push_back("end of " + socket.topic() + " by route " + route_ + ": " +
                       process::to_string(reason));
  }

 private:
  static std::string seen(const Socket& socket) {
    std::string text =
        "topic " + socket.topic() + ", join_ref " + std::string(socket.join_ref().text()) +
        (socket.join_ref().is_string() ? " (a string)" : "") + ", id " + socket.id.str();
    for (const char* name : {"user", "role", "both"})
      text += std::string(", ") + name + " " + socket.assign(name).string_or("-");
    return text;
  }
  std::string route_;
  Journal& journal_;
  int count_ = 0;
};

struct Users : UserSocket {
  Users(std::size_t limit, Journal& journal) : limit_(limit) {
    const auto room = [&journal](const std::string& route) {
      return [&journal, route] { return std::make_unique<Room>(route, journal); };
    };
    channel("room:a", room("room:a"), {.assigns = {{"role", "guest"}, {"both", "route"}}});
    channel("room:*", room("room:*"), {.assigns = {{"both", "star"}}});
    channel("bare", room("bare"));
  }
  std::size_t max_channels() const override { return limit_; }
  std::size_t limit_;
};

}  // namespace

void phx::exercise::play(Sequence& steps) {
  if (!steps.next()) return;
  Journal journal;
  const std::size_t limit = steps.of({2UL, 1UL, 3UL, 100UL});
  const Users users(limit, journal);
  TestShard shard;
  shard.telemetry.attach("ear", {telemetry::on<telemetry::LimitReached>([&](const auto& reached) {
                           journal.push_back("limit " + std::string(to_string(reached.limit)) +
                                             " " + std::to_string(reached.allowed));
                         })});
  Socket socket(shard.context(), *serializer::negotiate(users.serializers(), "2.0.0"));
  socket.id = steps.of({"user:1", ""});
  socket.assigns["user"] = "ann";
  if (steps.below(2) == 1) socket.assigns["both"] = "connection";
  steps.does({}, "at most " + std::to_string(limit) + " channels");
  FakeClient client(shard, users, std::move(socket));
  while (steps.next()) {
    const unsigned what = steps.below(5);
    const std::string topic = steps.of({"\"room:a\"", "\"room:b\"", "\"bare\"", "\"none\"",
                                        "\"room:a\"", "5", "null", "{\"t\":1}"});
    const std::string ref = steps.of({"\"1\"", "null", "2", "\"3\"", "{\"r\":1}"});
    const std::string join_ref = steps.of({"\"1\"", "\"2\"", "null", "3", "\"\""});
    const std::string doing = steps.of({"well", "well", "refuse", "crash", "push", "bytes"});
    const unsigned more = steps.below(4);
    std::vector<std::string> frames;
    if (what < 3) {
      frames.push_back("[" + join_ref + "," + ref + "," + topic + ",\"phx_join\",{\"do\":\"" +
                       doing + "\"}]");
    } else {
      frames.push_back("[" + join_ref + "," + ref + "," + topic + "," +
                       steps.of({"\"count\"", "\"end\"", "\"crash\"", "\"phx_leave\""}) + ",{}]");
    }
    // What comes while the join is awaited waits.
    if (more == 2) frames.push_back("[" + join_ref + ",\"next\"," + topic + ",\"count\",{}]");
    if (more == 3) frames.push_back("[\"9\",\"9\"," + topic + ",\"phx_join\",{\"again\":1}]");
    steps.does(
        {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 16, 18, 19,
         20, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36},
        "the client sends " + frames[0] + (frames.size() > 1 ? " and at once " + frames[1] : ""));
    client.send_together(frames);
    for (const std::string& line : std::exchange(journal, {})) steps.comes(line);
    for (const std::string& line : client.heard()) steps.comes("it gets " + line);
    if (!client.connected()) return;
  }
}
