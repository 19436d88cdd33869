/// What is a secret, and where it is replaced.

#include "traces/phx-trace/redact.h"

#include "testing/case.h"

namespace phx::trace {
namespace {

using testing::expect;
using testing::expect_eq;

constexpr const char* session = "SFMyNTY.a-session-token.signed";

/// A file of one entry: URL, headers, and one message.
std::string redacted(const std::string& url, const std::string& headers, const std::string& data) {
  Value file = Value::parse(R"({"log":{"entries":[{"request":{"method":"GET","url":")" + url +
                            R"(","headers":[)" + headers +
                            R"(]},"response":{"status":200},"_webSocketMessages":[{"data":)" +
                            data + R"(}]}]}})");
  redact(file);
  return file.pretty();
}

bool holds(const std::string& text, std::string_view what) { return text.find(what) != text.npos; }

TEST("a token in the query becomes a name, and other parameters stay") {
  const std::string text =
      redacted("ws://h/socket/websocket?vsn=2.0.0&token=hunter2!!&x=1", "", "\"\"");
  expect(holds(text, "vsn=2.0.0&token=REDACTED-1&x=1"), text);
}

TEST("one secret has one name, wherever it stands") {
  const std::string text =
      redacted(std::string("http://h/longpoll?token=") + session, "",
               std::string(R"("{\"status\":200,\"token\":\")") + session + R"(\"}")");
  expect(!holds(text, session), text);
  expect(holds(text, R"(\"token\":\"REDACTED-1\")") && !holds(text, "REDACTED-2"), text);
}

TEST("authorization and cookies are taken out, and a user agent is not") {
  const std::string text = redacted("http://h/longpoll",
                                    R"({"name":"Authorization","value":"Bearer abc"},
                                       {"name":"COOKIE","value":"a=b"},
                                       {"name":"User-Agent","value":"me"})",
                                    "\"\"");
  expect(!holds(text, "Bearer abc") && !holds(text, "a=b") && holds(text, "\"me\""), text);
}

TEST("a sub-protocol's token is taken out, also where the server says it decoded") {
  const std::string text = redacted(
      "ws://h/websocket",
      R"({"name":"Sec-WebSocket-Protocol","value":"phoenix, base64url.bearer.phx.bXktb3duLXNlY3JldA"})",
      R"("[\"1\",\"1\",\"t\",\"phx_reply\",{\"said\":\"my-own-secret\"}]")");
  expect(!holds(text, "bXktb3duLXNlY3JldA") && !holds(text, "my-own-secret"), text);
  expect(holds(text, "base64url.bearer.phx.UkVEQUNURUQtMQ"), text);
}

TEST("a password in a join is taken out, at any depth, and the rest keeps its order") {
  const std::string text = redacted(
      "ws://h/websocket", "",
      R"("[\"1\",\"1\",\"room:a\",\"phx_join\",{\"z\":1,\"user\":{\"Pass-Word\":\"me\",\"access_token\":\"x\"},\"a\":2}]")");
  expect(!holds(text, R"(\"me\")") && !holds(text, R"(\"x\")"), text);
  expect(holds(text, R"({\"z\":1,\"user\":{\"Pass-Word\":\"REDACTED-1\")"), text);
}

TEST("what is redacted already stays as it is") {
  Value file = Value::parse(
      R"({"log":{"entries":[{"request":{"url":"ws://h/?token=REDACTED-1"},"response":{}}]}})");
  expect_eq(redact(file), std::size_t{0});
}

TEST("names that are secrets") {
  for (const char* name : {"token", "Access_Token", "api-key", "PASSWORD", "jwt"}) {
    expect(is_secret_name(name), name);
  }
  for (const char* name : {"topic", "name", "tokens_left", "ref"}) {
    expect(!is_secret_name(name), name);
  }
}

}  // namespace
}  // namespace phx::trace
