/// A trace in the terminal and in a picture.

#include "traces/phx-trace/show.h"

#include "testing/case.h"
#include "traces/phx-trace/draw.h"
#include "traces/phx-trace/text.h"

using namespace phx;
using namespace phx::trace;

namespace {

using conformance::Opcode;
using testing::expect;
using testing::expect_eq;

Trace conversation(std::vector<Message> messages) {
  Entry entry{.connection = "a", .request = {.target = "/socket/websocket?vsn=2.0.0"}};
  entry.request.headers = {{"Upgrade", "websocket"}};
  entry.response = conformance::Response{.status = 101};
  entry.status_text = "Switching Protocols";
  entry.websocket = true;
  Seconds at = 1;
  for (Message& message : messages) message.at = ++at;
  entry.messages = std::move(messages);
  Trace trace;
  trace.entries.push_back(entry);
  return trace;
}

std::string lines_of(std::vector<Message> messages) {
  return shown(conversation(std::move(messages)), {.steps = {3, 99}});
}

PHX_TEST("a join, its reply, and the event of a join that is over") {
  expect_eq(lines_of({{.sent = true, .payload = R"(["1","1","t","phx_join",{}])"},
                      {.payload = R"(["1","1","t","phx_reply",{"status":"ok","response":{}}])"},
                      {.sent = true, .payload = R"(["9","2","t","echo",{}])"},
                      {.payload = R"(["1","1","t","phx_close",{}])"}}),
            std::string(
                R"(3 → ["1","1","t","phx_join",{}]                               joins
4 ← ["1","1","t","phx_reply",{"status":"ok","response":{}}]   answers ref 1: ok
5 → ["9","2","t","echo",{}]                                   an event with a stale join_ref
6 ← ["1","1","t","phx_close",{}]                              join_ref 1 is closed
)"));
}

PHX_TEST("binary messages are parsed") {
  const std::string push(
      "\x00\x01\x01\x01\x02"
      "12tgo\x00\xff",
      12);
  expect_eq(
      lines_of({{.sent = true, .opcode = Opcode::binary, .payload = push}}),
      std::string(
          R"(3 → binary push ["1","2","t","go"] 00 ff                      an event on a topic that is not joined
)"));
}

PHX_TEST("no line is wider than the page, whatever its contents") {
  const std::string lines =
      lines_of({{.payload = std::string(500, 'x')},
                {.opcode = Opcode::binary, .payload = std::string(500, '\xff')},
                {.opcode = Opcode::close, .payload = std::string(125, '\n')}});
  std::size_t at = 0;
  while (at < lines.size()) {
    const auto end = lines.find('\n', at);
    expect(columns(lines.substr(at, end - at)) <= 100, lines.substr(at, end - at));
    at = end + 1;
  }
}

PHX_TEST("a picture is the same each time, and contains its text alternative") {
  const Trace trace = conversation({{.sent = true, .payload = R"(["1","1","<t>","phx_join",{}])"}});
  const std::string svg = drawn(trace, {});
  expect_eq(drawn(trace, {}), svg);
  expect(svg.find("<title id=\"title\">") != svg.npos, "a title");
  expect(svg.find("3. Client: [&quot;1&quot;,&quot;1&quot;,&quot;&lt;t&gt;&quot;") != svg.npos,
         svg);
}

}  // namespace
