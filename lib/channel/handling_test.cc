/// What a client gets for each result of a callback, and with which reason its channel ends.

#include <thread>

#include "channel/channel_process.h"
#include "testing/case.h"
#include "testing/each.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;

namespace {

using Heard = std::vector<std::string>;

/// Does what the event says, and writes down why it ends.
struct Actor : Channel {
  explicit Actor(Heard& ends) : ends_(ends) {}

  JoinResult join(std::string_view, Payload params, Socket&) override {
    if (params["refuse"] == Json(true)) return Refused{{{"no", 1}}};
    return Joined{{{"welcome", 1}}};
  }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "ok") return Reply::ok(std::move(payload));
    if (event == "error") return Reply::error(std::move(payload));
    if (event == "ack") return Reply::ok();
    if (event == "push") {
      socket.push("pushed", std::move(payload));
    } else if (event == "to_all") {
      socket.broadcast("said", std::move(payload));
    } else if (event == "to_others") {
      socket.broadcast_from("said", std::move(payload));
    } else if (event == "intercepted" || event == "hidden" || event == "mistaken" ||
               event == "farewell" || event == "farewell_reply") {
      socket.broadcast(event, std::move(payload));
    } else if (event == "self") {
      socket.send_self(1);
    }
    if (event == "stop") return Stop{{ExitReason::normal, ""}, {}};
    if (event == "shutdown") return Stop{{ExitReason::shutdown, "bye"}, {}};
    if (event == "stop_reply") return Stop{{ExitReason::normal, ""}, Reply::ok({{"last", 1}})};
    if (event == "stop_killed") return Stop{{ExitReason::killed, ""}, {}};
    if (event == "last_words")
      return Stop{{ExitReason::crash, "boom"}, Reply::error({{"last", 2}})};
    if (event == "self_stop") socket.send_self("stop");
    if (event == "phx_ack") return Reply::ok();
    if (event == "stop_crash") return Stop{{ExitReason::crash, "boom"}, {}};
    if (event == "where" || event == "where_slowly")
      return Reply::ok({{"worker", std::this_thread::get_id() != home_}});
    if (event == "throw") throw std::runtime_error("boom");
    return NoReply{};
  }
  /// Nobody asked, so this is a mistake.
  Result handle_info(process::Message message, Socket&) override {
    if (message.holds<std::string>()) return Stop{{}, Reply::ok({{"late", 2}})};
    return Reply::ok({{"late", 1}});
  }
  bool blocking(std::string_view event, const Payload& payload) const override {
    return payload.view() == R"({"slow":1})" || event == "where_slowly";
  }
  Result handle_out(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "mistaken") return Reply::ok(std::move(payload));
    if (event == "farewell") return Stop{{ExitReason::shutdown, "farewell"}, {}};
    if (event == "farewell_reply") return Stop{{}, Reply::ok(std::move(payload))};
    if (event == "intercepted")
      socket.push(event, {{"size", payload["text"].string_or("").size()}});
    return NoReply{};
  }
  std::vector<std::string> intercepts() const override {
    return {"intercepted", "hidden", "mistaken", "farewell", "farewell_reply"};
  }
  void terminate(const ExitReason& reason, Socket&) override {
    ends_.push_back(process::to_string(reason));
  }

 private:
  Heard& ends_;
  const std::thread::id home_ = std::this_thread::get_id();
};

struct Room {
  Heard ends;
  TestShard shard;
  struct Users : UserSocket {
    explicit Users(Heard& ends) {
      channel("room:*", [&ends] { return std::make_unique<Actor>(ends); });
    }
  } users{ends};
  FakeClient ann{shard, users};
  FakeClient ben{shard, users};

  Room() {
    join(ann, "1");
    join(ben, "b");
  }
  static void join(FakeClient& client, const std::string& ref) {
    client.send(R"([")" + ref + R"(","0","room:a","phx_join",{}])");
    expect_eq(client.heard(),
              Heard{R"([")" + ref +
                    R"(","0","room:a","phx_reply",{"response":{"welcome":1},"status":"ok"}])"});
  }
  /// What comes back to Ann for one event.
  Heard answer(const std::string& event, const std::string& payload = "{}") {
    ann.send(R"(["1","7","room:a",)" + event + "," + payload + "]");
    return ann.heard();
  }
};

std::string reply(const std::string& ref, const std::string& status, const std::string& response) {
  return R"(["1",)" + ref + R"(,"room:a","phx_reply",{"response":)" + response + R"(,"status":")" +
         status + R"("}])";
}

}  // namespace

PHX_TEST("each event is answered under its own ref, with its own status and payload") {
  Room room;
  room.ann.send_together({R"(["1","2","room:a","ok",{"n":2}])",
                          R"(["1",null,"room:a","ok",{"n":0}])",
                          R"(["1","3","room:a","nothing",{}])", R"(["1","4","room:a","error",[4]])",
                          R"(["1","2","room:a","ack",{"n":5}])"});
  expect_eq(room.ann.heard(),
            Heard{reply(R"("2")", "ok", R"({"n":2})"), reply("null", "ok", R"({"n":0})"),
                  reply(R"("4")", "error", "[4]"), reply(R"("2")", "ok", "{}")});
  expect_eq(room.ben.heard(), Heard{});
}

PHX_TEST("a leave is answered under its own ref, then comes phx_close under the join's") {
  Room room;
  room.ann.send_together(
      {R"(["1","2","room:a","ack",{}])", R"(["1","3","room:a","phx_leave",{}])"});
  expect_eq(room.ann.heard(), Heard{reply(R"("2")", "ok", "{}"), reply(R"("3")", "ok", "{}"),
                                    R"(["1","1","room:a","phx_close",{}])"});
  expect_eq(room.ends, Heard{"shutdown: left"});
}

PHX_TEST(
    "a channel ends with the reason of its Stop, and its client learns of each kind in its way") {
  const std::string close = R"(["1","1","room:a","phx_close",{}])";
  const std::string error = R"(["1","1","room:a","phx_error",{"reason":"channel_crash"}])";
  const struct {
    const char* event;
    Heard heard;
    const char* end;
  } cases[] = {
      {"\"stop\"", {close}, "normal"},
      {"\"shutdown\"", {close}, "shutdown: bye"},
      {"\"stop_reply\"", {reply(R"("7")", "ok", R"({"last":1})"), close}, "normal"},
      {"\"stop_crash\"", {error}, "crash: boom"},
      {"\"stop_killed\"", {error}, "killed"},
      {"\"last_words\"", {reply(R"("7")", "error", R"({"last":2})"), error}, "crash: boom"},
      {"\"throw\"", {error}, "crash: boom"},
      {"5", {error}, "crash: expected an event's name to be a string, got another JSON value"},
      {"null", {error}, "crash: expected an event's name to be a string, got another JSON value"},
      {"{}", {error}, "crash: expected an event's name to be a string, got another JSON value"},
  };
  for (const auto& one : cases) {
    each({one.event}, [&one](const char* event) {
      Room room;
      expect_eq(room.answer(event), one.heard);
      expect_eq(room.ends, Heard{one.end});
      room.ben.send(R"(["b","8","room:a","ack",{}])");
      expect_eq(room.ben.heard().size(), 1u);
      Room::join(room.ann, "1");
    });
  }
}

PHX_TEST(
    "a refused join ends with shutdown, a client that goes with closed, a second join with its "
    "reason") {
  Room room;
  FakeClient cat{room.shard, room.users};
  cat.send(R"(["1","1","room:a","phx_join",{"refuse":true}])");
  expect_eq(cat.heard(),
            Heard{R"(["1","1","room:a","phx_reply",{"response":{"no":1},"status":"error"}])"});
  expect_eq(std::exchange(room.ends, {}), Heard{"shutdown"});
  room.ann.send(R"(["2","2","room:a","phx_join",{}])");
  expect_eq(room.ends, Heard{});  // an exit signal ends it at once: it has no last words
  room.ben.hang_up();
  expect_eq(std::exchange(room.ends, {}), Heard{"shutdown: closed"});
  room.ann.heard();
  room.ann.send("rubbish");
  expect_eq(room.ann.heard(), Heard{"close 1011"});
  expect_eq(room.ends.size(), 1u);
  expect(room.ends.front().starts_with("crash"), room.ends.front());
}

PHX_TEST(
    "a push carries the join's ref, a broadcast none; broadcast_from leaves out the sender alone") {
  Room room;
  expect_eq(room.answer("\"push\"", R"({"n":1})"),
            Heard{R"(["1",null,"room:a","pushed",{"n":1}])"});
  expect_eq(room.ben.heard(), Heard{});
  const std::string said = R"([null,null,"room:a","said",{"n":2}])";
  expect_eq(room.answer("\"to_all\"", R"({"n":2})"), Heard{said});
  expect_eq(room.ben.heard(), Heard{said});
  expect_eq(room.answer("\"to_others\"", R"({"n":2})"), Heard{});
  expect_eq(room.ben.heard(), Heard{said});
}

PHX_TEST("an intercepted event goes through each member's handle_out, however large it is") {
  Room room;
  for (const std::size_t size : {std::size_t{1}, std::size_t{70'000}}) {
    const std::string payload = R"({"text":")" + std::string(size, 'x') + R"("})";
    const std::string pushed =
        R"(,null,"room:a","intercepted",{"size":)" + std::to_string(size) + "}]";
    expect_eq(room.answer("\"intercepted\"", payload), Heard{R"(["1")" + pushed});
    expect_eq(room.ben.heard(), Heard{R"(["b")" + pushed});
    expect_eq(room.answer("\"hidden\"", payload), Heard{});
    expect_eq(room.ben.heard(), Heard{});
  }
}

PHX_TEST("only handle_in may reply: a Reply from handle_info or handle_out crashes its channel") {
  const std::string error = R"(["1","1","room:a","phx_error",{"reason":"channel_crash"}])";
  each({"\"self\"", "\"mistaken\""}, [&error](const char* event) {
    Room room;
    expect_eq(room.answer(event), Heard{error});
    expect(!room.ends.empty() && room.ends[0].starts_with("crash"), "the channel has crashed");
  });
}

/// A room whose handlers may run on a worker.
struct WorkingRoom {
  process::Workers workers;
  Room room;
  WorkingRoom() { room.shard.scheduler.use_workers(workers); }
  /// What comes back to Ann for one frame.
  Heard answer(const serializer::Frame& frame) {
    room.ann.send(frame);
    Heard heard = room.ann.heard();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (heard.empty() && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
      room.shard.settle();
      heard = room.ann.heard();
    }
    return heard;
  }
};

PHX_TEST("a handler that blocks, or reads a large payload, runs on a worker; any other here") {
  using serializer::Frame;
  const auto text = [](const std::string& event, const std::string& payload) {
    return Frame{Frame::text, R"(["1","7","room:a",")" + event + "\"," + payload + "]"};
  };
  const std::string large(70'000, 'x');
  const std::string head(
      "\0\1\1\6\5"
      "17room:awhere",
      18);
  const struct {
    const char* what;
    Frame frame;
    const char* worker;
  } cases[] = {
      {"a payload that blocks", text("where", R"({"slow":1})"), "true"},
      {"an event that blocks", text("where_slowly", "{}"), "true"},
      {"a large payload", text("where", R"({"text":")" + large + R"("})"), "true"},
      {"neither", text("where", R"({"slow":0})"), "false"},
      {"large, but bytes, which nobody parses", {Frame::binary, head + large}, "false"},
  };
  for (const auto& one : cases) {
    each({one.what}, [&one](const char*) {
      WorkingRoom here;
      expect_eq(here.answer(one.frame),
                Heard{reply(R"("7")", "ok", R"({"worker":)" + std::string(one.worker) + "}")});
    });
  }
}

PHX_TEST("a leave is a leave, whatever its payload is, and an event of any other name an event") {
  const std::string large = R"({"text":")" + std::string(70'000, 'x') + R"("})";
  each({std::string("{}"), std::string(R"({"slow":1})"), large}, [](const std::string& payload) {
    Room room;
    expect_eq(room.answer("\"phx_leave\"", payload),
              Heard{reply(R"("7")", "ok", "{}"), R"(["1","1","room:a","phx_close",{}])"});
    expect_eq(room.ends, Heard{"shutdown: left"});
  });
  Room room;
  expect_eq(room.answer("\"phx_ack\""), Heard{reply(R"("7")", "ok", "{}")});
}

PHX_TEST("a Stop from handle_out, and one from a worker, ends the channel with its reason") {
  const std::string close = R"(["1","1","room:a","phx_close",{}])";
  Room out;
  expect_eq(out.answer("\"farewell\""), Heard{close});
  expect_eq(out.ends.front(), std::string("shutdown: farewell"));
  WorkingRoom slow;
  const std::string frame = R"(["1","7","room:a","shutdown",{"slow":1}])";
  expect_eq(slow.answer({serializer::Frame::text, frame}), Heard{close});
  expect_eq(slow.room.ends, Heard{"shutdown: bye"});
}

PHX_TEST("a Stop with a reply, too, crashes the channel where nobody waits for one") {
  const std::string error = R"(["1","1","room:a","phx_error",{"reason":"channel_crash"}])";
  each({"\"self_stop\"", "\"farewell_reply\""}, [&error](const char* event) {
    Room room;
    expect_eq(room.answer(event), Heard{error});
    expect(!room.ends.empty() && room.ends[0].starts_with("crash"), "the channel has crashed");
  });
}
