/// What an import keeps of a file, and its report on the rest.

#include "traces/phx-trace/import.h"

#include "testing/case.h"
#include "traces/phx-trace/show.h"

using namespace phx;
using namespace phx::trace;

namespace {

using testing::expect;
using testing::expect_eq;
using testing::expect_throw;

/// As shown, without times.
std::string told(const std::string& file) { return shown(read_har(file), {}); }

std::string entries(const std::string& list) {
  return R"({"log":{"creator":{"name":"x"},"entries":[)" + list + "]}}";
}

constexpr const char* socket_entry =
    R"({"startedDateTime":"2026-03-01T10:00:00Z","request":{"method":"GET","url":"ws://h/websocket"},)"
    R"("response":{"status":101},"_webSocketMessages":[{"type":"send","data":"x"}]})";

std::string with_response(const std::string& response) {
  return R"({"startedDateTime":"2026-03-01T10:00:00Z","request":{"method":"GET","url":"ws://h/websocket"},)"
         R"("_resourceType":"websocket","response":)" +
         response + "}";
}

std::string report(const std::string& list) { return import_har(read_har(entries(list))).report; }

PHX_TEST("a request without an answer is left out and counted") {
  expect_eq(report(std::string(socket_entry) + R"(,{"request":{"url":"http://h/x"}})" +
                   R"(,{"request":{"url":"http://h/y"},"response":null})"),
            std::string("kept 1 websocket with 1 message, and 0 long-poll requests; "
                        "2 requests without an answer were left out"));
}

PHX_TEST("a websocket with status 0 or -1 has no answer") {
  for (const char* status : {"0", "-1"}) {
    const std::string entry = with_response(std::string(R"({"status":)") + status + "}");
    expect_eq(
        told(entries(entry)),
        std::string("1 → GET /websocket                                            asks for a "
                    "websocket that speaks V1\n"
                    "2 → (no answer)                                               no answer "
                    "came\n"));
    expect_eq(report(entry), std::string("kept 1 websocket with 0 messages, and 0 long-poll "
                                         "requests; no answer came to 1 websocket"));
  }
}

PHX_TEST("a websocket without messages, or with an empty list of them, is silent") {
  for (const char* list : {"", R"(,"_webSocketMessages":[])", R"(,"_webSocketMessages":null)"}) {
    std::string entry = with_response(R"({"status":101})");
    entry.insert(entry.size() - 1, list);
    expect_eq(report(entry),
              std::string("kept 1 websocket with 0 messages, and 0 long-poll requests; of 1 "
                          "websocket the file has no messages: export from Chrome \"with "
                          "sensitive data\", or record with phx-trace record"));
  }
}

PHX_TEST("a socket that is listed twice with the same request and times counts once") {
  const std::string once = socket_entry;
  const Trace trace = read_har(entries(once + "," + once));
  expect_eq(trace.entries.size(), std::size_t{1});
  expect_eq(trace.remarks.sentences().front(),
            std::string("1 websocket that is listed twice counts once"));
  std::string later = once;
  later.replace(later.find("10:00:00"), 8, "10:00:01");
  expect_eq(read_har(entries(once + "," + later)).entries.size(), std::size_t{2});
}

PHX_TEST("parts that can't be read are left out and counted, and the rest is read") {
  const std::string bad_message =
      std::string(socket_entry)
          .insert(
              std::string_view(socket_entry).find("[{\"type") + 1,
              R"({"data":"whose?"},{"type":"send","opcode":99,"data":""},7,{"type":"error","data":"e"},{"type":"send","data":null},)");
  const Trace trace =
      read_har(entries(bad_message + R"(,"x",{"request":5},{"request":{"url":""}})"));
  expect_eq(trace.entries.size(), std::size_t{1});
  expect_eq(trace.entries.front().messages.size(), std::size_t{1});
  expect_eq(
      fmt::format("{}", fmt::join(trace.remarks.sentences(), "\n")),
      std::string(
          "4 messages that can't be read were left out (log.entries[0]._webSocketMessages[0]: "
          "expected \"type\": \"send\" or \"receive\", and it does not say)\n"
          "1 error that the browser noted was left out\n"
          "3 requests that can't be read were left out (log.entries[1]: expected an object with "
          "\"time\", got a string)"));
}

PHX_TEST("the newest first, or the oldest first: the times give the order") {
  const std::string poll =
      R"(,"request":{"url":"http://h/longpoll"},"response":{"status":200,"content":{"text":"x"}}})";
  const Trace trace = read_har(entries(R"({"startedDateTime":"2026-03-01T10:00:02Z")" + poll +
                                       R"(,{"startedDateTime":"2026-03-01T10:00:01Z")" + poll));
  expect(trace.entries[0].asked < trace.entries[1].asked, "the oldest first");
}

PHX_TEST("other kinds are left out, and named") {
  expect_eq(
      report(
          std::string(socket_entry) +
          R"(,{"_resourceType":"script","request":{"url":"http://h/a"},"response":{"status":200}})"
          R"(,{"request":{"url":"http://h/b"},"response":{"status":200}})"),
      std::string("kept 1 websocket with 1 message, and 0 long-poll requests; left out 1 "
                  "other, 1 script"));
}

PHX_TEST("without a conversation, the import says what there was") {
  const std::string file = entries(
      R"({"request":{"url":"http://h/"},"response":{"status":200}},{"request":{"url":"/"}})");
  expect_eq(expect_throw<BadFile>([&] { import_har(read_har(file)); }),
            std::string("expected a websocket or a long-poll among the 1 request, and there is "
                        "none; 1 request without an answer was left out"));
}

PHX_TEST("two sockets without a time are both kept") {
  const std::string socket =
      R"({"request":{"url":"ws://h/websocket"},"response":{"status":101},"_webSocketMessages":[{"type":"send","data":"x"}]})";
  expect_eq(read_har(entries(socket + "," + socket)).entries.size(), std::size_t{2});
}

PHX_TEST("an imported file is our own, and names its origin") {
  const std::string text = import_har(read_har(entries(socket_entry))).file.pretty();
  const Trace again = read_har(text);
  expect(!again.whole && again.remarks.empty(), "it has no control frames, and is read whole");
  expect_eq(again.imported_from, std::string("x "));
  expect_eq(again.entries.front().origin, std::string("ws://h"));
}

}  // namespace
