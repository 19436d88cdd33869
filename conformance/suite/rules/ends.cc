/// L: every way in which a channel ends, in whole frames, and the answers afterwards.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"

namespace phx::conformance {
namespace {

/// `{J}` is the join_ref under which {topic} is joined.
class Joined {
 public:
  Joined(Client& client, std::string join_ref)
      : client_(client), word_({{"J", std::move(join_ref)}}) {
    send(R"([{J},"1","{topic}","phx_join",{}])");
    expect(R"([{J},"1","{topic}","phx_reply",{"status":"ok","response":{}}])");
  }
  void send(const std::string& text) { client_.send(filled(text, word_)); }
  void expect(const std::string& text) { client_.expect(filled(text, word_)); }
  void expect_close() { expect(R"([{J},{J},"{topic}","phx_close",{}])"); }
  void expect_error() { expect(R"([{J},{J},"{topic}","phx_error",{any}])"); }
  /// Its end was sent once, and no channel is joined.
  void expect_to_be_gone() {
    send(R"([{J},"8","{topic}","echo",{"n":1}])");
    expect(R"([null,"8","{topic}","phx_reply",{unmatched}])");
    send(R"([{J},"9","{topic}","phx_leave",{}])");
    expect(R"([{J},"9","{topic}","phx_reply",{"status":"ok","response":{}}])");
    client_.expect_silence();
  }

 private:
  Client& client_;
  const Words word_;
};

RULE("L-28", must, contract,
     "however a channel ends, the client is notified once, in whole frames, with the join_ref as "
     "it was sent",
     "Phoenix.Socket.encode_close, encode_on_exit") {
  Client& member = t.join();
  Client& client = t.connect();
  for (const char* join_ref : {R"("j")", "7", R"("")"}) {
    const auto join = [&] { return Joined(client, join_ref); };
    Joined left = join();
    left.send(R"([{J},"2","{topic}","phx_leave",{}])");
    left.expect(R"([{J},"2","{topic}","phx_reply",{"status":"ok","response":{}}])");
    left.expect_close();
    left.expect_to_be_gone();
    for (const char* how : {"stop", "stop_shutdown", "stop_shutdown_tuple"}) {
      Joined stopped = join();
      stopped.send(fmt::format(R"([{{J}},"2","{{topic}}","{}",{{}}])", how));
      stopped.expect_close();
      stopped.expect_to_be_gone();
    }
    Joined replying = join();
    replying.send(R"([{J},"2","{topic}","stop_reply",{"p":1}])");
    replying.expect(R"([{J},"2","{topic}","phx_reply",{"status":"ok","response":{"p":1}}])");
    replying.expect_close();
    replying.expect_to_be_gone();
    for (const char* how : {"crash", "exit", "stop_error", "bad_return", "no_such_event"}) {
      Joined crashed = join();
      crashed.send(fmt::format(R"([{{J}},"2","{{topic}}","{}",{{}}])", how));
      crashed.expect_error();
      crashed.expect_to_be_gone();
    }
    Joined refused = join();
    refused.send(R"(["k","2","{topic}","phx_join",{"join":"error"}])");
    refused.expect(
        R"(["k","2","{topic}","phx_reply",{"status":"error","response":{"reason":"refused"}}])");
    refused.expect_close();
    refused.expect_to_be_gone();
    Joined failed = join();
    failed.send(R"(["k","2","{topic}","phx_join",{"join":"crash"}])");
    failed.expect(
        R"(["k","2","{topic}","phx_reply",{"status":"error","response":{"reason":"join crashed"}}])");
    failed.expect_close();
    failed.expect_to_be_gone();
    Joined replaced = join();
    Joined replacing = join();  // with the same join_ref
    replaced.expect_close();
    replacing.send(R"([{J},"2","{topic}","phx_leave",{}])");
    replacing.expect(R"([{J},"2","{topic}","phx_reply",{"status":"ok","response":{}}])");
    replacing.expect_close();
    replacing.expect_to_be_gone();
  }
  member.expect_silence();  // no other client is notified
}

RULE("L-29", must, contract,
     "if several channels end at the same time, each end is sent, and the other channels live",
     "Phoenix.Socket (channels by their pids)") {
  Client& client = t.connect();
  constexpr int topics = 6;  // all joined with one join_ref
  for (int n = 1; n <= topics; ++n) {
    client.send(fmt::format(R"(["j","{0}","{{topic}}:{0}","phx_join",{{}}])", n));
    client.expect(fmt::format(R"(["j","{0}","{{topic}}:{0}","phx_reply",{{ok}}])", n));
  }
  client.send_together({R"(["j","a","{topic}:2","crash",{}])", R"(["j","b","{topic}:5","stop",{}])",
                        R"(["j","c","{topic}:1","phx_leave",{}])",
                        R"(["j","d","{topic}:4","exit",{}])"});
  client.expect_in_any_order(
      {R"(["j","j","{topic}:2","phx_error",{any}])", R"(["j","j","{topic}:5","phx_close",{}])",
       R"(["j","c","{topic}:1","phx_reply",{ok}])", R"(["j","j","{topic}:1","phx_close",{}])",
       R"(["j","j","{topic}:4","phx_error",{any}])"});
  client.expect_silence();
  for (int n = 1; n <= topics; ++n) {
    const bool lives = n == 3 || n == 6;
    client.send(fmt::format(R"(["j","e","{{topic}}:{}","echo",{{"n":{}}}])", n, n));
    client.expect(
        lives
            ? fmt::format(
                  R"(["j","e","{{topic}}:{0}","phx_reply",{{"status":"ok","response":{{"n":{0}}}}}])",
                  n)
            : fmt::format(R"([null,"e","{{topic}}:{}","phx_reply",{{unmatched}}])", n));
  }
}

}  // namespace
}  // namespace phx::conformance
