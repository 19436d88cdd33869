/// R: unusual refs and names, and late replies.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"

namespace phx::conformance {
namespace {

RULE("R-44", must, contract, "a reply carries its event's ref, whatever the ref and the reply",
     "Phoenix.Socket.Reply (ref)") {
  Client& client = t.connect();
  for (const char* ref : {"null", "5", "0", R"("")", R"("a b")"}) {
    const auto say = [&](const std::string& text) { client.send(filled(text, {{"R", ref}})); };
    const auto hear = [&](const std::string& text) { client.expect(filled(text, {{"R", ref}})); };
    say(R"(["j",{R},"{topic}","phx_join",{"join":"reply","n":1}])");
    hear(R"(["j",{R},"{topic}","phx_reply",{"status":"ok","response":{"join":"reply","n":1}}])");
    say(R"(["j",{R},"{topic}","echo",{"n":2}])");
    hear(R"(["j",{R},"{topic}","phx_reply",{"status":"ok","response":{"n":2}}])");
    say(R"(["j",{R},"{topic}","echo_error",{"n":3}])");
    hear(R"(["j",{R},"{topic}","phx_reply",{"status":"error","response":{"n":3}}])");
    say(R"(["j",{R},"{topic}","ack",{}])");
    hear(R"(["j",{R},"{topic}","phx_reply",{"status":"ok","response":{}}])");
    say(R"(["j",{R},"{topic}","nack",{}])");
    hear(R"(["j",{R},"{topic}","phx_reply",{"status":"error","response":{}}])");
    say(R"(["j",{R},"{topic}","count",{}])");
    hear(R"(["j",{R},"{topic}","phx_reply",{"status":"ok","response":{"count":1}}])");
    say(R"(["j",{R},"{topic}","slow",{"ms":1}])");
    hear(R"(["j",{R},"{topic}","phx_reply",{"status":"ok","response":{"ms":1}}])");
    say(R"(["j",{R},"{topic}","broadcast_from",{}])");
    hear(R"(["j",{R},"{topic}","phx_reply",{"status":"ok","response":{}}])");
    say(R"(["k",{R},"{topic}","phx_join",{}])");
    hear(R"(["k",{R},"{topic}","phx_reply",{"status":"ok","response":{}}])");
    hear(R"(["j","j","{topic}","phx_close",{}])");
    say(R"(["k",{R},"{topic}","stop_reply",{"n":4}])");
    hear(R"(["k",{R},"{topic}","phx_reply",{"status":"ok","response":{"n":4}}])");
    hear(R"(["k","k","{topic}","phx_close",{}])");
    say(R"(["j",{R},"{topic}","echo",{}])");
    hear(R"([null,{R},"{topic}","phx_reply",{unmatched}])");
    say(R"(["j",{R},"{topic}","phx_leave",{}])");
    hear(R"(["j",{R},"{topic}","phx_reply",{"status":"ok","response":{}}])");
    say(R"(["j",{R},"{topic}","phx_join",{"join":"error"}])");
    hear(R"(["j",{R},"{topic}","phx_reply",{"status":"error","response":{"reason":"refused"}}])");
    say(R"(["j",{R},"{topic}","phx_join",{"join":"crash"}])");
    hear(
        R"(["j",{R},"{topic}","phx_reply",{"status":"error","response":{"reason":"join crashed"}}])");
    say(R"(["j",{R},"{topic}","phx_join",{}])");
    hear(R"(["j",{R},"{topic}","phx_reply",{"status":"ok","response":{}}])");
    say(R"(["j",{R},"{topic}","phx_leave",{}])");
    hear(R"(["j",{R},"{topic}","phx_reply",{"status":"ok","response":{}}])");
    hear(R"(["j","j","{topic}","phx_close",{}])");
    client.expect_silence();
  }
}

RULE("R-45", must, contract, "a topic, an event and a ref may be long",
     "Socket.V2.JSONSerializer (text has no sizes)") {
  Client& client = t.connect();
  for (const std::size_t size : {255, 256, 300, 5'000, 70'000}) {
    const Words long_ones{{"long", t.word("topic") + ":" + std::string(size, 't')},
                          {"event", std::string(size, 'e')},
                          {"ref", std::string(size, 'r')},
                          {"J", std::string(size, 'j')}};
    const auto say = [&](const std::string& text) { client.send(filled(text, long_ones)); };
    const auto hear = [&](const std::string& text) { client.expect(filled(text, long_ones)); };
    say(R"(["{J}","{ref}","{long}","phx_join",{}])");
    hear(R"(["{J}","{ref}","{long}","phx_reply",{ok}])");
    say(R"(["{J}","{ref}2","{long}","echo",{"n":1}])");
    hear(R"(["{J}","{ref}2","{long}","phx_reply",{"status":"ok","response":{"n":1}}])");
    say(R"(["{J}","{ref}3","{long}","push",{"event":"{event}","payload":{"n":2}}])");
    hear(R"(["{J}",null,"{long}","{event}",{"n":2}])");
    say(R"(["{J}","{ref}4","{long}","broadcast",{"n":3}])");
    hear(R"([null,null,"{long}","broadcasted",{"n":3}])");
    hear(R"(["{J}","{ref}4","{long}","phx_reply",{ok}])");
    say(R"(["{J}","{ref}5","{long}","{event}",{}])");
    hear(R"(["{J}","{J}","{long}","phx_error",{any}])");
    say(R"(["{J}","{ref}6","{long}","{event}",{}])");
    hear(R"([null,"{ref}6","{long}","phx_reply",{unmatched}])");
  }
}

RULE("R-46", must, contract,
     "a deferred reply is delivered even if its channel has crashed, stopped or been replaced",
     "Phoenix.Channel.reply goes to the transport") {
  const Millis due = t.length("due", Millis{300});
  Client& client = t.connect();
  const auto join = [&](const char* join_ref) {
    client.send(fmt::format(R"(["{0}","1","{{topic}}","phx_join",{{}}])", join_ref));
    client.expect(fmt::format(R"(["{0}","1","{{topic}}","phx_reply",{{ok}}])", join_ref));
  };
  const auto began = Clock::now();
  const auto defer = [&](const char* join_ref) {
    client.send(fmt::format(R"(["{0}","{0}","{{topic}}","async",{{"ms":{{due}}}}])", join_ref));
    client.send(fmt::format(R"(["{}","h","{{topic}}","ack",{{}}])", join_ref));
    client.expect(fmt::format(R"(["{}","h","{{topic}}","phx_reply",{{ok}}])", join_ref));
  };
  std::vector<std::string> late;
  t.in_time(began, due, [&] {
    for (const char* how : {"crash", "stop", "phx_join"}) {
      join(how);
      defer(how);
      client.send(fmt::format(R"(["{0}","2","{{topic}}","{0}",{{}}])", how));
      if (how == std::string_view("crash")) {
        client.expect(R"(["crash","crash","{topic}","phx_error",{any}])");
      } else if (how == std::string_view("stop")) {
        client.expect(R"(["stop","stop","{topic}","phx_close",{}])");
      } else {
        client.expect(R"(["phx_join","2","{topic}","phx_reply",{ok}])");
        client.expect(R"(["phx_join","phx_join","{topic}","phx_close",{}])");
      }
      late.push_back(fmt::format(
          R"(["{0}","{0}","{{topic}}","phx_reply",{{"status":"ok","response":{{"ms":{{due}}}}}}])",
          how));
    }
  });
  client.expect_in_any_order(late);
  client.expect_silence();
}

}  // namespace
}  // namespace phx::conformance
