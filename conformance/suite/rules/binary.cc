/// N: V2's binary messages.

#include "conformance/suite/wire/binary.h"

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

const std::string sample("\x00\x01\x02\xff\xfe", 5);

RULE("N-01", must, contract, "a binary event is handled, and its binary reply has the reply layout",
     "Socket.V2.JSONSerializer.decode_binary, encode! (Reply)") {
  const std::string& topic = t.word("topic");
  Client& client = t.join();
  client.send_binary(encode(BinaryPush{"1", "2", topic, "echo", sample}));
  client.expect_binary(encode(BinaryReply{"1", "2", topic, "ok", sample}));
  client.send_binary(encode(BinaryPush{"1", "3", topic, "echo_error", sample}));
  client.expect_binary(encode(BinaryReply{"1", "3", topic, "error", sample}));
  client.expect_silence();
}

RULE("N-02", must, contract, "a binary push has the push layout, without ref",
     "Socket.V2.JSONSerializer.encode! (Message)") {
  const std::string& topic = t.word("topic");
  Client& client = t.join();
  client.send_binary(encode(BinaryPush{"1", "2", topic, "push_binary", sample}));
  client.expect_binary(encode(BinaryPushed{"1", topic, "pushed_binary", sample}));
}

RULE("N-03", must, contract,
     "a binary broadcast has the broadcast layout, without join_ref and ref",
     "Socket.V2.JSONSerializer.fastlane!") {
  const std::string& topic = t.word("topic");
  const std::string broadcast = encode(BinaryBroadcast{topic, "broadcasted_binary", sample});
  Client& sender = t.join();
  Client& member = t.join();
  sender.send_binary(encode(BinaryPush{"1", "2", topic, "broadcast_binary", sample}));
  sender.expect_binary(broadcast);
  sender.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  member.expect_binary(broadcast);
}

RULE("N-04", must, contract, "the data survives byte for byte: empty, NUL, 0xFF, 1 MB",
     "Socket.V2.JSONSerializer") {
  const std::string& topic = t.word("topic");
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  std::string megabyte;
  while (megabyte.size() < 1'048'576) megabyte += every_byte;
  Client& client = t.join();
  for (const std::string& data :
       {std::string(), std::string(1, '\0'), std::string(3, '\xff'), every_byte, megabyte}) {
    client.send_binary(encode(BinaryPush{"1", "2", topic, "echo", data}));
    client.expect_binary(encode(BinaryReply{"1", "2", topic, "ok", data}));
  }
}

RULE("N-05", must, contract, "a JSON reply to a binary event is text, and text stays text",
     "Socket.V2.JSONSerializer.encode!") {
  const std::string& topic = t.word("topic");
  Client& client = t.join();
  client.send_binary(encode(BinaryPush{"1", "2", topic, "ack", sample}));
  client.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  client.send(R"(["1","3","{topic}","echo",{"text":true}])");
  client.expect(R"(["1","3","{topic}","phx_reply",{"status":"ok","response":{"text":true}}])");
  client.send_binary(encode(BinaryPush{"1", "4", topic, "echo", sample}));
  client.expect_binary(encode(BinaryReply{"1", "4", topic, "ok", sample}));
}

RULE("N-06", must, contract, "a 255-byte topic works in binary", "one-byte sizes") {
  const std::string topic = t.word("topic") + std::string(255 - t.word("topic").size(), 't');
  Client& client = t.connect();
  client.send(fmt::format(R"(["1","1","{}","phx_join",{{}}])", topic));
  client.expect(fmt::format(R"(["1","1","{}","phx_reply",{{ok}}])", topic));
  client.send_binary(encode(BinaryPush{"1", "2", topic, "echo", sample}));
  client.expect_binary(encode(BinaryReply{"1", "2", topic, "ok", sample}));
  client.send_binary(encode(BinaryPush{"1", "3", topic, "push_binary", sample}));
  client.expect_binary(encode(BinaryPushed{"1", topic, "pushed_binary", sample}));
  client.send_binary(encode(BinaryPush{"1", "4", topic, "broadcast_binary", sample}));
  client.expect_binary(encode(BinaryBroadcast{topic, "broadcasted_binary", sample}));
  client.expect(fmt::format(R"(["1","4","{}","phx_reply",{{ok}}])", topic));
}

RULE("N-07", must, contract, "join, leave and heartbeat work in binary; their replies are text",
     "Socket.V2.JSONSerializer.decode_binary") {
  const std::string& topic = t.word("topic");
  Client& client = t.connect();
  client.send_binary(encode(BinaryPush{"", "1", "phoenix", "heartbeat", ""}));
  client.expect(R"([null,"1","phoenix","phx_reply",{ok}])");
  client.send_binary(encode(BinaryPush{"2", "2", topic, "phx_join", "payload"}));
  client.expect(R"(["2","2","{topic}","phx_reply",{ok}])");
  client.send_binary(encode(BinaryPush{"2", "3", topic, "phx_leave", ""}));
  client.expect_in_any_order(
      {R"(["2","3","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
}

RULE("N-08", must, contract, "an empty join_ref in binary is the empty string, not null",
     "Socket.V2.JSONSerializer.decode_binary") {
  const std::string& topic = t.word("topic");
  Client& stale = t.join();
  stale.send_binary(encode(BinaryPush{"", "2", topic, "echo", "stale"}));
  stale.send(R"(["1","3","{topic}","ack",{}])");
  if (t.release() < drops_stale_join_refs) {
    stale.expect_binary(encode(BinaryReply{"1", "2", topic, "ok", "stale"}));
  }
  stale.expect(R"(["1","3","{topic}","phx_reply",{ok}])");

  Client& same = t.connect();
  same.send(R"(["","1","{topic}","phx_join",{}])");
  same.expect(R"(["","1","{topic}","phx_reply",{ok}])");
  same.send_binary(encode(BinaryPush{"", "2", topic, "echo", sample}));
  same.expect_binary(encode(BinaryReply{"", "2", topic, "ok", sample}));
}

RULE("N-09", should, contract,
     "a binary broadcast on a topic with a V1 member crashes only the broadcasting channel",
     "Socket.V1.JSONSerializer.fastlane! raises") {
  const std::string& topic = t.word("topic");
  Client& v1 = t.connect({.vsn = "1.0.0"});
  v1.send(R"({"topic":"{topic}","event":"phx_join","payload":{},"ref":"1","join_ref":"1"})");
  v1.expect(R"({"topic":"{topic}","event":"phx_reply","payload":{ok},"ref":"1"})");
  Client& sender = t.join();
  sender.send_binary(encode(BinaryPush{"1", "2", topic, "broadcast_binary", sample}));
  // Whether V2 members get it before the V1 member's turn is left open.
  const std::string own_copy = encode(BinaryBroadcast{topic, "broadcasted_binary", sample});
  const std::string error = t.fill(R"([{any},{any},"{topic}","phx_error",{any}])");
  Received received = sender.take(error);
  if (received.kind == Received::Kind::binary && received.payload == own_copy) {
    received = sender.take(error);
  }
  const auto came = parse_json(received.payload);
  if (!came || !matches(*parse_json(error), *came)) throw Violation(error, described(received));
  v1.send(R"({"topic":"{topic}","event":"ack","payload":{},"ref":"2","join_ref":"1"})");
  v1.expect(R"({"topic":"{topic}","event":"phx_reply","payload":{ok},"ref":"2"})");
}

}  // namespace
}  // namespace phx::conformance
