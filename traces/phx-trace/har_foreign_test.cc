/// Parts of other tools' files: bytes, bodies, polls, files beside them.

#include "traces/phx-trace/har_foreign.h"

#include "conformance/suite/wire/json.h"
#include "testing/case.h"
#include "traces/phx-trace/timeline.h"

using namespace phx;
using namespace phx::trace;

namespace {

using conformance::Opcode;
using testing::expect;
using testing::expect_eq;

std::string entries(const std::string& list) {
  return R"({"log":{"creator":{"name":"x"},"entries":[)" + list + "]}}";
}

std::string with_response(const std::string& response) {
  return R"({"startedDateTime":"2026-03-01T10:00:00Z","request":{"method":"GET","url":"ws://h/websocket"},)"
         R"("_resourceType":"websocket","response":)" +
         response + "}";
}

Message only_message(const std::string& members) {
  std::string entry = with_response(R"({"status":101})");
  entry.insert(entry.size() - 1, R"(,"_webSocketMessages":[{"type":"send",)" + members + "}]");
  const Trace trace = read_har(entries(entry));
  expect_eq(trace.entries.front().messages.size(), std::size_t{1});
  return trace.entries.front().messages.front();
}

PHX_TEST("data that is not text is base64 of either alphabet, or plain bytes") {
  const std::string bytes("\x00\x01\xff\xfe", 4);
  for (const char* data :
       {R"("opcode":2,"data":"AAH//g==")", R"("opcode":2,"data":"AAH__g")",
        R"("opcode":"binary","data":"AAH/\n/g==\n")", R"("opcode":2,"data":[0,1,255,254])",
        R"("opcode":2,"data":{"type":"Buffer","data":[0,1,255,254]})",
        R"("opcode":1,"encoding":"base64","data":"AAH//g==")"}) {
    expect_eq(only_message(data).payload, bytes);
  }
  expect_eq(only_message(R"("opcode":2,"data":"\u0000not base64")").payload,
            std::string("\0not base64", 11));
  expect(only_message(R"("isBinary":true,"data":"AA==")").opcode == Opcode::binary, "binary");
}

PHX_TEST("a text that a tool has parsed is JSON again") {
  expect_eq(only_message(R"("data":["1", null, {"a": 1}])").payload,
            std::string(R"(["1",null,{"a":1}])"));
}

PHX_TEST("fragments that are listed one by one are joined") {
  std::string entry = with_response(R"({"status":101})");
  entry.insert(entry.size() - 1,
               R"(,"_webSocketMessages":[{"type":"send","data":"a"},{"type":"receive","data":"x"},)"
               R"({"type":"send","opcode":0,"data":"Yg=="}])");
  const Trace trace = read_har(entries(entry));
  expect_eq(trace.entries.front().messages.size(), std::size_t{2});
  expect_eq(trace.entries.front().messages[0].payload, std::string("ab"));
}

Entry poll(const std::string& request, const std::string& response) {
  const Trace trace = read_har(entries(
      R"({"startedDateTime":"2026-03-01T10:00:00Z","request":{"method":"POST","url":"https://h/longpoll")" +
      request + R"(},"response":{"status":200)" + response + "}}"));
  expect_eq(trace.entries.size(), std::size_t{1});
  return trace.entries.front();
}

PHX_TEST("a body is text, base64, or a form's fields") {
  const std::string body = R"(["1","1","a","b",{}])";
  const std::string quoted = conformance::as_json(body);
  for (const std::string& posted :
       {R"("text":)" + quoted, R"("params":[],"text":)" + quoted,
        std::string(R"("text":"WyIxIiwiMSIsImEiLCJiIix7fV0=","encoding":"base64")"),
        R"("params":[{"name":)" + quoted + R"(,"value":""}])"}) {
    expect_eq(poll(R"(,"postData":{)" + posted + "}", "").request.body, body);
  }
  expect_eq(
      poll(R"(,"postData":{"params":[{"name":"a b","value":"&"},{"name":"c"}]})", "").request.body,
      std::string("a%20b=%26&c="));
}

PHX_TEST("a body that the file lacks is known to be missing") {
  expect(!poll("", R"(,"content":{"size":2,"text":"{}"})").body_is_missing, "it is there");
  expect(!poll("", R"(,"content":{"size":0})").body_is_missing, "it was empty");
  expect(poll("", R"(,"content":{"size":2,"comment":"discarded"})").body_is_missing, "left out");
  expect(poll("", "").body_is_missing, "not there at all");
}

PHX_TEST("a header of several lines becomes several headers, and an invalid one is left out") {
  const Entry entry = poll(R"(,"headers":[{"name":":path","value":"/"},{"name":"A","value":"1\n2"},
                             {"name":"B C","value":"x"},{"name":"D","value":"x\ry"}])",
                           "");
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"Host", "h"}, {"A", "1"}, {"A", "2"}, {"D", "xy"}};
  expect_eq(entry.request.headers, headers);
}

PHX_TEST("characters that a request line can't contain are percent-encoded") {
  const Trace trace = read_har(entries(
      R"({"request":{"url":"http://h/longpoll?a=b c\r\nX: y&d=é"},"response":{"status":200}})"));
  expect_eq(trace.entries.front().request.target,
            std::string("/longpoll?a=b%20c%0D%0AX:%20y&d=%C3%A9"));
}

std::string a_poll(const char* method, const char* at, const char* token, const char* given) {
  return fmt::format(
      R"({{"startedDateTime":"2026-03-01T10:00:0{}Z","time":-1,"request":{{"method":"{}",)"
      R"("url":"http://h/longpoll?token=of-the-app&token={}"}},)"
      R"("response":{{"status":200,"content":{{"text":"{{\"status\":200,\"token\":\"{}\"}}"}}}}}})",
      at, method, token, given);
}

PHX_TEST("a poll is open until the next one, and a token is given before it is used") {
  const Trace trace =
      read_har(entries(a_poll("GET", "1", "", "s") + "," + a_poll("POST", "2", "s", "s") + "," +
                       a_poll("GET", "2", "s", "s") + "," + a_poll("POST", "3", "s", "s") + "," +
                       a_poll("GET", "4", "s", "s")));
  std::string order;
  for (const Step& step : timeline(trace)) {
    const auto number = step.entry - trace.entries.data();
    order += fmt::format("{}{} ", step.by_server ? "!" : "?", number);
  }
  expect_eq(order, std::string("?0 !0 ?1 ?2 !1 ?3 !3 !2 ?4 !4 "));
  for (const Entry& entry : trace.entries) expect_eq(entry.connection, std::string("poll"));
}

PHX_TEST("messages and bodies beside the file are read with it") {
  const std::string socket =
      with_response(R"({"status":-1,"content":{"size":-1,"_file":"0a.jsonl"}})");
  const std::string longpoll =
      R"({"request":{"url":"http://h/longpoll","postData":{"text":"","_file":"0c.dat"}},)"
      R"("response":{"status":200,"content":{"_file":"0b.json"}}})";
  const auto beside = [](const std::string& name) -> std::optional<std::string> {
    if (name == "0b.json") return R"({"status":204})";
    if (name == "0c.dat") return "posted";
    return "{\"type\":\"send\",\"time\":1772359200100,\"opcode\":1,\"data\":\"one\"}\n"
           "{\"type\":\"receive\",\"time\":1772359200200,\"opcode\":1,\"data\":\"two\"}\nrubbish\n";
  };
  const Trace trace = read_har(entries(socket + "," + longpoll), beside);
  expect_eq(trace.entries[0].messages.size(), std::size_t{2});
  expect_eq(trace.entries[0].messages[1].payload, std::string("two"));
  expect_eq(trace.entries[1].response->body, std::string(R"({"status":204})"));
  expect_eq(trace.entries[1].request.body, std::string("posted"));
  const auto remarks = read_har(entries(socket)).remarks.sentences();
  expect_eq(remarks.front(),
            std::string("1 file that belongs to the recording is not beside it (0a.jsonl)"));
}

}  // namespace
