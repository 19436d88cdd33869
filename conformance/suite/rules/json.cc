/// R and E: JSON: unusual forms, values that must survive, and invalid text.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

/// An echo of this text comes back with the same value; `{topic}` is joined.
void expect_echo(Client& client, const std::string& payload) {
  client.send(R"(["1","e","{topic}","echo",)" + payload + "]");
  client.expect(R"(["1","e","{topic}","phx_reply",{"status":"ok","response":)" + payload + "}]");
}

/// The same by a push, which the channel writes again: no part of the client's text is passed on.
void expect_push(Client& client, const std::string& payload) {
  client.send(R"(["1","p","{topic}","push",{"event":"pushed","payload":)" + payload + "}]");
  client.expect(R"(["1",null,"{topic}","pushed",)" + payload + "]");
}

/// Strings of every length up to 100, with this at the end, in the middle or in front: a reader may
/// work in blocks, and must find a special character at any place in one.
std::string strings_around(const std::string& special) {
  std::string list;
  for (std::size_t size = 0; size <= 100; ++size) {
    const std::string plain(size, 'x');
    list += fmt::format(R"({}"{}{}","{}{}","{}{}{}")", list.empty() ? "" : ",", plain, special,
                        special, plain, plain.substr(size / 2), special, plain);
  }
  return R"({"strings":[)" + list + "]}";
}

const std::vector<std::string> special_characters{
    R"(\")", R"(\\)", R"(\/)", R"(\n)", R"(\u0000)", "\x7f", "é", "世", "😀", R"(\uD83D\uDE00)"};

RULE("R-23", must, contract, "escapes in a topic, an event or a ref are decoded",
     "Socket.V2.JSONSerializer.decode_text") {
  Client& client = t.connect();
  client.send(R"([null,"1","ph\u006fenix","heart\u0062eat",{}])");
  client.expect(R"([{any},"1","phoenix","phx_reply",{any}])");
  client.send(R"(["\u006a","\u0072","{topic}\u0070","\u0070hx_join",{}])");
  client.expect(R"(["j","r","{topic}p","phx_reply",{ok}])");
  client.send(R"(["j","2","{topic}p","\u0065cho",{"n":1}])");
  client.expect(R"(["j","2","{topic}p","phx_reply",{"status":"ok","response":{"n":1}}])");
  client.send(R"(["\u006A","3","{topic}\u0070","count",{}])");
  client.expect(R"(["j","3","{topic}p","phx_reply",{"status":"ok","response":{"count":1}}])");
}

RULE("R-24", must, contract, "a ref, a join_ref and a topic survive with any contents",
     "Socket.V2.JSONSerializer.encode!") {
  Client& client = t.connect();
  for (const char* text :
       {R"(r\")", R"(\\)", R"(a\u001fb)", R"(a\u0000b)", R"(\b\f\n\r\t\/)", R"(\u0001\u0010\u007f)",
        "é 世界 😀", R"(\uD83D\uDE00)", R"(\u2028)", R"({\"a\":[1]})", R"(['a', b})",
        R"(\ud800\udc00\ud83d\udc00\ud83d\udfff)", R"(\udbff\udfff\ud7ff\ue000\uffff)",
        R"(\u007f\u0080\u07ff\u0800\u0fff\u1000)", R"(\u0800)"}) {
    client.send(fmt::format(R"([null,"{}","phoenix","heartbeat",{{}}])", text));
    client.expect(fmt::format(R"([{{any}},"{}","phoenix","phx_reply",{{any}}])", text));
    client.send(fmt::format(R"(["{0}","1","{{topic}}{0}","phx_join",{{}}])", text));
    client.expect(fmt::format(R"(["{0}","1","{{topic}}{0}","phx_reply",{{ok}}])", text));
    client.send(fmt::format(R"(["{0}","{0}","{{topic}}{0}","ack",{{}}])", text));
    client.expect(fmt::format(R"(["{0}","{0}","{{topic}}{0}","phx_reply",{{ok}}])", text));
    client.send(fmt::format(R"(["{0}","3","{{topic}}{0}","phx_leave",{{}}])", text));
    client.expect(fmt::format(R"(["{0}","3","{{topic}}{0}","phx_reply",{{ok}}])", text));
    client.expect(fmt::format(R"(["{0}","{0}","{{topic}}{0}","phx_close",{{any}}])", text));
  }
}

RULE("R-25", must, contract, "white space between tokens is ignored, and in strings it stays",
     "Socket.V2.JSONSerializer.decode_text") {
  Client& client = t.connect();
  client.send(" [ \"1\" ,\t\"1\" ,\r\n\"{topic}\" ,\n\n\"phx_join\"\t, { } ] \n");
  client.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
  client.send("[null,\r\"2\",\"phoenix\",\"heartbeat\",\n{\t}\r]");
  client.expect(R"([{any},"2","phoenix","phx_reply",{any}])");
  for (const char* payload :
       {R"({"a": "x\" y z"})", R"({ "a\\" : "b  c" , "d" : [ 1 , "\\" , " ] , [ " ] })",
        "{\t\"tabs\"\t:\t[\t\"two  blanks\"\t,\tnull\t]\t}", "{\r\n  \"\\\\\\\"  \": 1.5\r\n}",
        " {} ", R"([ [ ] , { } , "a , b" , true ])"}) {
    expect_echo(client, payload);
  }
  expect_push(client, R"({ "a\\" : "x\" y  z" , "b" : [ 1 , "\\" , " ] , [ " ] })");
}

RULE("R-26", must, contract, "strings survive with a special character at any place", "JSON") {
  Client& client = t.join();
  for (const std::string& special : special_characters) {
    expect_echo(client, strings_around(special));
    expect_push(client, strings_around(special));
  }
}

RULE("R-27", must, contract, "a payload that the channel writes again survives like an echo",
     "JSON") {
  Client& client = t.join();
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  std::string wide = "0";  // more side by side than may be nested
  for (int i = 0; i < 2'500; ++i) wide += ",[],{}";
  std::string brackets;  // in a text, where brackets open nothing
  while (brackets.size() < 70'000) brackets += R"(\"{[\\{{[[}]\")";
  for (const std::string& payload : {
           R"({"d":")" + brackets + R"(","e":1})",
           R"({"c":"\\","d":"\")" + std::string(400'000, '[') + R"("})",
           std::string(
               R"({"floats":[3.141592653589793,0.1,-2.5,1.0,1.0e-7,1.7976931348623157e308]})"),
           std::string(R"({"integers":[0,-1,2147483648,9007199254740992,-9007199254740992]})"),
           std::string(R"({"nul":"x\u0000y","text":"\" \\ \/ \b\f\n\r\t\u001f é 世界 😀"})"),
           std::string(R"({"":{"":[]},"a b":null,"\"\\":true,"é":false,"z":{},"a":""})"),
           R"({"deep":)" + deep + "}",
           R"({"wide":[)" + wide + "]}",
       }) {
    expect_push(client, payload);
    client.send(R"(["1","i","{topic}","info",)" + payload + "]");
    client.expect(R"(["1",null,"{topic}","info",)" + payload + "]");
    client.send(R"(["1","i","{topic}","intercept",)" + payload + "]");
    client.expect(R"(["1",null,"{topic}","intercepted",{"intercepted_for":null,)" +
                  payload.substr(1) + "]");
  }
  if (t.axis() == Axis::v1) return;  // the case's translation can't express such a key
  // Searched in the text, because the reader of objects here does not take them either.
  const std::string nul = R"({"a\u0000b":1})";
  for (const char* event : {"info", "intercept"}) {
    client.send(fmt::format(R"(["1","i","{{topic}}","{}",{})", event, nul) + "]");
    const std::string expected = fmt::format("{} with {}", event, nul);
    const Received received = client.take(expected);
    if (received.payload.find(R"("a\u0000b":1)") == std::string::npos) {
      throw Violation(expected, described(received), client.name());
    }
  }
}

RULE("R-28", must, contract, "a number is accepted in every form that JSON has", "JSON") {
  Client& client = t.join();
  const std::string numbers =
      R"({"n":[0,-0,7,-7,10,0.0,-0.0,0.5,-0.25,10.01,1e2,1E2,1e+2,1e-2,1E-2,-1.5e3,0e0,)"
      R"(123456789.123456789,1234567890123456,-9007199254740991,1e308,2.2250738585072014e-308]})";
  expect_echo(client, numbers);
  expect_push(client, numbers);
}

/// Echoed or written again, each of these keeps every digit. Searched in the text, because the
/// reader of numbers here may round them.
void expect_digits(Client& client, std::initializer_list<const char*> numbers) {
  for (const std::string number : numbers) {
    const std::string payload = R"({"n":[)" + number + "]}";
    client.send(R"(["1","e","{topic}","echo",)" + payload + "]");
    client.send(R"(["1","p","{topic}","push",{"event":"pushed","payload":)" + payload + "}]");
    for (const char* what : {"an echo", "a push"}) {
      const std::string expected = fmt::format("{} with [{}]", what, number);
      const Received received = client.take(expected);
      if (received.payload.find("[" + number + "]") == std::string::npos) {
        throw Violation(expected, described(received), client.name());
      }
    }
  }
}

RULE("R-39", must, contract, "an integer of 64 bits keeps every digit", "JSON") {
  expect_digits(t.join(), {"9007199254740993", "-9007199254740993", "1234567890123456789",
                           "9223372036854775807", "-9223372036854775808"});
}

RULE("R-40", should, contract, "an integer of any size keeps every digit", "JSON") {
  expect_digits(t.join(), {"9223372036854775808", "-9223372036854775809", "18446744073709551616",
                           "123456789012345678901234567890"});
}

RULE("R-41", should, contract, "of a duplicate key in a payload the first value counts",
     "Jason.decode!") {
  Client& client = t.join();
  client.send_frame(
      {.payload = t.fill(
           R"(["1","2","{topic}","push",{"event":"pushed","payload":{"a":1,"b":{"c":1,"c":2},"a":2}}])")});
  client.expect(R"(["1",null,"{topic}","pushed",{"a":1,"b":{"c":1}}])");
}

RULE("R-32", must, contract, "an object with a duplicate key is accepted", "JSON") {
  Client& client = t.join();
  client.send_frame(
      {.payload = t.fill(
           R"(["1","2","{topic}","push",{"event":"pushed","payload":{"a":1,"a":2,"b":3}}])")});
  client.expect(R"(["1",null,"{topic}","pushed",{"a":{any},"b":3}])");
}

/// Texts that are not a JSON value, each for a reason of its own.
const std::vector<std::string> no_value{
    // words
    "", "tru", "trux", "truex", "True", "falsx", "nul", "nulx", "NULL", "nil", "undefined", "NaN",
    "Infinity", "-Infinity",
    // numbers
    "01", "-01", "00", "+1", "-", "--1", ".5", "1.", "1.e2", "-.5", "1e", "1e+", "1e5.5", "1E-",
    "0x10", "1_000", "1e400", "-1e400", "1E400", "-1E+400", "1.0e999", "0.1E999", "1e0309", "1 2",
    // strings
    "'a'", R"("a)", R"("\")", R"("\x41")", R"("\U0041")", R"("\u12")", R"("\u00g0")", R"("\u 041")",
    R"("\ud800")", R"("\ud800x")", R"("\ud800\n")", R"("\ud800\u0041")", R"("\ud800\ud800")",
    R"("\ud800\udbff")", R"("\ud800\ue000")", R"("\ud800\ud7ff")", R"("\ud800\uffff")",
    R"("\udbff")", R"("\udc00")", R"("\udfff")", "\"\t\"", "\"\n\"", "\"\r\"", "\"\x01\"",
    "\"\x1f\"", R"("a""b")",
    // arrays and objects
    "[", "]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1}", "[1", "[[1]", "{", "}", "{,}", R"({"a"})",
    R"({"a":})", R"({"a":1,})", R"({"a":1)", R"({"a" 1})", R"({"a":1 "b":2})", R"({"a":1]})",
    R"({"a"::1})", R"({"a",1})", R"(["a":1])", R"({"a":"b":1})", R"({"a":1;"b":2})", R"({"a"=1})",
    "{a:1}", "{1:2}", "{null:1}", R"({"a":1,2})", R"([{"a":1],"b"])", "{}{}",
    // invalid white space, and comments
    "\v1", "\f1", "\u00a01", "\ufeff1", "/**/1", "1//", "#1"};

/// A heartbeat with this payload, in the axis's version, and the text after it.
std::string heartbeat(const Trial& t, const std::string& payload, const std::string& rest = {}) {
  return t.axis() == Axis::v1 ? R"({"topic":"phoenix","event":"heartbeat","ref":"1","payload":)" +
                                    payload + "}" + rest
                              : R"([null,"1","phoenix","heartbeat",)" + payload + "]" + rest;
}

RULE("E-16", must, core, "one value that is not JSON, anywhere in a message, ends the connection",
     "decode! raises") {
  Client& bystander = t.join();
  std::vector<std::string> texts;
  for (const std::string& value : no_value) texts.push_back(heartbeat(t, value));
  // A character that a string must not contain is found at any place in a long one.
  for (const std::size_t size : {1, 14, 15, 16, 17, 31, 32, 63, 64, 79, 80, 81, 200}) {
    texts.push_back(heartbeat(t, "\"" + std::string(size, 'x') + "\t" + "x\""));
  }
  // A number may exceed a double even without an exponent.
  texts.push_back(heartbeat(t, std::string(310, '1') + ".5"));
  // Ignored parts must be JSON too: an extra element, or a key.
  for (const char* value : {"01", "", "tru", "1e400", "[1", "\"\t\"", R"("\ud800")", "{}x"}) {
    texts.push_back(t.axis() == Axis::v1
                        ? R"({"more":)" + std::string(value) +
                              R"(,"topic":"phoenix","event":"heartbeat","ref":"1","payload":{}})"
                        : R"([null,"1","phoenix","heartbeat",{},)" + std::string(value) + "]");
  }
  for (const char* rest : {"x", "]", "}", ",", "[]", "{}", "\"", "\v", "null"}) {
    texts.push_back(heartbeat(t, "{}", rest));
  }
  for (const std::string& text : texts) {
    Client& client = t.connect();
    client.send_frame({.payload = text});
    client.expect_any_end();
  }
  bystander.expect_silence();
}

RULE("E-17", must, core,
     "every Unicode character is accepted, and nothing that only looks like one",
     "RFC 6455, 8.1; RFC 3629") {
  Client& client = t.connect();
  // The first and the last of each length, and the neighbours of the surrogates.
  for (const char* good :
       {"\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xe1\x80\x80", "\xed\x9f\xbf",
        "\xee\x80\x80", "\xef\xbf\xbd", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf1\x80\x80\x80",
        "\xf3\xbf\xbf\xbf", "\xf4\x8f\xbf\xbf"}) {
    client.send(fmt::format(R"([null,"{}","phoenix","heartbeat",{{}}])", good));
    client.expect(fmt::format(R"([{{any}},"{}","phoenix","phx_reply",{{any}}])", good));
  }
  for (const char* bad : {"\x80",
                          "\xbf",
                          "\xc0\x80",
                          "\xc1\xbf",
                          "\xe0\x80\x80",
                          "\xe0\x9f\xbf",
                          "\xed\xa0\x80",
                          "\xed\xbf\xbf",
                          "\xf0\x80\x80\x80",
                          "\xf0\x8f\xbf\xbf",
                          "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80",
                          "\xf8\x88\x80\x80\x80",
                          "\xfe",
                          "\xff",
                          "\xc2",
                          "\xc2x",
                          "\xe2\x82",
                          "\xe2\x82x",
                          "\xf0\x9f\x98",
                          "\xf0\x9f\x98x"}) {
    Client& victim = t.connect();
    victim.send_frame({.payload = fmt::format(R"([null,"{}","phoenix","heartbeat",{{}}])", bad)});
    victim.expect_any_end();
  }
  client.expect_silence();
}

}  // namespace
}  // namespace phx::conformance
