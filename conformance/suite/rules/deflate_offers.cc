/// H: offers of permessage-deflate (RFC 7692), agreements, and whether they are kept.

#include <fmt/format.h>

#include <random>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

Opening offering(const std::string& offer) {
  return {.mount = "/deflate", .headers = {{"Sec-WebSocket-Extensions", offer}}};
}

/// The server's answer to this offer, without white space.
std::string agreed(Trial& t, const std::string& offer) {
  std::string said = t.expect_status(t.upgrade(offering(offer)), 101)
                         .header("sec-websocket-extensions")
                         .value_or("");
  std::erase(said, ' ');
  return said;
}

void expect_agreed(Trial& t, const std::string& offer, const std::string& wanted) {
  const std::string said = agreed(t, offer);
  if (said != wanted) {
    throw Violation(fmt::format("\"{}\" to the offer {}", wanted, offer), "\"" + said + "\"");
  }
}

/// Random letters, which do not compress.
std::string letters(std::size_t count) {
  std::minstd_rand random;
  std::string text;
  while (text.size() < count) text += static_cast<char>('a' + random() % 26);
  return text;
}

RULE("H-38", must, contract,
     "the server agrees to the first offer of permessage-deflate that it can honour, with its "
     "parameters",
     "cow_ws.negotiate_permessage_deflate; RFC 7692, 5.1") {
  const std::string deflate = "permessage-deflate";
  expect_agreed(t, deflate, deflate);
  expect_agreed(t, deflate + "; client_max_window_bits", deflate + ";client_max_window_bits=15");
  for (const char* parameter : {"client_no_context_takeover", "server_no_context_takeover",
                                "server_max_window_bits=10", "client_max_window_bits=12"}) {
    expect_agreed(t, deflate + "; " + parameter, deflate + ";" + parameter);
  }
  for (const char* parameter :
       {"foo", "server_max_window_bits=7", "server_max_window_bits=16", "client_max_window_bits=16",
        "client_no_context_takeover; client_no_context_takeover", "client_no_context_takeover=1"}) {
    const std::string bad = deflate + "; " + parameter;
    expect_agreed(t, bad, "");
    expect_agreed(t, bad + ", " + deflate, deflate);
  }
  expect_agreed(t, deflate + "; server_no_context_takeover, " + deflate,
                deflate + ";server_no_context_takeover");
  // In any layout, or spread over headers; letter case counts.
  for (const char* layout : {"x-unknown, permessage-deflate", ", permessage-deflate",
                             "permessage-deflate , x-unknown", "permessage-deflate\t"}) {
    expect_agreed(t, layout, deflate);
  }
  for (const char* layout : {";server_no_context_takeover", "\t;\tserver_no_context_takeover"}) {
    expect_agreed(t, deflate + layout, deflate + ";server_no_context_takeover");
  }
  expect_agreed(t, deflate + "; client_max_window_bits; server_no_context_takeover",
                deflate + ";server_no_context_takeover;client_max_window_bits=15");
  for (const char* other :
       {"Permessage-Deflate", "permessage-deflate; Server_No_Context_Takeover"}) {
    expect_agreed(t, other, "");
  }
  expect_agreed(t, "x-unknown; foo=1", "");
}

RULE("H-39", must, contract,
     "the server keeps what was agreed on: no context takeover, a smaller window",
     "cow_ws.init_permessage_deflate; RFC 7692, 7.1") {
  // Later messages are inflated by the agreement, so those of a server that breaks it can't be
  // read.
  const std::string far_back = letters(2'000);
  for (const char* parameter : {"server_no_context_takeover", "server_max_window_bits=9",
                                "client_no_context_takeover", "client_max_window_bits=9"}) {
    Client& client = t.join(offering(fmt::format("permessage-deflate; {}", parameter)));
    for (int i = 0; i < 3; ++i) {
      const std::string payload = fmt::format(R"({{"once":"{0}","again":"{0}"}})", far_back);
      client.send(R"(["1","2","{topic}","echo",)" + payload + "]");
      client.expect_compressed(R"(["1","2","{topic}","phx_reply",{"status":"ok","response":)" +
                               payload + "}]");
    }
  }
  // Each member gets a broadcast by its own agreement, and references are to its own messages.
  std::vector<Client*> members;
  for (const char* parameters : {"", "; server_max_window_bits=9", "; server_no_context_takeover",
                                 "; server_max_window_bits=15", ""}) {
    members.push_back(&t.connect(offering(fmt::format("permessage-deflate{}", parameters))));
    members.back()->send(R"(["1","1","{other}","phx_join",{}])");
    members.back()->expect_compressed(R"(["1","1","{other}","phx_reply",{ok}])");
  }
  for (int n = 1; n <= 2; ++n) {
    const std::string payload =
        fmt::format(R"({{"n":{0},"once":"{1}","again":"{1}"}})", n, far_back);
    const std::string frame = R"([null,null,"{other}","broadcasted",)" + payload + "]";
    members.front()->send(R"(["1","2","{other}","broadcast",)" + payload + "]");
    members.front()->expect_compressed(frame);
    members.front()->expect_compressed(R"(["1","2","{other}","phx_reply",{ok}])");
    for (std::size_t i = 1; i < members.size(); ++i) members[i]->expect_compressed(frame);
  }
}

RULE("H-40", must, contract,
     "a message that is marked as compressed and is not ends the connection", "RFC 7692, 8") {
  for (const std::string& rubbish : {std::string("hello"), std::string(20, '\xff')}) {
    Client& client = t.connect(offering("permessage-deflate"));
    client.send_frame({.payload = rubbish, .rsv = rsv1});
    client.expect_end({1002, 1007});  // depends on where Cowboy sees it
  }
  t.expect_server_goes_on();
}

}  // namespace
}  // namespace phx::conformance
