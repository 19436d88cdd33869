/// A case's V2 messages in V1, and back.

#include "conformance/suite/core/translation.h"

#include <stdexcept>

#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect;
using testing::expect_eq;

PHX_TEST("a message to the server is an object with a join_ref") {
  expect_eq(
      v1_to_server(R"(["1","2","room:lobby","echo",{"n":1}])"),
      std::string(
          R"({"topic":"room:lobby","event":"echo","payload":{"n":1},"ref":"2","join_ref":"1"})"));
}

PHX_TEST("a message from the server has none") {
  expect_eq(v1_from_server(R"(["1",null,"room:lobby","pushed",{}])"),
            std::string(R"({"topic":"room:lobby","event":"pushed","payload":{},"ref":null})"));
}

PHX_TEST("the frame that ends a V1 channel is judged by the join_ref if the ref is left open") {
  for (const char* event : {"phx_close", "phx_error"}) {
    const std::string v2 = std::string(R"(["1","{any}","t",")") + event + R"(",{}])";
    expect_eq(v1_from_server(v2),
              std::string(R"({"topic":"t","event":")") + event + R"(","payload":{},"ref":"1"})");
  }
}

PHX_TEST("a message that only has an end's event is judged like any other") {
  expect_eq(v1_from_server(R"(["1",null,"t","phx_close",{"k":1}])"),
            std::string(R"({"topic":"t","event":"phx_close","payload":{"k":1},"ref":null})"));
}

PHX_TEST("a join_ref that a server adds in V1 is ignored, and no other key is") {
  const Json came = *parse_json(R"({"event":"e","join_ref":"1","more":1,"ref":"2"})");
  expect_eq(less_join_ref(came).dump(), std::string(R"({"event":"e","more":1,"ref":"2"})"));
  expect_eq(came["join_ref"].text(), std::string("1"));
}

PHX_TEST("parts that a case leaves open stay open") {
  const Json expected = *parse_json(v1_from_server(R"(["{any}","{any}","t","phx_reply","{any}"])"));
  const Json came = *parse_json(R"({"event":"phx_reply","payload":{},"ref":"7","topic":"t"})");
  expect(matches(expected, came), expected.dump());
}

PHX_TEST("values keep their types: refs, floats, escapes, NUL") {
  const std::string v1 =
      v1_to_server(R"([1,4.5,"t é","e",[1.0,1,0.1,1.0e20,"\u0000\" 😀",null,true]])");
  const Json message = *parse_json(v1);
  expect(matches(*parse_json("1"), message["join_ref"]), v1);
  expect(matches(*parse_json("4.5"), message["ref"]), v1);
  expect(matches(*parse_json(R"([1.0,1,0.1,1.0e20,"\u0000\" 😀",null,true])"), message["payload"]),
         v1);
}

PHX_TEST("an unusual form stays as it is") {
  expect_eq(
      v1_to_server(R"( [ "\u0031" , 1e2, "a]\"b,c\\", "ec\u0068o" ,{"a": [ "]" , "}\\"]}] )"),
      std::string(R"({"topic": "a]\"b,c\\","event": "ec\u0068o" ,"payload":{"a": [ "]" , "}\\"]},)"
                  R"("ref": 1e2,"join_ref": "\u0031" })"));
}

PHX_TEST("a message survives a round trip, without its join_ref") {
  const Json v1 = *parse_json(v1_from_server(R"(["1","2","t","e",{"a":[1.0]}])"));
  expect_eq(v2_of(v1).dump(), std::string(R"([null,"2","t","e",{"a":[1.0]}])"));
}

PHX_TEST("anything but a V2 message of five elements can't be translated to V1") {
  for (const char* text : {"no JSON", "{}", "[1,2,3,4]", R"(["1","2","t","e",{},"sixth"])"}) {
    for (const auto translate : {v1_to_server, v1_from_server}) {
      bool thrown = false;
      try {
        translate(text);
      } catch (const std::logic_error&) {
        thrown = true;
      }
      expect(thrown, text);
    }
  }
}

}  // namespace
