/// Visits to false servers, which send what none of ours does.

#include <fmt/format.h>

#include "conformance/simulation/world/visitor.h"

namespace phx::simulation {
namespace {

using Texts = std::vector<std::string>;

const std::string switching =
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    "sec-websocket-accept: {accept}\r\n\r\n";
std::string text_frame(const std::string& text) {
  constexpr std::size_t short_enough = 125;
  if (text.size() <= short_enough) {
    return std::string("\x81", 1) + static_cast<char>(text.size()) + text;
  }
  return std::string("\x81\x7e") + static_cast<char>(text.size() >> 8) +
         static_cast<char>(text.size() & 0xff) + text;
}
std::string bytes_frame(const std::string& bytes) {
  return std::string("\x82", 1) + static_cast<char>(bytes.size()) + bytes;
}
std::string answer_of(const std::string& body, const std::string& status = "200 OK") {
  return fmt::format("HTTP/1.1 {}\r\ncontent-length: {}\r\n\r\n{}", status, body.size(), body);
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): one table
void add_frauds(std::vector<Visit>& all) {
  const auto fraud = [&](const char* name, Texts answers, Texts due, bool polls = false,
                         std::function<void(Visitor&)> then = {}) {
    all.push_back({name,
                   [answers, polls, then](Visitor& visitor) {
                     visitor.serve(answers);
                     visitor.options.reconnect_after = {Millis{1'000'000}};
                     visitor.options.heartbeat = Millis{1'000'000};  // frauds answer none
                     if (polls) visitor.options.transport = ClientTransport::longpoll;
                     visitor.connect_to("ws://" + visitor.address() + "/socket?fixed=1");
                     if (then) then(visitor);
                   },
                   std::move(due)});
  };
  const Texts ends{"closed 1006", "error *"};
  const std::string slowly(20'000, 'x');
  fraud("a page in place of a websocket", {answer_of("hi")}, ends);
  fraud("another's answer to a handshake",
        {"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
         "sec-websocket-accept: x\r\n\r\n"},
        ends);
  fraud("no answer to a handshake", {"{end}"}, ends);
  fraud("half an answer to a handshake", {"HTTP/1.1 101{end}"}, ends);
  fraud("a handshake that is not HTTP", {"hello\r\n\r\n"}, ends);
  fraud("a handshake that takes for ever", {},
        {"closed 1006", "error the server did not answer the handshake in time"});
  fraud("an extension that was not asked for",
        {"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
         "sec-websocket-extensions: other\r\nsec-websocket-accept: {accept}\r\n\r\n"},
        ends);
  fraud("a goodbye without a code", {switching + std::string("\x88\0", 2)},
        {"open", "closed 1005"});
  fraud("a goodbye for good", {switching + std::string("\x88\2\x03\xe8", 4)},
        {"open", "closed 1000"});
  fraud("an end without a goodbye", {switching + "{end}"}, {"open", "closed 1006"});
  fraud("a frame that breaks the protocol", {switching + std::string("\xf1\0", 2)},
        {"open", "closed 1006", "error the server broke the protocol: *"});
  fraud("frames after a goodbye", {switching + std::string("\x88\2\x03\xe9", 4) + text_frame("[]")},
        {"open", "closed 1001"});
  fraud("a goodbye and much more", {switching + std::string("\x88\2\x03\xe9", 4) + slowly},
        {"open", "closed 1001"});
  all.back().run = [run = all.back().run](Visitor& visitor) {
    visitor.access.short_reads = 60;
    run(visitor);
  };
  std::string lists = switching;
  for (int i = 0; i < 1'001; ++i) {  // more than a client keeps until the list comes
    lists += text_frame(R"([null,null,"hall:x","presence_diff",{"joins":{},"leaves":{}}])");
  }
  lists += text_frame(
      R"([null,null,"hall:x","presence_state",{"a":7,"b":{"metas":[{"phx_ref":"r"}]}}])");
  lists += text_frame(R"([null,null,"hall:x","presence_diff",{"joins":{"c":7},"leaves":{}}])");
  lists += text_frame(R"([7,8,"hall:x","a",{}])") + text_frame(R"([null,null,"hall:y","a",{}])");
  fraud("lists that can't be read", {lists}, {"open", "came b"}, false, [](Visitor& visitor) {
    Topic hall = visitor.client().topic("hall:x");
    PresenceList& list = visitor.keep(PresenceList(hall));
    list.on_join([&visitor](const std::string& key, const auto&, const Json&) {
      visitor.note("came " + key);
    });
    hall.join();
    visitor.keep(visitor.client().topic("hall:y"));
  });
  const std::string unreadable = "error a message that can't be read: *";
  fraud("messages that can't be read",
        {switching + "\x89\2hi" + text_frame("hello") + text_frame("[1,2]") + text_frame("{}") +
         text_frame("[null,null,7,\"a\",{}]") + bytes_frame("") + bytes_frame("\7") +
         bytes_frame(std::string("\2\1", 2)) + bytes_frame(std::string("\2\7\7a", 4))},
        {"open", unreadable, unreadable, unreadable, unreadable, unreadable, unreadable, unreadable,
         unreadable});
  fraud("messages that concern nobody",
        {switching + text_frame(R"([null,null,"nowhere","a",{}])") +
         text_frame(R"([null,"9","phoenix","phx_reply",{"status":"ok","response":{}}])") +
         text_frame(R"([null,null,"phoenix","phx_reply",{}])") +
         text_frame(R"([null,null,"phoenix","dance",{},7])") +
         text_frame(R"([null,"77","hall:x","phx_reply",{"status":null}])") +
         bytes_frame(std::string("\2\3\1", 3) + "abcd") +
         bytes_frame(std::string("\0\1\3\1", 4) + "1abcd") +
         bytes_frame(std::string("\1\1\1\3\2", 5) + "11abcok")},
        {"open"});
  fraud("messages of version 1 that can't be read",
        {switching + text_frame("[]") + text_frame("{}") + text_frame(R"({"topic":"a"})") +
         text_frame(R"({"topic":7,"event":"b"})") + text_frame("hello") + bytes_frame("hello") +
         text_frame(R"({"topic":"a","event":"phx_error","ref":7,"payload":{}})")},
        {"open", unreadable, unreadable, unreadable, unreadable, unreadable, unreadable});
  all.back().run = [run = all.back().run](Visitor& visitor) {
    visitor.options.vsn = "1.0.0";
    run(visitor);
  };
  fraud("answers with a status of its own",
        {switching + text_frame(R"(["1","1","hall:x","phx_reply",{"status":7,"response":1}])") +
         text_frame(R"(["1","1","hall:x","phx_reply",{"status":"odd"}])")},
        {"open"});
  // Long-polling.
  const auto poll = [&](const char* name, Texts answers, Texts due) {
    fraud(name, std::move(answers), std::move(due), true);
  };
  const std::string session = answer_of(R"({"status":410,"messages":[],"token":"abc"})");
  poll("a session that is refused", {answer_of(R"({"status":403})")},
       {"closed 1008", "error expected a session of long-polling, got 403 Forbidden"});
  poll("a session of a server that fails", {answer_of("", "500 Internal Server Error")},
       {"closed 1011", "error expected a session of long-polling, got 500 Internal Server Error"});
  poll("a session that is not JSON", {answer_of("hello")}, {"closed 1011", "error *"});
  poll("a session without a token", {answer_of(R"({"status":410,"token":""})")},
       {"closed 1011", "error *"});
  poll("a session of no HTTP", {"hello\r\n\r\n"}, {"closed 1011", "error *"});
  poll("a session that never begins", {}, {"closed 1006", "error *"});
  poll("a session whose connection ends", {"{end}"}, {"closed 1011", "error *"});
  poll("a session that ends in the middle", {"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{end}"},
       {"closed 1011", "error *"});
  poll("a session by the end of its connection",
       {R"(HTTP/1.1 200 OK)"
        "\r\n\r\n"
        R"({"status":410,"token":"abc"}{end})",
        answer_of(R"({"status":410,"token":"abc"})")},
       {"open", "closed 3410", "error the server has ended the session"});
  poll("two answers to one request", {session + session, answer_of(R"({"status":500})")},
       {"open", "closed *", "error *"});
  poll("a session that ends",
       {session, answer_of(R"({"status":204,"token":"abc"})"),
        answer_of(R"({"status":410,"token":"abc"})")},
       {"open", "closed 3410", "error the server has ended the session"});
  fraud(
      "a post that is not taken",
      {session, answer_of("", "503 Service Unavailable"), answer_of("", "503 Service Unavailable")},
      {"open", "closed 1011", "error *"}, true, [](Visitor& visitor) { visitor.topic().join(); });
}

}  // namespace phx::simulation
