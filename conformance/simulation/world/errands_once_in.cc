/// What strangers do once they are in: sessions that poll, and messages that no client of ours
/// sends.

#include "base/base64.h"
#include "conformance/simulation/world/errand_steps.h"

namespace phx::simulation {
namespace {

using namespace steps;

const std::string poll = "GET /guest/longpoll?vsn=2.0.0&token={token}";
const std::string publish = "/guest/longpoll?vsn=2.0.0&token={token}";
Step begin(const std::string& mount = "/guest", const std::string& query = "") {
  return ask("GET " + mount + "/longpoll?vsn=2.0.0" + query,
             {"200", R"({"messages":[],"status":410,"token":")", "access-control-allow-origin: *"});
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): one table
void add_polls(std::vector<Errand>& all) {
  const auto one = [&](const char* name, std::vector<Step> steps) {
    all.push_back({name, -1, std::move(steps)});
  };
  const std::string join_a = R"(["1","1","hall:a","phx_join",{}])";
  const std::string echo = R"(["1","2","hall:a","echo",{"n":1}])";
  const Texts answered{"200", R"("status":200)",
                       R"([\"1\",\"2\",\"hall:a\",\"phx_reply\",{\"response\":{\"n\":1})"};
  one("a preflight", {ask("OPTIONS /guest/longpoll", {"200", "access-control-allow-headers: x-a"},
                          "Access-Control-Request-Headers: x-a\r\n")});
  one("a poll by PUT", {ask("PUT /guest/longpoll?vsn=2.0.0", {"400"}, "Content-Length: 0\r\n")});
  one("a query of a poll that can't be read", {ask("GET /guest/longpoll?a=%ff", {"400"})});
  one("a version to come, by polling",
      {ask("GET /guest/longpoll?vsn=7.0.0", {"200", R"({"status":403})"})});
  one("a refused poll",
      {ask("GET /guest/longpoll?vsn=2.0.0&refused=x", {"200", R"({"status":403})"})});
  one("a poll with a path of bytes", {ask("GET /few/\xff/longpoll?vsn=2.0.0", {"400"})});
  one("a post without a session",
      {post("/guest/longpoll?vsn=2.0.0", "[]", {"200", R"({"status":410})"})});
  one("a post with a token of nobody's",
      {post("/guest/longpoll?vsn=2.0.0&token=none", "[]", {"200", R"({"status":410})"})});
  one("a poll with a token of nobody's",
      {ask("GET /guest/longpoll?vsn=2.0.0&token=none", {"200", R"("status":410)"})});
  one("a session", {begin(), post(publish, join_a, {"200", R"({"status":200})"}),
                    ask(poll, {"200", R"("status":200)", R"(\"phx_reply\")"}),
                    post(publish, echo, {"200", R"({"status":200})"}), ask(poll, answered),
                    ask(poll, {"200", R"({"messages":[],"status":204,)"})});
  one("a poll that is given up while its session waits for a join",
      {begin(),
       post(publish, R"(["1","1","hall:a","phx_join",{"how":"slow"}])", {}),
       ask(poll, {}),
       {Step::hang_up, "", {}},
       ask(poll, {"200", R"("status":200)", R"([\"1\",\"1\",\"hall:a\",\"phx_reply\")"}),
       post(publish, echo, {"200", R"({"status":200})"}),
       ask(poll, answered)});
  one("a session by a header",
      {begin(),
       post("/guest/longpoll?vsn=2.0.0", join_a, {"200", R"({"status":200})"},
            "X-Phoenix-LongPoll-Token: {token}\r\n"),
       ask("GET /guest/longpoll?vsn=2.0.0", {"200", R"("status":200)"},
           "X-Phoenix-LongPoll-Token: {token}\r\n")});
  one("a session with a token of its user's",
      {ask("GET /guest/longpoll?vsn=2.0.0", {"200", R"("status":410)"},
           "X-Phoenix-AuthToken: secret\r\n"),
       post(publish, join_a, {"200", R"({"status":200})"}),
       ask(poll, {"200", R"(\"token\":\"secret\")"})});
  one("lines", {begin(), post(publish, join_a + "\r\n" + echo, {"200", R"({"status":200})"}, lines),
                wait(), ask(poll, answered)});
  const std::string bytes = std::string("\0\1\1\6\4", 5) + "12hall:zecho?!";
  one("lines of bytes",
      {begin(),
       post(publish,
            std::string(R"(["1","1","hall:z","phx_join",{}])") + "\n" + base64::encode(bytes),
            {"200", R"({"status":200})"}, lines),
       wait(), ask(poll, {"200", R"("\u0001\u0001\u0001\u0006\u000212hall:zok?!")"})});
  one("a line that is nothing", {begin(), post(publish, join_a + "\n%%%", {"500"}, lines)});
  std::string many = join_a;
  for (int i = 2; i < 120; ++i)
    many += fmt::format("\n[\"1\",\"{}\",\"hall:a\",\"nothing\",{{}}]", i);
  many += "\n" + echo;
  one("more lines than are read",
      {begin(), post(publish, many, {"200", R"({"status":200})"}, lines),
       ask(poll, {"200", R"(\"phx_reply\")", R"(!\"n\":1)"})});
  one("a token of another tenant",
      {begin("/few/acme"),
       post("/few/other/longpoll?vsn=2.0.0&token={token}", "[]", {"200", R"({"status":410})"}),
       post("/few/acme/longpoll?vsn=2.0.0&token={token}", R"([null,"1","phoenix","heartbeat",{}])",
            {"200", R"({"status":200})"})});
  one("a session that is over",
      {begin(),
       post(publish, R"(["1","1",")" + std::string(2'000, 'x') + R"(","phx_join",{}])",
            {"200", R"({"status":410})"}),
       ask(poll, {"200", R"({"messages":[],"status":410,)"})});
  const std::string few = "/few/acme/longpoll?vsn=2.0.0&token={token}";
  one("more frames than may wait",
      {begin("/few/acme", "&name=any"), post(few, join_a, {"200", R"({"status":200})"}),
       post(few, R"(["1","2","hall:a","many",{"count":11}])", {"200"}), wait(),
       ask("GET " + few, {"200", R"({"messages":[],"status":410,)"})});
  one("more bytes than may wait",
      {begin("/few/acme", "&name=any"), post(few, join_a, {"200", R"({"status":200})"}),
       post(few, R"(["1","2","hall:a","echo",{"a":")" + std::string(8'000, 'x') + "\"}]", {"200"}),
       ask("GET " + few, {"200", R"("status":200)"})});
  one("longer frames than may wait",
      {begin("/few/acme", "&name=any"), post(few, join_a, {"200", R"({"status":200})"}),
       post(few, R"(["1","2","hall:a","many",{"count":3,"size":8000}])", {"200"}), wait(),
       ask("GET " + few, {"200", R"({"messages":[],"status":410,)"})});
  one("more than one answer holds",
      {begin(), post(publish, join_a, {"200", R"({"status":200})"}), ask(poll, {"200"}),
       post(publish, R"(["1","2","hall:a","many",{"count":2,"size":600000}])", {"200"}),
       ask(poll, {"200", R"(\"number\":0)", R"(!\"number\":1)"}),
       ask(poll, {"200", R"(\"number\":1)"})});
  one("a post that is too long",
      {begin(), post(publish, std::string(8'100'000, ' '), {"400", R"({"errors":)"})});
  constexpr std::size_t max_of_a_server = 100, max_of_an_address = 60;  // see house()
  const std::vector<Step> newcomers(max_of_a_server + 20, begin("/free"));
  all.push_back({"more sessions than a server has", 5, newcomers});
  all.push_back({"more sessions than an address has", 6, newcomers});
  std::vector<Step> used;
  for (std::size_t i = 0; i < max_of_an_address; ++i) {
    used.push_back(begin("/free"));
    // The last is waited for: by then all others have come, to whichever shard.
    const bool is_last = i + 1 == max_of_an_address;
    used.push_back(ask("GET /free/longpoll?vsn=2.0.0&token={token}",
                       is_last ? Texts{"200", R"("status":204)"} : Texts{}));
  }
  used.push_back(ask("GET /free/longpoll?vsn=2.0.0", {"503"}));
  all.push_back({"as many sessions as an address has, all polled", 6, std::move(used)});
  one("more bytes than a second has",
      {begin("/few/acme"), post(few, std::string(20'000, ' '), {"200", R"({"status":410})"}),
       ask("GET " + few, {"200", R"({"messages":[],"status":410,)"})});
  std::string beats = R"([null,"1","phoenix","heartbeat",{}])";
  for (int i = 2; i < 9; ++i)
    beats += fmt::format("\n[null,\"{}\",\"phoenix\",\"heartbeat\",{{}}]", i);
  one("more messages than a second has",
      {begin("/few/acme"), post(few, beats, {"200", R"({"status":410})"}, lines)});
  one("a session without limits", {begin("/free"), post("/free/longpoll?vsn=2.0.0&token={token}",
                                                        join_a, {"200", R"({"status":200})"})});
  std::vector<Step> sessions{begin()};
  for (int i = 0; i < 20; ++i) {
    sessions.push_back(go_on("GET /guest/longpoll?vsn=2.0.0", {"200", R"("status":410)"}));
  }
  one("sessions that are never polled", std::move(sessions));
}

// NOLINTNEXTLINE(readability-function-size): one table
void add_messages(std::vector<Errand>& all) {
  const auto one = [&](const char* name, std::vector<Step> steps) {
    steps.insert(steps.begin(), enter());
    all.push_back({name, -1, std::move(steps)});
  };
  // Only clients of the same node that speak version 1 may be sent a list.
  const Texts told_a_list{R"({"event":"told","payload":[1],"ref":null,"topic":"hall:a"})"};
  one("version 1",
      {enter("/guest/websocket?"),
       say(R"({"topic":"hall:a","event":"phx_join","payload":{},"ref":"1"})",
           {R"({"event":"phx_reply","payload":{"response":{"kind":"public",)"}),
       say(R"({"topic":"hall:a","event":"echo","payload":{"a":null},"ref":"2"})",
           {R"({"event":"phx_reply","payload":{"response":{"a":null},"status":"ok"},"ref":"2","topic":"hall:a"})"}),
       say(R"({"topic":"hall:a","event":"tell","payload":{"b":1},"ref":"3"})",
           {R"({"event":"told","payload":{"b":1},"ref":null,"topic":"hall:a"})"}),
       say(R"({"topic":"hall:a","event":"tell","payload":[1],"ref":null})", told_a_list),
       say(R"({"topic":"hall:a","event":"tell","payload":[1],"ref":null})", told_a_list),
       say(R"({"topic":"hall:a","event":"tell","payload":[1],"ref":null})", told_a_list),
       say(R"({"topic":"hall:a","event":"phx_leave","payload":{},"ref":"4"})",
           {R"({"event":"phx_reply","payload":{"response":{},"status":"ok"},"ref":"4","topic":"hall:a"})",
            R"({"event":"phx_close","payload":{},"ref":null,"topic":"hall:a"})"})});
  one("a heartbeat", {say(R"([null,"1","phoenix","heartbeat",{}])",
                          {R"([null,"1","phoenix","phx_reply",{"response":{},"status":"ok"}])"})});
  one("what phoenix is not asked",
      {say(
          R"([null,"1","phoenix","dance",{}])",
          {R"([null,"1","phoenix","phx_reply",{"response":{"reason":"unmatched topic"},"status":"error"}])"})});
  one("topics that nobody serves",
      {say(R"(["1","1","cellar","phx_join",{}])",
           {R"([null,"1","cellar","phx_reply",{"response":{"reason":"unmatched topic"},"status":"error"}])"}),
       say(R"(["1","1",7,"phx_join",{}])",
           {R"([null,"1",7,"phx_reply",{"response":{"reason":"unmatched topic"},"status":"error"}])"}),
       say(R"(["1","2","hall:a","phx_leave",{}])",
           {R"(["1","2","hall:a","phx_reply",{"response":{},"status":"ok"}])"}),
       say(R"(["1","3","hall:a","echo",{}])",
           {R"([null,"3","hall:a","phx_reply",{"response":{"reason":"unmatched topic"},"status":"error"}])"})});
  one("a topic that is all of its pattern",
      {say(R"([null,"1","lobby","phx_join",{}])",
           {R"([null,"1","lobby","phx_reply",{"response":{"kind":null,)"}),
       say(R"([null,"2","lobby","echo",{}])",
           {R"(["1","2","lobby","phx_reply",{"response":{},"status":"ok"}])"}),
       say(R"(["9","3","lobby","echo",{}])", {}),
       say(R"([null,"4","lobby","echo",{}])",
           {R"(["1","4","lobby","phx_reply",{"response":{},"status":"ok"}])"})});
  one("more topics than a connection may have",
      {join("hall:a"), join("hall:b"), join("turns:c"),
       say(R"(["4","4","hall:d","phx_join",{}])",
           {R"(["4","4","hall:d","phx_reply",{"response":{"reason":)"})});
  one("joins that fail",
      {say(R"(["1","1","hall:a","phx_join",{"how":"refused"}])",
           {R"(["1","1","hall:a","phx_reply",{"response":{"reason":"full"},"status":"error"}])"}),
       say(R"(["2","2","hall:a","phx_join",{"how":"crash"}])",
           {R"(["2","2","hall:a","phx_reply",{"response":{"reason":"join crashed"},"status":"error"}])"}),
       say(R"(["3","3","hall:a","phx_join",{"how":"slow"}])",
           {R"(["3","3","hall:a","phx_reply",{"response":{"kind":"public")"})});
  one("ways to end",
      {join(),
       say(R"(["1","2","hall:a","stop",{}])", {R"(["1","1","hall:a","phx_close",{}])"}),
       join(),
       say(R"(["1","2","hall:a","stop_after",{"a":1}])",
           {R"(["1","2","hall:a","phx_reply",{"response":{"a":1},"status":"ok"}])",
            R"(["1","1","hall:a","phx_close",{}])"}),
       join(),
       say(R"(["1","2","hall:a","stop_badly",{}])",
           {R"(["1","1","hall:a","phx_error",{"reason":"channel_crash"}])"}),
       join(),
       say(R"(["1","2","hall:a","dance",{}])",
           {R"(["1","1","hall:a","phx_error",{"reason":"channel_crash"}])"}),
       join(),
       say(R"(["1","2","hall:a",{"no":"name"},{}])",
           {R"(["1","1","hall:a","phx_error",{"reason":"channel_crash"}])"}),
       join(),
       say(R"(["1","2","hall:a","later",{}])",
           {R"(["1","1","hall:a","phx_error",{"reason":"channel_crash"}])"}),
       join(),
       say(R"(["1","2","hall:a","later",{"how":"answer"}])",
           {R"(["1","1","hall:a","phx_error",{"reason":"channel_crash"}])"}),
       join(),
       say(R"(["1","2","hall:a","later",{"how":"stop"}])",
           {R"(["1","1","hall:a","phx_close",{}])"}),
       join(),
       say(R"(["1",null,"hall:a","answer_later",{}])",
           {R"(["1","1","hall:a","phx_error",{"reason":"channel_crash"}])"}),
       join("bye:a"),
       say(R"(["1","2","bye:a","phx_leave",{}])",
           {R"(["1","1","bye:a","phx_close",{}])",
            R"(["1","2","bye:a","phx_reply",{"response":{},"status":"ok"}])"})});
  one("all in its turn",
      {join("turns:a"),
       say(R"(["1","2","turns:a","block",{}])",
           {R"(["1","2","turns:a","phx_reply",{"response":{},"status":"ok"}])"}),
       say(R"(["1","3","turns:a","echo",{"a":")" + std::string(70'000, 'x') + "\"}]",
           {R"(["1","3","turns:a","phx_reply",{"response":{"a":"xxx)"}),
       say(R"(["1","4","turns:a","tell",{"a":")" + std::string(70'000, 'x') + "\"}]",
           {R"(["1",null,"turns:a","told",{"a":"xxx)"}),
       say(R"(["1","5","turns:a","tell",{"stops":true}])",
           {R"(["1","1","turns:a","phx_close",{}])"}),
       say(R"(["1","6","turns:a","phx_join",{"long":")" + std::string(70'000, 'x') + "\"}]",
           {R"(["1","6","turns:a","phx_reply",{"response":{"kind":null)"})});
  one("to others only",
      {join(), say(R"(["1","2","hall:a","tell_others",{}])", {}),
       say(R"(["1","3","hall:a","push",{"a":1}])", {R"(["1",null,"hall:a","pushed",{"a":1}])"}),
       say(R"(["1","4","hall:a","refuse",{"a":1}])",
           {R"(["1","4","hall:a","phx_reply",{"response":{"a":1},"status":"error"}])"}),
       say(R"(["1","5","hall:a","answer_later",{}])",
           {R"(["1","5","hall:a","phx_reply",{"response":{"late":true},"status":"ok"}])"})});
  one("more than other nodes may be sent",
      {join(), say(R"(["1","2","hall:a","tell",{"a":")" + std::string(160'000, 'x') + "\"}]",
                   {R"([null,null,"hall:a","told",{"a":"xxx)"})});
  one("the same topic twice",
      {join(), say(R"(["2","2","hall:a","phx_join",{}])",
                   {R"(["2","2","hall:a","phx_reply",{"response":{"kind":"public")",
                    R"(["1","1","hall:a","phx_close",{}])"})});
  const auto in_bytes = [](std::string bytes, Texts due) {
    return Step{Step::binary, std::move(bytes), std::move(due)};
  };
  one("bytes", {join(),
                in_bytes(std::string("\0\1\1\6\4", 5) + "12hall:aecho?!",
                         {"binary " + std::string("\1\1\1\6\2", 5) + "12hall:aok?!"}),
                in_bytes(std::string("\0\1\1\6\4", 5) + "13hall:atell?!",
                         {"binary " + std::string("\2\6\4", 3) + "hall:atold?!"}),
                in_bytes(std::string("\0\1\1\6\4", 5) + "14hall:apush?!",
                         {"binary " + std::string("\0\1\6\6", 4) + "1hall:apushed?!"})});
  const auto odd = [](const std::string& how, Texts due) {
    return say(fmt::format(R"(["1","2","hall:a","odd",{{"how":"{}"}}])", how), std::move(due));
  };
  const Texts term{R"(["1",null,"hall:a","term",{"of_a_map":true}])"};
  one("what applications seldom do",
      {join(), odd("term", term), odd("term to members", term),
       odd("own", {R"(["1",null,"hall:a","own",{}])"}),
       odd("listen", {R"(["1",null,"hall:a","there",{"event":"hello"}])"}), odd("trackers", {}),
       odd("no topic", {}), odd("watch", {R"(["1",null,"hall:a","down",{}])"}),
       odd("inspect", {R"(["1",null,"hall:a","inspected",{"topic":"hall:a"}])"}),
       odd("bytes", {R"(["1","1","hall:a","phx_error",{"reason":"channel_crash"}])"})});
  all.push_back({"a broadcast to a user that disconnects nobody",
                 -1,
                 {enter("/guest/websocket?vsn=2.0.0&name=any"), join(), odd("greet", {}),
                  say(R"([null,"1","phoenix","heartbeat",{}])",
                      {R"([null,"1","phoenix","phx_reply",{"response":{},"status":"ok"}])"})}});
  const auto session = [&](const char* name, const char* mount, const char* what) {
    all.push_back({name,
                   -1,
                   {enter(fmt::format("/{}/websocket?vsn=2.0.0", mount), "Cookie: _hall=junk\r\n"),
                    say(R"(["1","1","hall:a","phx_join",{}])",
                        {fmt::format(R"({}"params":{{}},"query":{})", joined, what)})}});
  };
  session("a session that a foreign page may not use", "session", "null");
  session("a cookie that is not the server's", "cookie", "{}");
  all.push_back(
      {"a header twice", -1, {enter("/guest/websocket?vsn=2.0.0", "X-One: 1\r\nX-One: 2\r\n")}});
  all.push_back({"a text that is not a message, of a client without a name",
                 -1,
                 {enter(), say("hello", {"close 1011", "gone"})}});
  const auto breaks = [&](const char* name, Step step) {
    all.push_back({name, -1, {enter("/guest/websocket?vsn=2.0.0&name=any"), std::move(step)}});
  };
  breaks("bytes that are not a message", in_bytes("\7", {"close 1011", "gone"}));
  breaks("bytes that end too soon", in_bytes(std::string("\0\1\1\6\4", 5), {"close 1011", "gone"}));
  breaks("bytes with a topic that is not valid UTF-8",
         in_bytes(std::string("\0\1\1\6\4", 5) + "12hal\xff:aecho?!", {"close 1011", "gone"}));
  breaks("a topic that is an object",
         say(R"(["1","1",{"a":1},"phx_join",{}])", {"close 1011", "gone"}));
  breaks("a text that is not a message", say("hello", {"close 1011", "gone"}));
  breaks("a text that is not a list", say("{}", {"close 1011", "gone"}));
  breaks("a text that is not valid UTF-8",
         say("[\"1\",\"1\",\"\xff\",\"phx_join\",{}]", {"close 1007"}));
  one("a name that is too long",
      {say(R"(["1","1",")" + std::string(2'000, 'x') + R"(","phx_join",{}])", {"close 1008"})});
  one("a ping", {{Step::raw, std::string("\x89\x82\0\0\0\0hi", 8), {"pong hi"}}});
  one("a goodbye",
      {{Step::raw, std::string("\x88\x82\0\0\0\0\x03\xe8", 8), {"close 1000", "gone"}}});
  all.push_back({"more messages than a second has, on a websocket",
                 -1,
                 {enter("/few/acme/websocket?vsn=2.0.0"),
                  {Step::raw,
                   [] {
                     std::string bytes;
                     for (int i = 0; i < 20; ++i) {
                       bytes += std::string("\x81\xa3\0\0\0\0", 6) +
                                R"([null,"1","phoenix","heartbeat",{}])";
                     }
                     return bytes;
                   }(),
                   {R"([null,"1","phoenix","phx_reply")", R"([null,"1","phoenix","phx_reply")",
                    R"([null,"1","phoenix","phx_reply")", R"([null,"1","phoenix","phx_reply")",
                    R"([null,"1","phoenix","phx_reply")", "close 1008", "gone"}}}});
  all.push_back(
      {"a compressed answer",
       -1,
       {enter("/guest/websocket?vsn=2.0.0", "Sec-WebSocket-Extensions: permessage-deflate\r\n"),
        say(R"([null,"1","phoenix","heartbeat",{}])", {""}),
        say(R"(["1","1","hall:a","phx_join",{"a":")" + std::string(3'000, 'x') + "\"}]",
            {"compressed"})}});
}

}  // namespace phx::simulation
