/// Reading HAR files, and the errors for invalid ones.

#include "traces/phx-trace/har.h"

#include "testing/case.h"
#include "traces/phx-trace/moment.h"
#include "traces/phx-trace/timeline.h"

using namespace phx;
using namespace phx::trace;

namespace {

using conformance::Opcode;
using testing::expect;
using testing::expect_eq;

constexpr const char* before = R"({"log":{"creator":{"name":"phx-trace"},"entries":[{
  "startedDateTime":"2026-01-31T12:00:00.500+01:00","time":2,"_connection":"a",
  "request":{"method":"GET","url":"ws://localhost:4000/socket/websocket?vsn=2.0.0","headers":[
    {"name":":authority","value":"x"},{"name":"Host","value":"localhost:4000"}]},
  "response":{"status":101,"headers":[]},
  "_webSocketMessages":[)";
constexpr const char* after = "]}]}}";

Trace with_messages(const std::string& messages) { return read_har(before + messages + after); }

/// The error of read_har.
std::string complaint(const std::string& text) {
  try {
    read_har(text);
  } catch (const BadFile& error) {
    return error.what();
  }
  return "(nothing)";
}

PHX_TEST("an entry has its request, its response and its time") {
  const Trace trace = with_messages("");
  expect_eq(trace.entries.size(), std::size_t{1});
  const Entry& entry = trace.entries.front();
  expect_eq(entry.connection, std::string("a"));
  expect_eq(entry.request.target, std::string("/socket/websocket?vsn=2.0.0"));
  expect_eq(entry.request.headers.size(), std::size_t{1});
  expect(entry.websocket, "a 101 makes a websocket");
  expect_eq(entry.asked, *seconds_of("2026-01-31T11:00:00.500Z"));
}

PHX_TEST("a text frame's data is text, all other data is base64") {
  const Trace trace = with_messages(
      R"({"type":"send","time":1,"opcode":1,"data":"hé"},
         {"type":"receive","time":2,"opcode":2,"data":"AAH/"},
         {"type":"receive","time":3,"opcode":8,"data":"A+g=","_code":1000},
         {"type":"send","time":4,"opcode":1,"data":"/w==","_encoding":"base64","_fin":false})");
  const auto& messages = trace.entries.front().messages;
  expect_eq(messages[0].payload, std::string("hé"));
  expect_eq(messages[1].payload, std::string("\x00\x01\xff", 3));
  expect(messages[2].opcode == Opcode::close && !messages[2].sent, "the server closes");
  expect_eq(messages[3].payload, std::string("\xff"));
  expect(!messages[3].fin, "more fragments follow");
}

PHX_TEST("a run that was left out is restored") {
  const Trace trace = with_messages(
      R"({"type":"send","time":1,"opcode":1,"data":"[]","_fill":{"at":1,"with":"x","times":3}},
         {"type":"send","time":2,"opcode":2,"data":"AA==","_fill":{"at":1,"with":"Bw==","times":2}})");
  expect_eq(trace.entries.front().messages[0].payload, std::string("[xxx]"));
  expect_eq(trace.entries.front().messages[1].payload, std::string("\x00\x07\x07", 3));
}

PHX_TEST("a file that is not JSON is named by line and column") {
  expect_eq(complaint("{\n \"log\": oops}"),
            std::string("line 2, column 12: this is not JSON: invalid token near 'oops'"));
  expect_eq(complaint(" \n"), std::string("the file is empty"));
}

PHX_TEST("in our own files each fault is named by its path") {
  expect_eq(complaint(R"({"log":[]})"),
            std::string("log: expected an object with \"entries\", got an array"));
  expect_eq(complaint(R"({"log":{}})"),
            std::string("log: expected a member \"entries\", and there is none"));
  expect_eq(
      complaint(std::string(before) + R"({"type":"send","time":1,"opcode":"1","data":""})" + after),
      std::string("log.entries[0]._webSocketMessages[0].opcode: expected a number, got a string"));
  expect_eq(
      complaint(std::string(before) + R"({"type":"send","time":1,"opcode":2,"data":"?"})" + after),
      std::string("log.entries[0]._webSocketMessages[0].data: expected base64"));
  expect_eq(
      complaint(std::string(before) +
                R"({"type":"send","time":1,"opcode":1,"_fill":{"at":9,"with":"","times":1}})" +
                after),
      std::string(
          "log.entries[0]._webSocketMessages[0]._fill.at: expected a number from 0 to 0, got 9"));
}

PHX_TEST("a trace survives a round trip") {
  const std::string once =
      write_har(with_messages(
                    R"({"type":"send","time":1.000001,"opcode":1,"data":"a","_sameSegment":true},
         {"type":"receive","time":2,"opcode":8,"data":"A+hieWU="})"))
          .pretty();
  expect_eq(write_har(read_har(once)).pretty(), once);
  expect(once.find(R"("_reason": "bye")") != once.npos, "a close is shown to people too");
}

std::string order_of(const Trace& trace) {
  std::string order;
  for (const Step& step : timeline(trace)) {
    order += step.message                          ? step.message->payload + " "
             : step.kind == Step::Kind::request    ? "? "
             : step.kind == Step::Kind::unanswered ? "- "
                                                   : "! ";
  }
  return order;
}

PHX_TEST(
    "inside one entry the order is request, answer, messages as listed, whatever their times") {
  expect_eq(order_of(with_messages(
                R"({"type":"receive","time":1769857200.6,"opcode":1,"data":"first"},
                   {"type":"send","time":1769857200.55,"opcode":1,"data":"second"},
                   {"type":"receive","time":1,"opcode":1,"data":"third"})")),
            std::string("? ! first second third "));
  Trace trace = with_messages(R"({"type":"receive","time":1,"opcode":1,"data":"x"})");
  trace.entries.front().answered = 0;
  expect_eq(order_of(trace), std::string("? ! x "));
}

PHX_TEST("frames that the client wrote together with its request come before the answer") {
  expect_eq(
      order_of(with_messages(
          R"({"type":"send","time":1769857200.501,"opcode":1,"data":"early","_sameSegment":true},
                   {"type":"receive","time":1769857200.6,"opcode":1,"data":"late"})")),
      std::string("? early ! late "));
}

PHX_TEST("between connections the times give the order; at equal times, the file does") {
  Entry first{.connection = "a", .asked = 2, .answered = 2};
  Entry second{.connection = "b", .asked = 1, .answered = 3};
  first.response = second.response = conformance::Response{.status = 200};
  Trace trace;
  trace.entries = {first, second};
  std::string order;
  for (const Step& step : timeline(trace)) order += step.entry->connection;
  expect_eq(order, std::string("baab"));
}

PHX_TEST("at equal times, a client's step comes before the server's answer to another") {
  Entry first{.connection = "a", .asked = 1, .answered = 1};
  first.response = conformance::Response{.status = 101};
  Entry second = first;
  second.connection = "b";
  first.messages = {{.at = 2, .sent = false, .payload = "heard"}};
  second.messages = {{.at = 2, .sent = true, .payload = "said"}};
  Trace trace;
  trace.entries = {first, second};
  expect_eq(order_of(trace), std::string("? ? ! ! said heard "));
}

PHX_TEST("an event dated before its connection's request happens with the request") {
  Trace trace = with_messages("");
  trace.entries.front().happenings = {{.at = 1, .kind = Happening::Kind::fin}};
  const std::vector<Step> steps = timeline(trace);
  expect(steps.front().kind == Step::Kind::request, "the request comes first");
}

PHX_TEST("a file can't expand beyond memory") {
  const std::string filling =
      R"({"type":"send","time":1,"opcode":1,"_fill":{"at":0,"with":"x","times":32000000}})";
  std::string messages = filling;
  for (int i = 1; i < 9; ++i) messages += "," + filling;
  expect_eq(
      complaint(before + messages + after),
      std::string("log.entries[0]._webSocketMessages[8]._fill.times: expected a number from 0 "
                  "to 0, got 32000000"));
}

PHX_TEST("steps are named by a number or a range") {
  expect(parse_range("2-5")->holds(5) && !parse_range("2-5")->holds(6), "to the last one");
  expect(parse_range("3")->holds(3) && !parse_range("3")->holds(4), "one alone");
  expect(parse_range("4-")->holds(4'000), "without an end");
  expect(!parse_range("5-2") && !parse_range("0") && !parse_range("x"), "and nothing else");
}

}  // namespace
