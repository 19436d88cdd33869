/// Which texts are secrets, and where they are replaced.

#include "traces/phx-trace/redact.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::trace;

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

PHX_TEST("a token in the query becomes a name, and other parameters stay") {
  const std::string text =
      redacted("ws://h/socket/websocket?vsn=2.0.0&token=hunter2!!&x=1", "", "\"\"");
  expect(holds(text, "vsn=2.0.0&token=REDACTED-1&x=1"), text);
}

PHX_TEST("one secret has one name everywhere") {
  const std::string text =
      redacted(std::string("http://h/longpoll?token=") + session, "",
               std::string(R"("{\"status\":200,\"token\":\")") + session + R"(\"}")");
  expect(!holds(text, session), text);
  expect(holds(text, R"(\"token\":\"REDACTED-1\")") && !holds(text, "REDACTED-2"), text);
}

PHX_TEST("authorization and cookies are removed, and a user agent is not") {
  const std::string text = redacted("http://h/longpoll",
                                    R"({"name":"Authorization","value":"Bearer abc"},
                                       {"name":"COOKIE","value":"a=b"},
                                       {"name":"User-Agent","value":"me"})",
                                    "\"\"");
  expect(!holds(text, "Bearer abc") && !holds(text, "a=b") && holds(text, "\"me\""), text);
}

PHX_TEST("a sub-protocol's token is removed, even if the server sends it decoded") {
  const std::string text = redacted(
      "ws://h/websocket",
      R"({"name":"Sec-WebSocket-Protocol","value":"phoenix, base64url.bearer.phx.bXktb3duLXNlY3JldA"})",
      R"("[\"1\",\"1\",\"t\",\"phx_reply\",{\"said\":\"my-own-secret\"}]")");
  expect(!holds(text, "bXktb3duLXNlY3JldA") && !holds(text, "my-own-secret"), text);
  expect(holds(text, "base64url.bearer.phx.UkVEQUNURUQtMQ"), text);
}

PHX_TEST("a password in a join is removed at any depth, and the rest keeps its order") {
  const std::string text = redacted(
      "ws://h/websocket", "",
      R"("[\"1\",\"1\",\"room:a\",\"phx_join\",{\"z\":1,\"user\":{\"Pass-Word\":\"me\",\"access_token\":\"x\"},\"a\":2}]")");
  expect(!holds(text, R"(\"me\")") && !holds(text, R"(\"x\")"), text);
  expect(holds(text, R"({\"z\":1,\"user\":{\"Pass-Word\":\"REDACTED-1\")"), text);
}

PHX_TEST("a text that is already redacted stays as it is") {
  Value file = Value::parse(
      R"({"log":{"entries":[{"request":{"url":"ws://h/?token=REDACTED-1"},"response":{}}]}})");
  expect_eq(redact(file), std::size_t{0});
}

PHX_TEST("a secret's name contains a secret's word, in any case, with any separators") {
  for (const char* name : {"token",         "Access_Token", "guardianToken", "X-Amz-Security-Token",
                           "device_token",  "secret",       "clientSecret",  "PASSWORD",
                           "pass-word",     "user_pwd",     "passwd",        "pass",
                           "api-key",       "X-API-Key",    "apikey",        "auth",
                           "Authorization", "x-auth",       "sessionId",     "session",
                           "Set-Cookie",    "cookie",       "credentials",   "jwt",
                           "key",           "signature",    "user[password]"}) {
    expect(is_secret_name(name), name);
  }
  for (const char* name :
       {"topic", "name", "ref", "join_ref", "vsn", "Host", ":authority", "payload",
        "Sec-WebSocket-Key", "Sec-WebSocket-Accept", "phx_ref", "online_at", ""}) {
    expect(!is_secret_name(name), name);
  }
}

/// A file with these members in its one entry's request; \return it redacted, and the count.
std::pair<std::string, std::size_t> redacted_request(const std::string& members) {
  Value file = Value::parse(R"({"log":{"entries":[{"request":{"method":"POST","url":"http://h/",)" +
                            members + "}}]}}");
  const std::size_t count = redact(file);
  return {file.compact(), count};
}

void becomes(const std::string& members, const std::string& expected, std::size_t count) {
  const auto [text, found] = redacted_request(members);
  const std::string start = R"({"log":{"entries":[{"request":{"method":"POST","url":"http://h/",)";
  expect_eq(text, start + expected + "}}]}}");
  expect_eq(found, count);
}

PHX_TEST("secrets are removed from URLs in headers, forms, cookies and users in URLs") {
  becomes(
      R"("headers":[{"name":"Referer","value":"https://me:pw@h/?token=DDDD&x=1#pass=E%2BE"}])",
      R"("headers":[{"name":"Referer","value":"https://REDACTED-1@h/?token=REDACTED-2&x=1#pass=REDACTED-3"}])",
      3);
  becomes(R"("postData":{"text":"_csrf_token=AA&user%5Bpassword%5D=BB&x=1"})",
          R"("postData":{"text":"_csrf_token=REDACTED-1&user%5Bpassword%5D=REDACTED-2&x=1"})", 2);
  becomes(R"("postData":{"params":[{"name":"pwd","value":"AA"},{"name":"x","value":"1"}]})",
          R"("postData":{"params":[{"name":"pwd","value":"REDACTED-1"},{"name":"x","value":"1"}]})",
          1);
  becomes(R"("cookies":[{"name":"a","value":"1","path":"/"}])",
          R"("cookies":[{"name":"a","value":"REDACTED-1","path":"/"}])", 1);
  becomes(R"("x":"/go?to=https%3A%2F%2Fh%2F%3Ftoken%3Dabc%26y%3D1")",
          R"("x":"/go?to=https%3A%2F%2Fh%2F%3Ftoken%3DREDACTED-1%26y%3D1")", 1);
}

PHX_TEST("a form's parts are searched, and signed tokens are recognised by their form") {
  becomes(
      R"("text":"--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nhunter 2\r\n--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--")",
      R"("text":"--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nREDACTED-1\r\n--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--")",
      1);
  becomes(
      R"("headers":[{"name":"Sec-WebSocket-Protocol","value":"phoenix, eyJhbGciOiJI.eyJzdWIiOiIx.c2ln"}],"data":"[\"SFMyNTY.g2gDYQFuBgA.sig\",\"eyJ.a.b\"]")",
      R"("headers":[{"name":"Sec-WebSocket-Protocol","value":"phoenix, REDACTED-1"}],"data":"[\"REDACTED-2\",\"eyJ.a.b\"]")",
      2);
}

PHX_TEST("secrets in JSON are removed at any depth, in JSON texts, in arrays, and as numbers") {
  becomes(
      R"("a":{"session":{"id":"AA","n":[1,"BB"]},"pin_pass":4711,"author":"CC","passes":3})",
      R"("a":{"session":{"id":"REDACTED-1","n":[1,"REDACTED-2"]},"pin_pass":"REDACTED-3","author":"REDACTED-4","passes":3})",
      4);
  becomes(R"("data":"{\"messages\":[\"[1,{\\\"token\\\":\\\"A\\\\\\\"A\\\"}]\"]}")",
          R"("data":"{\"messages\":[\"[1,{\\\"token\\\":\\\"REDACTED-1\\\"}]\"]}")", 1);
  becomes(
      R"("data":"[{\"name\":\"token\",\"value\":\"AA\"},{\"secret\":12345,\"ok\":12345}]")",
      R"("data":"[{\"name\":\"token\",\"value\":\"REDACTED-1\"},{\"secret\":\"REDACTED-2\",\"ok\":12345}]")",
      2);
  becomes(
      R"("data":"{\"a\":1.50, \"token\" : \"AA\",\"b\":\"\\u00e9\"}\n{\"token\":\"AA\"}")",
      R"("data":"{\"a\":1.50, \"token\" : \"REDACTED-1\",\"b\":\"\\u00e9\"}\n{\"token\":\"REDACTED-1\"}")",
      1);
}

PHX_TEST("a message that was cut short, or is not quite JSON, loses its secrets too") {
  becomes(R"("data":"[\"1\",\"2\",\"t\",\"e\",{\"token\":\"AAAA")",
          R"("data":"[\"1\",\"2\",\"t\",\"e\",{\"token\":\"REDACTED-1")", 1);
  becomes(R"("data":"{\"pin_pass\":\n 4711}")", R"("data":"{\"pin_pass\":\n \"REDACTED-1\"}")", 1);
  becomes(R"("data":"{\"sessionId\":\"AA\",x token=BB")",
          R"("data":"{\"sessionId\":\"REDACTED-1\",x token=REDACTED-2")", 2);
  becomes(R"("data":"{\"sessionId\":\"REDACTED-1\",x token=REDACTED-2")",
          R"("data":"{\"sessionId\":\"REDACTED-1\",x token=REDACTED-2")", 0);
  becomes(R"("data":"42[\"login\",{\"password\":\"AA\"}]")",
          R"("data":"42[\"login\",{\"password\":\"REDACTED-1\"}]")", 1);
  becomes(R"("data":"{\"token\":\"\\ud83d\"}")", R"("data":"{\"token\":\"REDACTED-1\"}")", 1);
}

PHX_TEST("text in base64 is searched, and known secrets are found in bytes") {
  becomes(R"("text":"eyJ0b2tlbiI6ImFiY2QifQ==","encoding":"base64")",  // {"token":"abcd"}
          R"("text":"eyJ0b2tlbiI6IlJFREFDVEVELTEifQ==","encoding":"base64")", 1);
  becomes(R"("token":"abcdEFGH","m":{"opcode":2,"data":"AGFiY2RFRkdI/w=="})",
          R"("token":"REDACTED-1","m":{"opcode":2,"data":"AFJFREFDVEVELTH/"})", 1);
}

PHX_TEST("one secret has one name, however it is written") {
  becomes(R"("token":"a/b+c\"d=1","url2":"/?token=a%2Fb%2Bc%22d%3D1","data":"[\"a/b+c\\\"d=1\"]")",
          R"("token":"REDACTED-1","url2":"/?token=REDACTED-1","data":"[\"REDACTED-1\"]")", 1);
}

PHX_TEST("the longest of several secrets is found first, and a short one only by its name") {
  becomes(
      R"("token":"abcdEFGH","pass":"abcdEFGH-longer","x":"abcdEFGH-longer abcdEFGH","pwd":"me","y":"me")",
      R"("token":"REDACTED-1","pass":"REDACTED-2","x":"REDACTED-2 REDACTED-1","pwd":"REDACTED-3","y":"me")",
      3);
}

PHX_TEST("other texts stay: words, hosts, topics and events") {
  becomes(
      R"("headers":[{"name":"Access-Control-Allow-Credentials","value":"true"},{"name":":authority","value":"h"}])",
      R"("headers":[{"name":"Access-Control-Allow-Credentials","value":"true"},{"name":":authority","value":"h"}])",
      0);
  becomes(R"("data":"[\"1\",\"1\",\"room:lobby\",\"phx_join\",{\"session\":\"room:lobby\"}]")",
          R"("data":"[\"1\",\"1\",\"room:lobby\",\"phx_join\",{\"session\":\"REDACTED-1\"}]")", 1);
}

PHX_TEST("a plain word under a secret's name is not a secret elsewhere") {
  becomes(R"("auth_type":"websocket","url2":"/socket/websocket")",
          R"("auth_type":"REDACTED-1","url2":"/socket/websocket")", 1);
}

PHX_TEST("new names do not take those that the file has already") {
  becomes(R"("token":"REDACTED-4","pass":"new one")", R"("token":"REDACTED-4","pass":"REDACTED-5")",
          1);
}

PHX_TEST("a long-poll's session stays connected, however its token is written") {
  const std::string token = "SFMyNTY.abc_def-ghi.jkl";
  const auto [text, count] = redacted_request(
      R"("x":[{"url":"http://h/longpoll?vsn=2.0.0&token=)" + token +
      R"("},{"text":"{\"status\":410,\"token\":\")" + token +
      R"(\",\"messages\":[]}"},{"name":"X-Phoenix-Longpoll-Token","value":")" + token + "\"}]");
  expect(!holds(text, token), text);
  expect_eq(count, std::size_t{1});
}

}  // namespace
