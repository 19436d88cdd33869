/// HAR as other tools write it: every dialect gives the same conversation.

#include <array>
#include <random>

#include "conformance/suite/wire/json.h"
#include "testing/case.h"
#include "traces/phx-trace/har_foreign.h"
#include "traces/phx-trace/import.h"
#include "traces/phx-trace/show.h"

using namespace phx;
using namespace phx::trace;

namespace {

/// An entry of a file, each member as JSON; an empty member is left out.
struct Dialect {
  std::string started = R"("2026-03-01T10:00:00.000Z")";
  std::string time = "500";
  std::string method = R"("GET")";
  std::string url = R"("ws://localhost:4000/socket/websocket?vsn=2.0.0")";
  std::string request_headers = R"([{"name":"Host","value":"localhost:4000"}])";
  std::string response = R"({"status":101,"statusText":"Switching Protocols","headers":[]})";
  std::string resource_type = R"("websocket")";
  std::string list = "_webSocketMessages";
  std::string first = "1772359200.1";  // the messages' times
  std::string second = "1772359200.11";
  std::string third = "1772359200.12";
  std::string fourth = "1772359200.13";
  std::string sent = R"("type":"send")";
  std::string received = R"("type":"receive")";
  std::string opcode = R"("opcode":1)";
  std::string data = "data";
};

constexpr const char* texts[] = {
    R"(["1","1","room:a","phx_join",{}])",
    R"(["1","1","room:a","phx_reply",{"status":"ok","response":{}}])",
    R"(["1","2","room:a","ping",{"n":1}])",
    R"(["1","2","room:a","phx_reply",{"status":"ok","response":{"n":1}}])"};

std::string member(const std::string& name, const std::string& value) {
  return value.empty() ? "" : ",\"" + name + "\":" + value;
}

std::string file_of(const Dialect& dialect) {
  const std::array times = {dialect.first, dialect.second, dialect.third, dialect.fourth};
  std::string messages;
  for (std::size_t i = 0; i < times.size(); ++i) {
    messages += (i == 0 ? "{" : ",{") + (i % 2 == 0 ? dialect.sent : dialect.received) +
                member("time", times[i]) + (dialect.opcode.empty() ? "" : "," + dialect.opcode) +
                member(dialect.data, conformance::as_json(texts[i])) + "}";
  }
  std::string entry =
      R"({"cache":{})" + member("startedDateTime", dialect.started) + member("time", dialect.time) +
      R"(,"request":{"httpVersion":"http/1.1")" + member("method", dialect.method) +
      member("url", dialect.url) + member("headers", dialect.request_headers) + "}" +
      member("response", dialect.response) + member("_resourceType", dialect.resource_type) +
      member(dialect.list, "[" + messages + "]") + "}";
  return R"({"log":{"version":"1.2","creator":{"name":"x","version":"1"},"pages":[],"entries":[)" +
         entry + "]}}";
}

/// As shown, without times.
std::string told(const std::string& file) { return shown(read_har(file), {}); }

const std::string& as_chrome_tells_it() {
  static const std::string told_by_chrome = told(file_of({}));
  return told_by_chrome;
}

/// A tool's departure from Chrome: these members differ.
struct Departure {
  const char* of;
  std::vector<std::pair<std::string Dialect::*, const char*>> members;

  void change(Dialect& dialect) const {
    for (const auto& [member, value] : members) dialect.*member = value;
  }
};

Departure times(const char* of, std::array<const char*, 4> four) {
  return {of,
          {{&Dialect::first, four[0]},
           {&Dialect::second, four[1]},
           {&Dialect::third, four[2]},
           {&Dialect::fourth, four[3]}}};
}
Departure all_times(const char* of, const char* same) {
  return times(of, {same, same, same, same});
}
Departure words(const char* of, const char* sent, const char* received) {
  return {of, {{&Dialect::sent, sent}, {&Dialect::received, received}}};
}
Departure set(const char* of, std::string Dialect::*member, const char* value) {
  return {of, {{member, value}}};
}

/// Departures of one kind exclude each other; those of different kinds go together.
using Kinds = std::vector<std::vector<Departure>>;

std::vector<Departure> departures_of_times() {
  return {
      {"seconds", {}},
      times("milliseconds", {"1772359200100", "1772359200110", "1772359200120", "1772359200130"}),
      times("microseconds",
            {"1772359200100000", "1772359200110000", "1772359200120000", "1772359200130000"}),
      times("nanoseconds", {"1772359200100000000", "1772359200110000000", "1772359200120000000",
                            "1772359200130000000"}),
      times("a number in a string",
            {"\"1772359200.1\"", "\"1772359200.11\"", "\"1772359200.12\"", "\"1772359200.13\""}),
      times("ISO", {R"("2026-03-01T10:00:00.100Z")", R"("2026-03-01T10:00:00.110Z")",
                    R"("2026-03-01T10:00:00.120Z")", R"("2026-03-01T10:00:00.130Z")"}),
      times("ISO without a zone", {R"("2026-03-01T10:00:00.100")", R"("2026-03-01 10:00:00.110")",
                                   R"("2026-03-01T10:00:00,120")", R"("2026-03-01T10:00:01")"}),
      times("seconds of a clock that began later", {"812.1", "812.11", "812.12", "812.13"}),
      times("milliseconds since the request", {"100", "110", "120", "2130"}),
      times("a clock 25 ms behind",
            {"1772359199.975", "1772359199.985", "1772359200.01", "1772359200.02"}),
      times("a clock five hours ahead",
            {"1772377200.1", "1772377200.11", "1772377200.12", "1772377200.13"}),
      times("times out of order", {"1772359200.4", "1772359200.3", "1772359200.2", "1772359200.1"}),
      times("one time that is not one", {"1772359200.1", "-1", "null", "\"soon\""}),
      all_times("-1", "-1"),
      all_times("null", "null"),
      all_times("none", "")};
}

Kinds departures_of_messages() {
  return {departures_of_times(),
          {{"send and receive", {}},
           words("request and response", R"("type":"request")", R"("type":"response")"),
           words("sent and received", R"("type":"sent")", R"("type":"received")"),
           words("SEND and RECEIVE", R"("type":"SEND")", R"("type":"RECEIVE")"),
           words("outgoing and incoming", R"("direction":"outgoing")", R"("direction":"incoming")"),
           words("client_to_server", R"("dir":"client_to_server")", R"("dir":"server_to_client")"),
           words("from", R"("from":"client")", R"("from":"server")"),
           words("fromClient", R"("fromClient":true)", R"("fromClient":false)"),
           words("a type that is the opcode", R"("type":"text","direction":"out")",
                 R"("type":"text","direction":"in")")},
          {{"1", {}},
           set("no opcode", &Dialect::opcode, ""),
           set("a digit in a string", &Dialect::opcode, R"("opcode":"1")"),
           set("a word", &Dialect::opcode, R"("opcode":"TEXT")"),
           set("a null", &Dialect::opcode, R"("opcode":null)"),
           set("isBinary", &Dialect::opcode, R"("isBinary":false)")},
          {{"_webSocketMessages", {}},
           set("_webSocketFrames", &Dialect::list, "_webSocketFrames"),
           set("webSocketMessages", &Dialect::list, "webSocketMessages")},
          {{"data", {}},
           set("payload", &Dialect::data, "payload"),
           set("payloadData", &Dialect::data, "payloadData")}};
}

Kinds departures_of_entries() {
  return {
      {{"ws", {}},
       set("wss", &Dialect::url, R"("wss://localhost:4000/socket/websocket?vsn=2.0.0")"),
       set("http", &Dialect::url, R"("http://localhost:4000/socket/websocket?vsn=2.0.0#x")"),
       set("a path alone", &Dialect::url, R"("/socket/websocket?vsn=2.0.0")"),
       set("a user", &Dialect::url, R"("ws://me:pw@localhost:4000/socket/websocket?vsn=2.0.0")")},
      {{"101", {}},
       set("101 in a string", &Dialect::response, R"({"status":"101","statusText":null})"),
       set("200", &Dialect::response, R"({"status":200,"statusText":"OK","headers":[]})"),
       set("0", &Dialect::response, R"({"status":0,"statusText":"","content":{}})"),
       set("-1", &Dialect::response, R"({"status":-1,"statusText":""})"),
       set("null", &Dialect::response, "null"),
       set("no response", &Dialect::response, "")},
      {{"GET", {}},
       set("CONNECT", &Dialect::method, R"("CONNECT")"),
       set("no method", &Dialect::method, "")},
      {{"a list", {}},
       set("no headers", &Dialect::request_headers, ""),
       set("an empty list", &Dialect::request_headers, "[]"),
       set("an object", &Dialect::request_headers, R"({"Host":"localhost:4000","X":null})"),
       set("HTTP/2's", &Dialect::request_headers,
           R"([{"name":":authority","value":"localhost:4000"},{"name":":method"}])")},
      {{"websocket", {}},
       set("null", &Dialect::resource_type, "null"),
       set("none", &Dialect::resource_type, ""),
       set("other", &Dialect::resource_type, R"("other")")},
      {{"UTC", {}},
       set("a zone", &Dialect::started, R"("2026-03-01T11:00:00.000+01:00")"),
       set("no zone", &Dialect::started, R"("2026-03-01T10:00:00")"),
       set("seven decimals", &Dialect::started, R"("2026-03-01T05:00:00.0000000-05:00")"),
       set("milliseconds", &Dialect::started, "1772359200000"),
       set("an empty string", &Dialect::started, R"("")"),
       set("null", &Dialect::started, "null"),
       set("none", &Dialect::started, "")},
      {{"a length", {}},
       set("-1", &Dialect::time, "-1"),
       set("null", &Dialect::time, "null"),
       set("none", &Dialect::time, ""),
       set("a string", &Dialect::time, "\"12.5\"")}};
}

Kinds departures() {
  Kinds all = departures_of_messages();
  for (auto& kind : departures_of_entries()) all.push_back(std::move(kind));
  return all;
}

PHX_TEST("every dialect of a file gives the same conversation") {
  for (const auto& kind : departures()) {
    for (const Departure& departure : kind) {
      Dialect dialect;
      departure.change(dialect);
      const std::string file = file_of(dialect);
      testing::expect(told(file) == as_chrome_tells_it(),
                      std::string(departure.of) + " is understood, and not as\n" + told(file));
    }
  }
}

PHX_TEST("so do a thousand mixtures of dialects, and they are imported as shown") {
  std::mt19937 random(11);  // NOLINT: the same mixtures each time
  const Kinds kinds = departures();
  for (int i = 0; i < 1'000; ++i) {
    Dialect dialect;
    std::string mixture;
    for (const auto& kind : kinds) {
      const Departure& departure = kind[random() % kind.size()];
      departure.change(dialect);
      mixture += std::string(departure.of) + ", ";
    }
    const std::string file = file_of(dialect);
    testing::expect(told(file) == as_chrome_tells_it(),
                    mixture + "is understood, and not as\n" + told(file));
    const std::string imported = import_har(read_har(file)).file.pretty();
    testing::expect(told(imported) == as_chrome_tells_it(), mixture + "is imported");
  }
}

PHX_TEST("durations are kept, whatever the unit") {
  for (const char* unit : {"milliseconds", "microseconds", "ISO",
                           "seconds of a clock that began later", "a clock five hours ahead"}) {
    Dialect dialect;
    for (const Departure& departure : departures_of_times()) {
      if (std::string_view(departure.of) == unit) departure.change(dialect);
    }
    const Trace trace = read_har(file_of(dialect));
    const auto& messages = trace.entries.front().messages;
    const double took = messages[3].at - messages[0].at;
    testing::expect(took > 0.029 && took < 0.031, std::string(unit) + " keep 30 ms");
  }
}

}  // namespace
