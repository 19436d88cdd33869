/// The client's half of the handshake, against the server's half and against bad answers.

#include "websocket/client_handshake.h"

#include "http/request_reader.h"
#include "http/response_reader.h"
#include "testing/case.h"
#include "websocket/handshake.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::websocket;

namespace {

const Opening sample{.host = "localhost:4000",
                     .target = "/socket/websocket?vsn=2.0.0",
                     .key = "dGhlIHNhbXBsZSBub25jZQ==",
                     .subprotocols = {"phoenix", "base64url.bearer.phx.c2VjcmV0"},
                     .deflate = true};

http::Response good() {
  return {101,
          "",
          {{"upgrade", "websocket"},
           {"connection", "Upgrade"},
           {"sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}}};  // RFC 6455, 1.3
}

http::Response with(std::string name, std::string value) {
  http::Response answer = good();
  std::erase_if(answer.headers, [&](const auto& header) { return header.first == name; });
  if (!value.empty()) answer.headers.emplace_back(std::move(name), std::move(value));
  return answer;
}

std::string refusal(const http::Response& answer, const Opening& opening = sample) {
  return expect_throw<NotOpened>([&] { check_answer(opening, answer); });
}

}  // namespace

PHX_TEST("the request is one that our own reader takes, with all that was asked for") {  // C-01
  http::RequestReader reader;
  reader.feed(upgrade_request(sample));
  const auto read = reader.next();
  const auto& request = std::get<http::Request>(read);
  expect_eq(request.target, "/socket/websocket?vsn=2.0.0");
  expect_eq(request.header("host").value_or(""), "localhost:4000");
  expect_eq(request.header("sec-websocket-key").value_or(""), sample.key);
  expect_eq(request.header("sec-websocket-version").value_or(""), "13");
  expect_eq(request.list("sec-websocket-protocol"),  // C-33
            (std::vector<std::string>{"phoenix", "base64url.bearer.phx.c2VjcmV0"}));
  const auto offer = parse_extension(request.list("sec-websocket-extensions").at(0));
  expect(agree_on(offer.value()).has_value(), "our server agrees to the offer");
}

PHX_TEST("our server's answer is taken, and says what was agreed on") {
  http::ResponseReader reader;
  const std::optional<std::string> phoenix = "phoenix";
  const auto deflate = agree_on(*parse_extension("permessage-deflate; client_max_window_bits=12"));
  reader.feed(switching_protocols({sample.key, phoenix, deflate, {}}) + "\x81\x01x");
  const Opened opened = check_answer(sample, reader.next().value());
  expect_eq(opened.subprotocol.value_or(""), "phoenix");
  expect_eq(opened.deflate.value().window_bits, 12);
  expect(opened.deflate->server_takes_over, "the server may refer back");
  expect_eq(reader.take_rest().size(), 3u);  // the first frame, in the same segment
}

PHX_TEST("a refusal is reported with its status") {  // C-31
  try {
    check_answer(sample, {403});
  } catch (const NotOpened& refused) {
    expect_eq(refused.status(), 403);
    expect_eq(std::string(refused.what()), "expected 101 Switching Protocols, got 403 Forbidden");
    return;
  }
  expect(false, "a refusal throws");
}

PHX_TEST("RFC 6455, 4.1: an answer that is not a websocket is refused") {
  check_answer(sample, good());
  check_answer(sample, with("connection", "keep-alive, UPGRADE"));
  refusal(with("upgrade", "h2c"));
  refusal(with("upgrade", ""));
  refusal(with("connection", "close"));
  refusal(with("sec-websocket-accept", "c3BwTE1CaVR4YVE5a1lHenpoWlJiSyt4T28="));
  refusal(with("sec-websocket-accept", ""));
  refusal(with("sec-websocket-protocol", "soap"));
}

PHX_TEST("RFC 7692, 7.1: parameters that we can't honour are refused") {
  const auto answered = [](const std::string& extension) {
    return check_answer(sample, with("sec-websocket-extensions", extension)).deflate.value();
  };
  expect_eq(answered("permessage-deflate").window_bits, 15);
  expect(!answered("permessage-deflate; server_no_context_takeover").server_takes_over,
         "each message stands alone");
  expect_eq(answered("permessage-deflate; client_no_context_takeover; client_max_window_bits=8")
                .window_bits,
            8);
  const auto refused = [](const std::string& extension) {
    refusal(with("sec-websocket-extensions", extension));
  };
  refused("permessage-deflate; client_max_window_bits=7");
  refused("permessage-deflate; client_max_window_bits=16");
  refused("permessage-deflate; client_max_window_bits");
  refused("permessage-deflate; server_max_window_bits=099");
  refused("permessage-deflate; surprise");
  refused("permessage-bzip2");
  refused("permessage-deflate, permessage-deflate");
  Opening plain = sample;
  plain.deflate = false;
  refusal(with("sec-websocket-extensions", "permessage-deflate"), plain);
}

PHX_TEST("a header with a line break is left out, and can't inject another") {
  Opening opening = sample;
  opening.headers = {{"origin", "http://a"}, {"cookie", "a\r\nx-injected: b"}};
  const std::string request = upgrade_request(opening);
  expect(request.find("origin: http://a\r\n") != std::string::npos, "the good one");
  expect(request.find("injected") == std::string::npos, "no injected header in " + request);
}
