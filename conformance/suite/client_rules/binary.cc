/// Bytes instead of JSON.

#include <fmt/format.h>

#include "conformance/suite/clients/client_trial.h"
#include "conformance/suite/wire/base64.h"
#include "conformance/suite/wire/binary.h"

namespace phx::conformance {
namespace {

Frame bytes(std::string payload) {
  return {.opcode = Opcode::binary, .payload = std::move(payload), .masked = false};
}

CLIENT_RULE("C-34", should, 'N',
            "sends and takes binary messages in the protocol's layouts, in order with text",
            "serializer.js binaryEncode") {
  t.need("binary");
  Guest& guest = t.joined();
  const std::string data("\x00\x01\xff\xfe text", 9);
  const std::string encoded = as_json(base64(data));
  const std::string own = Json(*parse_json(t.join_ref())).text();
  t.push_bytes("1", "say", data);
  const Heard said = guest.hear("say", "room:1");
  if (said.binary != data) t.violated("the bytes that were pushed", said.message.text());
  t.expect_same("the join_ref", t.join_ref(), said.message.join_ref);
  const std::string ref = Json(*parse_json(said.message.ref)).text();
  guest.send_frames({bytes(encode(BinaryReply{own, ref, "room:1", "ok", data}))});
  t.expect(fmt::format(R"({{"on":"reply","id":"1","status":"ok","binary":{}}})", encoded));
  guest.send_frames({bytes(encode(BinaryPushed{own, "room:1", "said", data}))});
  t.expect(fmt::format(R"({{"on":"message","channel":"a","event":"said","binary":{}}})", encoded));
  // A text between two broadcasts.
  guest.send_frames({bytes(encode(BinaryBroadcast{"room:1", "said", "1"})),
                     {.payload = R"([null,null,"room:1","said",{"n":2}])", .masked = false},
                     bytes(encode(BinaryBroadcast{"room:1", "said", "3"}))});
  for (const char* next : {R"("binary":"MQ==")", R"("payload":{"n":2})", R"("binary":"Mw==")"}) {
    const Json report = t.expect(R"({"on":"message","channel":"a","event":"said"})");
    if (report.dump().find(next) == std::string::npos) t.violated(next, report.dump());
  }
}

}  // namespace
}  // namespace phx::conformance
