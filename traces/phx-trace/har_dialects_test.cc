/// HAR as other tools write it: the same conversation comes out of every dialect.

#include <random>

#include "conformance/wire/json.h"
#include "testing/case.h"
#include "traces/phx-trace/har_foreign.h"
#include "traces/phx-trace/import.h"
#include "traces/phx-trace/show.h"

namespace phx::trace {
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
  std::string times[4] = {"1772359200.1", "1772359200.11", "1772359200.12", "1772359200.13"};
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
  std::string messages;
  for (int i = 0; i < 4; ++i) {
    messages += (i == 0 ? "{" : ",{") + (i % 2 == 0 ? dialect.sent : dialect.received) +
                member("time", dialect.times[i]) +
                (dialect.opcode.empty() ? "" : "," + dialect.opcode) +
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

/// As it is told, without times.
std::string told(const std::string& file) { return shown(read_har(file), {}); }

const std::string& as_chrome_tells_it() {
  static const std::string told_by_chrome = told(file_of({}));
  return told_by_chrome;
}

/// Each way in which a tool departs from Chrome: `change` makes a dialect of it.
struct Departure {
  const char* of;
  std::function<void(Dialect&)> change;
};

std::function<void(Dialect&)> times(std::array<const char*, 4> four) {
  return [four](Dialect& dialect) { std::copy(four.begin(), four.end(), dialect.times); };
}
std::function<void(Dialect&)> all_times(const char* same) {
  return times({same, same, same, same});
}
std::function<void(Dialect&)> words(const char* sent, const char* received) {
  return [=](Dialect& dialect) { dialect.sent = sent, dialect.received = received; };
}
template <class Member>
std::function<void(Dialect&)> set(Member member, const char* value) {
  return [=](Dialect& dialect) { dialect.*member = value; };
}

/// Departures of one kind exclude each other; those of different kinds go together.
using Kinds = std::vector<std::vector<Departure>>;

std::vector<Departure> departures_of_times() {
  return {
      {"seconds", [](Dialect&) {}},
      {"milliseconds", times({"1772359200100", "1772359200110", "1772359200120", "1772359200130"})},
      {"microseconds",
       times({"1772359200100000", "1772359200110000", "1772359200120000", "1772359200130000"})},
      {"nanoseconds", times({"1772359200100000000", "1772359200110000000", "1772359200120000000",
                             "1772359200130000000"})},
      {"a number in a string",
       times({"\"1772359200.1\"", "\"1772359200.11\"", "\"1772359200.12\"", "\"1772359200.13\""})},
      {"ISO", times({R"("2026-03-01T10:00:00.100Z")", R"("2026-03-01T10:00:00.110Z")",
                     R"("2026-03-01T10:00:00.120Z")", R"("2026-03-01T10:00:00.130Z")"})},
      {"ISO without a zone", times({R"("2026-03-01T10:00:00.100")", R"("2026-03-01 10:00:00.110")",
                                    R"("2026-03-01T10:00:00,120")", R"("2026-03-01T10:00:01")"})},
      {"seconds of a clock that began later", times({"812.1", "812.11", "812.12", "812.13"})},
      {"milliseconds since the request", times({"100", "110", "120", "2130"})},
      {"a clock 25 ms behind",
       times({"1772359199.975", "1772359199.985", "1772359200.01", "1772359200.02"})},
      {"a clock five hours ahead",
       times({"1772377200.1", "1772377200.11", "1772377200.12", "1772377200.13"})},
      {"times out of order",
       times({"1772359200.4", "1772359200.3", "1772359200.2", "1772359200.1"})},
      {"one time that is not one", times({"1772359200.1", "-1", "null", "\"soon\""})},
      {"-1", all_times("-1")},
      {"null", all_times("null")},
      {"none", all_times("")}};
}

Kinds departures_of_messages() {
  return {
      departures_of_times(),
      {{"send and receive", [](Dialect&) {}},
       {"request and response", words(R"("type":"request")", R"("type":"response")")},
       {"sent and received", words(R"("type":"sent")", R"("type":"received")")},
       {"SEND and RECEIVE", words(R"("type":"SEND")", R"("type":"RECEIVE")")},
       {"outgoing and incoming", words(R"("direction":"outgoing")", R"("direction":"incoming")")},
       {"client_to_server", words(R"("dir":"client_to_server")", R"("dir":"server_to_client")")},
       {"from", words(R"("from":"client")", R"("from":"server")")},
       {"fromClient", words(R"("fromClient":true)", R"("fromClient":false)")},
       {"a type that is the opcode",
        words(R"("type":"text","direction":"out")", R"("type":"text","direction":"in")")}},
      {{"1", [](Dialect&) {}},
       {"no opcode", set(&Dialect::opcode, "")},
       {"a digit in a string", set(&Dialect::opcode, R"("opcode":"1")")},
       {"a word", set(&Dialect::opcode, R"("opcode":"TEXT")")},
       {"a null", set(&Dialect::opcode, R"("opcode":null)")},
       {"isBinary", set(&Dialect::opcode, R"("isBinary":false)")}},
      {{"_webSocketMessages", [](Dialect&) {}},
       {"_webSocketFrames", set(&Dialect::list, "_webSocketFrames")},
       {"webSocketMessages", set(&Dialect::list, "webSocketMessages")}},
      {{"data", [](Dialect&) {}},
       {"payload", set(&Dialect::data, "payload")},
       {"payloadData", set(&Dialect::data, "payloadData")}}};
}

Kinds departures_of_entries() {
  return {
      {{"ws", [](Dialect&) {}},
       {"wss", set(&Dialect::url, R"("wss://localhost:4000/socket/websocket?vsn=2.0.0")")},
       {"http", set(&Dialect::url, R"("http://localhost:4000/socket/websocket?vsn=2.0.0#x")")},
       {"a path alone", set(&Dialect::url, R"("/socket/websocket?vsn=2.0.0")")},
       {"a user", set(&Dialect::url, R"("ws://me:pw@localhost:4000/socket/websocket?vsn=2.0.0")")}},
      {{"101", [](Dialect&) {}},
       {"101 in a string", set(&Dialect::response, R"({"status":"101","statusText":null})")},
       {"200", set(&Dialect::response, R"({"status":200,"statusText":"OK","headers":[]})")},
       {"0", set(&Dialect::response, R"({"status":0,"statusText":"","content":{}})")},
       {"-1", set(&Dialect::response, R"({"status":-1,"statusText":""})")},
       {"null", set(&Dialect::response, "null")},
       {"no response", set(&Dialect::response, "")}},
      {{"GET", [](Dialect&) {}},
       {"CONNECT", set(&Dialect::method, R"("CONNECT")")},
       {"no method", set(&Dialect::method, "")}},
      {{"a list", [](Dialect&) {}},
       {"no headers", set(&Dialect::request_headers, "")},
       {"an empty list", set(&Dialect::request_headers, "[]")},
       {"an object", set(&Dialect::request_headers, R"({"Host":"localhost:4000","X":null})")},
       {"HTTP/2's", set(&Dialect::request_headers,
                        R"([{"name":":authority","value":"localhost:4000"},{"name":":method"}])")}},
      {{"websocket", [](Dialect&) {}},
       {"null", set(&Dialect::resource_type, "null")},
       {"none", set(&Dialect::resource_type, "")},
       {"other", set(&Dialect::resource_type, R"("other")")}},
      {{"UTC", [](Dialect&) {}},
       {"a zone", set(&Dialect::started, R"("2026-03-01T11:00:00.000+01:00")")},
       {"no zone", set(&Dialect::started, R"("2026-03-01T10:00:00")")},
       {"seven decimals", set(&Dialect::started, R"("2026-03-01T05:00:00.0000000-05:00")")},
       {"milliseconds", set(&Dialect::started, "1772359200000")},
       {"an empty string", set(&Dialect::started, R"("")")},
       {"null", set(&Dialect::started, "null")},
       {"none", set(&Dialect::started, "")}},
      {{"a length", [](Dialect&) {}},
       {"-1", set(&Dialect::time, "-1")},
       {"null", set(&Dialect::time, "null")},
       {"none", set(&Dialect::time, "")},
       {"a string", set(&Dialect::time, "\"12.5\"")}}};
}

const Kinds& departures() {
  static const Kinds kinds = [] {
    Kinds all = departures_of_messages();
    for (auto& kind : departures_of_entries()) all.push_back(std::move(kind));
    return all;
  }();
  return kinds;
}

TEST("every dialect of a file tells the same conversation") {
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

TEST("so do a thousand mixtures of dialects, and they are imported as they are told") {
  std::mt19937 random(11);  // NOLINT: the same mixtures each time
  for (int i = 0; i < 1'000; ++i) {
    Dialect dialect;
    std::string mixture;
    for (const auto& kind : departures()) {
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

TEST("how long things took is kept, whatever the unit") {
  for (const char* unit : {"milliseconds", "microseconds", "ISO",
                           "seconds of a clock that began later", "a clock five hours ahead"}) {
    Dialect dialect;
    for (const Departure& departure : departures().front()) {
      if (std::string_view(departure.of) == unit) departure.change(dialect);
    }
    const Trace trace = read_har(file_of(dialect));
    const auto& messages = trace.entries.front().messages;
    const double took = messages[3].at - messages[0].at;
    testing::expect(took > 0.029 && took < 0.031, std::string(unit) + " keep 30 ms");
  }
}

}  // namespace
}  // namespace phx::trace
