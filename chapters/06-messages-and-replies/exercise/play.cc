/// A channel's messages, played at random: two clients in a room, each result of each callback.

#include <stdexcept>

#include "channel/channel_process.h"
#include "chapters/workshop/play.h"
#include "testing/fakes.h"

namespace {

using namespace phx;
using namespace phx::testing;
using exercise::Sequence;

using Journal = std::vector<std::string>;

/// What an event's name says is returned.
Result result_of(std::string_view event, Payload payload) {
  const bool reply = event.ends_with("+reply");
  const std::optional<Reply> last = reply ? std::optional(Reply::ok({{"last", 1}})) : std::nullopt;
  if (event.starts_with("ok")) return Reply::ok(std::move(payload));
  if (event.starts_with("error")) return Reply::error(std::move(payload));
  if (event.starts_with("normal")) return Stop{{}, last};
  if (event.starts_with("shutdown")) return Stop{{ExitReason::shutdown, "bye"}, last};
  if (event.starts_with("killed")) return Stop{{ExitReason::killed, ""}, last};
  if (event.starts_with("crash")) return Stop{{ExitReason::crash, "boom"}, last};
  if (event.starts_with("throw")) throw std::runtime_error("boom");
  return NoReply{};
}

struct Room : Channel {
  explicit Room(Journal& journal) : journal_(journal) {}

  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    journal_.push_back(std::string(socket.join_ref().text()) + " hears " + std::string(event) +
                       " " + std::string(payload.view()));
    const std::string act = event.starts_with("to ") ? payload["do"].string_or("") : "";
    if (event == "to all")
      socket.broadcast("out:" + act, std::move(payload));
    else if (event == "to self")
      socket.send_self(act);
    else if (event == "push")
      socket.push("pushed", std::move(payload));
    else
      return result_of(event, std::move(payload));
    return NoReply{};
  }
  Result handle_info(process::Message message, Socket& socket) override {
    const std::string event = *message.get_if<std::string>();
    journal_.push_back(std::string(socket.join_ref().text()) + " is told " + event);
    return result_of(event, {});
  }
  Result handle_out(std::string_view event, Payload payload, Socket& socket) override {
    journal_.push_back(std::string(socket.join_ref().text()) + " sees " + std::string(event) + " " +
                       payload.json().dump());
    Json changed = payload.json();
    changed.set("seen by", socket.join_ref().text());
    socket.push(event, changed);
    return result_of(event.substr(4), std::move(payload));
  }
  bool blocking(std::string_view, const Payload& payload) const override {
    return payload.view().find("slow") != std::string_view::npos;
  }
  std::vector<std::string> intercepts() const override {
    std::vector<std::string> all;
    for (const char* what : {"ok", "error", "normal", "normal+reply", "shutdown", "shutdown+reply",
                             "crash", "crash+reply", "throw", "none"}) {
      all.push_back(std::string("out:") + what);
    }
    return all;
  }
  void terminate(const ExitReason& reason, Socket& socket) override {
    journal_.push_back(std::string(socket.join_ref().text()) +
                       " has ended: " + process::to_string(reason));
  }
  Journal& journal_;
};

struct Users : UserSocket {
  explicit Users(Journal& journal) {
    channel("*", [&journal] { return std::make_unique<Room>(journal); });
  }
};

}  // namespace

void phx::exercise::play(Sequence& steps) {
  Journal journal;
  const Users users(journal);
  TestShard shard;
  FakeClient a(shard, users);
  FakeClient b(shard, users);
  a.send(R"(["a","1","t","phx_join",{}])");
  b.send(R"(["b","1","t","phx_join",{}])");
  a.heard();
  b.heard();
  while (steps.next()) {
    const unsigned what = steps.below(6);
    const bool first = steps.below(4) != 3;
    const std::string name = first ? "a" : "b";
    const std::string join_ref = steps.below(6) == 5 ? "null" : "\"" + name + "\"";
    const std::string ref = steps.of({"\"1\"", "null", "2", "\"x\"", "{\"r\":1}", "\"\""});
    const std::string act =
        steps.of({"ok", "none", "error", "normal+reply", "normal", "shutdown", "shutdown+reply",
                  "crash", "crash+reply", "killed", "killed+reply", "throw"});
    const std::string payload = steps.of({"{\"n\":1}", "{}", "{\"slow\":1}", "[1,\"slow\"]", "5"});
    std::string event = "\"" + act + "\"";
    std::string given = payload;
    if (what == 1 || what == 2) {
      event = what == 1 ? "\"to all\"" : "\"to self\"";
      given = "{\"do\":\"" + act + "\"" +
              (payload.find("slow") != std::string::npos ? ",\"slow\":1}" : "}");
    } else if (what == 3) {
      event = steps.of({"\"phx_leave\"", "\"push\"", "5", "null", "{\"no\":\"event\"}", "\"\"",
                        "\"phx_leaves\""});
      if (event == "\"push\"") given = "{\"p\":1}";
    } else if (what == 4) {
      event = "\"phx_join\"";
    }
    std::vector<std::string> frames{"[" + (what == 4 ? "\"" + name + "\"" : join_ref) + "," + ref +
                                    ",\"t\"," + event + "," + given + "]"};
    const bool two = steps.below(4) == 3;
    if (two) frames.push_back("[\"" + name + "\",\"last\",\"t\",\"ok\",{\"second\":1}]");
    steps.does({1,  2,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28},
               name + " sends " + frames[0] + (two ? " and at once " + frames[1] : ""));
    (first ? a : b).send_together(frames);
    for (const std::string& line : std::exchange(journal, {})) steps.comes(line);
    for (FakeClient* client : {&a, &b}) {
      const std::string who = client == &a ? "a" : "b";
      bool ended = false;
      for (const std::string& line : client->heard()) {
        steps.comes(who + " gets " + line);
        ended = ended || line.find("phx_close") != std::string::npos ||
                line.find("phx_error") != std::string::npos;
      }
      if (!ended) continue;
      client->send("[\"" + who + "\",\"1\",\"t\",\"phx_join\",{}]");  // and the play goes on
      client->heard();
    }
  }
}
